package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/tui/body"
	"tacklebox/tui/ui"
)

// atOnce is how many events one call fires: between two calls it can be stopped.
const atOnce = 200

// fired is what one call fired.
type fired struct {
	req    api.Firing // the whole of it
	form   *ui.Form   // that asked for it, nil: none
	events int
	result *api.Fired
	err    error
	sums   *sums
}

// sums is what the calls of one firing made together.
type sums struct {
	deliveries, events int
	skipped            []string
}

// fire sends a firing and tells what came of it. The form that asked for it stays
// until it is answered.
func fire(m *model, req api.Firing, form *ui.Form) tea.Cmd {
	if m.fire.left > 0 {
		m.complain("something is being fired: esc stops it")
		return nil
	}
	f := &m.fire
	f.all = max(req.Count, 1)
	f.left, f.began, f.stop = f.all, m.wall(), false
	m.list.follow = true
	if form != nil {
		form.Stop = func() { m.fire.stop = true }
	}
	return fireSome(m, req, form, new(sums))
}

func fireSome(m *model, req api.Firing, form *ui.Form, so *sums) tea.Cmd {
	ctx, c := m.ctx, m.api
	part := req
	if m.fire.all > 1 {
		part.Count = min(m.fire.left, atOnce)
	}
	if form != nil {
		form.Busy = m.fire.progress(m.wall())
	}
	return func() tea.Msg {
		result, err := c.Fire(ctx, part)
		return fired{req, form, max(part.Count, 1), result, err, so}
	}
}

func (r fired) apply(m *model) tea.Cmd {
	f := &m.fire
	if r.form != nil {
		r.form.Busy = ""
	}
	if r.err != nil {
		f.left = 0
		if r.form != nil && m.shows(r.form) {
			refuseFiring(r.form, r.err)
		} else {
			m.complain(r.err.Error())
		}
		return nil
	}
	r.sums.add(r.result)
	if f.left -= r.events; f.left > 0 && !f.stop {
		return fireSome(m, r.req, r.form, r.sums)
	}
	stopped := f.left > 0
	f.left, f.last = 0, &r.req
	if r.form != nil {
		m.drop(r.form)
		m.drop(m.over()) // the palette below it
	}
	text, style := r.sums.text(r.req), ui.Good
	if r.sums.deliveries == 0 {
		style = ui.Warn
	}
	if stopped {
		text, style = "stopped after "+text, ui.Warn
	}
	m.say(style, text)
	return refresh(m)
}

func (s *sums) add(result *api.Fired) {
	for _, e := range result.Events {
		s.events++
		s.deliveries += len(e.Deliveries)
		for _, x := range e.Skipped {
			if len(s.skipped) < 3 {
				s.skipped = append(s.skipped, x.Subscription+": "+x.Reason)
			}
		}
	}
}

// text says how many deliveries a firing has, or why it has none.
func (s *sums) text(req api.Firing) string {
	out := "fired " + req.Provider + " " + req.Type
	if s.events > 1 {
		out += " " + ui.Grouped(uint64(s.events)) + " times"
	}
	skipped := strings.Join(s.skipped, "; ")
	switch {
	case s.deliveries == 0 && skipped != "":
		return out + ": nobody got it; " + skipped
	case s.deliveries == 0:
		return out + ": nobody has subscribed to it (give a URL in the form to send it anyway)"
	case skipped != "":
		return out + ": " + ui.Count(s.deliveries, "delivery") + ", not to " + skipped
	}
	return out + ": " + ui.Count(s.deliveries, "delivery")
}

func fireAgain(m *model) tea.Cmd {
	if m.fire.last == nil {
		m.complain("nothing was fired yet that worked: press f")
		return nil
	}
	return fire(m, *m.fire.last, nil)
}

// choice is one event type of one provider.
type choice struct {
	provider string
	event    api.EventType
}

// showPalette searches all event types of all providers.
func showPalette(m *model) tea.Cmd {
	p := ui.NewPicker(paletteTitle)
	p.Empty = "the catalogue is empty"
	p.Keys = []ui.Hint{{Key: "⏎", About: "fill in"}, {Key: "ctrl+t", About: "fire at once"}}
	p.Preview = func(it ui.Item, width int) []ui.Line { return aboutEvent(it.Value.(choice), width) }
	p.Set(eventItems(m))
	p.Choose = func(it ui.Item) (tea.Cmd, bool) {
		m.show(fireForm(m, it.Value.(choice)))
		return nil, false
	}
	p.Extra = map[string]func(*ui.Item) tea.Cmd{"ctrl+t": func(it *ui.Item) tea.Cmd {
		if it == nil {
			return nil
		}
		c := it.Value.(choice)
		m.drop(p)
		return fire(m, api.Firing{Provider: c.provider, Type: c.event.Type}, nil)
	}}
	m.show(p)
	if len(m.catalog.providers) == 0 {
		p.Loading = true
		return loadCatalog(m)
	}
	return nil
}

func eventItems(m *model) []ui.Item {
	var items []ui.Item
	for _, p := range m.catalog.providers {
		for _, e := range p.Events {
			note := strings.TrimSpace("[" + ui.Clean(e.Evidence, 20) + "] " + ui.Cell(e.About))
			items = append(items, ui.Item{Label: ui.Clean(p.Name, 20) + " " + ui.Clean(e.Type, 100), Note: note, Style: ui.Dim, Value: choice{p.Name, e}})
		}
	}
	return items
}

func aboutEvent(c choice, width int) []ui.Line {
	out := ui.Wrap(ui.Say(ui.Strong, ui.Cell(c.provider+" "+c.event.Type)), width, 2, 3)
	out = append(out, ui.Paragraph(ui.Plain, ui.Text(c.event.About), width)...)
	if c.event.Evidence != "" {
		out = append(out, ui.Say(ui.Dim, "evidence: "+ui.Clean(c.event.Evidence, 100)))
	}
	if len(c.event.Sample) > 0 {
		out = append(out, ui.Line{})
		for _, l := range body.New(c.event.Sample, "application/json", "").Show(body.JSON, width, "sample", nil) {
			out = append(out, l.Line)
		}
	}
	return out
}

// fireHello fires the first sample of the first provider at an inbox here.
func fireHello(m *model) tea.Cmd {
	for _, p := range m.catalog.providers {
		if len(p.Events) > 0 {
			return fire(m, api.Firing{Provider: p.Name, Type: p.Events[0].Type, To: m.api.URL() + "/in/" + helloInbox}, nil)
		}
	}
	m.fire.hello = true // as soon as the catalogue is there
	return nil
}
