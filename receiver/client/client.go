// Package client speaks the control API and the live stream of a running
// sandbox: one method per call, with typed requests and answers. The terminal
// side and the tests use it; it knows nothing of the server but the wire.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// maxAnswer bounds one answer. A page of entries with full bodies is the
// largest thing a server sends: 10,000 entries of a few kilobytes.
const maxAnswer = 256 << 20

// Client calls one sandbox. It is safe for concurrent use.
type Client struct {
	base  string
	token string
	http  *http.Client
	lost  error // why the address is not known
}

// New returns a client of the sandbox at base ("http://127.0.0.1:4780"; a bare
// "host:port" is taken as http). token may be empty.
func New(base, token string) *Client {
	if !strings.Contains(base, "://") {
		base = "http://" + base
	}
	return &Client{base: strings.TrimRight(base, "/"), token: token, http: &http.Client{CheckRedirect: noRedirect}}
}

// Nobody returns a client whose every call fails with err: of a sandbox whose
// address is not known.
func Nobody(err error) *Client {
	return &Client{base: "http://nobody.invalid", http: &http.Client{Transport: nobody{err}}, lost: err}
}

type nobody struct{ err error }

func (n nobody) RoundTrip(*http.Request) (*http.Response, error) { return nil, n.err }

// noRedirect keeps a foreign server on the port from sending the token away.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// URL returns the address of the sandbox, without a slash at its end.
func (c *Client) URL() string { return c.base }

// call is one request to the control API: in is sent as JSON unless it is nil,
// the answer is decoded into out unless that is nil.
func (c *Client) call(ctx context.Context, method, path string, query url.Values, in, out any) error {
	body, err := c.raw(ctx, method, path, query, in)
	if err != nil || out == nil || len(body) == 0 {
		return err
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("answer of %s %s: %w", method, path, err)
	}
	return nil
}

// ask is call for an answer of a known type.
func ask[T any](ctx context.Context, c *Client, method, path string, query url.Values, in any) (out T, err error) {
	err = c.call(ctx, method, path, query, in, &out)
	return out, err
}

// raw is call without the decoding. A status of 300 or more is an *api.Error.
func (c *Client) raw(ctx context.Context, method, path string, query url.Values, in any) ([]byte, error) {
	status, body, err := c.roundTrip(ctx, method, path, query, in)
	if err != nil {
		return nil, err
	}
	if status >= 300 {
		return nil, refusal(status, body)
	}
	return body, nil
}

func (c *Client) roundTrip(ctx context.Context, method, path string, query url.Values, in any) (int, []byte, error) {
	req, err := c.request(ctx, method, path, query, in)
	if err != nil {
		return 0, nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, nil, c.connectError(ctx, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return 0, nil, c.connectError(ctx, err)
	}
	if len(body) > maxAnswer {
		return 0, nil, fmt.Errorf("answer of %s %s is larger than %d bytes: ask for fewer entries", method, path, maxAnswer)
	}
	return resp.StatusCode, body, nil
}

// verbatim is a body that is sent as it is.
type verbatim []byte

func (c *Client) request(ctx context.Context, method, path string, query url.Values, in any) (*http.Request, error) {
	var body io.Reader
	if in != nil {
		text, verbatim := in.(verbatim)
		if !verbatim {
			var err error
			if text, err = json.Marshal(in); err != nil {
				return nil, fmt.Errorf("request %s %s: %w", method, path, err)
			}
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.address(path, query), body)
	if err != nil {
		return nil, fmt.Errorf("address %q: %w", c.base, err)
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	c.authorize(req.Header)
	return req, nil
}

func (c *Client) address(path string, query url.Values) string {
	address := c.base + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return address
}

func (c *Client) authorize(h http.Header) {
	if c.token != "" {
		h.Set("Authorization", "Bearer "+c.token)
	}
}
