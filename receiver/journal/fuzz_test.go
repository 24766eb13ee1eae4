package journal_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/journaltest"

	"github.com/google/go-cmp/cmp"
)

func FuzzEntryJSON(f *testing.F) {
	for _, e := range []*journal.Entry{journaltest.Full(), journaltest.Sample(1, 50), {}} {
		f.Add(e.AppendJSON(nil))
	}
	f.Add([]byte(`{"request":{"body":"\ud800\udc00\udc80","headers":{"a":[null]}},"detail":[{"a":1}],"took_ms":1e2,"other":{"x":[]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var e, again journal.Entry
		if e.UnmarshalJSON(data) != nil {
			return
		}
		out := e.AppendJSON(nil)
		if !json.Valid(out) || bytes.ContainsAny(out, "\r\n") {
			t.Fatalf("%q became %q", data, out)
		}
		if err := again.UnmarshalJSON(out); err != nil {
			t.Fatalf("%q: %v", out, err)
		}
		if once, twice := string(out), string(again.AppendJSON(nil)); once != twice {
			t.Errorf("not stable:\n%s", cmp.Diff(once, twice))
		}
	})
}
