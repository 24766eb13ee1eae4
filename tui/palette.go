package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/client"
)

const paletteTitle = "Fire"

// choice is one event type of one provider.
type choice struct {
	provider string
	event    client.EventType
}

// openPalette searches all event types of all providers.
func (m *model) openPalette() tea.Cmd {
	p := newPicker(paletteTitle)
	p.items = m.eventItems()
	p.empty = "the catalogue is not there yet"
	p.keys = "type to search  enter fill in  ctrl+t fire at once  esc close"
	p.preview = func(it item, width int) []spans { return aboutEvent(it.value.(choice), width) }
	p.choose = func(m *model, it item) tea.Cmd {
		m.show(newFireForm(m, it.value.(choice), p))
		return nil
	}
	p.extra = map[string]func(*model, *item) tea.Cmd{"ctrl+t": func(m *model, it *item) tea.Cmd {
		if it == nil {
			return nil
		}
		c := it.value.(choice)
		m.over = nil
		return m.fire(client.FireRequest{Provider: c.provider, Type: c.event.Type})
	}}
	m.show(p)
	if len(p.items) == 0 {
		return m.loadCatalog()
	}
	return nil
}

func (m *model) eventItems() []item {
	var items []item
	for _, p := range m.catalog.providers {
		for _, e := range p.Events {
			note := strings.TrimSpace("[" + clean(e.Evidence, 20) + "] " + clean(e.About, longestCell))
			items = append(items, item{label: clean(p.Name, 20) + " " + clean(e.Type, 100), note: note, style: dim, value: choice{p.Name, e}})
		}
	}
	return items
}

func aboutEvent(c choice, width int) []spans {
	out := wrap(say(strong, clean(c.provider+" "+c.event.Type, longestCell)), width, 2, 3)
	out = append(out, wrap(say(plain, clean(c.event.About, longestText)), width, 0, 8)...)
	if c.event.Evidence != "" {
		out = append(out, say(dim, "evidence: "+clean(c.event.Evidence, 100)))
	}
	if len(c.event.Sample) > 0 {
		out = append(out, say(head, "sample"))
		for _, l := range newBody(c.event.Sample).show(pretty, width, "sample", nil) {
			out = append(out, l.spans)
		}
	}
	return out
}

// fire sends a firing and tells what came of it. It is kept for F.
func (m *model) fire(req client.FireRequest) tea.Cmd {
	m.again = &req
	m.list.follow = true
	ctx, api := m.ctx, m.api
	return m.attempt(func() (string, error) {
		result, err := api.Fire(ctx, req)
		if err != nil {
			return "", err
		}
		return firedText(req, result), nil
	})
}

func (m *model) fireAgain() tea.Cmd {
	if m.again == nil {
		m.complain("nothing was fired yet: press f")
		return nil
	}
	return m.fire(*m.again)
}

// firedText says how many deliveries a firing has, or why it has none.
func firedText(req client.FireRequest, result *client.FireResult) string {
	deliveries, skipped := 0, []string{}
	for _, e := range result.Events {
		deliveries += len(e.Deliveries)
		for _, s := range e.Skipped {
			skipped = append(skipped, s.Subscription+": "+s.Reason)
		}
	}
	said := "fired " + req.Provider + " " + req.Type
	if n := len(result.Events); n > 1 {
		said += " " + itoa(n) + " times"
	}
	switch {
	case deliveries == 0 && len(skipped) > 0:
		said += ": nobody got it; " + strings.Join(skipped, "; ")
	case deliveries == 0:
		said += ": nobody has subscribed to it (give a URL in the form to send it anyway)"
	case len(skipped) > 0:
		said += ": " + deliveriesText(deliveries) + ", not to " + strings.Join(skipped, "; ")
	default:
		said += ": " + deliveriesText(deliveries)
	}
	return said
}

func deliveriesText(n int) string {
	if n == 1 {
		return "1 delivery"
	}
	return itoa(n) + " deliveries"
}
