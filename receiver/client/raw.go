package client

import (
	"context"
	"net/http"
	"net/url"
)

// Raw makes a call of the control API with a body as it is (nil: none) and returns
// the answer whatever its status. An error means that there was none.
func (c *Client) Raw(ctx context.Context, method, path string, query url.Values, body []byte) (status int, answer []byte, err error) {
	var in any
	if body != nil {
		in = verbatim(body)
	}
	return c.roundTrip(ctx, method, path, query, in)
}

// Authority returns the certificate that clients of the HTTPS port are told to
// trust (PEM), and where the sandbox keeps it: "" in memory.
func (c *Client) Authority(ctx context.Context) (pem, path string, err error) {
	req, err := c.request(ctx, http.MethodGet, "/_/ca.pem", nil, nil)
	if err != nil {
		return "", "", err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return "", "", c.connectError(ctx, err)
	}
	_ = resp.Body.Close()
	raw, err := c.raw(ctx, http.MethodGet, "/_/ca.pem", nil, nil)
	return string(raw), resp.Header.Get("Content-Location"), err
}
