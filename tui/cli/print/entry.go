package print

import (
	"fmt"
	"strings"
	"time"

	"tacklebox/receiver/api"
)

// summary is one entry on one line.
func (p *Printer) Summary(e *api.Entry) {
	p.Line("%6d  %s  %-7s  %s%s", e.Seq, e.Time.In(p.zone).Format("15:04:05.000"), string(e.Kind), p.Paint(Bold, headline(e)), p.Marks(e))
}

// headline says what happened, most telling words first.
func headline(e *api.Entry) string {
	var words []string
	add := func(s string) {
		if s != "" {
			words = append(words, s)
		}
	}
	add(e.Provider)
	add(e.Type)
	if e.Inbox != "" {
		add("inbox " + e.Inbox)
	}
	if e.Request != nil {
		add(e.Request.Method)
		add(e.Request.URL)
	}
	if e.Attempt > 0 {
		add(fmt.Sprintf("attempt %d", e.Attempt))
	}
	return strings.Join(words, " ")
}

// marks is what a reader looks for at the end of a line: the outcome and what
// was wrong.
func (p *Printer) Marks(e *api.Entry) Painted {
	var b strings.Builder
	add := func(colour, s string) {
		if s != "" {
			b.WriteString(" " + string(p.Paint(colour, s)))
		}
	}
	if e.Response != nil && e.Response.Status != 0 {
		add(statusColour(e.Response.Status), fmt.Sprintf("→ %d", e.Response.Status))
	}
	if e.Signature != nil && e.Signature.State != "none" {
		add(Verdict(e.Signature.State == "valid"), "signature "+e.Signature.State)
	}
	if e.Contract != nil && !e.Contract.OK {
		add(Bad, "contract failed")
	}
	add(Bad, e.Error)
	if e.Fault != "" {
		add(Quiet, "fault "+e.Fault)
	}
	if e.Took > 0 {
		add(Quiet, e.Took.Round(10*time.Microsecond).String())
	}
	return Painted(b.String())
}

func statusColour(status int) string { return Verdict(status < 400) }

func Verdict(ok bool) string {
	if ok {
		return Good
	}
	return Bad
}

// entryJSON prints an entry in the one shape that the journal, the API and the
// stream share.
func (p *Printer) Entry(e *api.Entry, asJSON bool) error {
	if asJSON {
		return p.JSON(e)
	}
	p.Summary(e)
	return nil
}
