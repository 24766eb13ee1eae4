package print

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tacklebox/receiver/api"
	"tacklebox/receiver/journal/body"
)

// facts are the fields of an entry that have one line each.
func (p *Printer) Facts(e *api.Entry) {
	for _, f := range []struct{ name, value string }{
		{"time", e.Time.Format(time.RFC3339Nano)},
		{"account", e.Account},
		{"subscription", e.Subscription},
		{"event", e.EventID},
		{"delivery", e.DeliveryID},
		{"capture", nonZero(e.CaptureSeq)},
		{"next attempt", moment(e.NextAttempt)},
		{"fault", e.Fault},
		{"error", e.Error},
	} {
		if f.value != "" {
			p.Line("  %-13s %s", f.name, f.value)
		}
	}
	if s := e.Signature; s != nil {
		p.Line("  %-13s %s%s", "signature", p.Paint(Verdict(s.State != "invalid"), s.State), Reason(s.Reason))
	}
	if c := e.Contract; c != nil {
		p.Line("  %-13s %s", "contract", p.Paint(Verdict(c.OK), OKOrFailed(c.OK)))
		for _, v := range c.Violations {
			p.Line("    - %s", v)
		}
	}
}

func nonZero(n uint64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(n, 10)
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

func Reason(s string) string {
	if s == "" {
		return ""
	}
	return ": " + s
}

func OKOrFailed(ok bool) string {
	if ok {
		return "ok"
	}
	return "failed"
}

func RequestLine(m *api.Message) string {
	return fmt.Sprintf("%s %s %s", m.Method, m.URL, m.Proto)
}

func (p *Printer) Message(name, first string, m *api.Message) {
	p.Line("\n%s %s", p.Paint(Quiet, name), p.Paint(Bold, first))
	for _, header := range m.Headers {
		p.Line("%s: %s", p.Paint(Quiet, header.Name), header.Value)
	}
	if len(m.Body) == 0 {
		return
	}
	p.Line("")
	view := body.Of(m)
	for _, note := range decoded(view) {
		p.Line("%s", p.Paint(Quiet, "("+note+")"))
	}
	if binary(view.Bytes) {
		p.Line("(%d bytes that are not text; 'tacklebox show SEQ --body > FILE' keeps them)", len(m.Body))
	} else {
		p.Text(Pretty(view.Bytes))
	}
	if m.Truncated {
		p.Line("%s", p.Paint(Bad, fmt.Sprintf("(cut: %d of %d bytes were kept)", len(m.Body), m.Size)))
	}
}

// decoded says what was undone so that a body can be read: its encodings and its
// charset, and where that ended.
func decoded(v body.View) (notes []string) {
	for _, encoding := range v.Encodings {
		notes = append(notes, "decoded from "+encoding)
	}
	if v.Charset != "" && !strings.EqualFold(v.Charset, "utf-8") {
		notes = append(notes, "in "+v.Charset)
	}
	if v.Err != nil {
		notes = append(notes, v.Err.Error())
	}
	return notes
}

// binary reports whether a body is better not printed: more than an eighth of
// it would be replaced. A stray byte in a text is worth seeing.
func binary(raw []byte) bool {
	strange := 0
	for i := 0; i < len(raw); {
		r, n := utf8.DecodeRune(raw[i:])
		if r == utf8.RuneError && n == 1 || r < ' ' && r != '\n' && r != '\r' && r != '\t' {
			strange++
		}
		i += n
	}
	return strange > len(raw)/8
}
