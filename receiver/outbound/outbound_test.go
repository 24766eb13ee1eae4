package outbound

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

// TestPermit: the rule, address by address.
func TestPermit(t *testing.T) {
	t.Parallel()
	rules := Rules{Allow: []string{"Hooks.Example.com.", "198.51.100.7"}}
	for _, c := range []struct{ host, ip, says string }{
		{"localhost", "127.0.0.1", ""},
		{"x", "127.9.9.9", ""},
		{"x", "::1", ""},
		{"x", "::ffff:127.0.0.1", ""},
		{"x", "10.1.2.3", ""},
		{"x", "172.16.0.1", ""},
		{"x", "192.168.1.1", ""},
		{"x", "fd12::1", ""},
		{"x", "0.0.0.0", "use 127.0.0.1"},
		{"x", "::", "use 127.0.0.1"},
		{"x", "::ffff:0.0.0.0", "use 127.0.0.1"},
		{"x", "169.254.169.254", "never called"},
		{"x", "::ffff:169.254.169.254", "never called"},
		{"x", "64:ff9b::a9fe:a9fe", "never called"},
		{"x", "fe80::1%eth0", "never called"},
		{"x", "fd00:ec2::254", "never called"},
		{"x", "fd20:ce::254", "never called"},
		{"x", "fec0::1", "never called"},
		{"x", "224.0.0.1", "never called"},
		{"x", "ff02::1", "never called"},
		{"shop.example.net", "203.0.113.9", "--allow-host shop.example.net"},
		{"x", "2001:db8::1", "--allow-host x"},
		{"hooks.example.com", "203.0.113.9", ""},
		{"x", "198.51.100.7", ""},
		{"hooks.example.com", "169.254.169.254", "never called"},
	} {
		err := rules.Permit(c.host, netip.MustParseAddr(c.ip))
		says := ""
		if f, ok := AsForbidden(err); ok {
			says = f.Error() + " " + f.Hint
		}
		if c.says == "" && err != nil || !strings.Contains(says, c.says) {
			t.Errorf("%s %s: %q, want %q", c.host, c.ip, says, c.says)
		}
	}
}

// TestCheckURL: what is refused before anything is dialled.
func TestCheckURL(t *testing.T) {
	t.Parallel()
	rules := Rules{Allow: []string{"hooks.example.com"}, Own: func() []string { return []string{"127.0.0.1:4780", "hooks.corp.example"} }}
	for _, c := range []struct{ url, says string }{
		{"http://127.0.0.1:3000/x", ""},
		{"http://app.localhost:3000/x", ""},
		{"http://app:3000/x", ""},
		{"http://app.internal/x", ""},
		{"http://nowhere.invalid/x", ""},
		{"http://hooks.example.com/x", ""},
		{"http://[fd00:ec2::254]/", "never called"},
		{"http://169.254.169.254/latest/meta-data", "never called"},
		{"http://0251.0376.0251.0376/", "never called"},
		{"http://2852039166/", "never called"},
		{"http://0xa9fea9fe/", "never called"},
		{"http://0/", "use 127.0.0.1"},
		{"http://0.0.0.0:3000/", "use 127.0.0.1"},
		{"http://8.8.8.8/", "--allow-host 8.8.8.8"},
		{"http://127.0.0.1:4780/in/x", ""},
		{"http://127.0.0.1:4780/_/reset", "control API"},
		{"http://localhost:4780/_/reset", "control API"},
		{"http://127.1:4780/_/reset", "control API"},
		{"http://[::1]:4780/_/reset", "control API"},
		{"http://[::ffff:127.0.0.1]:4780/_/reset", "control API"},
		{"http://a.localhost:4780/~job/_/reset", "control API"},
		{"http://127.0.0.1:4781/_/reset", ""},
		{"https://hooks.corp.example/_/reset", "control API"},
		{"https://HOOKS.corp.example./_/reset", "control API"},
	} {
		u, err := url.Parse(c.url)
		if err != nil {
			t.Fatal(err)
		}
		err = rules.CheckURL(t.Context(), u)
		says := ""
		if f, ok := AsForbidden(err); ok {
			says = f.Error() + " " + f.Hint
		}
		if c.says == "" && err != nil || !strings.Contains(says, c.says) {
			t.Errorf("%s: %q, want %q", c.url, says, c.says)
		}
	}
}

// TestDial: names of loopback need no resolver, a certificate that nobody signed
// is taken at loopback and not under StrictTLS, and the answer says so.
func TestDial(t *testing.T) {
	t.Parallel()
	answer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Host) })
	plain, secure := httptest.NewServer(answer), httptest.NewTLSServer(answer)
	t.Cleanup(plain.Close)
	t.Cleanup(secure.Close)
	named := func(raw, host string) string {
		u, _ := url.Parse(raw)
		return u.Scheme + "://" + host + ":" + u.Port()
	}
	for _, c := range []struct {
		url     string
		rules   Rules
		checked bool
		says    string
	}{
		{plain.URL, Rules{}, true, ""},
		{named(plain.URL, "a.b.localhost"), Rules{}, true, ""},
		{named(plain.URL, "LOCALHOST."), Rules{}, true, ""},
		{secure.URL, Rules{}, false, ""},
		{named(secure.URL, "localhost"), Rules{}, false, ""},
		{secure.URL, Rules{StrictTLS: true}, true, "TLS: "},
		{named(plain.URL, "0.0.0.0"), Rules{}, true, "not an address to call"},
	} {
		u, err := url.Parse(c.url)
		if err != nil {
			t.Fatal(err)
		}
		conn, checked, err := c.rules.Dial(t.Context(), u)
		if err == nil {
			_ = conn.Close()
		}
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) || err == nil && checked != c.checked {
			t.Errorf("%s: checked %v, %v, want %v %q", c.url, checked, err, c.checked, c.says)
		}
	}
}

// TestTransport: the two dial functions as an http.Transport uses them.
func TestTransport(t *testing.T) {
	t.Parallel()
	srv := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(srv.Close)
	for strict, ok := range map[bool]bool{false: true, true: false} {
		rules := Rules{StrictTLS: strict}
		dialTLS := func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, checked, err := rules.DialTLS(ctx, network, addr)
			if err == nil && checked {
				t.Errorf("strict %v: a certificate that nobody signed is checked", strict)
			}
			return c, err
		}
		client := &http.Client{Transport: &http.Transport{DialContext: rules.DialContext, DialTLSContext: dialTLS, DisableKeepAlives: true}}
		resp, err := client.Get(srv.URL)
		if (err == nil) != ok {
			t.Errorf("strict %v: %v", strict, err)
		}
		if err == nil {
			_ = resp.Body.Close()
		}
	}
}

// FuzzOldIPv4 holds the reader to the system's own for what both take.
func FuzzOldIPv4(f *testing.F) {
	for _, s := range []string{"127.1", "0x7f.1", "0177.0.0.1", "1.2.3.4", "256", "4294967296", "a", "1.2.3.4.5", "", "08.1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ip, ok := parseOldIPv4(s)
		if ok && !ip.Is4() {
			t.Errorf("%q is %v", s, ip)
		}
		if std := net.ParseIP(s); std != nil && std.To4() != nil && !strings.Contains(s, ":") && (!ok || ip.String() != std.String()) {
			t.Errorf("%q is %v, not %v", s, ip, std)
		}
	})
}
