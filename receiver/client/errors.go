package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
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
