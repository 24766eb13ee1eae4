package lagerkoll

import (
	"encoding/json"
	"net/http"
	"strconv"

	"tacklebox/mock/provider"
)

// Limits of credentials are a decision: anything that a header can carry and a
// person can see is let in.
const (
	maxStore      = 64
	maxCredential = 512
)

// headers are the four of the page's header block. Their names have underscores
// and are compared without case.
type headers struct{ store, key, user, token string }

// readHeaders takes the four credentials out of a call; the first of several
// lines counts.
func readHeaders(h http.Header) headers {
	return headers{h.Get("store"), h.Get("api_key"), h.Get("user_id"), h.Get("user_token")}
}

// none reports that no credential was sent: clients copy the documented block
// and leave some empty, so an empty header counts as absent (decision).
func (h headers) none() bool { return h == headers{} }

// identify finds out whose call it is. Documented (page): an api_key with a
// store, or a user_id and user_token with a store. Where both are complete the
// api_key decides (decision). The account is the key itself, or the person: the
// token changes with each login.
func (h headers) identify() (account string, ok bool) {
	if !wellFormed(h.store, maxStore) {
		return "", false
	}
	if h.key != "" {
		return h.key, wellFormed(h.key, maxCredential)
	}
	return "user:" + h.user, wellFormed(h.user, maxCredential) && wellFormed(h.token, maxCredential)
}

// wellFormed accepts visible ASCII without spaces.
func wellFormed(s string, most int) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return s != "" && len(s) <= most
}

// listed reports whether the setting `credentials` lets the caller in.
func (h headers) listed(w *provider.World) bool {
	setting := w.Option("", "credentials")
	if !setting.Set() {
		return true
	}
	var list []credential
	_ = json.Unmarshal(setting.Raw(), &list) // checked when it was set
	for _, c := range list {
		if c.Store != "" && string(c.Store) != h.store {
			continue
		}
		if h.key != "" && h.key == string(c.Key) || h.key == "" && c.User != "" && h.user == string(c.User) && h.token == string(c.Token) {
			return true
		}
	}
	return false
}

// authenticate decides who calls.
func (q *query) authenticate() error {
	h := readHeaders(q.Call.Header)
	if h.none() && q.open() {
		return nil
	}
	account, ok := h.identify()
	if !ok || !h.listed(q.World) {
		return errCredentials
	}
	q.Call.Account, q.store = account, h.store
	if _, err := strconv.ParseUint(q.store, 10, 63); err != nil {
		q.Odd("store %q is not a number", q.store) // documented on the callback page; let in all the same
	}
	return nil
}

// open lets in an execution without credentials where `execute_auth` allows it,
// the guid being the capability: the webhook's own account and creating store
// stand for the caller.
func (q *query) open() bool {
	if q.Route != executeWebhook || q.World.Option("", "execute_auth").Text() != "optional" {
		return false
	}
	for _, a := range q.World.Accounts() {
		if h, ok := byGUID(webhooks(a), q.Call.Param("id")); ok {
			q.Call.Account, q.store = a.Name, h.Store
		}
	}
	return true
}
