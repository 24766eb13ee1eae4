package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// maxAnswer bounds one answer. A page of entries with full bodies is the
// largest thing a server sends: 10,000 entries of a few kilobytes.
const maxAnswer = 256 << 20

// transport carries calls to one address.
type transport struct {
	base  string
	token string
	http  *http.Client
	lost  error // why the address is not known
}

// call is one request to the control API: in is sent as JSON unless it is nil,
// the answer is decoded into out unless that is nil.
func (t *transport) call(ctx context.Context, method, path string, query url.Values, in, out any) error {
	body, err := t.raw(ctx, method, path, query, in)
	if err != nil || out == nil || len(body) == 0 {
		return err
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("answer of %s %s: %w", method, path, err)
	}
	return nil
}

// ask is call for an answer of a known type.
func ask[T any](ctx context.Context, t *transport, method, path string, query url.Values, in any) (out T, err error) {
	err = t.call(ctx, method, path, query, in, &out)
	return out, err
}

// raw is call without the decoding. A status of 300 or more is an *api.Error.
func (t *transport) raw(ctx context.Context, method, path string, query url.Values, in any) ([]byte, error) {
	status, body, err := t.roundTrip(ctx, method, path, query, in)
	if err != nil {
		return nil, err
	}
	if status >= 300 {
		return nil, refusal(status, body)
	}
	return body, nil
}

func (t *transport) roundTrip(ctx context.Context, method, path string, query url.Values, in any) (int, []byte, error) {
	req, err := t.request(ctx, method, path, query, in)
	if err != nil {
		return 0, nil, err
	}
	resp, err := t.http.Do(req)
	if err != nil {
		return 0, nil, t.connectError(ctx, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return 0, nil, t.connectError(ctx, err)
	}
	if len(body) > maxAnswer {
		return 0, nil, fmt.Errorf("answer of %s %s is larger than %d bytes: ask for fewer entries", method, path, maxAnswer)
	}
	return resp.StatusCode, body, nil
}

// verbatim is a body that is sent as it is.
type verbatim []byte

func (t *transport) request(ctx context.Context, method, path string, query url.Values, in any) (*http.Request, error) {
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
	req, err := http.NewRequestWithContext(ctx, method, t.address(path, query), body)
	if err != nil {
		return nil, fmt.Errorf("address %q: %w", t.base, err)
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	t.authorize(req.Header)
	return req, nil
}

func (t *transport) address(path string, query url.Values) string {
	address := t.base + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return address
}

func (t *transport) authorize(h http.Header) {
	if t.token != "" {
		h.Set("Authorization", "Bearer "+t.token)
	}
}

// connectError tells a caller that gave up from a server that is not there.
func (t *transport) connectError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if t.lost != nil {
		return t.lost
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err // the address is named already
	}
	return fmt.Errorf("%w to %s: %w", ErrConnect, t.base, err)
}
