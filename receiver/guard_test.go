package receiver

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gorilla/websocket"

	"tacklebox/receiver/api"
)

// TestGuard holds host, origin and token against section 3 of the contract.
func TestGuard(t *testing.T) {
	t.Parallel()
	const path = "/_/entries"
	for name, c := range map[string]struct {
		token, bound, path, host, origin, auth, site string
		want                                         int
	}{
		"localhost":                   {path: path, host: "localhost:4780", want: 200},
		"loopback":                    {path: path, host: "127.0.0.1:4780", want: 200},
		"loopback v6":                 {path: path, host: "[::1]:4780", want: 200},
		"v6 without port":             {path: path, host: "[::1]", want: 200},
		"capitals":                    {path: path, host: "LocalHost", want: 200},
		"another port of a tunnel":    {path: path, host: "localhost:8080", want: 200},
		"bound address":               {path: path, bound: "127.0.0.2:4780", host: "127.0.0.2:4780", want: 200},
		"address not bound":           {path: path, host: "127.0.0.2:4780", want: 403},
		"wildcard is no address":      {path: path, bound: "0.0.0.0:4780", host: "0.0.0.0:4780", want: 403},
		"wildcard v6 is none":         {path: path, bound: "[::]:4780", host: "[::]:4780", want: 403},
		"rebound name":                {path: path, host: "evil.example:4780", want: 403},
		"rebound name, own origin":    {path: path, host: "evil.example:4780", origin: "http://evil.example:4780", want: 403},
		"looks like localhost":        {path: path, host: "localhost.evil.example", want: 403},
		"provider's host":             {path: path, host: "shoptet.localhost", want: 403},
		"no host":                     {path: path, host: "", want: 403},
		"same origin":                 {path: path, host: "localhost:4780", origin: "http://localhost:4780", want: 200},
		"another port is foreign":     {path: path, host: "localhost:4780", origin: "http://localhost:3000", want: 403},
		"another name is foreign":     {path: path, host: "127.0.0.1:4780", origin: "http://localhost:4780", want: 403},
		"foreign origin":              {path: path, host: "localhost:4780", origin: "https://evil.example", want: 403},
		"opaque origin":               {path: path, host: "localhost:4780", origin: "null", want: 403},
		"origin of a file":            {path: path, host: "localhost:4780", origin: "file://localhost:4780", want: 403},
		"origin that is no URL":       {path: path, host: "localhost:4780", origin: "http://[", want: 403},
		"index":                       {path: "/_/", host: "evil.example", want: 403},
		"index without slash":         {path: "/_", host: "evil.example", want: 403},
		"spelled with slashes":        {path: "//_/entries", host: "evil.example", want: 403},
		"spelled with dots":           {path: "/x/../_/entries", host: "evil.example", want: 403},
		"a capture":                   {path: "/in/a", host: "evil.example", origin: "https://evil.example", want: 200},
		"a capture with dots":         {path: "/in/../_/entries", host: "evil.example", want: 200},
		"a capture despite token":     {token: "T", path: "/in/a", host: "h", want: 200},
		"a provider":                  {path: "/dsco/api", host: "api.dsco.io", want: 200},
		"begins alike":                {path: "/_x", host: "evil.example", want: 200},
		"token missing":               {token: "T", path: path, host: "localhost", want: 401},
		"token wrong":                 {token: "T", path: path, host: "localhost", auth: "Bearer t", want: 401},
		"token empty":                 {token: "T", path: path, host: "localhost", auth: "Bearer ", want: 401},
		"token with another scheme":   {token: "T", path: path, host: "localhost", auth: "Basic T", want: 401},
		"token":                       {token: "T", path: path, host: "localhost", auth: "Bearer T", want: 200},
		"token, scheme in lower":      {token: "T", path: path, host: "localhost", auth: "bearer T", want: 200},
		"token from anywhere":         {token: "T", path: path, host: "box.example", origin: "https://ui.example", auth: "Bearer T", want: 200},
		"token in the query":          {token: "T&=", path: path + "?token=T%26%3D", host: "box.example", want: 200},
		"wrong token in the query":    {token: "T", path: path + "?token=TT", host: "localhost", want: 401},
		"header goes before query":    {token: "T", path: path + "?token=T", host: "localhost", auth: "Bearer X", want: 401},
		"page of another site":        {path: path, host: "localhost", site: "cross-site", want: 403},
		"the same site":               {path: path, host: "localhost", site: "same-site", want: 200},
		"typed by hand":               {path: path, host: "localhost", site: "none", want: 200},
		"another site with the token": {token: "T", path: path, host: "localhost", site: "cross-site", auth: "Bearer T", want: 200},
		"a blank token is none":       {token: " ", path: path, host: "evil.example", auth: "Bearer  ", want: 403},
		"a capture of another site":   {path: "/in/a", host: "localhost", site: "cross-site", want: 200},
		"query token without --token": {path: path + "?token=T", host: "evil.example", want: 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			next := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
			r := httptest.NewRequest("GET", "http://localhost"+c.path, nil)
			r.Host = c.host
			if c.origin != "" {
				r.Header.Set("Origin", c.origin)
			}
			if c.auth != "" {
				r.Header.Set("Authorization", c.auth)
			}
			if c.site != "" {
				r.Header.Set("Sec-Fetch-Site", c.site)
			}
			w := httptest.NewRecorder()
			Guard(GuardConfig{Tokens: tokens(c.token), Bound: []string{c.bound}}, next).ServeHTTP(w, r)
			answer{w.Code, w.Header(), w.Body.String()}.want(t, c.want)
		})
	}
}

// TestGuardOfTheStream connects as a page of a foreign origin would.
func TestGuardOfTheStream(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	open := newRig(t)
	tokened := serveMux(t, open.rc, "T")
	for name, c := range map[string]struct {
		url, origin, host string
		want              int
	}{
		"no origin":      {g.addr() + "/_/stream", "", "", 101},
		"same origin":    {g.addr() + "/_/stream", "http://" + g.addr(), "", 101},
		"foreign origin": {g.addr() + "/_/stream", "http://evil.example", "", 403},
		"rebound host":   {g.addr() + "/_/stream", "http://evil.example", "evil.example", 403},
		"token":          {tokened + "/_/stream?token=T", "https://ui.example", "", 101},
		"token missing":  {tokened + "/_/stream", "", "", 401},
	} {
		h := http.Header{}
		if c.origin != "" {
			h.Set("Origin", c.origin)
		}
		if c.host != "" {
			h.Set("Host", c.host)
		}
		conn, resp, err := websocket.DefaultDialer.Dial("ws://"+c.url, h)
		if err == nil {
			_ = conn.Close()
		}
		if resp == nil || resp.StatusCode != c.want {
			t.Errorf("%s: %v %v", name, resp, err)
		}
	}
	r := httptest.NewRequest("GET", "http://localhost/", nil)
	r.Header.Set("Origin", "http://evil.example")
	if originAllowed(r) {
		t.Error("without a guard a foreign origin is let in")
	}
}

// serveMux serves rc's control API behind a guard with a token.
func serveMux(t *testing.T, rc *Receiver, token string) (addr string) {
	t.Helper()
	mux := api.Mux(rc.routes(), http.NotFoundHandler())
	url := serve(t, &http.Server{Handler: Guard(GuardConfig{Tokens: tokens(token)}, mux)})
	return url[len("http://"):]
}

// tokens is a token as GuardConfig has it; "" is none.
func tokens(token string) []string {
	if token == "" {
		return nil
	}
	return []string{token}
}
