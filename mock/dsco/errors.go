package dsco

import (
	"net/http"
	"slices"
	"strings"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// apiError is an answer other than 200: its Code is Dsco's type.
type apiError = kit.Error

// Error types. Documented as part of the API, their use by the webhook calls is
// inferred: the first four. WebhookNotFound is inferred from OrderNotFound, a 400
// too; of InvalidPageParams only the beginning "Inva" is documented. The rest are
// decisions.
const (
	propertyRequired      = "PropertyRequired"
	propertyMayNotBeSet   = "PropertyMayNotBeSet"
	unrecognizedProperty  = "UnrecognizedProperty"
	attributeValueInvalid = "AttributeValueInvalid"
	webhookNotFound       = "WebhookNotFound"
	invalidPageParams     = "InvalidPageParams"
	invalidJSON           = "InvalidJson"
	notFoundType          = "NotFound"
	methodNotAllowed      = "MethodNotAllowed"
	requestTooLarge       = "RequestTooLarge"
	tooManyRequests       = "TooManyRequests"
	unauthorizedType      = "Unauthorized"
	internalError         = "InternalError"
)

var errBroken = kit.Refuse(http.StatusInternalServerError, internalError, "Something went wrong on our side; try again later.")

// refuse makes the ordinary error, a 400 (documented).
func refuse(kind, format string, args ...any) *apiError {
	return kit.Refuse(http.StatusBadRequest, kind, format, args...)
}

// unauthorized is the answer to a missing or unknown token (the status is
// documented, the header inferred from RFC 6750).
func unauthorized(message string) *apiError {
	return kit.Refuse(http.StatusUnauthorized, unauthorizedType, "%s", message).With("WWW-Authenticate", "Bearer")
}

// noMethod lists the methods of the path in order of the alphabet; where GET is
// one, so is HEAD.
func noMethod(method string, allowed []string) *apiError {
	if slices.Contains(allowed, http.MethodGet) {
		allowed = append(slices.Clone(allowed), http.MethodHead)
	}
	list := strings.Join(slices.Sorted(slices.Values(allowed)), ", ")
	return kit.Refuse(http.StatusMethodNotAllowed, methodNotAllowed, "%s is not possible here, only %s.", method, list).With("Allow", list)
}

// dialect words an error in Dsco's envelope (documented: these three members).
func dialect(_ *kit.Request, err error) provider.Reply {
	e := kit.As(err, kit.Refuse(errBroken.Status, internalError, "%v", err))
	out := jsonReply(e.Status, struct {
		Type    string `json:"type"`
		Success bool   `json:"success"`
		Message string `json:"message"`
	}{e.Code, false, e.Message})
	for name, values := range e.Header {
		out.Header[name] = values
	}
	return out
}

// jsonReply writes every answer, good or bad, as JSON.
func jsonReply(status int, body any) provider.Reply {
	return kit.JSON(status, "application/json", body)
}

// broken answers when the mock itself failed.
func broken(_ *provider.World, _ *provider.Call, status int) provider.Reply {
	if status == http.StatusInsufficientStorage {
		return dialect(nil, kit.Refuse(status, internalError, kit.NotKept))
	}
	return dialect(nil, errBroken)
}
