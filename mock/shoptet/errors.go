package shoptet

import (
	"fmt"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// apiError is one member of an answer's errors, with the status it brings: Code
// is errorCode, Field is instance. The OAuth server's errors have Code and Message
// alone.
type apiError = kit.Error

// worded makes an error of the API: its code, its sentence and what it is about.
func worded(status int, code, message, instance string) *apiError {
	return &apiError{Status: status, Code: code, Message: message, Field: instance}
}

// refuse answers with errors alone; the first one's status counts.
func refuse(errors ...*apiError) (any, error) { return nil, kit.Errors(errors) }

// errorBody is an error as the API writes it (members documented).
type errorBody struct {
	Code     string `json:"errorCode"`
	Message  string `json:"message"`
	Instance string `json:"instance"`
}

// errorBodies writes errors as the envelope holds them; none is null there.
func errorBodies(list []*apiError) []errorBody {
	var bodies []errorBody
	for _, e := range list {
		bodies = append(bodies, errorBody{e.Code, e.Message, e.Field})
	}
	return bodies
}

// dialect words errors: the API's in its envelope, the OAuth server's without.
func dialect(r *request, err error) provider.Reply {
	list, several := err.(kit.Errors)
	if !several {
		list = kit.Errors{kit.As(err, internalError())}
	}
	if r.oauth() {
		return oauthReply(list[0].Status, struct {
			Error       string `json:"error"`
			Description string `json:"error_description,omitempty"`
		}{list[0].Code, list[0].Message})
	}
	for name, values := range list[0].Header {
		r.Header[name] = values
	}
	return r.reply(answer{status: list[0].Status, errors: list})
}

// invalidData is the code of everything that is wrong with a request document.
const invalidData = "invalid-request-data"

// Credentials. The statuses of invalid, expired and rightless tokens are
// documented; that of a missing one is inferred.

func tokenMissing() *apiError {
	return worded(401, "missing-access-token", "Missing access token. Please add `Shoptet-Access-Token` header to your request.", "unknown")
}

func tokenInvalid() *apiError {
	return worded(401, "invalid-token", "Invalid access token.", "unknown")
}
func tokenExpired() *apiError {
	return worded(401, "expired-token", "Token is expired. Please ask for new one.", "unknown")
}

func tokenNoRights(token string) *apiError {
	const shown = 3
	n := min(shown, len(token))
	return worded(403, "invalid-token-no-rights",
		fmt.Sprintf("Your access token %q has no defined rights for this resource.", token[:n]+".."+token[len(token)-n:]), "access-token")
}

func addonNotApproved() *apiError {
	return worded(401, "invalid-token", "Addon installation is not approved.", "unknown")
}

// What is asked for.

// endpointUnknown covers wrong methods too: 405 is not among the documented
// statuses, 404 is documented for a wrong endpoint.
func endpointUnknown(method, path string) *apiError {
	return worded(404, "endpoint-not-found", `Endpoint "`+method+" "+path+`" not found.`, path)
}

func webhookUnknown(id string) *apiError {
	return worded(404, "webhook-not-found", `Webhook with id "`+id+`" not found.`, id)
}
func jobUnknown(id string) *apiError {
	return worded(404, "job-not-found", `Job with ID "`+id+`" not found.`, id)
}

// pageBeyond contains the words that clients look for (observed: max page is).
func pageBeyond(page string, last int) *apiError {
	return worded(404, "page-not-found", fmt.Sprintf(`Page with number "%s" not found, max page is %d.`, page, last), page)
}

func parameterInvalid(name, reason string) *apiError {
	return worded(400, "invalid-parameter", `Invalid "`+name+`" parameter. `+reason, name)
}

// What is sent. The wordings are those of the JSON schema library that the
// documented messages come from.

func notJSON() *apiError {
	return worded(422, invalidData, "Request body is not a valid JSON.", "payload")
}
func bodyTooLarge() *apiError {
	return worded(413, "payload-too-large", "Request body is too large.", "payload")
}
func contentTypeWrong() *apiError {
	return worded(422, invalidData, "Unsupported Content-Type.", "Content-Type")
}
func propertyMissing(name, at string) *apiError {
	return worded(422, invalidData, "The property "+name+" is required", at)
}

func propertyExtra(name, at string) *apiError {
	return worded(422, invalidData, "The property "+name+" is not defined and the definition does not allow additional properties", at)
}

func typeWrong(got, wanted, at string) *apiError {
	return worded(422, invalidData, got+" value found, but "+wanted+" is required", at)
}

func tooLong(most int, at string) *apiError {
	return worded(422, invalidData, fmt.Sprintf("Must be no more than %d characters long", most), at)
}

func tooMany(most int, at string) *apiError {
	return worded(422, invalidData, fmt.Sprintf("There must be a maximum of %d items in the array", most), at)
}

func urlBad(at string) *apiError { return worded(422, invalidData, "Invalid URL format", at) }

// notListed words an enumeration; list is its JSON text.
func notListed(list, at string) *apiError {
	return worded(422, invalidData, "Does not have a value in the enumeration "+list, at)
}
func updateEmpty() *apiError {
	return worded(422, invalidData, "Must contain a minimum of 1 properties", "data")
}

// Rules of registering.

func webhookExists(event string) *apiError {
	return worded(422, "webhook-exists", "Webhook already exists for this event", event)
}

func eventConflict(event, other string) *apiError {
	return worded(409, "webhook-conflict", `Webhook for event "`+event+`" cannot be registered together with event "`+other+`".`, event)
}

// Asynchronous requests.

func jobAskedTooOften(id string) *apiError {
	return worded(403, "job-detail-try-counter-exceeded-limit", `You have exceeded the limit of job detail request for unprocessed job "`+id+
		`". Please wait for job:finished event after job is completed!`, id)
}

func finishedNotRegistered() *apiError {
	return worded(403, "webhook-not-registered", `Webhook "job:finished" must be registered to run asynchronous requests.`, "job:finished")
}

// The state of the service.

func locked(path string) *apiError {
	return worded(423, "resource-locked", "The same request is being processed.", path)
}
func rateExceeded() *apiError {
	return worded(429, "rate-limit-exceeded", "Too many requests.", "unknown")
}
func internalError() *apiError { return worded(500, "unknown-error", "Unknown error.", "payload") }
func maintenance() *apiError {
	return worded(503, "system-maintenance", "System maintenance.", "unknown")
}
