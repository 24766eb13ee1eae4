// Package rows is what the screen knows of the journal: a bounded window of short
// rows, kept up by the live stream, and the groups that an event, its attempts and
// the captures they caused make.
package rows

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tacklebox/receiver/api"
	"tacklebox/tui/ui"
)

// Row is what the list keeps of an entry: no headers, no bodies, every text short
// and clean, so that thousands of rows cost about a kilobyte each whatever was
// captured.
type Row struct {
	Seq                           uint64
	At                            time.Time
	Kind                          string
	Provider, Account, Type       string
	Inbox                         string
	Event, Delivery, Subscription string
	Method, Path                  string // Path: without scheme and host for calls and captures
	Status, Attempt, Receivers    int    // Receivers: deliveries of an event
	Problem, Fault                string
	Took                          time.Duration
	Size                          int64
	Next                          time.Time
	Signature                     string
	Checked                       bool // there is a verdict on the contract
	Violations                    int
	Truncated                     bool
	Capture                       uint64
}

// New makes a row of an entry.
func New(e *api.Entry) *Row {
	short := func(s string) string { return strings.Clone(ui.Cell(s)) }
	r := &Row{
		Seq: e.Seq, At: e.Time, Kind: string(e.Kind),
		Provider: short(e.Provider), Account: short(e.Account), Type: short(e.Type), Inbox: short(e.Inbox),
		Event: short(e.EventID), Delivery: short(e.DeliveryID), Subscription: short(e.Subscription),
		Attempt: e.Attempt, Problem: short(e.Error), Fault: short(e.Fault),
		Took: e.Took, Next: e.NextAttempt, Capture: e.CaptureSeq,
	}
	if e.Request != nil {
		r.Method, r.Path = short(e.Request.Method), short(e.Request.URL)
		r.Size, r.Truncated = e.Request.Size, e.Request.Truncated
	}
	if e.Response != nil {
		r.Status = e.Response.Status
	}
	if e.Signature != nil {
		r.Signature = short(e.Signature.State)
	}
	if e.Contract != nil {
		r.Checked, r.Violations = true, len(e.Contract.Violations)
		if !e.Contract.OK && r.Violations == 0 {
			r.Violations = 1
		}
	}
	if r.Kind == "event" {
		r.Receivers = countDeliveries(e.Detail)
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

// Of turns a page into rows.
func Of(entries []api.Entry) []*Row {
	list := make([]*Row, len(entries))
	for i := range entries {
		list[i] = New(&entries[i])
	}
	return list
}

// Where is the host and path that an attempt went to, or the path of a call.
func (r *Row) Where() string {
	u, err := url.Parse(r.Path)
	if err != nil || u.Host == "" {
		return r.Path
	}
	return u.Host + u.EscapedPath()
}

// OK reports whether the exchange succeeded: an answer of 2xx and no error.
func (r *Row) OK() bool { return r.Problem == "" && r.Status >= 200 && r.Status < 300 }

// Word is the status of one exchange in a few letters.
func (r *Row) Word() string {
	switch {
	case r.Status > 0:
		return strconv.Itoa(r.Status)
	case r.Problem != "":
		return "ERR"
	}
	return ""
}
