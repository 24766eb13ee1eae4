package panel

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/tui/desk"
	"tacklebox/tui/detail"
	"tacklebox/tui/rows"
	"tacklebox/tui/ui"
)

// ShowSpaces lists the sandboxes of this process; choosing one shows it.
func ShowSpaces(m *desk.Model) tea.Cmd {
	p := ui.NewPicker("Spaces")
	p.Keys = []ui.Hint{{Key: "⏎", About: "go there"}, {Key: "ctrl+n", About: "another"}, {Key: "ctrl+d", About: "end it"}, {Key: "ctrl+y", About: "copy the address"}}
	p.Empty = "there is none; ctrl+n makes one"
	ctx, c := m.Ctx, m.Root
	load := func() ([]ui.Item, error) {
		list, err := c.Spaces(ctx)
		items := []ui.Item{{Label: "without a name", Note: "what there always is", Style: ui.Dim, Value: api.Space{URL: c.URL()}}}
		for _, s := range list {
			note := ui.Count(int(s.Entries), "entry") + "  clock " + ui.Clean(s.Clock, 20)
			if s.TTL != "" {
				note += "  goes after " + ui.Clean(s.TTL, 20) + " unused"
			}
			if s.Token {
				note += "  has a token of its own"
			}
			items = append(items, ui.Item{Label: "~" + ui.Cell(s.Name), Note: note, Style: ui.Dim, Value: s})
		}
		return items, err
	}
	again := func() tea.Cmd { return desk.Relisted(p, load) }
	p.Choose = func(it ui.Item) (tea.Cmd, bool) { return enterSpace(m, it.Value.(api.Space).Name), true }
	p.Extra = map[string]func(*ui.Item) tea.Cmd{
		"ctrl+n": func(*ui.Item) tea.Cmd { newSpace(m, again); return nil },
		"ctrl+y": desk.On(func(s api.Space) tea.Cmd { return m.Copy(m.Root.Space(s.Name).URL(), "the address") }),
		"ctrl+d": desk.On(func(s api.Space) tea.Cmd { return endSpace(m, s, again) }),
	}
	return desk.Listed(m, p, load)
}

func newSpace(m *desk.Model, then func() tea.Cmd) {
	f := &ui.Form{Title: "Another space"}
	f.Fields = []*ui.Field{
		ui.NewField("name", "", "small letters, digits and -"),
		ui.NewField("clock", "", "real, manual or auto; empty: as this process was started"),
		ui.NewField("ttl", "", "it goes when it was not used for so long, like 1h; empty: never"),
		ui.NewField("token", "", "it answers to this token beside the process's; empty: none"),
	}
	f.Submit = func(f *ui.Form) tea.Cmd {
		if f.Value("name") == "" {
			f.Refuse(0, "a name is missing", "")
			return nil
		}
		o := api.SpaceOptions{Clock: given(f.Value("clock")), TTL: given(f.Value("ttl")), Token: given(f.Value("token"))}
		ctx, c, name := m.Ctx, m.Root, f.Value("name")
		return desk.SendForm(m, f, "space "+name+" is there", func() error {
			_, err := c.PutSpace(ctx, name, o)
			return err
		}, then)
	}
	m.Show(f)
}

// given is nil for what was left empty.
func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func endSpace(m *desk.Model, s api.Space, then func() tea.Cmd) tea.Cmd {
	if s.Name == "" {
		m.Complain("this one is the process itself")
		return nil
	}
	ctx, c := m.Ctx, m.Root
	end := func() tea.Cmd {
		return desk.AttemptThen(func() (string, error) { return "space " + s.Name + " is gone", c.DeleteSpace(ctx, s.Name) },
			func(m *desk.Model) tea.Cmd {
				if m.Status.Space == s.Name {
					return tea.Batch(enterSpace(m, ""), then())
				}
				return then()
			})
	}
	m.Show(&ui.Question{Title: "End the space " + s.Name + "?", About: []string{ui.Count(int(s.Entries), "entry") + " and all it knows are gone, for good"},
		Choices: []ui.Choice{{Key: "y", About: "end it", Do: end}}})
	return nil
}

// enterSpace shows another sandbox of the process.
func enterSpace(m *desk.Model, name string) tea.Cmd {
	if name == m.Status.Space {
		return nil
	}
	for _, x := range m.Expects {
		x.Stop()
	}
	m.Expects = nil
	m.Api = m.Root.Space(name)
	m.Status = desk.Status{Space: name, Looked: time.Time{}}
	m.List.Win, m.List.Lines, m.List.Mark = rows.NewWindow(), nil, 0
	m.Detail.Want(0)
	m.Detail.Reading = detail.Reading{}
	m.Filter.InForce, m.Fire.Last, m.Done = "", nil, desk.Undo{}
	m.Catalog = desk.Catalog{}
	return tea.Batch(desk.Load(m), desk.Refresh(m), desk.LoadCatalog(m))
}
