package prioticket

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tacklebox/mock/provider"
)

// caller is who makes a call.
type caller struct {
	account string // the client id of an issued token, else the token itself (decision)
	issued  bool
}

type operation func(w *provider.World, c *provider.Call, who caller) provider.Reply

// authorised lets only callers with an access token through.
func authorised(next operation) func(*provider.World, *provider.Call) provider.Reply {
	return func(w *provider.World, c *provider.Call) provider.Reply {
		who, r := authorise(w, c)
		c.Account = who.account
		if r.status == 0 && blocked(w, "client "+who.account) {
			r = errTooMany
		}
		if r.status != 0 {
			return refuse(w, r)
		}
		w.Account(who.account)
		return next(w, c, who)
	}
}

// authorise finds out who calls; a refusal with a status says that it cannot.
func authorise(w *provider.World, c *provider.Call) (who caller, r refusal) {
	lines := c.Header.Values("Authorization")
	scheme, token, _ := strings.Cut(strings.Join(lines[:min(len(lines), 1)], ""), " ")
	switch {
	case !strings.EqualFold(scheme, "Bearer"):
		return who, missingAuth(w)
	case len(lines) > 1:
		return who, invalid("More than one Authorization header.")
	case c.Query().Has("access_token"):
		// documented 3.5: one way of passing the token at a time
		return who, invalid("The access token is passed in more than one way.", "access_token: not beside the Authorization header")
	}
	token = strings.TrimLeft(token, " ")
	if !wellFormed(token) {
		return who, errToken
	}
	return identify(w, token)
}

// missingAuth is the 400 of a call without an Authorization header (documented
// 3.8); another scheme counts as none (inferred).
func missingAuth(w *provider.World) refusal {
	r := invalid("The Authorization header with a Bearer token is missing.", "Authorization: required")
	if w.Option("", "missing_auth_status").Int() == http.StatusUnauthorized {
		r = errToken
		r.description = "The Authorization header with a Bearer token is missing."
		r.header = header("WWW-Authenticate", `Bearer realm="Prio"`)
	}
	return r
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
func identify(w *provider.World, token string) (caller, refusal) {
	claims, ours := openToken(w, token)
	if !ours {
		if !allowed(w, func(entry string) bool { return entry == token }) {
			return caller{}, errToken
		}
		return caller{account: token}, refusal{}
	}
	listed := allowed(w, func(entry string) bool {
		id, _, pair := strings.Cut(entry, ":")
		return pair && id == claims.Client
	})
	switch {
	case !listed || w.Now().Unix() >= claims.Expires:
		return caller{}, errToken
	case !slices.Contains(strings.Fields(claims.Scope), scopeWebhooks):
		return caller{account: claims.Client, issued: true}, errScope
	}
	return caller{account: claims.Client, issued: true}, refusal{}
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
