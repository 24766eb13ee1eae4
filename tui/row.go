package tui

import (
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"tacklebox/receiver/client"
)

// row is what the list keeps of an entry: no headers, no bodies, every text
// short and clean, so that thousands of rows cost about a kilobyte each
// whatever was captured.
type row struct {
	seq                           uint64
	at                            time.Time
	kind                          string
	provider, account, typ, inbox string
	event, delivery, subscription string
	method, path                  string // path: without scheme and host for calls and captures
	status, attempt, receivers    int    // receivers: deliveries of an event
	problem, fault                string
	took                          time.Duration
	size                          int64
	next                          time.Time
	signature                     string
	checked                       bool // there is a verdict on the contract
	violations                    int
	truncated                     bool
	capture                       uint64
}

const longestCell = 200 // bytes of a text in the list

func newRow(e *client.Entry) *row {
	short := func(s string) string { return strings.Clone(clean(s, longestCell)) }
	r := &row{
		seq: e.Seq, at: e.Time, kind: string(e.Kind),
		provider: short(e.Provider), account: short(e.Account), typ: short(e.Type), inbox: short(e.Inbox),
		event: short(e.EventID), delivery: short(e.DeliveryID), subscription: short(e.Subscription),
		attempt: e.Attempt, problem: short(e.Error), fault: short(e.Fault),
		took: e.Took, next: e.NextAttempt, capture: e.CaptureSeq,
	}
	if e.Request != nil {
		r.method, r.path = short(e.Request.Method), short(e.Request.URL)
		r.size, r.truncated = e.Request.Size, e.Request.Truncated
	}
	if e.Response != nil {
		r.status = e.Response.Status
	}
	if e.Signature != nil {
		r.signature = short(e.Signature.State)
	}
	if e.Contract != nil {
		r.checked, r.violations = true, len(e.Contract.Violations)
		if !e.Contract.OK && r.violations == 0 {
			r.violations = 1
		}
	}
	if r.kind == "event" {
		r.receivers = countDeliveries(e.Detail)
	}
	return r
}

// countDeliveries reads how many deliveries an event has from the entry's
// detail; -1 when it does not say.
func countDeliveries(detail json.RawMessage) int {
	var d struct {
		Deliveries []json.RawMessage `json:"deliveries"`
	}
	if json.Unmarshal(detail, &d) != nil {
		return -1
	}
	return len(d.Deliveries)
}

// rows turns a page into rows.
func rowsOf(entries []client.Entry) []*row {
	list := make([]*row, len(entries))
	for i := range entries {
		list[i] = newRow(&entries[i])
	}
	return list
}

// where is the host and path that an attempt went to, or the path of a call.
func (r *row) where() string {
	u, err := url.Parse(r.path)
	if err != nil || u.Host == "" {
		return r.path
	}
	return u.Host + u.EscapedPath()
}

// ok reports whether the exchange succeeded: an answer of 2xx and no error.
func (r *row) ok() bool { return r.problem == "" && r.status >= 200 && r.status < 300 }

// word is the status of one exchange in a few letters.
func (r *row) word() string {
	switch {
	case r.status > 0:
		return itoa(r.status)
	case r.problem != "":
		return "ERR"
	}
	return ""
}
