package prioticket

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// request is one call on its way to an answer.
type request struct {
	*kit.Request
	issued bool // by a token of ours, else the account is the token itself (decision)
}

// authenticate finds out who calls.
func authenticate(r *request) error {
	if r.Route == tokenCall {
		return nil // it looks for credentials of its own
	}
	lines := r.Call.Header.Values("Authorization")
	token, bearer := kit.Bearer(strings.Join(lines[:min(len(lines), 1)], ""))
	switch {
	case !bearer:
		return missingAuth(r.World)
	case len(lines) > 1:
		return invalid("More than one Authorization header.")
	case r.Call.Query().Has("access_token"):
		// documented 3.5: one way of passing the token at a time
		return invalid("The access token is passed in more than one way.", "access_token: not beside the Authorization header")
	}
	token = strings.TrimLeft(token, " ")
	if !wellFormed(token) {
		return errToken
	}
	if err := identify(r, token); err != nil {
		return err
	}
	if blocked(r.World, r.Call.Account) {
		return errTooMany
	}
	r.Account()
	return nil
}

// missingAuth is the 400 of a call without an Authorization header (documented
// 3.8); another scheme counts as none (inferred).
func missingAuth(w *provider.World) *apiError {
	const detail = "The Authorization header with a Bearer token is missing."
	if w.Option("", "missing_auth_status").Int() == http.StatusUnauthorized {
		return worded(errToken.Status, errToken.Code, errToken.Message, detail, "WWW-Authenticate", `Bearer realm="Prio"`)
	}
	return invalid(detail, "Authorization: required")
}

// wellFormed reports whether a token has the form of RFC 6750.
func wellFormed(token string) bool {
	const marks = "-._~+/="
	return token != "" && !strings.ContainsFunc(token, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && !strings.ContainsRune(marks, r)
	})
}

// identify judges a well-formed token: one of ours by its age and scopes, any
// other is an account of its own with all scopes, for ever (contract, decision).
func identify(r *request, token string) error {
	claims, ours := openToken(r.World, token)
	if !ours {
		if !allowed(r.World, func(entry string) bool { return entry == token }) {
			return errToken
		}
		r.Call.Account = token
		return nil
	}
	listed := allowed(r.World, func(entry string) bool {
		id, _, pair := strings.Cut(entry, ":")
		return pair && id == claims.Client
	})
	if !listed || r.World.Now().Unix() >= claims.Expires {
		return errToken
	}
	r.Call.Account, r.issued = claims.Client, true
	if !slices.Contains(strings.Fields(claims.Scope), scopeWebhooks) {
		return errScope
	}
	return nil
}

// allowed asks the list of credentials; without one everybody is.
func allowed(w *provider.World, match func(entry string) bool) bool {
	list := w.Option("", "credentials").List()
	return len(list) == 0 || slices.ContainsFunc(list, match)
}

// strictQuery parses the query; an escape that cannot be read is the client's
// mistake (decision), reported under the parameter's name.
func strictQuery(c *provider.Call) (q url.Values, problems []string) {
	q = url.Values{}
	for pair := range strings.SplitSeq(c.RawQuery, "&") {
		name, value, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil {
			plain = name
		}
		text, valueErr := url.QueryUnescape(value)
		if err = errors.Join(err, valueErr); err != nil {
			problems = append(problems, plain+": "+err.Error())
		} else if pair != "" {
			q.Add(plain, text)
		}
	}
	return q, problems
}
