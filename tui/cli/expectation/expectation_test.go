package expectation

import (
	"strings"
	"testing"
)

func TestManyEntries(t *testing.T) {
	list := make([]uint64, 25)
	for i := range list {
		list[i] = uint64(i)
	}
	if got := entriesOf(list); !strings.HasSuffix(got, "18, 19, and 5 more") {
		t.Errorf("entriesOf 25 = %q", got)
	}
	if got := entriesOf(nil); got != "no entry" {
		t.Errorf("entriesOf none = %q", got)
	}
}
