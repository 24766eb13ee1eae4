// Package panel is what can be set from the screen: inboxes, subscriptions, faults,
// expectations, keys, providers' settings, spaces. Each is a list to search in, with
// keys about the chosen one and forms that stay when they are refused.
package panel

import (
	"encoding/json"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/tui/desk"
	"tacklebox/tui/ui"
)

// ShowSecrets lists the keys in force, to copy, and leads to where one is made or set.
func ShowSecrets(m *desk.Model) tea.Cmd {
	p := ui.NewPicker("Keys and credentials")
	p.Keys = []ui.Hint{{Key: "⏎", About: "copy"}, {Key: "ctrl+n", About: "subscribe, which makes one"}, {Key: "ctrl+o", About: "settings, to set one"}}
	p.Empty = "no key is in force: a provider makes one when it is asked to or when somebody subscribes; ctrl+n subscribes, ctrl+o shows the settings, where one can be set"
	p.Choose = func(it ui.Item) (tea.Cmd, bool) { return m.Copy(it.Value.(api.Secret).Value, "the key"), false }
	ctx, c := m.Ctx, m.Api
	load := func() (items []ui.Item, err error) {
		list, err := c.Secrets(ctx, "", "")
		for _, s := range list {
			label := strings.TrimSpace(ui.Clean(s.Provider, 12) + " " + ui.Clean(s.Account, 16) + " " + ui.Clean(s.Name, 20) + " " + ui.Clean(s.Subscription, 20))
			items = append(items, ui.Item{Label: label, Note: ui.Cell(s.Value), Style: ui.Accent, Value: s})
		}
		return items, err
	}
	p.Extra = map[string]func(*ui.Item) tea.Cmd{"ctrl+n": func(*ui.Item) tea.Cmd {
		return subscribe(m, "", func() tea.Cmd { return desk.Relisted(p, load) })
	}, "ctrl+o": func(it *ui.Item) tea.Cmd {
		if it != nil {
			if d := m.Catalog.Provider(it.Value.(api.Secret).Provider); d != nil {
				return ShowSettings(m, *d)
			}
		}
		return ShowProviders(m)
	}}
	return desk.Listed(m, p, load)
}

// ShowProviders lists the mock APIs; choosing one shows its settings.
func ShowProviders(m *desk.Model) tea.Cmd {
	p := ui.NewPicker("Providers")
	p.Keys = []ui.Hint{{Key: "⏎", About: "settings"}, {Key: "ctrl+o", About: "what is assumed"}, {Key: "ctrl+y", About: "copy the address"}}
	p.Empty = "the catalogue is not there yet"
	p.Preview = func(it ui.Item, width int) []ui.Line { return aboutProvider(it.Value.(api.ProviderDetail), width) }
	p.Choose = func(it ui.Item) (tea.Cmd, bool) {
		return ShowSettings(m, it.Value.(api.ProviderDetail)), false
	}
	p.Extra = map[string]func(*ui.Item) tea.Cmd{
		"ctrl+y": desk.On(func(d api.ProviderDetail) tea.Cmd { return m.Copy(d.BaseURL, "the address") }),
		"ctrl+o": desk.On(func(d api.ProviderDetail) tea.Cmd {
			m.Show(&ui.Pager{Title: d.Title, Text: func(width int) []ui.Line { return aboutProvider(d, width) }})
			return nil
		}),
	}
	return desk.ShowOfCatalog(m, p, func() (items []ui.Item) {
		for _, d := range m.Catalog.Providers {
			items = append(items, ui.Item{Label: ui.Clean(d.Title, 40), Note: ui.Cell(d.BaseURL) + "  " + ui.Count(len(d.Events), "event type"), Style: ui.Accent, Value: d})
		}
		return items
	})
}

func aboutProvider(d api.ProviderDetail, width int) []ui.Line {
	out := []ui.Line{
		ui.Say(ui.Strong, ui.Cell(d.Title)).Add(ui.Dim, " "+ui.Cell(d.Profile)),
		ui.Say(ui.Accent, ui.Cell(d.BaseURL)),
		ui.Say(ui.Plain, ui.Count(len(d.Events), "event type")+", "+ui.Count(len(d.Assumptions), "assumption")),
	}
	for _, a := range d.Assumptions {
		line := ui.Say(ui.Strong, "- "+ui.Cell(a.Topic)).Add(ui.Plain, ": "+ui.Text(a.Text)).Add(ui.Dim, " ["+ui.Clean(a.Evidence, 40)+"]")
		if a.Switch != "" {
			line = line.Add(ui.Dim, " setting: "+ui.Cell(a.Switch))
		}
		out = append(out, ui.Wrap(line, width, 2, 12)...)
	}
	return out
}

// setting is one switch of a provider as it stands.
type setting struct {
	name  string
	value json.RawMessage
}

// ShowSettings lists the switches of a provider, for all accounts, to change.
func ShowSettings(m *desk.Model, d api.ProviderDetail) tea.Cmd {
	p := ui.NewPicker("Settings of " + d.Title)
	p.Keys = []ui.Hint{{Key: "⏎", About: "change"}}
	p.Empty = "this provider has no settings"
	ctx, c := m.Ctx, m.Api
	load := func() (items []ui.Item, err error) {
		all, err := c.Settings(ctx, d.Name, "")
		names := make([]string, 0, len(all))
		for n := range all {
			names = append(names, n)
		}
		slices.Sort(names)
		for _, n := range names {
			items = append(items, ui.Item{Label: ui.Cell(n), Note: ui.Cell(string(all[n])), Style: ui.Accent, Value: setting{n, all[n]}})
		}
		return items, err
	}
	p.Preview = func(it ui.Item, width int) []ui.Line {
		s := it.Value.(setting)
		out := ui.Wrap(ui.Say(ui.Strong, ui.Cell(s.name)).Add(ui.Plain, " = "+ui.Text(string(s.value))), width, 2, 20)
		for _, a := range d.Assumptions {
			if a.Switch == s.name {
				out = append(out, ui.Paragraph(ui.Plain, ui.Text(a.Topic+": "+a.Text), width)...)
			}
		}
		return out
	}
	p.Choose = func(it ui.Item) (tea.Cmd, bool) {
		s := it.Value.(setting)
		askSetting(m, d, s, func() tea.Cmd { return tea.Batch(desk.Relisted(p, load), desk.LoadCatalog(m)) })
		return nil, false
	}
	return desk.Listed(m, p, load)
}

func askSetting(m *desk.Model, d api.ProviderDetail, s setting, then func() tea.Cmd) {
	f := &ui.Form{Title: d.Title + ": " + s.name}
	f.Fields = []*ui.Field{
		ui.NewField("value", desk.PlainText(s.value), "JSON, or a text as it is; null: as the provider has it"),
		ui.NewField(desk.AccountField, "", "empty: for all accounts"),
	}
	f.Submit = func(f *ui.Form) tea.Cmd {
		value := desk.AsJSON([]byte(f.Value("value")))
		if strings.HasPrefix(string(s.value), `"`) && string(value) != "null" && !strings.HasPrefix(string(value), `"`) {
			value = api.Raw(f.Value("value")) // a text stands there
		}
		ctx, c, account := m.Ctx, m.Api, f.Value(desk.AccountField)
		return desk.SendForm(m, f, s.name+" is set", func() error {
			_, err := c.PutSettings(ctx, d.Name, account, api.Settings{s.name: value})
			return err
		}, then)
	}
	m.Show(f)
}
