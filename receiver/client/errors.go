package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// ErrConnect is in the chain of every error that means nobody answered at the
// address: commands turn it into exit code 4.
var ErrConnect = errors.New("cannot connect")

// Error is the server's refusal of a call.
type Error struct {
	Status  int    // HTTP status
	Code    string // short machine-readable name, "" when the answer was not ours
	Message string // one sentence
	Hint    string // what to do, or the nearest valid name; may be empty
}

func (e *Error) Error() string {
	text := e.Message
	if text == "" {
		text = fmt.Sprintf("the server answered %d %s", e.Status, http.StatusText(e.Status))
	}
	if e.Hint != "" {
		text += " (" + e.Hint + ")"
	}
	return text
}

// problem makes an *Error of an answer. Something else may listen on the port,
// so a body that is not ours is quoted only in part.
func problem(status int, body []byte) *Error {
	var answer struct {
		Error struct{ Code, Message, Hint string }
	}
	if json.Unmarshal(body, &answer) == nil && answer.Error.Message != "" {
		return &Error{status, answer.Error.Code, answer.Error.Message, answer.Error.Hint}
	}
	return &Error{Status: status, Message: strings.TrimSpace(fmt.Sprintf("the server answered %d %s: %.200s", status, http.StatusText(status), body))}
}

// connectError tells a caller that gave up from a server that is not there.
func (c *Client) connectError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err // the address is named already
	}
	return fmt.Errorf("%w to %s: %w", ErrConnect, c.base, err)
}
