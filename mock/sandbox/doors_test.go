package sandbox

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestWhoMayCallTheMocks: by host, by where the sandbox listens and by what is
// configured.
func TestWhoMayCallTheMocks(t *testing.T) {
	t.Parallel()
	listed := map[string]map[string]json.RawMessage{"prioticket": {"credentials": json.RawMessage(`["ann:secret"]`)}}
	for name, c := range map[string]struct {
		bound  string
		config func(*Config)
		host   string
		status int // 400 is the mock's own word: the request was let in
		says   string
	}{
		"loopback address":       {"127.0.0.1:1", nil, "127.0.0.1:1", 400, ""},
		"localhost":              {"127.0.0.1:1", nil, "LOCALHOST:99", 400, ""},
		"a name below localhost": {"127.0.0.1:1", nil, "app.localhost", 400, ""},
		"v6":                     {"127.0.0.1:1", nil, "[::1]:1", 400, ""},
		"the provider's host":    {"127.0.0.1:1", nil, "distributor-api.prioticket.com", 400, ""},
		"a rebound name":         {"127.0.0.1:1", nil, "evil.example", 403, "--host evil.example"},
		"a name like localhost":  {"127.0.0.1:1", nil, "localhost.evil.example", 403, "forbidden_host"},
		"no name, as HTTP/1.0":   {"127.0.0.1:1", nil, "", 400, ""},
		"--host":                 {"127.0.0.1:1", func(c *Config) { c.Hosts = []string{"tacklebox"} }, "tacklebox:4780", 400, ""},
		"the public URL's host":  {"127.0.0.1:1", func(c *Config) { c.PublicURL = "https://hooks.corp.example/" }, "hooks.corp.example", 400, ""},
		"beyond loopback":        {"10.0.0.7:1", nil, "10.0.0.7:1", 403, "--open-mocks"},
		"beyond, all addresses":  {"[::]:1", nil, "localhost", 403, "providers.prioticket.credentials"},
		"beyond, --open-mocks":   {"0.0.0.0:1", func(c *Config) { c.OpenMocks = true }, "10.0.0.7:1", 400, ""},
		"beyond, listed":         {"0.0.0.0:1", func(c *Config) { c.Providers = listed }, "10.0.0.7:1", 400, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := Start(t, func(cfg *Config) {
				if c.config != nil {
					c.config(cfg)
				}
			})
			addr, err := net.ResolveTCPAddr("tcp", c.bound)
			if err != nil {
				t.Fatal(err)
			}
			r.sb.mu.Lock()
			r.sb.bound = addr.String()
			r.sb.mu.Unlock()
			path := "/prioticket/v3.8/distributor/webhooks"
			if strings.HasPrefix(c.host, "distributor-api.") {
				path = "/v3.8/distributor/webhooks"
			}
			status, body := rawGet(t, r, c.host, path)
			if status != c.status || !strings.Contains(body, c.says) {
				t.Errorf("%d %s, want %d %s", status, body, c.status, c.says)
			}
			if status == 403 && strings.HasSuffix(c.host, "evil.example") {
				if status, _ := rawGet(t, r, c.host, "/~new/prioticket/v3.8/distributor/webhooks"); status != 403 || r.sb.spaces.exists("new") {
					t.Errorf("in a space: %d", status)
				}
				if status, _ := rawGet(t, r, c.host, "/in/x"); status != 200 {
					t.Errorf("an inbox answers to any host, not %d", status)
				}
			}
		})
	}
}

// rawGet asks with a Host that net/http's client would not send by itself.
func rawGet(t *testing.T, r *Running, host, path string) (int, string) {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(r.sb.Local(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}
