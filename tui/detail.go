package tui

import (
	"net/http"
	"strings"
	"time"

	"tacklebox/receiver/client"
)

// detail is the pane that shows one entry, and the delivery that it belongs to.
type detail struct {
	seq     uint64        // of the entry that is wanted
	entry   *client.Entry // nil while it is loaded
	request *body
	answer  *body
	story   []*row // what is known of the event: attempts and captures, by seq
	sub     *client.Subscription
	problem string // why there is no entry

	mode   bodyMode
	folded map[string]bool
	cursor int
	top    int

	lines []docLine // for width, as of when
	width int
	asOf  time.Time
}

// place is what the detail needs from around it.
type place struct {
	now time.Time // on the sandbox clock
	loc *time.Location
}

// show takes a loaded entry.
func (d *detail) show(e *client.Entry, story []*row, sub *client.Subscription) {
	d.entry, d.story, d.sub, d.problem = e, story, sub, ""
	d.request, d.answer = newBody(messageBody(e.Request)), newBody(messageBody(e.Response))
	d.width = 0
}

// want begins to show another entry.
func (d *detail) want(seq uint64) {
	d.seq, d.entry, d.story, d.sub, d.problem = seq, nil, nil, nil, ""
	d.cursor, d.top, d.width = 0, 0, 0
	d.folded = map[string]bool{}
}

func messageBody(m *client.Message) []byte {
	if m == nil {
		return nil
	}
	return m.Body
}

// layout makes the lines for a width. It is repeated when something changed or
// a countdown runs.
func (d *detail) layout(width int, at place) {
	now := at.now.Truncate(time.Second)
	if d.width == width && (d.asOf.Equal(now) || !d.counting()) {
		return
	}
	d.width, d.asOf = width, now
	d.lines = d.document(width, at)
	d.cursor = min(d.cursor, max(len(d.lines)-1, 0))
}

func (d *detail) counting() bool {
	return !nextDue(d.story).IsZero()
}

