package tui

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/tui/ui"
)

// showSubscriptions lists what clients registered, to look at and to change.
func showSubscriptions(m *model) tea.Cmd {
	p := ui.NewPicker("Subscriptions")
	p.Keys = []ui.Hint{{Key: "⏎", About: "only its deliveries"}, {Key: "ctrl+n", About: "add"}, {Key: "ctrl+t", About: "on or off"}, {Key: "ctrl+d", About: "delete"}, {Key: "ctrl+y", About: "copy the URL"}}
	p.Empty = "nobody has subscribed: your program does that at a mock API (p shows the addresses), or ctrl+n"
	p.Preview = func(it ui.Item, width int) []ui.Line {
		return aboutSubscription(it.Value.(api.Subscription), m.now(), width)
	}
	p.Choose = func(it ui.Item) (tea.Cmd, bool) {
		return setFilter(m, "subscription:"+quoteTerm(it.Value.(api.Subscription).ID)), true
	}
	load := loadSubscriptions(m)
	again := func() tea.Cmd { return relisted(p, load) }
	p.Extra = map[string]func(*ui.Item) tea.Cmd{
		"ctrl+n": func(it *ui.Item) tea.Cmd {
			provider := ""
			if it != nil {
				provider = it.Value.(api.Subscription).Provider
			}
			return subscribe(m, provider, again)
		},
		"ctrl+t": on(func(s api.Subscription) tea.Cmd { return switchSubscription(m, s, again) }),
		"ctrl+d": on(func(s api.Subscription) tea.Cmd { return removeSubscription(m, s, again) }),
		"ctrl+y": on(func(s api.Subscription) tea.Cmd { return m.copy(s.URL, "the URL") }),
	}
	return listed(m, p, load)
}

func switchSubscription(m *model, s api.Subscription, then func() tea.Cmd) tea.Cmd {
	ctx, c := m.ctx, m.api
	return attemptThen(func() (string, error) {
		now, err := c.EnableSubscription(ctx, s.Provider, s.ID, s.Account, !s.Enabled)
		switch {
		case err != nil:
			return "", err
		case now.Enabled:
			return s.Provider + " " + s.ID + " is on; what waited for it is sent", nil
		}
		return s.Provider + " " + s.ID + " is off", nil
	}, func(*model) tea.Cmd { return then() })
}

func removeSubscription(m *model, s api.Subscription, then func() tea.Cmd) tea.Cmd {
	ctx, c := m.ctx, m.api
	remove := func() tea.Cmd {
		m.done = undo{"deleting " + s.ID, func(m *model) tea.Cmd {
			return attempt(func() (string, error) {
				_, err := c.Subscribe(ctx, api.NewSubscription{Provider: s.Provider, Account: s.Account, URL: s.URL, Types: s.Types})
				return "subscribed " + s.URL + " again, under a new id", err
			})
		}}
		return attemptThen(func() (string, error) {
			return s.Provider + " " + s.ID + " is deleted; what was on its way to it is dropped; u subscribes again", c.RemoveSubscription(ctx, s.Provider, s.ID, s.Account)
		}, func(*model) tea.Cmd { return then() })
	}
	m.show(&ui.Question{Title: "Delete this subscription?", About: []string{strings.Join(s.Types, ", ") + " to " + s.URL, "what is on its way to it is dropped"},
		Choices: []ui.Choice{{Key: "y", About: "delete", Do: remove}}})
	return nil
}

// loadSubscriptions makes the items of the list: types first, then where they go.
func loadSubscriptions(m *model) func() ([]ui.Item, error) {
	ctx, c := m.ctx, m.api
	return func() (items []ui.Item, err error) {
		list, err := c.Subscriptions(ctx, "", "")
		for _, s := range list {
			state, st := "on ", ui.Good
			if !s.Enabled {
				state, st = "off", ui.Bad
			}
			types := strings.Join(s.Types, ", ")
			if len(s.Types) > 1 {
				types = s.Types[0] + " and " + ui.Itoa(len(s.Types)-1) + " more"
			}
			items = append(items, ui.Item{Label: ui.Clean(s.Provider, 12) + " " + ui.Clean(types, 40), Note: state + " " + ui.Cell(s.URL) + "  " + ui.Cell(s.ID), Style: st, Value: s})
		}
		return items, err
	}
}

func aboutSubscription(s api.Subscription, now time.Time, width int) []ui.Line {
	out := []ui.Line{ui.Say(ui.Strong, ui.Cell(s.Provider))}
	for _, f := range subscriptionFields(s) {
		out = append(out, ui.Wrap(append(ui.Say(ui.Dim, ui.Pad(f.label, 10)), f.value...), width, 10, 12)...)
	}
	if !s.NextAttempt.IsZero() {
		out = append(out, ui.Say(ui.Dim, ui.Pad("next", 10)).Add(ui.Warn, "in "+ui.Left(s.NextAttempt.Sub(now))))
	}
	return out
}

// The fields of a subscription, beside the account.
const (
	providerField = "provider"
	urlField      = "url"
	typesField    = "types"
)

// subscribe asks for what a client of a mock API subscribes to, with a provider or
// else the first.
func subscribe(m *model, provider string, then func() tea.Cmd) tea.Cmd {
	if provider == "" && len(m.catalog.list) > 0 {
		provider = m.catalog.list[0].Name
	}
	f := &ui.Form{Title: "Subscribe at a mock API"}
	names := func() (out []string) {
		for _, p := range m.catalog.list {
			out = append(out, p.Name)
		}
		return out
	}
	types := func() (out []string) {
		if d := m.catalog.provider(f.Value(providerField)); d != nil {
			for _, e := range d.Events {
				out = append(out, e.Type)
			}
		}
		return out
	}
	f.Fields = []*ui.Field{
		ui.NewField(providerField, provider, ui.Text(strings.Join(names(), ", "))),
		ui.NewField(accountField, "", "the credential that your program would use: a token or a key, any text that looks like one"),
		ui.NewField(urlField, m.api.URL()+"/in/"+helloInbox, "where the callbacks go"),
		ui.NewField(typesField, "", "with commas; * for all"),
	}
	f.Fields[0].Options, f.Fields[3].Options = ui.Among(names), ui.Among(types)
	f.Preview, f.Below = func(width int) []ui.Line {
		return ui.Paragraph(ui.Dim, ui.Text(strings.Join(types(), ", ")), width)
	}, "Event types"
	f.Full = true
	f.Submit = func(f *ui.Form) tea.Cmd {
		in := api.NewSubscription{Provider: f.Value(providerField), Account: f.Value(accountField), URL: f.Value(urlField)}
		for typ := range strings.SplitSeq(f.Value(typesField), ",") {
			if typ = strings.TrimSpace(typ); typ != "" {
				in.Types = append(in.Types, typ)
			}
		}
		switch {
		case len(in.Types) == 0:
			f.Refuse(3, "types are missing", "")
			return nil
		case slices.Contains(in.Types, "*"):
			in.Types = types()
		}
		ctx, c := m.ctx, m.api
		return sendForm(m, f, in.Provider+": subscribed to "+ui.Count(len(in.Types), "event type"), func() error {
			_, err := c.Subscribe(ctx, in)
			return err
		}, then)
	}
	m.show(f)
	if len(m.catalog.providers) == 0 {
		return loadCatalog(m) // to complete from
	}
	return nil
}
