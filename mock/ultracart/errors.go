package ultracart

import (
	"net/http"
	"strings"
	"unicode"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// apiError is a refusal in the provider's words (errors.json). The same message
// stands in the body for developer and user and in the header UC-REST-ERROR
// (documented: recorded answers of October 2025).
type apiError = kit.Error

// refuse makes an error whose message can stand in a header too.
func refuse(status int, format string, args ...any) *apiError {
	e := kit.Refuse(status, "", format, args...)
	e.Message = printable(e.Message)
	return e
}

// bad is the 400 of bad input (documented; most texts are decisions).
func bad(format string, args ...any) *apiError { return refuse(400, format, args...) }

// missing is the answer for an object that is not there: 400, not 404
// (documented for orders, inferred for webhooks; two spaces).
func missing(object string) *apiError {
	return bad("Server side object '%s' could not be updated.  It does not exist.", object)
}

// The refusals that need no detail; README section 6, errors.json.
func unauthorized() *apiError { return refuse(401, "Invalid credentials supplied.") }

// revoked answers for an application that was disabled (documented status).
func revoked() *apiError {
	return refuse(410, "Your authorized application has been disabled by UltraCart.")
}
func broken() *apiError   { return refuse(500, "A server side error occurred.") }
func unknown() *apiError  { return refuse(404, "No such resource.") }
func tooLarge() *apiError { return bad("The request body is too large.") }

// badURL refuses a webhook_url; which ones are refused is a decision.
func badURL() *apiError { return bad("Field 'webhook_url' must be an absolute http or https URL.") }

// failed answers when the mock itself failed.
func failed(w *provider.World, c *provider.Call, status int) provider.Reply {
	if status == http.StatusInsufficientStorage {
		return api.Fail(w, c, refuse(status, kit.NotKept))
	}
	return api.Fail(w, c, broken())
}

// printable replaces control characters, which would break the header, by
// spaces and keeps foreign text to a length that fits one (decision).
func printable(s string) string {
	const most = 1000
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
