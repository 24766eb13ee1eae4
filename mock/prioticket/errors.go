package prioticket

import (
	"net/http"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// apiError is one way to refuse a call: Message is for a customer, Detail for a
// developer, and each of the Problems begins with the place. There is no
// error_code field; the code stands in error (documented 3.5).
type apiError = kit.Error

// The errors. Statuses are documented 3.5 for every operation; of the codes only
// INVALID_REQUEST is, the others are modelled on it. WWW-Authenticate is inferred
// from RFC 6750, Retry-After a decision.
var (
	errPath   = worded(404, "NOT_FOUND", "This address does not exist.", "The API has no such path.")
	errMethod = worded(405, "METHOD_NOT_ALLOWED", "This action is not possible here.", "The path exists, but not with this method.")
	errAccept = worded(406, "NOT_ACCEPTABLE", "The answer cannot be given in the format asked for.",
		"The Accept header leaves no room for application/json.")
	errToken = worded(401, "INVALID_TOKEN", "Your access is not valid, please sign in again.",
		"The access token is malformed, expired, revoked or not allowed here.", "WWW-Authenticate", `Bearer realm="Prio", error="invalid_token"`)
	errScope = worded(403, "INSUFFICIENT_SCOPE", "You are not allowed to do this.",
		"The access token was not issued for the scope "+scopeWebhooks+".",
		"WWW-Authenticate", `Bearer realm="Prio", error="insufficient_scope", scope="`+scopeWebhooks+`"`)
	errConflict = worded(409, "CONFLICT", "This webhook exists already.", "A webhook with the same address and events is registered.")
	errTooMany  = worded(429, "TOO_MANY_REQUESTS", "Too many requests, please wait a minute.",
		"More than 1000 requests or more than 60 refused ones within a minute.", "Retry-After", "60")
	errNotKept  = worded(507, "INSUFFICIENT_STORAGE", "Something went wrong.", kit.NotKept)
	errInternal = worded(500, "INTERNAL_SERVER_ERROR", "Something went wrong.", "The request could not be processed.")
)

// worded makes an error with both of its texts; header is name, value, name,
// value.
func worded(status int, code, message, detail string, header ...string) *apiError {
	return (&apiError{Status: status, Code: code, Message: message, Detail: detail}).With(header...)
}

// invalid is the 400 that most refusals are.
func invalid(detail string, problems ...string) *apiError {
	return &apiError{Status: 400, Code: "INVALID_REQUEST", Message: "The request is not valid.", Detail: detail, Problems: problems}
}

// errorBody is the error object (documented 3.5); error_uri is never sent
// (decision).
type errorBody struct {
	Error       string   `json:"error"`
	Reference   string   `json:"error_reference"`
	Message     string   `json:"error_message"`
	Description string   `json:"error_description,omitempty"`
	Errors      []string `json:"errors,omitempty"`
}

// oauthBody is the error object of the token call (documented 3.5, RFC 6749).
type oauthBody struct {
	Error       string `json:"error"`
	Description string `json:"error_description,omitempty"`
}

// oauthError is a refusal of the token call; only invalid_client is a 401.
func oauthError(code, description string) *apiError {
	if code == invalidClient {
		return worded(http.StatusUnauthorized, code, "", description, "WWW-Authenticate", `Basic realm="Prio"`)
	}
	return worded(http.StatusBadRequest, code, "", description)
}

// dialect words an error: the token call's have no message for customers. Every
// other answer has a reference of its own.
func dialect(r *request, err error) provider.Reply {
	e := kit.As(err, errInternal)
	var body any = oauthBody{e.Code, e.Detail}
	if e.Message != "" {
		body = errorBody{Error: e.Code, Reference: r.World.UUID("reference"), Message: e.Message, Description: e.Detail, Errors: e.Problems}
	}
	reply := answer(e.Status, body)
	for name, values := range e.Header {
		reply.Header[name] = values
	}
	return reply
}

// answer is a JSON answer.
func answer(status int, body any) provider.Reply { return kit.JSON(status, "application/json", body) }

// noContent is the answer of DELETE and of POST /notifications: the seed says no
// content, the number 204 is inferred.
func noContent(r *request) provider.Reply {
	return provider.Reply{Status: int(r.Option("no_content_status").Int()), Header: http.Header{}}
}
