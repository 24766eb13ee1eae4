package ultracart

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tacklebox/mock/provider"
)

// The delivery log is not kept: it is read from the attempts that were made.

const shownChars = 100_000 // of a request or response in the log (documented)

type summaryJSON struct {
	RequestID string `json:"request_id"`
	Delivered string `json:"delivery_dts"`
	Success   *bool  `json:"success,omitempty"`
}

type logJSON struct {
	OID             int          `json:"webhook_oid"`
	RequestID       string       `json:"request_id"`
	Delivered       string       `json:"delivery_dts"`
	URI             string       `json:"uri"`
	Request         string       `json:"request"`
	RequestHeaders  []headerJSON `json:"request_headers"`
	Response        *string      `json:"response,omitempty"`
	ResponseHeaders []headerJSON `json:"response_headers"`
	Status          int          `json:"status_code,omitempty"`
	Duration        int64        `json:"duration"`
	QueueDelay      int64        `json:"queue_delay"`
	Success         *bool        `json:"success,omitempty"`
}

type headerJSON struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// try is one attempt with the delivery it belongs to.
type try struct {
	d *provider.Delivery
	a *provider.Attempt
}

// id names the attempt in the log. It has the form of X-UltraCart-Request-Id
// (decision) and follows from delivery and attempt, so that it need not be kept.
func (t try) id(w *provider.World) string {
	r := w.Fixed("log", t.d.Account+"/"+t.d.ID+"/"+strconv.Itoa(t.a.N))
	head := make([]byte, 14)
	for i := range head {
		head[i] = upperHex[r.IntN(len(upperHex))]
	}
	return stamp(string(head), t.a.At)
}

// tries returns the attempts of a subscription, newest first (decision).
func (q *request) tries(s *provider.Sub) []try {
	var all []try
	for _, d := range q.World.Deliveries(q.a.Name) {
		if d.Subscription != s.ID {
			continue
		}
		for _, a := range d.Attempts {
			if a.Seq != 0 {
				all = append(all, try{d, a})
			}
		}
	}
	slices.SortFunc(all, func(a, b try) int {
		return cmp.Or(b.a.At.Compare(a.a.At), cmp.Compare(b.a.Seq, a.a.Seq))
	})
	return all
}

// getWebhookLogSummaries lists the attempts of a webhook, newest first, a page
// at a time.
func getWebhookLogSummaries(q *request) (*answer, error) {
	s, err := q.subOf(q.Call.Param("webhookOid"))
	if err != nil {
		return nil, err
	}
	p, err := pageOf(q.Call.Query(), q.World.Option(q.a.Name, optMaxLimit).Int())
	if err != nil {
		return nil, err
	}
	var since time.Time
	if q.Call.Query().Has("_since") {
		at, ok := parseSince(q.Call.Query().Get("_since"))
		if !ok {
			return nil, bad("Parameter '_since' must be an ISO 8601 date/time.")
		}
		since = at
	}
	all := slices.DeleteFunc(q.tries(s), func(t try) bool { return t.a.At.Before(since) })
	part, set := cut(all, p, q.emitFalse)
	list := []summaryJSON{}
	for _, t := range part {
		list = append(list, summaryJSON{t.id(q.World), date(t.a.At), flag(t.a.OK, q.emitFalse)})
	}
	return &answer{"webhook_log_summaries", list, set}, nil
}

// getWebhookLog shows one attempt in full. Its id is computed, so only attempts
// of its very instant are looked at.
func getWebhookLog(q *request) (*answer, error) {
	s, err := q.subOf(q.Call.Param("webhookOid"))
	if err != nil {
		return nil, err
	}
	id := q.Call.Param("requestId")
	for _, t := range q.tries(s) {
		if !strings.HasSuffix(id, stamp("", t.a.At)) || t.id(q.World) != id {
			continue
		}
		if out, ok := q.showLog(s, t); ok {
			return &answer{name: "webhook_log", payload: out}, nil
		}
	}
	return nil, missing("webhook_log")
}

// showLog tells one attempt in full; ok is false when the journal does not keep
// it any more. Without any answer status_code and response are left out
// (decision).
func (q *request) showLog(s *provider.Sub, t try) (out logJSON, ok bool) {
	e, err := q.World.Entry(t.a.Seq)
	if err != nil {
		return out, false
	}
	out = logJSON{OID: oid(s), RequestID: t.id(q.World), Delivered: date(t.a.At), RequestHeaders: []headerJSON{}, ResponseHeaders: []headerJSON{},
		Duration: q.World.Took(t.a).Milliseconds(), QueueDelay: t.a.At.Sub(t.d.Created).Milliseconds(), Success: flag(t.a.OK, q.emitFalse)}
	if r := e.Request; r != nil {
		out.URI, out.Request, out.RequestHeaders = r.URL, start(r.Body), sentHeaders(r.Headers.Map(), r.URL, r.Size)
	}
	if r := e.Response; r != nil && r.Status != 0 {
		text := start(r.Body)
		out.Response, out.Status, out.ResponseHeaders = &text, r.Status, headers(r.Headers.Map(), nil)
	}
	return out, true
}

// start is the beginning of a body, as text.
func start(body []byte) string {
	s := strings.ToValidUTF8(string(body), "\uFFFD")
	n := 0
	for i := range s {
		if n == shownChars {
			return s[:i]
		}
		n++
	}
	return s
}

// sentHeaders lists the request's headers as they stood on the wire, Host and
// Content-Length included (inferred).
func sentHeaders(h http.Header, address string, size int64) []headerJSON {
	all := headers(h, []string{"Content-Type", "User-Agent", "Authorization"})
	if u, err := url.Parse(address); err == nil {
		all = append([]headerJSON{{"Host", u.Host}}, all...)
	}
	return append(all, headerJSON{"Content-Length", strconv.FormatInt(size, 10)})
}

// headers lists headers one value an element: first those named, then the
// others by name.
func headers(h http.Header, first []string) []headerJSON {
	names := slices.Clone(first)
	for name := range h {
		if !slices.Contains(first, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names[len(first):])
	all := []headerJSON{}
	for _, name := range names {
		for _, v := range h[name] {
			all = append(all, headerJSON{name, strings.ToValidUTF8(v, "\uFFFD")})
		}
	}
	return all
}
