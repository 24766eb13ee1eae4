// Package send is what the screen fires and sends again: the palette of event types,
// the form of a firing, replays and their edits, retries and the clock.
package send

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/tui/body"
	"tacklebox/tui/desk"
	"tacklebox/tui/panel"
	"tacklebox/tui/ui"
)

// atOnce is how many events one call fires: between two calls it can be stopped.
const atOnce = 200

// Fired is what one call fired.
type Fired struct {
	req    api.Firing // the whole of it
	Form   *ui.Form   // that asked for it, nil: none
	events int
	result *api.Fired
	Err    error
	sums   *Sums
}

// Sums is what the calls of one firing made together.
type Sums struct {
	deliveries, events int
	skipped            []string
}

// fire sends a firing and tells what came of it. The form that asked for it stays
// until it is answered.
func fire(m *desk.Model, req api.Firing, form *ui.Form) tea.Cmd {
	if m.Fire.Left > 0 {
		m.Complain("something is being fired: esc stops it")
		return nil
	}
	f := &m.Fire
	f.All = max(req.Count, 1)
	f.Left, f.Began, f.Stop = f.All, m.Wall(), false
	m.List.Follow = true
	if form != nil {
		form.Stop = func() { m.Fire.Stop = true }
	}
	return fireSome(m, req, form, new(Sums))
}

func fireSome(m *desk.Model, req api.Firing, form *ui.Form, so *Sums) tea.Cmd {
	ctx, c := m.Ctx, m.Api
	part := req
	if m.Fire.All > 1 {
		part.Count = min(m.Fire.Left, atOnce)
	}
	if form != nil {
		form.Busy = m.Fire.Progress(m.Wall())
	}
	return func() tea.Msg {
		result, err := c.Fire(ctx, part)
		return Fired{req, form, max(part.Count, 1), result, err, so}
	}
}

// Apply says what a firing did, or puts its refusal below the field it is about.
func (r Fired) Apply(m *desk.Model) tea.Cmd {
	f := &m.Fire
	if r.Form != nil {
		r.Form.Busy = ""
	}
	if r.Err != nil {
		f.Left = 0
		if r.Form != nil && m.Shows(r.Form) {
			refuseFiring(r.Form, r.Err)
		} else {
			m.Complain(r.Err.Error())
		}
		return nil
	}
	r.sums.Add(r.result)
	if f.Left -= r.events; f.Left > 0 && !f.Stop {
		return fireSome(m, r.req, r.Form, r.sums)
	}
	stopped := f.Left > 0
	f.Left, f.Last = 0, &r.req
	if r.Form != nil {
		m.Drop(r.Form)
		m.Drop(m.Over()) // the palette below it
	}
	text, style := r.sums.Text(r.req), ui.Good
	if r.sums.deliveries == 0 {
		style = ui.Warn
	}
	if stopped {
		text, style = "stopped: "+text, ui.Warn
	}
	m.Say(style, text)
	return desk.Refresh(m)
}

// Add counts one answer of the sandbox.
func (s *Sums) Add(result *api.Fired) {
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

// Text says how many deliveries a firing has, or why it has none.
func (s *Sums) Text(req api.Firing) string {
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

// FireAgain fires once more what was fired last and worked.
func FireAgain(m *desk.Model) tea.Cmd {
	if m.Fire.Last == nil {
		m.Complain("nothing was fired yet that worked: press f")
		return nil
	}
	return fire(m, *m.Fire.Last, nil)
}

// Choice is one event type of one provider.
type Choice struct {
	Provider string
	Event    api.EventType
	Hint     string // how it can be had, where the profile in force does not have it
}

// ShowPalette searches all event types of all providers.
func ShowPalette(m *desk.Model) tea.Cmd {
	p := ui.NewPicker("Fire")
	p.Empty = "the catalogue is empty"
	p.Keys = []ui.Hint{{Key: "⏎", About: "fill in"}, {Key: "ctrl+t", About: "fire at once"}}
	p.Preview = func(it ui.Item, width int) []ui.Line { return aboutEvent(it.Value.(Choice), width) }
	p.Choose = func(it ui.Item) (tea.Cmd, bool) {
		c := it.Value.(Choice)
		if c.Hint != "" {
			return switchProfile(m, c), false
		}
		m.Show(fireForm(m, c))
		return nil, false
	}
	p.Extra = map[string]func(*ui.Item) tea.Cmd{"ctrl+t": func(it *ui.Item) tea.Cmd {
		if it == nil {
			return nil
		}
		c := it.Value.(Choice)
		if c.Hint != "" {
			return switchProfile(m, c)
		}
		m.Drop(p)
		return fire(m, api.Firing{Provider: c.Provider, Type: c.Event.Type}, nil)
	}}
	return desk.ShowOfCatalog(m, p, func() []ui.Item { return eventItems(m) })
}

// eventItems are all event types, those of other profiles last.
func eventItems(m *desk.Model) []ui.Item {
	var items []ui.Item
	for _, p := range m.Catalog.Providers {
		for _, e := range p.Events {
			note := strings.TrimSpace("[" + ui.Clean(e.Evidence, 20) + "] " + ui.Cell(e.About))
			items = append(items, ui.Item{Label: ui.Clean(p.Name, 20) + " " + ui.Clean(e.Type, 100), Note: note, Style: ui.Dim, Value: Choice{Provider: p.Name, Event: e}})
		}
		for _, e := range p.Elsewhere {
			items = append(items, ui.Item{Label: ui.Clean(p.Name, 20) + " " + ui.Clean(e.Type, 100), Note: "[not here] " + ui.Cell(e.Hint), Style: ui.Warn,
				Value: Choice{p.Name, api.EventType{Type: e.Type, About: e.About}, e.Hint}})
		}
	}
	return items
}

// switchProfile says why an event type cannot be fired, and shows the settings that
// change it.
func switchProfile(m *desk.Model, c Choice) tea.Cmd {
	m.Complain(c.Event.Type + " cannot be fired here: " + c.Hint)
	if d := m.Catalog.Provider(c.Provider); d != nil {
		return panel.ShowSettings(m, *d)
	}
	return nil
}

func aboutEvent(c Choice, width int) []ui.Line {
	out := ui.Wrap(ui.Say(ui.Strong, ui.Cell(c.Provider+" "+c.Event.Type)), width, 2, 3)
	if c.Hint != "" {
		out = append(out, ui.Paragraph(ui.Warn, ui.Text("not here: "+c.Hint), width)...)
	}
	out = append(out, ui.Paragraph(ui.Plain, ui.Text(c.Event.About), width)...)
	if c.Event.Evidence != "" {
		out = append(out, ui.Say(ui.Dim, "evidence: "+ui.Clean(c.Event.Evidence, 100)))
	}
	if len(c.Event.Sample) > 0 {
		out = append(out, ui.Line{})
		for _, l := range body.New(c.Event.Sample, "application/json", "").Show(body.JSON, width, "sample", nil) {
			out = append(out, l.Line)
		}
	}
	return out
}

// FireHello fires the first sample of the first provider at an inbox here.
func FireHello(m *desk.Model) tea.Cmd {
	for _, p := range m.Catalog.Providers {
		if len(p.Events) > 0 {
			return fire(m, api.Firing{Provider: p.Name, Type: p.Events[0].Type, To: m.Api.URL() + "/in/" + desk.HelloInbox}, nil)
		}
	}
	m.Fire.Hello = true // as soon as the catalogue is there
	return nil
}
