package receiver

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"tacklebox/receiver/api"
)

// TestBudget: large bodies share the room there is; small ones always pass.
func TestBudget(t *testing.T) {
	t.Parallel()
	var b Budget
	entered, leave := make(chan struct{}), make(chan struct{})
	h := b.Limit(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := api.ReadBody(r)
		if err != nil {
			api.WriteError(w, err)
		} else if r.Header.Get("Wait") != "" {
			entered <- struct{}{}
			<-leave
		}
	}))
	ask := func(length int, said, wait bool) int {
		r := httptest.NewRequest("POST", "/_/entries/import", strings.NewReader(strings.Repeat("x", length)))
		if !said {
			r.ContentLength = -1
		}
		if wait {
			r.Header.Set("Wait", "1")
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	var wg sync.WaitGroup
	for i := range 4 { // nearly all there is
		wg.Go(func() { ask(api.MaxBody, i%2 == 0, true) })
		<-entered
	}
	left := mostInFlight - int(b.InUse())
	for _, c := range []struct{ length, want int }{{left + freeBytes + 1, 429}, {left + freeBytes, 200}, {0, 200}, {freeBytes, 200}} {
		for _, said := range []bool{true, false} {
			if got := ask(c.length, said, false); got != c.want {
				t.Errorf("a body of %d, length said %v: %d, want %d", c.length, said, got, c.want)
			}
		}
	}
	close(leave)
	wg.Wait()
	if n := b.InUse(); n != 0 {
		t.Errorf("%d bytes stay in use", n)
	}
}

// TestMetrics names every number once, with a value.
func TestMetrics(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.listen("")
	var text strings.Builder
	g.rc.WriteMetrics(&text)
	for _, line := range []string{"tacklebox_stream_readers 1\n", "tacklebox_stream_lag 0\n", "tacklebox_expectations 0\n", "tacklebox_request_bytes 0\n"} {
		if strings.Count(text.String(), "\n"+line) != 1 {
			t.Errorf("no %q in\n%s", line, text.String())
		}
	}
}
