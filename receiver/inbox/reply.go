package inbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/wire"
)

const (
	// slowDefault is how long a slow reply takes when its delay does not say.
	slowDefault = 5 * time.Second
	slowPieces  = 50
)

// play gives the reply. delay is wall time: a person or a program waits.
func (b *Inboxes) play(w http.ResponseWriter, r *http.Request, rep *reply) {
	if rep.delay > 0 && rep.fault != "slow" && !b.pause(r, rep.delay) {
		panic(http.ErrAbortHandler) // nobody waits for the answer any more
	}
	switch rep.fault {
	case "reset", "empty":
		cut(w, rep.fault == "reset")
	case "hang":
		b.pause(r, 0)
		panic(http.ErrAbortHandler)
	case "slow":
		b.writeSlowly(w, r, rep)
	default:
		rep.write(w)
	}
}

// pause waits for d (0: without end) and reports whether the sender is still
// there and the receiver still open.
func (b *Inboxes) pause(r *http.Request, d time.Duration) bool {
	var after <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		after = timer.C
	}
	select {
	case <-after:
		return true
	case <-r.Context().Done():
	case <-b.ctx.Done():
	}
	return false
}

// cut closes the connection without an answer: with a TCP reset, or with an
// orderly end.
func cut(w http.ResponseWriter, reset bool) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // net/http then closes the connection itself
	}
	if reset {
		wire.Reset(conn)
	}
	_ = conn.Close()
}

func (rep *reply) write(w http.ResponseWriter) {
	m, body := rep.record, rep.record.Body
	if m.Status < http.StatusOK {
		interim(w, m.Status)
		return
	}
	if rep.whole != nil {
		body = rep.whole
	}
	head(w, m)
	if len(body) > 0 {
		_, _ = w.Write(body) // a sender that is gone has its entry already
	}
}

func head(w http.ResponseWriter, m *journal.Message) {
	header := w.Header()
	for name, values := range m.Headers.Map() {
		header[name] = values
	}
	if _, typed := header["Content-Type"]; !typed && len(m.Body) > 0 {
		header["Content-Type"] = nil // keeps net/http from guessing one
	}
	w.WriteHeader(m.Status)
}

// interim sends a 1xx status as the only answer and closes: net/http would
// follow it with a 200 that nobody asked for.
func interim(w http.ResponseWriter, status int) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	fmt.Fprintf(conn, "HTTP/1.1 %d %s\r\n\r\n", status, http.StatusText(status))
	_ = conn.Close()
}

// writeSlowly sends the head at once and the body in pieces spread over the delay.
func (b *Inboxes) writeSlowly(w http.ResponseWriter, r *http.Request, rep *reply) {
	m, total := rep.record, rep.delay
	if total == 0 {
		total = slowDefault
	}
	head(w, m)
	control := http.NewResponseController(w)
	pieces := max(min(len(m.Body), slowPieces), 1)
	for i := range pieces {
		_ = control.Flush()
		if !b.pause(r, max(total/time.Duration(pieces), 1)) {
			panic(http.ErrAbortHandler)
		}
		if _, err := w.Write(m.Body[i*len(m.Body)/pieces : (i+1)*len(m.Body)/pieces]); err != nil {
			return
		}
	}
}

// brokenReply answers a body that broke off. Most such senders are gone; one
// that sent a wrong chunk can still read it.
func brokenReply(cause error) *reply {
	return errorReply(api.Failed(http.StatusBadRequest, "broken_body", "the capture keeps what arrived", "%v", cause))
}

// errorReply words a problem as a recorded answer.
func errorReply(p *api.Error) *reply {
	body, _ := json.Marshal(map[string]*api.Error{"error": p}) // strings only: cannot fail
	return &reply{record: &journal.Message{
		Status:  p.Status,
		Headers: journal.Header{{Name: "Content-Type", Value: "application/json"}},
		Body:    body,
		Size:    int64(len(body)),
	}}
}
