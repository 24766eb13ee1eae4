// Package client speaks the control API and the live stream of a running
// sandbox: one method per call, with typed requests and answers. The terminal
// side and the tests use it; it knows nothing of the server but the wire.
package client

import (
	"net/http"
	"strings"
)

// Client calls one sandbox. It is safe for concurrent use.
type Client struct {
	EntryCalls
	ProviderCalls
	*transport
}

// clientOver returns the client that calls over a transport.
func clientOver(t *transport) *Client {
	return &Client{EntryCalls{t}, ProviderCalls{t}, t}
}

// New returns a client of the sandbox at base ("http://127.0.0.1:4780"; a bare
// "host:port" is taken as http). token may be empty.
func New(base, token string) *Client {
	if !strings.Contains(base, "://") {
		base = "http://" + base
	}
	return clientOver(&transport{base: strings.TrimRight(base, "/"), token: token, http: &http.Client{CheckRedirect: noRedirect}})
}

// Nobody returns a client whose every call fails with err: of a sandbox whose
// address is not known.
func Nobody(err error) *Client {
	return clientOver(&transport{base: "http://nobody.invalid", http: &http.Client{Transport: nobody{err}}, lost: err})
}

type nobody struct{ err error }

func (n nobody) RoundTrip(*http.Request) (*http.Response, error) { return nil, n.err }

// noRedirect keeps a foreign server on the port from sending the token away.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// URL returns the address of the sandbox, without a slash at its end.
func (c *Client) URL() string { return c.base }
