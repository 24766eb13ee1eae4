package sandbox

import (
	"net/http"
	"testing"
)

// TestWhereARequestBelongs sends each host and path and looks at the entry.
func TestWhereARequestBelongs(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	for _, c := range []struct {
		host, path string
		status     int
		want       string // the only entry that matches afterwards
	}{
		{"", "/in/a", 200, "kind:capture path:/in/a"},
		{"api.tiny.example", "/in/b", 200, "kind:capture path:/in/b"},
		{"anything.example", "/in/c", 200, "kind:capture path:/in/c"},
		{"", "/tiny/v1/d", 401, "kind:call path:/tiny/v1/d"},
		{"api.tiny.example", "/v1/e", 401, "kind:call path:/tiny/v1/e"},
		{"API.TINY.EXAMPLE:8443", "/v1/f", 401, "kind:call path:/tiny/v1/f"},
		{"tiny.localhost", "/v1//../g", 401, "kind:call path:/tiny/v1//../g"},
		{"tiny.localhost", "/tiny/v1/h", 401, "kind:call path:/tiny/tiny/v1/h"},
		{"api.tiny.example", "/_/clock", 401, "kind:call path:/tiny/_/clock"},
		{"", "/nowhere", 404, ""},
		{"anything.example", "/_/clock", 403, ""},
	} {
		req, err := http.NewRequest("GET", r.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.URL.Opaque = c.path
		if c.host != "" {
			req.Host = c.host
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != c.status {
			t.Errorf("%s%s: %s, want %d", c.host, c.path, resp.Status, c.status)
		}
		if c.want != "" && len(r.Entries(c.want)) != 1 {
			t.Errorf("%s%s: %d entries of %s, want 1", c.host, c.path, len(r.Entries(c.want)), c.want)
		}
	}
}
