package cli

import (
	"fmt"
	"strings"
	"time"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
)

// summary is one entry on one line.
func (p *printer) summary(e *Entry) {
	p.line("%6d  %s  %-7s  %s%s", e.Seq, e.Time.In(p.zone).Format("15:04:05.000"), string(e.Kind), p.paint(bold, headline(e)), p.marks(e))
}

// headline says what happened, most telling words first.
func headline(e *Entry) string {
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
func (p *printer) marks(e *Entry) painted {
	var b strings.Builder
	add := func(colour, s string) {
		if s != "" {
			b.WriteString(" " + string(p.paint(colour, s)))
		}
	}
	if e.Response != nil && e.Response.Status != 0 {
		add(statusColour(e.Response.Status), fmt.Sprintf("→ %d", e.Response.Status))
	}
	if e.Signature != nil && e.Signature.State != "none" {
		add(verdictColour(e.Signature.State == "valid"), "signature "+e.Signature.State)
	}
	if e.Contract != nil && !e.Contract.OK {
		add(bad, "contract failed")
	}
	add(bad, e.Error)
	if e.Fault != "" {
		add(quiet, "fault "+e.Fault)
	}
	if e.Took > 0 {
		add(quiet, e.Took.Round(10*time.Microsecond).String())
	}
	return painted(b.String())
}

func statusColour(status int) string { return verdictColour(status < 400) }

func verdictColour(ok bool) string {
	if ok {
		return good
	}
	return bad
}

// entryJSON prints an entry in the one shape that the journal, the API and the
// stream share.
func (p *printer) entry(e *Entry, asJSON bool) error {
	if asJSON {
		return p.json(e)
	}
	p.summary(e)
	return nil
}

// refusal adds the nearest name to a refusal that has no hint of its own.
func refusal(err error, word string, candidates []string) error {
	refused, ok := asRefusal(err)
	if !ok || refused.Hint != "" {
		return err
	}
	if best := api.Nearest(word, candidates); best != "" {
		named := *refused
		named.Hint = fmt.Sprintf("did you mean %q?", best)
		return &named
	}
	return err
}

func asRefusal(err error) (*client.Error, bool) {
	refused, ok := err.(*client.Error)
	return refused, ok
}
