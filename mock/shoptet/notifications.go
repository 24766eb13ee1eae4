package shoptet

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"tacklebox/mock/provider"
	"tacklebox/mock/shoptet/phpjson"
)

const logKept = 7 * 24 * time.Hour // documented

// States of a notification (documented; that new means "not tried yet" is
// inferred).
const (
	statusNew     = "new"
	statusFailed  = "failed"
	statusSuccess = "success"
)

// notice is what a delivery keeps of its notification: its id and the four
// members that were sent. The body itself is let go of once a delivery is
// settled, the log shows it for a week.
type notice struct {
	ID   int64           `json:"id"`
	Data json.RawMessage `json:"data"`
}

// notification is one event to one webhook (documented).
type notification struct {
	ID           int64           `json:"id"`
	WebhookID    int64           `json:"webhookId"`
	WebhookURL   string          `json:"webhookUrl"`
	Event        string          `json:"event"`
	EventCreated string          `json:"eventCreated"`
	Created      string          `json:"created"`
	Attempted    *string         `json:"attempted"`
	Attempts     int             `json:"attempts"`
	Status       string          `json:"status"`
	Active       bool            `json:"active"`
	Data         json.RawMessage `json:"data"`
}

// listNotifications lists what was sent in the last seven days, narrowed by the
// filters.
func listNotifications(r *request) (any, error) {
	f := r.filters()
	status := f.oneOf("status", statusNew, statusFailed, statusSuccess)
	event := f.text("event") // one that nobody has is an empty list (decision)
	active := f.truth("active")
	created := span{from: f.moment("from")}
	c, bad := r.page(r.profile.most, defaultItems)
	if bad = append(f.bad, bad...); len(bad) > 0 {
		return refuse(bad...)
	}
	list := slices.DeleteFunc(r.log(), func(d *provider.Delivery) bool {
		return status != "" && statusOf(d) != status || event != "" && d.Type != event ||
			active != nil && (d.State == provider.Waiting) != *active || !created.holds(d.Created)
	})
	list, pages, p := paginate(r, list, c)
	if p != nil {
		return refuse(p)
	}
	shown := make([]notification, len(list))
	for i, d := range list {
		shown[i] = notify(d)
	}
	return ok(struct {
		Notifications []notification `json:"notifications"`
		Paginator     paginator      `json:"paginator"`
	}{shown, pages})
}

// log returns the deliveries of the last seven days by rising id; those of a
// deleted webhook stay (decisions). After a restart they come in the order of the
// journal, where the single events of a mass event stand before it.
func (r *request) log() []*provider.Delivery {
	oldest := r.World.Now().Add(-logKept)
	list := slices.DeleteFunc(r.World.Deliveries(r.Call.Account), func(d *provider.Delivery) bool { return d.Created.Before(oldest) })
	id := func(d *provider.Delivery) int64 { return gjson.GetBytes(d.Data, "id").Int() }
	slices.SortStableFunc(list, func(x, y *provider.Delivery) int { return cmp.Compare(id(x), id(y)) })
	return list
}

// statusOf is the result of the last attempt (documented).
func statusOf(d *provider.Delivery) string {
	switch last := d.Last(); {
	case last == nil:
		return statusNew
	case last.OK:
		return statusSuccess
	}
	return statusFailed
}

// notify writes a delivery as the log shows it. created is the moment of the
// event, attempts counts those that ended (decisions).
func notify(d *provider.Delivery) notification {
	var n notice
	_ = json.Unmarshal(d.Data, &n) // our own, from targets
	out := notification{ID: n.ID, WebhookID: number(d.Subscription), WebhookURL: d.URL, Event: d.Type,
		EventCreated: moment(d.Created), Created: moment(d.Created), Attempts: len(d.Attempts), Status: statusOf(d),
		Active: d.State == provider.Waiting, Data: n.Data}
	if sent := gjson.GetBytes(n.Data, "eventCreated"); sent.Type == gjson.String {
		out.EventCreated = sent.String()
	}
	if last := d.Last(); last != nil {
		out.Attempted = momentOrNull(last.At)
	}
	return out
}

// logged cuts a callback's body down to what the log shows: everything but
// payload. A body that is no object shows as the members it should have had.
func logged(body []byte, ev *provider.Event, eshop int64) json.RawMessage {
	if !provider.Sound(body) || !gjson.ParseBytes(body).IsObject() {
		return json.RawMessage(`{"eshopId":` + strconv.FormatInt(eshop, 10) + `,"event":` + string(phpjson.AppendText(nil, ev.Type)) +
			`,"eventCreated":"` + moment(ev.Time) + `","eventInstance":""}`)
	}
	return without(body, "payload")
}
