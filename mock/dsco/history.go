package dsco

import (
	"cmp"
	"crypto/sha1"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/tidwall/gjson"

	"tacklebox/mock/provider"
)

// record is one attempt of the caller's own webhooks (inferred: the history has
// one for each attempt).
type record struct {
	d *provider.Delivery
	a *provider.Attempt
	e *provider.Entry
}

// records lists an account's attempts after one journal entry up to another,
// oldest first. Deleted webhooks are included, firings to a URL are not
// (decisions).
func records(w *provider.World, account string, after, upTo uint64) []record {
	var list []record
	for _, d := range w.Deliveries(account) {
		for _, a := range d.Attempts {
			if a.Seq > after && a.Seq <= upTo {
				list = append(list, record{d: d, a: a})
			}
		}
	}
	slices.SortFunc(list, func(x, y record) int { return int(int64(x.a.Seq - y.a.Seq)) })
	return list
}

// load fetches request and response; false when the journal no longer has them.
func (r *record) load(w *provider.World) bool {
	e, err := w.Entry(r.a.Seq)
	if err != nil || e.Request == nil {
		return false
	}
	r.e = e
	return true
}

// historyObject is the documented WebhookHistory.
type historyObject struct {
	ID               uint64          `json:"webhookHistoryId"`
	Success          bool            `json:"success"`
	CallbackURL      string          `json:"callbackUrl"`
	Hash             string          `json:"hash"`
	Payload          json.RawMessage `json:"payload"`
	HTTPStatusCode   int             `json:"httpStatusCode"`
	HTTPErrorMessage string          `json:"httpErrorMessage,omitempty"`
	FailureMessage   string          `json:"failureMessage,omitempty"`
	CreateDate       string          `json:"createDate"`
}

// render makes the record's answer. The id is the attempt's number in the
// journal, so it rises with every attempt (documented that it is an int).
func (r *record) render() historyObject {
	body := r.e.Request.Body
	h := historyObject{ID: r.a.Seq, Success: r.a.OK, CallbackURL: r.e.Request.URL, Hash: hash(body), Payload: whole(body),
		HTTPStatusCode: r.a.Status, CreateDate: formatDate(r.a.At)}
	if r.a.OK {
		return h
	}
	switch {
	case r.a.Error != "":
		h.FailureMessage = r.a.Error
	default:
		h.FailureMessage = fmt.Sprintf("the callback URL answered with status %d", r.a.Status)
	}
	if r.a.Status != 0 && r.a.Status/100 != 2 {
		h.HTTPErrorMessage = cmp.Or(r.a.Reason, http.StatusText(r.a.Status))
	}
	return h
}

// whole is the callback body as JSON: one that is none, as a firing may send, is
// shown as text (decision).
func whole(body []byte) json.RawMessage {
	if provider.Sound(body) {
		return plain(body)
	}
	return provider.Encode(string(body))
}

// hash is a digest of the inner payload in upper-case hexadecimal (documented);
// SHA-1 over its bytes as sent (decision). A body without payload is taken whole.
func hash(body []byte) string {
	part := body
	if provider.Sound(body) {
		if p := gjson.GetBytes(body, "payload"); p.Exists() {
			part = []byte(p.Raw)
		}
	}
	sum := sha1.Sum(part)
	return fmt.Sprintf("%X", sum)
}
