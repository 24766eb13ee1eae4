package sandbox

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tacklebox/receiver/outbound"
)

// TestWhatWasNotChecked: attempts and forwards to https at home say that nobody
// looked at the certificate; plain ones say nothing, and what else an entry tells
// stays.
func TestWhatWasNotChecked(t *testing.T) {
	t.Parallel()
	r := Start(t)
	answer := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	secure, plain := httptest.NewTLSServer(answer), httptest.NewServer(answer)
	t.Cleanup(secure.Close)
	t.Cleanup(plain.Close)
	for i, url := range []string{secure.URL, secure.URL, plain.URL} { // the second on the first one's connection
		r.Fire("shoptet", "order:create", To(url+"/hook"))
		r.Expect(t, "kind:attempt path:/hook", i+1)
		r.call("PUT", "/_/inboxes/app", []byte(`{"forward":"`+url+`"}`))
		r.call("POST", "/in/app", []byte("x"))
	}
	for q, want := range map[string]int{"kind:attempt path:/hook": 3, "kind:capture inbox:app": 3} {
		list := r.Expect(t, q, want)
		for i, e := range list {
			if said := strings.Contains(string(e.Detail), outbound.NotChecked); said != (i < 2) || e.Response.Status != 200 {
				t.Errorf("%s, number %d: %s, status %d", q, i, e.Detail, e.Response.Status)
			}
		}
	}
}
