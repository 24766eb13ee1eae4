package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/ui"
)

// catalog is what can be fired, loaded once.
type catalog struct {
	list      []api.Provider
	providers []api.ProviderDetail
	busy      bool // it is being loaded
}

// catalogRead is the catalogue of the sandbox.
type catalogRead struct {
	catalog
	err error
}

func loadCatalog(m *model) tea.Cmd {
	if m.catalog.busy {
		return nil
	}
	m.catalog.busy = true
	ctx, c := m.ctx, m.api
	return func() tea.Msg {
		r := catalogRead{}
		r.catalog, r.err = readCatalog(ctx, c)
		return r
	}
}

func readCatalog(ctx context.Context, c *client.Client) (out catalog, err error) {
	if out.list, err = c.Providers(ctx); err != nil {
		return out, err
	}
	for _, p := range out.list {
		d, err := c.Provider(ctx, p.Name)
		if err != nil {
			return out, err
		}
		out.providers = append(out.providers, *d)
	}
	return out, nil
}

func (r catalogRead) apply(m *model) tea.Cmd {
	m.catalog = r.catalog
	if m.link.state == client.Lost {
		return nil // the top line says so
	}
	m.fail(r.err)
	for _, o := range m.overs {
		if p, ok := o.(*ui.Picker); ok && p.Loading && p.Title == paletteTitle {
			p.Set(m.hooks.events(m))
		}
	}
	if m.fire.hello && r.err == nil {
		m.fire.hello = false
		return m.hooks.hello(m)
	}
	return nil
}

func (c *catalog) provider(name string) *api.ProviderDetail {
	for i := range c.providers {
		if c.providers[i].Name == name {
			return &c.providers[i]
		}
	}
	return nil
}

const paletteTitle = "Fire"
