package lagerkoll

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"tacklebox/mock/provider"
)

// refusal is an error of the API. Documented (page): the four codes, the texts
// of three of them and of the failure inside, and the four members. The statuses
// but 429 are inferred, the other texts decided.
type refusal struct {
	status  int
	code    int
	message string
	field   string // "" is null
	allow   string // of a 405
	retry   int64  // of a 429, seconds
}

func (r *refusal) Error() string { return r.message }

const (
	codeCredentials = 900001
	codeCommon      = 900101
	codeTooMany     = 900429
	codeWebhook     = 902101
)

func common(status int, message string) *refusal {
	return &refusal{status: status, code: codeCommon, message: message}
}

func badCredentials() *refusal {
	return &refusal{status: http.StatusUnauthorized, code: codeCredentials, message: "Credentials don't match"}
}

func noWebhook() *refusal {
	return &refusal{status: http.StatusNotFound, code: codeWebhook, message: "Error when getting webhook"}
}

func tooMany(wait int64) *refusal {
	return &refusal{status: http.StatusTooManyRequests, code: codeTooMany, message: "Too many requests", retry: wait}
}

func notAllowed(methods []string) *refusal {
	r := common(http.StatusMethodNotAllowed, "Method not allowed")
	r.allow = strings.Join(methods, ", ")
	return r
}

func notFound() *refusal      { return common(http.StatusNotFound, "Not found") }
func notAcceptable() *refusal { return common(http.StatusNotAcceptable, "Not acceptable") }
func wrongType() *refusal     { return common(http.StatusUnsupportedMediaType, "Unsupported media type") }
func tooLarge() *refusal {
	return common(http.StatusRequestEntityTooLarge, "Request body too large")
}
func malformed() *refusal { return common(http.StatusBadRequest, "Malformed request body") }
func failure() *refusal {
	return common(http.StatusInternalServerError, "Something went wrong on the server")
}

// bad refuses one field: word is "missing" or "not valid".
func bad(field, word string) *refusal {
	r := common(http.StatusBadRequest, field+" is "+word)
	r.field = field
	return r
}

// broken answers when the mock itself failed.
func broken(w *provider.World, c *provider.Call) provider.Reply {
	wire := c.Path
	defer func() { c.Path = wire }()
	c.Path = tidy(wire)
	q := &query{world: w, call: c}
	q.locate()
	return failure().reply(q.format)
}

// reply writes the refusal in the form the caller prefers.
func (r *refusal) reply(f format) provider.Reply {
	out := f.reply(r.status, r.json())
	if f == asXML {
		out.Body = r.xml()
	}
	if r.allow != "" {
		out.Header.Set("Allow", r.allow)
	}
	if r.code == codeTooMany {
		out.Header.Set("Retry-After", strconv.FormatInt(r.retry, 10))
	}
	return out
}

func (r *refusal) json() []byte {
	body := struct {
		Code    int             `json:"errorCode"`
		Message string          `json:"errorMessage"`
		Field   *string         `json:"errorField"`
		Data    json.RawMessage `json:"errorData"`
	}{Code: r.code, Message: r.message, Data: json.RawMessage("null")}
	if r.field != "" {
		body.Field = &r.field
	}
	return provider.Encode(body)
}

// xml leaves out what is null (decision).
func (r *refusal) xml() []byte {
	parts := []element{{"errorCode", strconv.Itoa(r.code)}, {"errorMessage", r.message}}
	if r.field != "" {
		parts = append(parts, element{"errorField", r.field})
	}
	return document(tag("error", elements(parts...)))
}
