package lagerkoll

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// apiError is an error of the API: its Code is the documented number, its Field
// errorField, where "" is null.
type apiError = kit.Error

// Documented (page): the four codes, the texts of three of them and of the
// failure inside, and the four members. The statuses but 429 are inferred, the
// other texts decided.
const (
	codeCredentials = "900001"
	codeCommon      = "900101"
	codeTooMany     = "900429"
	codeWebhook     = "902101"
)

var (
	errCredentials   = kit.Refuse(http.StatusUnauthorized, codeCredentials, "Credentials don't match")
	errNoWebhook     = kit.Refuse(http.StatusNotFound, codeWebhook, "Error when getting webhook")
	errNotFound      = kit.Refuse(http.StatusNotFound, codeCommon, "Not found")
	errNotAcceptable = kit.Refuse(http.StatusNotAcceptable, codeCommon, "Not acceptable")
	errWrongType     = kit.Refuse(http.StatusUnsupportedMediaType, codeCommon, "Unsupported media type")
	errTooLarge      = kit.Refuse(http.StatusRequestEntityTooLarge, codeCommon, "Request body too large")
	errMalformed     = kit.Refuse(http.StatusBadRequest, codeCommon, "Malformed request body")
	errFailure       = kit.Refuse(http.StatusInternalServerError, codeCommon, "Something went wrong on the server")
)

// tooMany is the documented 429 with Retry-After in seconds (page).
func tooMany(seconds int64) *apiError {
	return kit.Refuse(http.StatusTooManyRequests, codeTooMany, "Too many requests").With("Retry-After", strconv.FormatInt(seconds, 10))
}

// notAllowed tells the methods that a path has, in the order of the table.
func notAllowed(methods []string) *apiError {
	return kit.Refuse(http.StatusMethodNotAllowed, codeCommon, "Method not allowed").With("Allow", strings.Join(methods, ", "))
}

// bad refuses one field: word is "missing" or "not valid".
func bad(field, word string) *apiError {
	e := kit.Refuse(http.StatusBadRequest, codeCommon, "%s is %s", field, word)
	e.Field = field
	return e
}

// broken answers when the mock itself failed.
func broken(w *provider.World, c *provider.Call, status int) provider.Reply {
	if status == http.StatusInsufficientStorage {
		return api.Fail(w, c, kit.Refuse(status, codeCommon, kit.NotKept))
	}
	return api.Fail(w, c, errFailure)
}

// dialect writes an error in the form the caller prefers; one that is no refusal
// is our own failure.
func dialect(q *query, err error) provider.Reply {
	e := kit.As(err, errFailure)
	out := q.format.reply(e.Status, errorJSON(e))
	if q.format == asXML {
		out.Body = errorXML(e)
	}
	for name, values := range e.Header {
		out.Header[name] = values
	}
	return out
}

// errorJSON writes the four documented members; what is not known is null
// (page).
func errorJSON(e *apiError) []byte {
	body := struct {
		Code    json.RawMessage `json:"errorCode"`
		Message string          `json:"errorMessage"`
		Field   *string         `json:"errorField"`
		Data    json.RawMessage `json:"errorData"`
	}{Code: json.RawMessage(e.Code), Message: e.Message, Data: json.RawMessage("null")}
	if e.Field != "" {
		body.Field = &e.Field
	}
	return provider.Encode(body)
}

// errorXML leaves out what is null (decision).
func errorXML(e *apiError) []byte {
	parts := []element{{"errorCode", e.Code}, {"errorMessage", e.Message}}
	if e.Field != "" {
		parts = append(parts, element{"errorField", e.Field})
	}
	return document(tag("error", elements(parts...)))
}
