package ultracart

import (
	"fmt"
	"strings"
	"unicode"
)

// failure is a refusal in the provider's words (errors.json). The same message
// stands in the body for developer and user and in the header UC-REST-ERROR
// (documented: recorded answers of October 2025).
type failure struct {
	status  int
	message string
	allow   string // the Allow header of a 405
	wait    int    // seconds of Retry-After; 0: none
}

func (f *failure) Error() string { return f.message }

func refuse(status int, format string, args ...any) *failure {
	return &failure{status: status, message: printable(fmt.Sprintf(format, args...))}
}

// bad is the 400 of bad input (documented; most texts are decisions).
func bad(format string, args ...any) *failure { return refuse(400, format, args...) }

// missing is the answer for an object that is not there: 400, not 404
// (documented for orders, inferred for webhooks; two spaces).
func missing(object string) *failure {
	return bad("Server side object '%s' could not be updated.  It does not exist.", object)
}

// The refusals that need no detail; README section 6, errors.json.
func unauthorized() *failure { return refuse(401, "Invalid credentials supplied.") }
func revoked() *failure {
	return refuse(410, "Your authorized application has been disabled by UltraCart.")
}
func broken() *failure   { return refuse(500, "A server side error occurred.") }
func unknown() *failure  { return refuse(404, "No such resource.") }
func tooLarge() *failure { return bad("The request body is too large.") }
func badURL() *failure {
	return bad("Field 'webhook_url' must be an absolute http or https URL.")
}

func wrongMethod(method, allow string) *failure {
	f := refuse(405, "Method %s is not allowed.", method)
	f.allow = allow
	return f
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
