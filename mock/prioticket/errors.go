package prioticket

import (
	"net/http"
	"slices"
	"strings"

	"tacklebox/mock/provider"
)

// refusal is one way to refuse a call, before it is worded as a body. There is
// no error_code field; the code stands in error (documented 3.5).
type refusal struct {
	status      int
	code        string
	message     string   // for a customer
	description string   // for a developer
	problems    []string // each begins with the place
	header      http.Header
}

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h[pairs[i]] = []string{pairs[i+1]}
	}
	return h
}

// The refusals. Statuses are documented 3.5 for every operation; of the codes
// only INVALID_REQUEST is, the others are modelled on it. WWW-Authenticate is
// inferred from RFC 6750, Retry-After a decision.
var (
	errPath   = refusal{status: 404, code: "NOT_FOUND", message: "This address does not exist.", description: "The API has no such path."}
	errMethod = refusal{status: 405, code: "METHOD_NOT_ALLOWED", message: "This action is not possible here.", description: "The path exists, but not with this method."}
	errAccept = refusal{status: 406, code: "NOT_ACCEPTABLE", message: "The answer cannot be given in the format asked for.",
		description: "The Accept header leaves no room for application/json."}
	errToken = refusal{status: 401, code: "INVALID_TOKEN", message: "Your access is not valid, please sign in again.",
		description: "The access token is malformed, expired, revoked or not allowed here.",
		header:      header("WWW-Authenticate", `Bearer realm="Prio", error="invalid_token"`)}
	errScope = refusal{status: 403, code: "INSUFFICIENT_SCOPE", message: "You are not allowed to do this.",
		description: "The access token was not issued for the scope " + scopeWebhooks + ".",
		header:      header("WWW-Authenticate", `Bearer realm="Prio", error="insufficient_scope", scope="`+scopeWebhooks+`"`)}
	errConflict = refusal{status: 409, code: "CONFLICT", message: "This webhook exists already.",
		description: "A webhook with the same address and events is registered."}
	errTooMany = refusal{status: 429, code: "TOO_MANY_REQUESTS", message: "Too many requests, please wait a minute.",
		description: "More than 1000 requests or more than 60 refused ones within a minute.", header: header("Retry-After", "60")}
	errInternal = refusal{status: 500, code: "INTERNAL_SERVER_ERROR", message: "Something went wrong.", description: "The request could not be processed."}
)

// invalid is the 400 that most refusals are.
func invalid(description string, problems ...string) refusal {
	return refusal{status: 400, code: "INVALID_REQUEST", message: "The request is not valid.", description: description, problems: problems}
}

func (r refusal) allowing(methods []string) refusal {
	r.header = header("Allow", strings.Join(methods, ", "))
	return r
}

func (r refusal) as(status int, code string) refusal {
	r.status, r.code = status, code
	return r
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

// refuse words a refusal. Every answer has a reference of its own.
func refuse(w *provider.World, r refusal) provider.Reply {
	reply := answer(r.status, errorBody{Error: r.code, Reference: w.UUID("reference"), Message: r.message,
		Description: r.description, Errors: r.problems})
	for name, v := range r.header {
		reply.Header[name] = slices.Clone(v)
	}
	return reply
}

// oauthBody is the error object of the token call (documented 3.5, RFC 6749).
type oauthBody struct {
	Error       string `json:"error"`
	Description string `json:"error_description,omitempty"`
}

// refuseToken words a refusal of the token call; only invalid_client is a 401.
func refuseToken(code, description string) provider.Reply {
	status := http.StatusBadRequest
	if code == invalidClient {
		status = http.StatusUnauthorized
	}
	reply := answer(status, oauthBody{code, description})
	if status == http.StatusUnauthorized {
		reply.Header["WWW-Authenticate"] = []string{`Basic realm="Prio"`}
	}
	return reply
}

// broken answers when the mock itself failed.
func broken(w *provider.World, _ *provider.Call) provider.Reply { return refuse(w, errInternal) }

// answer is a JSON answer.
func answer(status int, body any) provider.Reply {
	return provider.Reply{Status: status, Header: header("Content-Type", "application/json"), Body: provider.Encode(body)}
}

// noContent is the answer of DELETE and of POST /notifications: the seed says no
// content, the number 204 is inferred.
func noContent(w *provider.World, account string) provider.Reply {
	return provider.Reply{Status: int(w.Option(account, "no_content_status").Int()), Header: http.Header{}}
}
