package desk

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/ui"
)

// Catalog is what can be fired, loaded once.
type Catalog struct {
	List      []api.Provider
	Providers []api.ProviderDetail
	busy      bool // it is being loaded
}

// catalogRead is the catalogue of the sandbox.
type catalogRead struct {
	Catalog
	err error
}

func LoadCatalog(m *Model) tea.Cmd {
	if m.Catalog.busy {
		return nil
	}
	m.Catalog.busy = true
	ctx, c := m.Ctx, m.Api
	return func() tea.Msg {
		r := catalogRead{}
		r.Catalog, r.err = readCatalog(ctx, c)
		return r
	}
}

func readCatalog(ctx context.Context, c *client.Client) (out Catalog, err error) {
	if out.List, err = c.Providers(ctx); err != nil {
		return out, err
	}
	for _, p := range out.List {
		d, err := c.Provider(ctx, p.Name)
		if err != nil {
			return out, err
		}
		out.Providers = append(out.Providers, *d)
	}
	return out, nil
}

func (r catalogRead) Apply(m *Model) tea.Cmd {
	m.Catalog = r.Catalog
	if m.Link.state == client.Lost {
		return nil // the top line says so
	}
	m.Fail(r.err)
	for _, o := range m.Overs {
		if p, ok := o.(*ui.Picker); ok && p.Loading && p.Title == PaletteTitle {
			p.Set(m.hooks.Events(m))
		}
	}
	if m.Fire.Hello && r.err == nil {
		m.Fire.Hello = false
		return m.hooks.Hello(m)
	}
	return nil
}

func (c *Catalog) Provider(name string) *api.ProviderDetail {
	for i := range c.Providers {
		if c.Providers[i].Name == name {
			return &c.Providers[i]
		}
	}
	return nil
}

const PaletteTitle = "Fire"
