package expect

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/memory"

	"tacklebox/receiver/api"
)

func FuzzExpect(f *testing.F) {
	for _, text := range []string{`{}`, `{"q":"a OR b","count":2,"within":"1ms"}`, `{"ordered":["a","-b"]}`, `{"count":0,"at_most":true,"after":3}`, `{"q":"body.a=1"`} {
		f.Add(text)
	}
	s := New(memory.New(memory.Limit{}), nil)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := http.NewRequest("POST", "/", io.NopCloser(strings.NewReader(text)))
		if err != nil {
			t.Fatal(err)
		}
		var in api.ExpectRequest
		if api.ReadJSON(r, &in) != nil {
			return
		}
		x, err := s.newExpectation(in)
		if err != nil {
			if api.Of(err).Status >= 500 {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		x.note(&journal.Entry{Kind: journal.Capture, Request: &journal.Message{Body: []byte("a")}})
		_ = x.fulfilled()
		if x.ordered != nil && x.seen > len(x.ordered) {
			t.Errorf("%q: %d steps met of %d", text, x.seen, len(x.ordered))
		}
	})
}
