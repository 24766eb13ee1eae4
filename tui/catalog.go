package tui

import (
	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/client"
)

// catalog is what can be fired, loaded once.
type catalog struct {
	list      []client.Provider
	providers []client.ProviderDetail
	busy      bool // it is being loaded
}

func (m *model) loadCatalog() tea.Cmd {
	if m.catalog.busy {
		return nil
	}
	m.catalog.busy = true
	ctx, api := m.ctx, m.api
	return run(func() func(*model) tea.Cmd {
		var c catalog
		var err error
		if c.list, err = api.Providers(ctx); err == nil {
			for _, p := range c.list {
				var d *client.ProviderDetail
				if d, err = api.Provider(ctx, p.Name); err != nil {
					break
				}
				c.providers = append(c.providers, *d)
			}
		}
		return func(m *model) tea.Cmd {
			m.catalog = c
			m.fail(err)
			if p, ok := m.over.(*picker); ok && p.title == paletteTitle {
				p.items = m.eventItems()
			}
			if m.hello && err == nil {
				m.hello = false
				return m.fireHello()
			}
			return nil
		}
	})
}

func (c *catalog) provider(name string) *client.ProviderDetail {
	for i := range c.providers {
		if c.providers[i].Name == name {
			return &c.providers[i]
		}
	}
	return nil
}

// showProviders lists the mock APIs; choosing one shows what is assumed of it.
func (m *model) showProviders() tea.Cmd {
	p := newPicker("Providers")
	p.empty = "the catalogue is not there yet"
	for _, d := range m.catalog.providers {
		p.items = append(p.items, item{label: clean(d.Title, 40), note: clean(d.BaseURL, longestCell) + "  " + count(len(d.Events), "event type"), style: name, value: d})
	}
	p.preview = func(it item, width int) []spans { return aboutProvider(it.value.(client.ProviderDetail), width) }
	p.choose = func(m *model, it item) tea.Cmd {
		d := it.value.(client.ProviderDetail)
		m.show(&pager{title: d.Title, lines: func(width int) []spans { return aboutProvider(d, width) }})
		return nil
	}
	p.extra = map[string]func(*model, *item) tea.Cmd{"ctrl+y": func(m *model, it *item) tea.Cmd {
		if it == nil {
			return nil
		}
		return m.copy(it.value.(client.ProviderDetail).BaseURL, "the address")
	}}
	p.keys = "enter what is assumed  ctrl+y copy the address  esc close"
	m.show(p)
	if len(m.catalog.providers) == 0 {
		return m.loadCatalog()
	}
	return nil
}

func aboutProvider(d client.ProviderDetail, width int) []spans {
	out := []spans{
		say(strong, clean(d.Title, longestCell)).add(dim, " "+clean(d.Profile, longestCell)),
		say(name, clean(d.BaseURL, longestCell)),
		say(plain, count(len(d.Events), "event type")+", "+count(len(d.Assumptions), "assumption")),
	}
	for _, a := range d.Assumptions {
		line := say(strong, "- "+clean(a.Topic, longestCell)).add(plain, ": "+clean(a.Text, longestText)).add(dim, " ["+clean(a.Evidence, 40)+"]")
		if a.Switch != "" {
			line = line.add(dim, " setting: "+clean(a.Switch, longestCell))
		}
		out = append(out, wrap(line, width, 2, 12)...)
	}
	return out
}
