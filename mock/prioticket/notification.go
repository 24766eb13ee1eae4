package prioticket

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// order is what POST /notifications hands to the event it fires.
type order struct {
	Item    string `json:"item,omitempty"`
	Note    string `json:"note,omitempty"`
	Account string `json:"account,omitempty"`
}

// orderOf reads what POST /notifications settled about an event; another firing
// has none of it.
func orderOf(ev *provider.Event) (o order) {
	_ = json.Unmarshal(ev.Data, &o) // ours, or absent
	return o
}

// Statuses of a notification (documented 3.5).
const (
	success = "DELIVERY_SUCCESS" // mail sent, or the URL answered 200
	failure = "DELIVERY_FAILED"  // not within seven days
	pending = "DELIVERY_PENDING" // scheduled, or no 200 yet
)

// notificationBody is a notification in lists and callbacks (documented 3.5).
type notificationBody struct {
	ID      string `json:"notification_id"`
	Status  string `json:"notification_status"`
	Event   string `json:"notification_event"`
	Account string `json:"notification_account_id"`
	Item    string `json:"notification_item_id"`
	Note    string `json:"notification_note,omitempty"`
	Created string `json:"notification_created"`
}

// record is what a delivery keeps for the log.
type record struct {
	ID      string `json:"id"`
	Item    string `json:"item"`
	Note    string `json:"note,omitempty"`
	Account string `json:"account"`
}

const mostLogged = 10_000 // decision

// listNotifications lists what was sent to the account's webhooks: one record for
// each event and webhook, newest first (decision).
func listNotifications(r *request) (any, error) {
	q, err := readPaging(r, false)
	if err != nil {
		return nil, err
	}
	page := paged(q, "notification", newestFirst(r.World.Deliveries(r.Call.Account), mostLogged))
	shown := []notificationBody{}
	for _, d := range page.Items.([]*provider.Delivery) {
		shown = append(shown, logged(r.World, d))
	}
	page.Items = shown
	return envelope{profileOf(r.World).version, page}, nil
}

// newestFirst turns a list round and keeps the first most of it.
func newestFirst[T any](all []T, most int) []T {
	all = all[max(0, len(all)-most):]
	slices.Reverse(all)
	return all
}

// logged shows a delivery as the list of notifications does, from what was kept
// when it was made.
func logged(w *provider.World, d *provider.Delivery) notificationBody {
	var r record
	_ = json.Unmarshal(d.Data, &r) // written by targets
	return notificationBody{ID: r.ID, Status: statusOf(w, d), Event: d.Type, Account: r.Account, Item: r.Item, Note: r.Note, Created: stamp(d.Created)}
}

// statusOf folds a delivery into the three statuses. What waits for a webhook
// that is gone or disabled will never be sent: it has failed (decision).
func statusOf(w *provider.World, d *provider.Delivery) string {
	switch d.State {
	case provider.Delivered:
		return success
	case provider.Waiting:
		if s := kit.SubOf(w, d); s != nil && s.Enabled {
			return pending
		}
	}
	return failure
}

// createNotification lets an event happen, for tests of an integration (seed):
// exactly as the control API would, for the caller's account (decision).
func createNotification(r *request) (any, error) {
	if err := strictParams(r); err != nil {
		return nil, err
	}
	in := &input{}
	typ, o := in.notification(r.World, r.Call)
	if len(in.problems) > 0 {
		return nil, invalid("The notification cannot be sent.", in.problems...)
	}
	r.Call.Type = typ
	for _, member := range []struct{ name, text string }{{"account_id", o.Account}, {"item_id", o.Item}, {"note", o.Note}} {
		if strings.Contains(member.text, "error") {
			r.Odd(`notification_%s holds the letters "error": a known receiver drops such a callback as an error report`, member.name)
		}
	}
	fired, err := r.World.Fire(provider.Firing{Type: typ, Account: r.Call.Account, Data: provider.Encode(o)})
	if err != nil {
		return nil, refusedFiring(err)
	}
	r.Call.EventID = fired
	return noContent(r), nil
}

// refusedFiring words what the engine has against an event.
func refusedFiring(err error) *apiError {
	var p *provider.Error
	if errors.As(err, &p) {
		return invalid("The notification cannot be sent.", "data.notification: "+p.Message)
	}
	return errInternal
}

// notification reads the request of POST /notifications. Status has no meaning
// there; id and created are read-only (documented 3.5) and ignored.
func (in *input) notification(w *provider.World, c *provider.Call) (typ string, o order) {
	const at = "data.notification."
	n := in.envelope(c, "notification")
	if n == nil {
		return "", o
	}
	typ, ok := in.text(n, at, "notification_event")
	switch {
	case !n.Given("notification_event"):
		in.wrong(at+"notification_event", "required")
	case ok && !listed(w, typ):
		in.wrong(at+"notification_event", "unsupported value %s", kit.Clip(quoted(typ)))
	}
	o.Item, ok = in.text(n, at, "notification_item_id")
	if !n.Given("notification_item_id") || ok && o.Item == "" {
		in.wrong(at+"notification_item_id", "required")
	}
	if status, ok := in.text(n, at, "notification_status"); ok && !slices.Contains([]string{success, failure, pending}, status) {
		in.wrong(at+"notification_status", "unsupported value %s", kit.Clip(quoted(status)))
	}
	o.Note, _ = in.text(n, at, "notification_note")
	o.Account, _ = in.text(n, at, "notification_account_id")
	return typ, o
}

// accountNumber is the five-digit number of an account, from its name
// (decision).
func accountNumber(w *provider.World, account string) string {
	const least, span = 10_000, 90_000
	return strconv.Itoa(least + w.Fixed("account", account).IntN(span))
}
