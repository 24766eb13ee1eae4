package sandbox

import (
	"crypto/tls"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestLinksFollowTheHost: what a provider answers of its own address is what the
// client called, unless a public URL is set.
func TestLinksFollowTheHost(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config func(*Config)
		path   string
		host   string
		secure bool
		want   string // with LOCAL for the listener's address
	}{
		"the listener's own":  {nil, "/tiny", "", false, "LOCAL/tiny"},
		"another name":        {nil, "/tiny", "localhost:99", false, "http://localhost:99/tiny"},
		"a container's name":  {func(c *Config) { c.Hosts = []string{"tacklebox"} }, "/tiny", "tacklebox:4780", false, "http://tacklebox:4780/tiny"},
		"in a space":          {nil, "/~job/tiny", "localhost:99", false, "http://localhost:99/~job/tiny"},
		"the provider's host": {nil, "", "api.tiny.example", false, "LOCAL/tiny"},
		"a public URL":        {func(c *Config) { c.PublicURL = "https://hooks.example/" }, "/tiny", "localhost:99", false, "https://hooks.example/tiny"},
		"over TLS":            {func(c *Config) { c.TLS = true }, "/tiny", "localhost:99", true, "https://localhost:99/tiny"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := Start(t, withTiny, func(cfg *Config) {
				if c.config != nil {
					c.config(cfg)
				}
			})
			base := r.sb.Local()
			if c.secure {
				base = r.sb.TLSURL()
			}
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
			req, err := http.NewRequest("GET", base+c.path+"/v1/self", nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Host = c.host
			req.Header.Set("X-Key", "ann")
			resp, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			b, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.ReplaceAll(c.want, "LOCAL", r.sb.Local()); string(b) != want {
				t.Errorf("%q, want %q", b, want)
			}
		})
	}
}

// TestADeliveryDoesNotCallTheControlAPI: however it is spelled, and from a space.
func TestADeliveryDoesNotCallTheControlAPI(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	space := r.Space(t, "job")
	port := r.sb.Local()[strings.LastIndexByte(r.sb.Local(), ':'):]
	for _, to := range []string{r.sb.Local() + "/_/reset", "http://localhost" + port + "/_/reset", "http://a.b.localhost" + port + "/_/reset", "http://127.0.0.2" + port + "/_/reset", r.sb.Local() + "/~job/_/reset"} {
		for _, from := range []*Running{r, space} {
			status, _ := ask(t, "POST", from.URL+"/_/events", `{"provider":"tiny","type":"thing.made","to":"`+to+`"}`)
			if status == 202 {
				from.Expect(t, `kind:attempt (status:403 OR has:error) path:*`)
			}
			ask(t, "PUT", from.URL+"/_/inboxes/ring", `{"forward":"`+to+`"}`)
			ask(t, "POST", from.URL+"/in/ring", "")
			if list := from.Entries("kind:capture OR kind:event"); len(list) == 0 {
				t.Fatalf("%s: the journal was reset", to)
			}
		}
	}
}

// TestExpectSaysWhy: an expectation that is not met names the nearest entry.
func TestExpectSaysWhy(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	ask(t, "POST", r.Inbox("orders"), `{"id":1}`)
	r.Expect(t, "kind:capture")
	if near := r.nearMiss("inbox:orders body.id=2"); !strings.Contains(near, "entry 1") || !strings.Contains(near, "body.id") {
		t.Errorf("near miss %q", near)
	}
}
