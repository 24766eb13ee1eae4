package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/tui/rows"
	"tacklebox/tui/ui"
)

// showSpaces lists the sandboxes of this process; choosing one shows it.
func showSpaces(m *model) tea.Cmd {
	p := ui.NewPicker("Spaces")
	p.Keys = []ui.Hint{{Key: "⏎", About: "go there"}, {Key: "ctrl+n", About: "another"}, {Key: "ctrl+d", About: "end it"}, {Key: "ctrl+y", About: "copy the address"}}
	p.Empty = "there is none; ctrl+n makes one"
	ctx, c := m.ctx, m.root
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
	again := func() tea.Cmd { return relisted(p, load) }
	p.Choose = func(it ui.Item) (tea.Cmd, bool) { return enterSpace(m, it.Value.(api.Space).Name), true }
	p.Extra = map[string]func(*ui.Item) tea.Cmd{
		"ctrl+n": func(*ui.Item) tea.Cmd { newSpace(m, again); return nil },
		"ctrl+y": on(func(s api.Space) tea.Cmd { return m.copy(m.root.Space(s.Name).URL(), "the address") }),
		"ctrl+d": on(func(s api.Space) tea.Cmd { return endSpace(m, s, again) }),
	}
	return listed(m, p, load)
}

func newSpace(m *model, then func() tea.Cmd) {
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
		ctx, c, name := m.ctx, m.root, f.Value("name")
		return sendForm(m, f, "space "+name+" is there", func() error {
			_, err := c.PutSpace(ctx, name, o)
			return err
		}, then)
	}
	m.show(f)
}

// given is nil for what was left empty.
func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func endSpace(m *model, s api.Space, then func() tea.Cmd) tea.Cmd {
	if s.Name == "" {
		m.complain("this one is the process itself")
		return nil
	}
	ctx, c := m.ctx, m.root
	end := func() tea.Cmd {
		return attemptThen(func() (string, error) { return "space " + s.Name + " is gone", c.DeleteSpace(ctx, s.Name) },
			func(m *model) tea.Cmd {
				if m.status.space == s.Name {
					return tea.Batch(enterSpace(m, ""), then())
				}
				return then()
			})
	}
	m.show(&ui.Question{Title: "End the space " + s.Name + "?", About: []string{ui.Count(int(s.Entries), "entry") + " and all it knows are gone, for good"},
		Choices: []ui.Choice{{Key: "y", About: "end it", Do: end}}})
	return nil
}

// enterSpace shows another sandbox of the process.
func enterSpace(m *model, name string) tea.Cmd {
	if name == m.status.space {
		return nil
	}
	for _, x := range m.expects {
		x.stop()
	}
	m.expects = nil
	m.api = m.root.Space(name)
	m.status = status{space: name, looked: time.Time{}}
	m.list.win, m.list.lines, m.list.mark = rows.NewWindow(), nil, 0
	m.detail.want(0)
	m.detail.reading = reading{}
	m.filter.inForce, m.fire.last, m.done = "", nil, undo{}
	m.catalog = catalog{}
	return tea.Batch(load(m), refresh(m), loadCatalog(m))
}
