package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"tacklebox/receiver/api"
)

// ErrConnect is in the chain of every error that means nobody answered at the
// address: commands turn it into exit code 4.
var ErrConnect = errors.New("cannot connect")

// refusal makes an *api.Error of an answer. Something else may listen on the port,
// so a body that is not ours is quoted only in part.
func refusal(status int, body []byte) *api.Error {
	var answer api.ErrorBody
	if json.Unmarshal(body, &answer) == nil && answer.Error != nil && answer.Error.Message != "" {
		answer.Error.Status = status
		return answer.Error
	}
	return &api.Error{Status: status, Message: strings.TrimSpace(fmt.Sprintf("the server answered %d %s: %.200s", status, http.StatusText(status), body))}
}

// connectError tells a caller that gave up from a server that is not there.
func (c *Client) connectError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if c.lost != nil {
		return c.lost
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err // the address is named already
	}
	return fmt.Errorf("%w to %s: %w", ErrConnect, c.base, err)
}
