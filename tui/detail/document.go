package detail

import (
	"net/http"
	"strings"
	"time"

	"tacklebox/receiver/api"
	"tacklebox/tui/body"
	"tacklebox/tui/rows"
	"tacklebox/tui/ui"
)

// document is the page of the detail that is shown.
func (d *Detail) document(width int, at Place) []body.Line {
	switch {
	case d.Problem != "":
		return lines(ui.Wrap(ui.Say(ui.Bad, "✗ "+d.Problem), width, 2, 20))
	case d.Entry == nil && d.Seq == 0:
		return lines(ui.Paragraph(ui.Dim, "nothing chosen", width))
	case d.Entry == nil:
		return lines(ui.Paragraph(ui.Dim, "loading #"+ui.Utoa(d.Seq)+" …", width))
	}
	out := d.badges(width, at)
	switch d.Tab {
	case 1:
		out = append(out, d.headers("request", d.Entry.Request, width)...)
		return append(out, d.headers("response", d.Entry.Response, width)...)
	case 2:
		out = append(out, d.tries(width, at)...)
		out = append(out, d.facts(width, at)...)
		return append(out, d.subscription(width)...)
	}
	out = append(out, d.verdicts(width)...)
	out = append(out, d.half("request", d.Entry.Request, d.Request, width)...)
	return append(out, d.half("response", d.Entry.Response, d.answer, width)...)
}

func lines(text []ui.Line) []body.Line {
	out := make([]body.Line, len(text))
	for i, l := range text {
		out[i] = body.Line{Line: l}
	}
	return out
}

// field is a labelled line.
func field(label string, width int, value ui.Line) []body.Line {
	return lines(ui.Wrap(append(ui.Say(ui.Dim, ui.Pad(label, 10)+" "), value...), width, 11, 12))
}

// badges is the row that people look for first: signature, contract, time.
func (d *Detail) badges(width int, at Place) []body.Line {
	e := d.Entry
	var row ui.Line
	put := func(badge ui.Style, letter, text string) {
		if len(row) > 0 {
			row = row.Add(ui.Plain, "   ")
		}
		row = row.Add(badge, " "+letter+" ").Add(ui.Plain, " "+text)
	}
	if next := rows.Due(d.story); !next.IsZero() {
		put(ui.BadgeWarn, "W", "next try in "+ui.Left(next.Sub(at.Now)))
	}
	if s := e.Signature; s != nil {
		letter, st := Signature(s.State)
		put(map[ui.Style]ui.Style{ui.Good: ui.BadgeGood, ui.Bad: ui.BadgeBad, ui.Dim: ui.BadgeQuiet}[st], letter, "signature "+ui.Cell(s.State))
	}
	if c := e.Contract; c != nil && c.OK {
		put(ui.BadgeGood, "ok", "contract")
	} else if c != nil {
		put(ui.BadgeBad, "X", "contract: "+ui.Count(len(c.Violations), "violation"))
	}
	if e.Fault != "" {
		put(ui.BadgeFault, "!", ui.Cell(e.Fault))
	}
	if len(row) > 0 {
		row = row.Add(ui.Plain, "   ")
	}
	if e.Took > 0 {
		row = row.Add(ui.Dim, ui.Took(e.Took)+"   ")
	}
	row = row.Add(ui.Dim, e.Time.In(at.Loc).Format("15:04:05.000"))
	return append(lines(ui.Wrap(row, width, 0, 4)), body.Line{})
}

// verdicts says what is wrong with the entry.
func (d *Detail) verdicts(width int) []body.Line {
	var out []body.Line
	e := d.Entry
	if e.Error != "" {
		out = append(out, lines(ui.Wrap(ui.Say(ui.Bad, "✗ "+ui.Text(e.Error)), width, 2, 12))...)
	}
	if s := e.Signature; s != nil && s.Reason != "" {
		mark := ui.Say(ui.Bad, "✗ signature: ")
		if _, st := Signature(s.State); st == ui.Dim {
			mark = ui.Say(ui.Dim, "  signature: ")
		}
		out = append(out, lines(ui.Wrap(mark.Add(ui.Plain, ui.Text(s.Reason)), width, 2, 12))...)
	}
	if c := e.Contract; c != nil && !c.OK {
		for _, v := range c.Violations[:min(len(c.Violations), 50)] {
			out = append(out, lines(ui.Wrap(ui.Say(ui.Bad, "✗ contract: ").Add(ui.Plain, ui.Text(v)), width, 2, 12))...)
		}
	}
	if len(out) > 0 {
		out = append(out, body.Line{})
	}
	return out
}

func section(title string) body.Line { return body.Line{Line: ui.Say(ui.Head, title)} }

// tries lists the attempts of the event, and when the next one is due on the
// sandbox clock.
func (d *Detail) tries(width int, at Place) []body.Line {
	var out []body.Line
	deliveries := map[string]bool{}
	for _, r := range d.story {
		if r.Kind != "attempt" {
			continue
		}
		deliveries[r.Delivery] = true
		out = append(out, d.try(r, len(deliveries) > 1, width, at)...)
	}
	if len(out) == 0 {
		return nil
	}
	if next := rows.Due(d.story); !next.IsZero() {
		l := ui.Say(ui.Warn, "next  "+next.In(at.Loc).Format("01-02 15:04:05")+"  in "+ui.Left(next.Sub(at.Now))).Add(ui.Key, "  c").Add(ui.Dim, " retry now")
		out = append(out, lines(ui.Wrap(l, width, 6, 2))...)
	}
	return append(append([]body.Line{section("Tries")}, out...), body.Line{})
}

