package sandbox

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"strings"
	"testing"
)

// TestTLS: the same port answers both, for every name and none other, and a
// kept authority is the same after a restart.
func TestTLS(t *testing.T) {
	t.Parallel()
	dir, first := t.TempDir(), ""
	for _, run := range []string{"first", "second"} {
		t.Run(run, func(t *testing.T) {
			r := Start(t, WithData(dir), WithConfig(func(c *Config) {
				c.TLS, c.Hosts, c.PublicURL = true, []string{"tacklebox"}, "https://hooks.corp.example:8443/"
			}))
			status, pem := ask(t, "GET", r.sb.Local()+"/_/ca.pem", "")
			if status != 200 || first != "" && first != pem {
				t.Errorf("%d %s", status, pem)
			}
			first = pem
			pool := x509.NewCertPool()
			pool.AppendCertsFromPEM([]byte(pem))
			for name, ok := range map[string]bool{"localhost": true, "shoptet.localhost": true, "ultracart.localhost": true, "tacklebox": true, "hooks.corp.example": true,
				"127.0.0.1": true, "other.localhost": false, "evil.example": false} {
				client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: name}}}
				resp, err := client.Get(r.sb.TLSURL() + "/_/readyz")
				if (err == nil) != ok {
					t.Errorf("%s: %v", name, err)
				}
				if err == nil {
					_ = resp.Body.Close()
				}
			}
		})
	}
}

// TestTLSOff: without --tls there is no authority and no second protocol.
func TestTLSOff(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	if status, body := ask(t, "GET", r.URL+"/_/ca.pem", ""); status != 404 || !strings.Contains(body, "--tls") || r.sb.TLSURL() != "" {
		t.Errorf("%d %s, TLS at %q", status, body, r.sb.TLSURL())
	}
}
