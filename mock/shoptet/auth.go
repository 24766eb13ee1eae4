package shoptet

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
	"tacklebox/mock/shoptet/apierror"
)

const (
	addonHeader   = "Shoptet-Access-Token"      // addons (documented)
	privateHeader = "Shoptet-Private-Api-Token" // Premium shops (documented); canonical spelling, any case arrives as this
)

// documentedToken is the documented form, asked for by strict_tokens.
var (
	tokenSigns      = regexp.MustCompile(`^[A-Za-z0-9\-_.~+/=:]+$`)
	documentedToken = regexp.MustCompile(`^[0-9]+-[A-Za-z]-[0-9A-Za-z-]+$`)
	leadingNumber   = regexp.MustCompile(`^([0-9]{1,9})-`)
)

// credential returns the token that a call carries. Of both headers the first
// counts (decision); Authorization is not a credential here.
func credential(h http.Header) string {
	if t := h.Get(addonHeader); t != "" {
		return t
	}
	return h.Get(privateHeader)
}

// authenticate finds out whose call it is. The OAuth server and the results of
// jobs look for credentials of their own.
func authenticate(r *request) error {
	if r.open() {
		return nil
	}
	token := credential(r.Call.Header)
	if token == "" {
		return apierror.TokenMissing()
	}
	w, account := r.World, owner(r.World, token)
	if !acceptable(w, token, account) {
		return apierror.TokenInvalid()
	}
	r.of(account)
	if t, issued := issuedToken(w, token); issued && !w.Now().Before(t.Expires) {
		return apierror.TokenExpired()
	}
	if poor := w.Option(account, "no_rights_tokens").List(); slices.Contains(poor, token) || slices.Contains(poor, account) {
		return apierror.TokenNoRights(token)
	}
	r.Call.Account = account
	return nil
}

// open reports that a call needs no token of the API.
func (r *request) open() bool { return r.oauth() || r.Route == jobResult }

// wellFormed reports what a token may look like (decision). The bound is not in the
// pattern, where counting to it was most of what compiling patterns cost a start.
func wellFormed(token string) bool {
	const longest = 255
	return len(token) <= longest && tokenSigns.MatchString(token)
}

// acceptable reports whether a token is well-formed and, where the credentials
// are listed, among them. What the OAuth server issued itself is always known.
func acceptable(w *provider.World, token, account string) bool {
	if !wellFormed(token) {
		return false
	}
	const shortest, longest = 38, 60 // documented
	if w.Option(account, "strict_tokens").Bool() &&
		(len(token) < shortest || len(token) > longest || !documentedToken.MatchString(token)) {
		return false
	}
	return listed(w, token, account)
}

// listed reports whether the setting lets a token in: by itself, by its account,
// or because the OAuth server issued it.
func listed(w *provider.World, token, account string) bool {
	return kit.Listed(w, "credentials", token, account) || installed(w, account)
}

// knownAccount is the account of a call that is refused before its token is
// looked at, "" when it names none.
func knownAccount(w *provider.World, c *provider.Call) string {
	token := credential(c.Header)
	if token == "" || !acceptable(w, token, owner(w, token)) {
		return ""
	}
	c.Account = owner(w, token)
	return c.Account
}

// accessToken is a short token that getAccessToken issued.
type accessToken struct {
	Account string    `json:"account"`
	Expires time.Time `json:"expires"`
}

// issuedToken looks up a short token of this server.
func issuedToken(w *provider.World, token string) (t accessToken, ok bool) {
	return t, w.Get("token/"+token, &t)
}

// owner returns the account that a token stands for: the long token that a short
// one was made for, so that webhooks outlive short tokens (inferred: webhooks are
// bound to the installation), else the token itself (decision).
func owner(w *provider.World, token string) string {
	if t, ok := issuedToken(w, token); ok {
		return t.Account
	}
	return token
}

// eshopID returns the number of an account's shop: real tokens begin with it
// (observed), else it is a setting.
func eshopID(w *provider.World, account string) int64 {
	if m := leadingNumber.FindStringSubmatch(account); m != nil {
		n, _ := strconv.ParseInt(m[1], 10, 64) // at most nine digits
		return n
	}
	return w.Option(account, "eshop_id").Int()
}

// bearer returns the token of an Authorization header, "" without one.
func bearer(h http.Header) string {
	token, ok := kit.Bearer(h.Get("Authorization"))
	if !ok {
		return ""
	}
	return strings.TrimSpace(token)
}