func (d *Detail) try(r *rows.Row, several bool, width int, at Place) []body.Line {
	st := ui.Good
	if !r.OK() {
		st = ui.Bad
	}
	l := ui.Say(ui.Plain, ui.PadLeft(ui.Itoa(r.Attempt), 4)+"  "+r.At.In(at.Loc).Format("01-02 15:04:05")+"  ").Add(st, ui.Pad(r.Word(), 3)).
		Add(ui.Plain, ui.PadLeft(ui.Took(r.Took), 8))
	if note := at.Replays[r.Delivery]; note != "" {
		l = l.Add(ui.Info, "  "+note)
	} else if several {
		l = l.Add(ui.Dim, "  "+r.Delivery)
	}
	if r.Capture > 0 {
		l = l.Add(ui.Dim, "  capture #"+ui.Utoa(r.Capture))
	}
	if r.Fault != "" {
		l = l.Add(ui.Fault, "  "+r.Fault)
	}
	if r.Problem != "" {
		l = l.Add(ui.Bad, "  "+r.Problem)
	}
	return lines(ui.Wrap(l, width, 6, 4))
}

func (d *Detail) facts(width int, at Place) []body.Line {
	e := d.Entry
	out := []body.Line{section("Entry")}
	facts := [][2]string{{"time", e.Time.In(at.Loc).Format(time.DateOnly + " 15:04:05.000 MST")}, {"inbox", e.Inbox}, {"account", e.Account}, {"event", e.EventID}, {"delivery", e.DeliveryID}}
	if e.CaptureSeq > 0 {
		facts = append(facts, [2]string{"capture", "#" + ui.Utoa(e.CaptureSeq)})
	}
	if e.Request != nil {
		facts = append(facts, [2]string{"from", e.Request.Remote}, [2]string{"sha256", e.Request.SHA256})
	}
	for _, f := range facts {
		if f[1] != "" {
			out = append(out, field(f[0], width, ui.Say(ui.Plain, ui.Clean(f[1], 1000)))...)
		}
	}
	return append(out, body.Line{})
}

// half shows the request or the response: its line and its body.
func (d *Detail) half(title string, m *api.Message, b *body.Body, width int) []body.Line {
	if m == nil {
		return nil
	}
	var first ui.Line
	if title == "request" && m.Method+m.URL != "" {
		first = ui.Say(ui.Strong, ui.Clean(m.Method, 100)).Add(ui.Plain, " "+ui.Text(m.URL))
	} else if m.Status > 0 {
		first = ui.Say(ui.Dim, "Response  ").Add(statusStyle(m.Status), ui.Itoa(m.Status)).Add(ui.Plain, " "+http.StatusText(m.Status))
	}
	size := m.Size
	if size == 0 {
		size = int64(b.Size())
	}
	if size > 0 {
		first = first.Add(ui.Dim, "  "+ui.Bytes(size)+" B")
	}
	out := lines(ui.Wrap(first, width, 2, 6))
	if b.Size() > 0 || title == "request" {
		out = append(append(out, body.Line{}), b.Show(d.View(b), width, title, d.folded)...)
	}
	if m.Truncated {
		out = append(out, body.Line{Line: ui.Say(ui.Warn, "cut: "+ui.Bytes(int64(len(m.Body)))+" of "+ui.Bytes(m.Size)+" were kept")})
	}
	return append(out, body.Line{})
}

func statusStyle(status int) ui.Style {
	switch {
	case status >= 400:
		return ui.Bad
	case status >= 300:
		return ui.Warn
	case status >= 200:
		return ui.Good
	}
	return ui.Info
}

const mostHeaders = 200

func (d *Detail) headers(title string, m *api.Message, width int) []body.Line {
	if m == nil || len(m.Headers) == 0 {
		return nil
	}
	out := []body.Line{section(strings.ToUpper(title[:1]) + title[1:] + " headers")}
	for _, h := range m.Headers[:min(len(m.Headers), mostHeaders)] {
		l := ui.Say(ui.Accent, "  "+ui.Cell(h.Name)).Add(ui.Dim, ": ").Add(ui.Plain, ui.Text(h.Value))
		out = append(out, lines(ui.Wrap(l, width, 4, 8))...)
	}
	return append(out, body.Line{})
}

func (d *Detail) subscription(width int) []body.Line {
	if d.Entry.Subscription == "" && d.sub == nil {
		return nil
	}
	out := []body.Line{section("Subscription")}
	if d.sub == nil {
		return append(out, field("id", width, ui.Say(ui.Plain, ui.Cell(d.Entry.Subscription)))...)
	}
	for _, f := range SubscriptionFields(*d.sub) {
		out = append(out, field(f.Label, width, f.Value)...)
	}
	return out
}

// labelled is a fact about a subscription: what people look for comes first.
type labelled struct {
	Label string
	Value ui.Line
}

// SubscriptionFields are what there is to read of a subscription.
func SubscriptionFields(s api.Subscription) []labelled {
	state := ui.Say(ui.Good, "on")
	if !s.Enabled {
		state = ui.Say(ui.Bad, "off")
	}
	if s.Failures > 0 {
		state = state.Add(ui.Warn, "  "+ui.Count(s.Failures, "failure"))
	}
	return []labelled{
		{"types", ui.Say(ui.Plain, ui.Text(strings.Join(s.Types, ", ")))},
		{"url", ui.Say(ui.Plain, ui.Text(s.URL))},
		{"state", state},
		{"account", ui.Say(ui.Plain, ui.Cell(s.Account))},
		{"id", ui.Say(ui.Plain, ui.Cell(s.ID))},
	}
}

// Signature is the letter of a verdict and its style.
func Signature(state string) (string, ui.Style) {
	switch state {
	case "valid":
		return "V", ui.Good
	case "invalid":
		return "I", ui.Bad
	case "missing":
		return "M", ui.Bad
	}
	return "-", ui.Dim
}