// nextDue is when the first of an event's deliveries is tried again: the latest
// attempt of each says when. Zero: none is.
func nextDue(story []*row) time.Time {
	due := map[string]time.Time{}
	for _, r := range story {
		if r.kind == "attempt" {
			due[r.delivery] = r.next
		}
	}
	var first time.Time
	for _, at := range due {
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}

// fit lays the document out for its part of the screen.
func (d *detail) fit(width, height int, at place) {
	d.layout(width, at)
	d.top = min(max(d.top, d.cursor-height+1), d.cursor)
	d.top = max(min(d.top, len(d.lines)-height), 0)
}

// Render draws the visible lines.
func (d *detail) Render(th *theme, width, height int, focused bool) []string {
	var out []string
	for i := d.top; i < len(d.lines) && len(out) < height; i++ {
		over := plain
		if focused && i == d.cursor {
			over = chosen
		}
		out = append(out, th.draw(d.lines[i].spans, width, over))
	}
	for len(out) < height {
		out = append(out, strings.Repeat(" ", width))
	}
	return out
}

func (d *detail) document(width int, at place) []docLine {
	switch {
	case d.problem != "":
		return text1(wrap(say(bad, d.problem), width, 2, 20))
	case d.entry == nil && d.seq == 0:
		return text1(wrap(say(dim, "nothing chosen"), width, 0, 2))
	case d.entry == nil:
		return text1([]spans{say(dim, "loading #"+utoa(d.seq)+" …")})
	}
	out := d.summary(width, at)
	out = append(out, d.timeline(width, at)...)
	out = append(out, d.half("request", d.entry.Request, d.request, width)...)
	out = append(out, d.half("response", d.entry.Response, d.answer, width)...)
	return append(out, d.subscription(width)...)
}

func text1(lines []spans) []docLine {
	out := make([]docLine, len(lines))
	for i, l := range lines {
		out[i] = docLine{spans: l}
	}
	return out
}

// field is a labelled line of the summary.
func field(label string, width int, value spans) []docLine {
	line := append(say(dim, pad(label, 11)), value...)
	return text1(wrap(line, width, 11, 12))
}

func (d *detail) summary(width int, at place) []docLine {
	e := d.entry
	title := say(strong, "#"+utoa(e.Seq)+" "+string(e.Kind))
	for _, s := range []string{e.Provider, e.Type} {
		if s != "" {
			title = title.add(strong, " "+clean(s, longestCell))
		}
	}
	out := append(text1(wrap(title, width, 2, 3)), d.verdicts(width)...)
	if e.Fault != "" {
		out = append(out, field("fault", width, say(warn, clean(e.Fault, 1000)))...)
	}
	if e.Error != "" {
		out = append(out, field("error", width, say(bad, clean(e.Error, 2000)))...)
	}
	facts := say(plain, e.Time.In(at.loc).Format("2006-01-02 15:04:05.000"))
	if e.Took > 0 {
		facts = facts.add(plain, "  took "+tookText(e.Took))
	}
	out = append(out, field("time", width, facts)...)
	for _, f := range [][2]string{{"inbox", e.Inbox}, {"account", e.Account}, {"event", e.EventID}, {"delivery", e.DeliveryID}} {
		if f[1] != "" {
			out = append(out, field(f[0], width, say(plain, clean(f[1], 1000)))...)
		}
	}
	return out
}

func (d *detail) verdicts(width int) []docLine {
	var out []docLine
	if s := d.entry.Signature; s != nil {
		v := say(signatureStyle(s.State), signatureLetter(s.State)+" "+clean(s.State, longestCell))
		if s.Reason != "" {
			v = v.add(plain, ": "+clean(s.Reason, 2000))
		}
		out = append(out, field("signature", width, v)...)
	}
	c := d.entry.Contract
	if c == nil {
		return out
	}
	if c.OK {
		return append(out, field("contract", width, say(good, "ok"))...)
	}
	out = append(out, field("contract", width, say(bad, "X "+count(len(c.Violations), "violation")))...)
	for _, v := range c.Violations[:min(len(c.Violations), 50)] {
		out = append(out, text1(wrap(say(bad, "  - ").add(plain, clean(v, 2000)), width, 4, 12))...)
	}
	return out
}

func signatureStyle(s string) style {
	switch s {
	case "valid":
		return good
	case "invalid", "missing":
		return bad
	}
	return dim
}

func signatureLetter(s string) string {
	switch s {
	case "valid":
		return "V"
	case "invalid":
		return "I"
	case "missing":
		return "M"
	}
	return "-"
}

// timeline lists the attempts of the event, and when the next one is due on the
// sandbox clock.
func (d *detail) timeline(width int, at place) []docLine {
	var out []docLine
	deliveries := map[string]bool{}
	for _, r := range d.story {
		if r.kind != "attempt" {
			continue
		}
		deliveries[r.delivery] = true
		st := good
		if !r.ok() {
			st = bad
		}
		l := say(plain, padLeft(itoa(r.attempt), 4)+"  "+r.at.In(at.loc).Format("01-02 15:04:05")+"  ").add(st, pad(r.word(), 3))
		if len(deliveries) > 1 {
			l = l.add(dim, "  "+r.delivery)
		}
		l = l.add(plain, padLeft(tookText(r.took), 8))
		if r.capture > 0 {
			l = l.add(dim, "  capture #"+utoa(r.capture))
		}
		for _, s := range []string{r.fault, r.problem} {
			if s != "" {
				l = l.add(warn, "  "+s)
			}
		}
		out = append(out, text1(wrap(l, width, 6, 4))...)
	}
	if len(out) == 0 {
		return nil
	}
	if next := nextDue(d.story); !next.IsZero() {
		out = append(out, docLine{spans: say(warn, "next  "+next.In(at.loc).Format("01-02 15:04:05")+"  in "+leftText(next.Sub(at.now))).add(dim, "  c: retry now")})
	}
	return append([]docLine{section("attempts", "")}, out...)
}

func section(title, rest string) docLine {
	return docLine{spans: say(head, strings.ToUpper(title)).add(dim, rest)}
}

// half shows the request or the response: its line, its body, its headers.
func (d *detail) half(title string, m *client.Message, b *body, width int) []docLine {
	if m == nil {
		return nil
	}
	out := []docLine{section(title, "  "+halfFacts(m, b, d.mode))}
	first := spans{}
	if title == "request" && m.Method+m.URL != "" {
		first = say(strong, clean(m.Method, 100)).add(plain, " "+clean(m.URL, longestText)).add(dim, " "+clean(m.Proto, 100))
	} else if m.Status > 0 {
		first = say(statusStyle(m.Status), itoa(m.Status)).add(plain, " "+http.StatusText(m.Status))
	}
	if len(first) > 0 {
		out = append(out, text1(wrap(first, width, 2, 6))...)
	}
	if len(b.bytes) > 0 || title == "request" {
		out = append(out, b.show(d.mode, width, title, d.folded)...)
	}
	if m.Truncated {
		out = append(out, docLine{spans: say(warn, "cut: "+bytesText(int64(len(m.Body)))+" of "+bytesText(m.Size)+" were kept")})
	}
	return append(out, d.headers(title, m, width)...)
}

func halfFacts(m *client.Message, b *body, mode bodyMode) string {
	size := m.Size
	if size == 0 {
		size = int64(len(b.bytes))
	}
	if size == 0 {
		return ""
	}
	return bytesText(size) + " bytes, " + mode.String()
}

func statusStyle(status int) style {
	switch {
	case status >= 400:
		return bad
	case status >= 300:
		return warn
	case status >= 200:
		return good
	}
	return info
}

const mostHeaders = 200

func (d *detail) headers(title string, m *client.Message, width int) []docLine {
	if len(m.Headers) == 0 {
		return nil
	}
	id := title + " headers"
	top := docLine{spans: say(head, "headers").add(dim, " "+itoa(len(m.Headers))), fold: id, folded: d.folded[id]}
	out := []docLine{top}
	if top.folded {
		return out
	}
	for _, f := range m.Headers[:min(len(m.Headers), mostHeaders)] {
		l := say(name, "  "+clean(f.Name, longestCell)).add(plain, ": "+clean(f.Value, longestText))
		out = append(out, text1(wrap(l, width, 4, 8))...)
	}
	return out
}

func (d *detail) subscription(width int) []docLine {
	if d.sub == nil {
		if d.entry.Subscription == "" {
			return nil
		}
		return append([]docLine{section("subscription", "")}, field("id", width, say(plain, clean(d.entry.Subscription, longestCell)))...)
	}
	s := d.sub
	state := say(good, "on")
	if !s.Enabled {
		state = say(bad, "off")
	}
	if s.Failures > 0 {
		state = state.add(warn, "  "+count(s.Failures, "failure"))
	}
	out := []docLine{section("subscription", "")}
	for _, f := range []struct {
		label string
		value spans
	}{
		{"id", say(plain, clean(s.ID, longestCell))},
		{"account", say(plain, clean(s.Account, longestCell))},
		{"url", say(plain, clean(s.URL, longestText))},
		{"types", say(plain, clean(strings.Join(s.Types, ", "), longestText))},
		{"state", state},
	} {
		out = append(out, field(f.label, width, f.value)...)
	}
	return out
}
