package mock

import (
	"encoding/json"
	"testing"
)

func TestAnOptionWithoutADefaultHasNoValue(t *testing.T) {
	t.Parallel()
	for _, raw := range []json.RawMessage{nil, {}, json.RawMessage("null")} {
		if v := (Value{raw}); v.Set() || v.Raw() != nil {
			t.Errorf("%q counts as a value", raw)
		}
	}
}
