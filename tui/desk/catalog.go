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
	busy      bool     // it is being loaded
	waiting   []func() // lists that are filled when it is there
}

// catalogRead is the catalogue of the sandbox.
type catalogRead struct {
	Catalog
	err error
}

// LoadCatalog reads what can be fired, unless that is under way.
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
	waiting := m.Catalog.waiting
	m.Catalog = r.Catalog
	if m.Link.state == client.Lost {
		m.Catalog.waiting = waiting
		return nil // the top line says so
	}
	m.Fail(r.err)
	var cmds []tea.Cmd
	for _, fill := range waiting {
		fill()
	}
	for _, o := range m.Overs {
		if p, ok := o.(*ui.Picker); ok && !p.Loading {
			for _, k := range p.Pending() {
				cmds = append(cmds, m.Typed(k))
			}
		}
	}
	if m.Fire.Hello && r.err == nil {
		m.Fire.Hello = false
		cmds = append(cmds, m.hooks.Hello(m))
	}
	return tea.Batch(cmds...)
}

// ShowOfCatalog shows a list of what the catalogue has, at once or as soon as that is
// loaded. Keys that are pressed until then are not lost.
func ShowOfCatalog(m *Model, p *ui.Picker, items func() []ui.Item) tea.Cmd {
	m.Show(p)
	if len(m.Catalog.Providers) > 0 {
		p.Set(items())
		return nil
	}
	p.Loading = true
	cmd := LoadCatalog(m)
	m.Catalog.waiting = append(m.Catalog.waiting, func() { p.Set(items()) })
	return cmd
}

// Provider is what there is to know of one mock API, nil when it is not there.
func (c *Catalog) Provider(name string) *api.ProviderDetail {
	for i := range c.Providers {
		if c.Providers[i].Name == name {
			return &c.Providers[i]
		}
	}
	return nil
}
