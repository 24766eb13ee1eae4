package panel

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/tui/desk"
	"tacklebox/tui/ui"
)

// faultAt is one of the faults that were in force when they were listed.
type faultAt struct {
	list []api.Fault
	i    int
}

// ShowFaults lists what deliveries suffer.
func ShowFaults(m *desk.Model) tea.Cmd {
	p := ui.NewPicker("Faults in force")
	p.Box = true
	p.Keys = []ui.Hint{{Key: "ctrl+n", About: "add"}, {Key: "ctrl+d", About: "remove"}, {Key: "ctrl+x", About: "remove all"}}
	p.Empty = "deliveries suffer nothing; ctrl+n adds a fault"
	load := loadFaults(m)
	again := func() tea.Cmd { return desk.Relisted(p, load) }
	p.Extra = map[string]func(*ui.Item) tea.Cmd{
		"ctrl+n": func(*ui.Item) tea.Cmd { pickFault(m, again); return nil },
		"ctrl+x": func(*ui.Item) tea.Cmd { return putFaults(m, nil, again) },
		"ctrl+d": desk.On(func(at faultAt) tea.Cmd {
			return putFaults(m, slices.Delete(slices.Clone(at.list), at.i, at.i+1), again)
		}),
	}
	return desk.Listed(m, p, load)
}

func loadFaults(m *desk.Model) func() ([]ui.Item, error) {
	ctx, c := m.Ctx, m.Api
	return func() (items []ui.Item, err error) {
		list, err := c.Faults(ctx)
		for i, f := range list {
			items = append(items, ui.Item{Label: ui.Clean(f.Kind+f.Preset, 60), Note: faultNote(f), Style: ui.Fault, Value: faultAt{list, i}})
		}
		return items, err
	}
}

// faultNote writes a rule as it is typed: 10% 3x and the filter.
func faultNote(f api.Fault) string {
	note := api.FormatRule(f)
	if note == "" {
		note = "always"
	}
	if f.For != "" {
		note += "  for " + f.For
	}
	if f.Bytes > 0 {
		note += "  " + ui.Bytes(int64(f.Bytes))
	}
	return ui.Cell(note)
}

// putFaults replaces the faults and shows what is in force then.
func putFaults(m *desk.Model, list []api.Fault, then func() tea.Cmd) tea.Cmd {
	ctx, c := m.Ctx, m.Api
	return desk.AttemptThen(func() (string, error) {
		err := c.PutFaults(ctx, list)
		if len(list) == 0 {
			return "no faults are in force", err
		}
		return ui.Count(len(list), "fault") + " in force", err
	}, func(*desk.Model) tea.Cmd { return then() })
}

func pickFault(m *desk.Model, then func() tea.Cmd) {
	p := ui.NewPicker("Kind of fault")
	kinds := api.FaultKinds()
	for _, d := range m.Catalog.Providers {
		for _, k := range d.Faults {
			i := slices.IndexFunc(kinds, func(x api.FaultKind) bool { return x.Name == k })
			if i < 0 {
				kinds = append(kinds, api.FaultKind{Name: k, About: "of the signature: " + d.Name})
			} else if i >= len(api.FaultKinds()) {
				kinds[i].About += ", " + d.Name
			}
		}
	}
	var items []ui.Item
	for _, k := range append(kinds, api.FaultPresets()...) {
		about := k.About
		if k.Preset {
			about = "preset: " + about
		}
		items = append(items, ui.Item{Label: ui.Clean(k.Name, 60), Note: ui.Cell(about), Style: ui.Dim, Value: k})
	}
	p.Set(items)
	p.Choose = func(it ui.Item) (tea.Cmd, bool) {
		askFault(m, it.Value.(api.FaultKind), then)
		return nil, true
	}
	m.Show(p)
}

// askFault asks which deliveries suffer, how often, how long and how much.
func askFault(m *desk.Model, k api.FaultKind, then func() tea.Cmd) {
	f := &ui.Form{Title: "Fault " + k.Name, Right: k.About}
	f.Fields = []*ui.Field{ui.NewField("which", "", "empty: all deliveries; 10% in front: so often; 3x in front: so many times; then a filter: 10% 3x provider:shoptet")}
	if k.Takes == "for" {
		f.Fields = append(f.Fields, ui.NewField("for", "", "how long, like 30s or 5m; empty: the usual"))
	}
	if k.Takes == "bytes" {
		f.Fields = append(f.Fields, ui.NewField("bytes", "", "how many; empty: 10 MiB"))
	}
	f.Submit = func(f *ui.Form) tea.Cmd {
		rule, err := readRule(f, k)
		if err != nil {
			return nil // told below its field
		}
		ctx, c := m.Ctx, m.Api
		return desk.SendForm(m, f, "fault "+k.Name+" is in force", func() error {
			list, err := c.Faults(ctx) // others may have changed them
			if err != nil {
				return err
			}
			return c.PutFaults(ctx, append(list, rule))
		}, then)
	}
	m.Show(f)
}

func readRule(f *ui.Form, k api.FaultKind) (api.Fault, error) {
	rule, err := api.ParseRule(k.Name, f.Value("which"))
	if err != nil {
		f.Refuse(f.Field("which", ""), err.Error(), "")
		return rule, err
	}
	if k.Preset {
		rule.Kind, rule.Preset = "", k.Name
	}
	rule.For = f.Value("for")
	if n := f.Value("bytes"); n != "" {
		if rule.Bytes, err = strconv.Atoi(strings.ReplaceAll(n, ",", "")); err != nil {
			err = errors.New(n + ": want a number of bytes")
			f.Refuse(f.Field("bytes", ""), err.Error(), "")
		}
	}
	return rule, err
}
