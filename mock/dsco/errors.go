package dsco

import (
	"fmt"
	"net/http"
	"strings"

	"tacklebox/mock/provider"
)

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

// refusal is an answer other than 200.
type refusal struct {
	status  int
	kind    string
	message string
	header  http.Header
}

func (r *refusal) Error() string { return r.kind + ": " + r.message }

// refuse makes the ordinary refusal, a 400 (documented).
func refuse(kind, format string, args ...any) *refusal {
	return &refusal{status: http.StatusBadRequest, kind: kind, message: fmt.Sprintf(format, args...)}
}

func unauthorized(message string) *refusal {
	return &refusal{http.StatusUnauthorized, unauthorizedType, message, http.Header{"WWW-Authenticate": {"Bearer"}}}
}

func noMethod(c *provider.Call, allowed []string) *refusal {
	list := strings.Join(allowed, ", ")
	return &refusal{http.StatusMethodNotAllowed, methodNotAllowed, fmt.Sprintf("%s is not possible here, only %s.", c.Method, list),
		http.Header{"Allow": {list}}}
}

// reply renders a refusal in Dsco's envelope (documented: these three members).
func (r *refusal) reply() provider.Reply {
	out := jsonReply(r.status, struct {
		Type    string `json:"type"`
		Success bool   `json:"success"`
		Message string `json:"message"`
	}{r.kind, false, r.message})
	for k, v := range r.header {
		out.Header[k] = v
	}
	return out
}

func jsonReply(status int, body any) provider.Reply {
	return provider.Reply{Status: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: provider.Encode(body)}
}

// broken answers when the mock itself failed.
func broken(*provider.World, *provider.Call) provider.Reply {
	return (&refusal{status: http.StatusInternalServerError, kind: internalError, message: "Something went wrong on our side; try again later."}).reply()
}

// shorten makes foreign text fit for a message.
func shorten(s string) string {
	const most = 80
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
