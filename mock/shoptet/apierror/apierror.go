// Package apierror words what Shoptet's API refuses: status, code, sentence and
// what it is about. Marks of evidence are those of package shoptet.
package apierror

import (
	"fmt"

	"tacklebox/mock/kit"
)

// worded makes an error of the API: its code, its sentence and what it is about.
func worded(status int, code, message, instance string) *kit.Error {
	return &kit.Error{Status: status, Code: code, Message: message, Field: instance}
}

// InvalidData is the code of everything that is wrong with a request document.
const InvalidData = "invalid-request-data"

// Credentials. The statuses of invalid, expired and rightless tokens are
// documented; that of a missing one is inferred.

// TokenMissing refuses a call without a token.
func TokenMissing() *kit.Error {
	return worded(401, "missing-access-token", "Missing access token. Please add `Shoptet-Access-Token` header to your request.", "unknown")
}

// TokenInvalid refuses a token that is unknown.
func TokenInvalid() *kit.Error {
	return worded(401, "invalid-token", "Invalid access token.", "unknown")
}

// TokenExpired refuses a short token after its time.
func TokenExpired() *kit.Error {
	return worded(401, "expired-token", "Token is expired. Please ask for new one.", "unknown")
}

// TokenNoRights refuses a token whose rights do not reach the call; three letters of each end are shown.
func TokenNoRights(token string) *kit.Error {
	const shown = 3
	n := min(shown, len(token))
	return worded(403, "invalid-token-no-rights",
		fmt.Sprintf("Your access token %q has no defined rights for this resource.", token[:n]+".."+token[len(token)-n:]), "access-token")
}

// AddonNotApproved refuses the token of an installation that nobody approved.
func AddonNotApproved() *kit.Error {
	return worded(401, "invalid-token", "Addon installation is not approved.", "unknown")
}

// What is asked for.

// EndpointUnknown covers wrong methods too: 405 is not among the documented
// statuses, 404 is documented for a wrong endpoint.
func EndpointUnknown(method, path string) *kit.Error {
	return worded(404, "endpoint-not-found", `Endpoint "`+method+" "+path+`" not found.`, path)
}

// WebhookUnknown refuses an id that no webhook of the account has.
func WebhookUnknown(id string) *kit.Error {
	return worded(404, "webhook-not-found", `Webhook with id "`+id+`" not found.`, id)
}

// JobUnknown refuses an id that no job of the account has.
func JobUnknown(id string) *kit.Error {
	return worded(404, "job-not-found", `Job with ID "`+id+`" not found.`, id)
}

// PageBeyond contains the words that clients look for (observed: max page is).
func PageBeyond(page string, last int) *kit.Error {
	return worded(404, "page-not-found", fmt.Sprintf(`Page with number "%s" not found, max page is %d.`, page, last), page)
}

// ParameterInvalid refuses a query parameter; reason says what it must be.
func ParameterInvalid(name, reason string) *kit.Error {
	return worded(400, "invalid-parameter", `Invalid "`+name+`" parameter. `+reason, name)
}

// What is sent. The wordings are those of the JSON schema library that the
// documented messages come from.

// NotJSON refuses a body that cannot be read.
func NotJSON() *kit.Error {
	return worded(422, InvalidData, "Request body is not a valid JSON.", "payload")
}

// BodyTooLarge refuses a body beyond the limit.
func BodyTooLarge() *kit.Error {
	return worded(413, "payload-too-large", "Request body is too large.", "payload")
}

// ContentTypeWrong refuses a body that is not declared as the profile asks.
func ContentTypeWrong() *kit.Error {
	return worded(422, InvalidData, "Unsupported Content-Type.", "Content-Type")
}

// PropertyMissing refuses an object without a member that must be there.
func PropertyMissing(name, at string) *kit.Error {
	return worded(422, InvalidData, "The property "+name+" is required", at)
}

// PropertyExtra refuses a member that the document does not know.
func PropertyExtra(name, at string) *kit.Error {
	return worded(422, InvalidData, "The property "+name+" is not defined and the definition does not allow additional properties", at)
}

// TypeWrong refuses a value of another type than wanted.
func TypeWrong(got, wanted, at string) *kit.Error {
	return worded(422, InvalidData, got+" value found, but "+wanted+" is required", at)
}

// TooLong refuses a text of more than most characters.
func TooLong(most int, at string) *kit.Error {
	return worded(422, InvalidData, fmt.Sprintf("Must be no more than %d characters long", most), at)
}

// TooMany refuses a list of more than most items.
func TooMany(most int, at string) *kit.Error {
	return worded(422, InvalidData, fmt.Sprintf("There must be a maximum of %d items in the array", most), at)
}

// URLBad refuses what is no absolute URL to call.
func URLBad(at string) *kit.Error { return worded(422, InvalidData, "Invalid URL format", at) }

// NotListed words an enumeration; list is its JSON text.
func NotListed(list, at string) *kit.Error {
	return worded(422, InvalidData, "Does not have a value in the enumeration "+list, at)
}

// UpdateEmpty refuses a change that changes nothing.
func UpdateEmpty() *kit.Error {
	return worded(422, InvalidData, "Must contain a minimum of 1 properties", "data")
}

// Rules of registering.

// WebhookExists refuses a second webhook for an event.
func WebhookExists(event string) *kit.Error {
	return worded(422, "webhook-exists", "Webhook already exists for this event", event)
}

// EventConflict refuses events that exclude each other.
func EventConflict(event, other string) *kit.Error {
	return worded(409, "webhook-conflict", `Webhook for event "`+event+`" cannot be registered together with event "`+other+`".`, event)
}

// Asynchronous requests.

// JobAskedTooOften refuses the detail of an unfinished job that was asked for too often.
func JobAskedTooOften(id string) *kit.Error {
	return worded(403, "job-detail-try-counter-exceeded-limit", `You have exceeded the limit of job detail request for unprocessed job "`+id+
		`". Please wait for job:finished event after job is completed!`, id)
}

// FinishedNotRegistered refuses a job whose end nobody would be told.
func FinishedNotRegistered() *kit.Error {
	return worded(403, "webhook-not-registered", `Webhook "job:finished" must be registered to run asynchronous requests.`, "job:finished")
}

// The state of the service.

// Locked refuses a request while the same one is processed.
func Locked(path string) *kit.Error {
	return worded(423, "resource-locked", "The same request is being processed.", path)
}

// RateExceeded refuses what the bucket of the rate limit has no room for.
func RateExceeded() *kit.Error {
	return worded(429, "rate-limit-exceeded", "Too many requests.", "unknown")
}

// InternalError is what the mock says when it fails itself.
func InternalError() *kit.Error { return worded(500, "unknown-error", "Unknown error.", "payload") }

// Maintenance refuses everything, as the service does while it is maintained.
func Maintenance() *kit.Error {
	return worded(503, "system-maintenance", "System maintenance.", "unknown")
}
