package panel

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/tui/desk"
	"tacklebox/tui/detail"
	"tacklebox/tui/ui"
)

// ShowSubscriptions lists what clients registered, to look at and to change.
func ShowSubscriptions(m *desk.Model) tea.Cmd {
	p := ui.NewPicker("Subscriptions")
	p.Keys = []ui.Hint{{Key: "⏎", About: "only its deliveries"}, {Key: "ctrl+n", About: "add"}, {Key: "ctrl+t", About: "on or off"}, {Key: "ctrl+d", About: "delete"}, {Key: "ctrl+y", About: "copy the URL"}}
	p.Empty = "nobody has subscribed: your program does that at a mock API (p shows the addresses), or ctrl+n"
	p.Preview = func(it ui.Item, width int) []ui.Line {
		return aboutSubscription(it.Value.(api.Subscription), m.Now(), width)
	}
	p.Choose = func(it ui.Item) (tea.Cmd, bool) {
		return desk.SetFilter(m, "subscription:"+desk.QuoteTerm(it.Value.(api.Subscription).ID)), true
	}
	load := loadSubscriptions(m)
	again := func() tea.Cmd { return desk.Relisted(p, load) }
	p.Extra = map[string]func(*ui.Item) tea.Cmd{
		"ctrl+n": func(it *ui.Item) tea.Cmd {
			provider := ""
			if it != nil {
				provider = it.Value.(api.Subscription).Provider
			}
			return subscribe(m, provider, again)
		},
		"ctrl+t": desk.On(func(s api.Subscription) tea.Cmd { return switchSubscription(m, s, again) }),
		"ctrl+d": desk.On(func(s api.Subscription) tea.Cmd { return removeSubscription(m, s, again) }),
		"ctrl+y": desk.On(func(s api.Subscription) tea.Cmd { return m.Copy(s.URL, "the URL") }),
	}
	return desk.Listed(m, p, load)
}

func switchSubscription(m *desk.Model, s api.Subscription, then func() tea.Cmd) tea.Cmd {
	ctx, c := m.Ctx, m.Api
	return desk.AttemptThen(func() (string, error) {
		now, err := c.EnableSubscription(ctx, s.Provider, s.ID, s.Account, !s.Enabled)
		switch {
		case err != nil:
			return "", err
		case now.Enabled:
			return s.Provider + " " + s.ID + " is on; what waited for it is sent", nil
		}
		return s.Provider + " " + s.ID + " is off", nil
	}, func(*desk.Model) tea.Cmd { return then() })
}

func removeSubscription(m *desk.Model, s api.Subscription, then func() tea.Cmd) tea.Cmd {
	ctx, c := m.Ctx, m.Api
	remove := func() tea.Cmd {
		m.Done = desk.Undo{About: "deleting " + s.ID, Do: func(m *desk.Model) tea.Cmd {
			return desk.Attempt(func() (string, error) {
				_, err := c.Subscribe(ctx, api.NewSubscription{Provider: s.Provider, Account: s.Account, URL: s.URL, Types: s.Types})
				return "subscribed " + s.URL + " again, under a new id", err
			})
		}}
		return desk.AttemptThen(func() (string, error) {
			return s.Provider + " " + s.ID + " is deleted; what was on its way to it is dropped; u subscribes again", c.RemoveSubscription(ctx, s.Provider, s.ID, s.Account)
		}, func(*desk.Model) tea.Cmd { return then() })
	}
	m.Show(&ui.Question{Title: "Delete this subscription?", About: []string{strings.Join(s.Types, ", ") + " to " + s.URL, "what is on its way to it is dropped"},
		Choices: []ui.Choice{{Key: "y", About: "delete", Do: remove}}})
	return nil
}

// loadSubscriptions makes the items of the list: types first, then where they go.
func loadSubscriptions(m *desk.Model) func() ([]ui.Item, error) {
	ctx, c := m.Ctx, m.Api
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
	for _, f := range detail.SubscriptionFields(s) {
		out = append(out, ui.Wrap(append(ui.Say(ui.Dim, ui.Pad(f.Label, 10)), f.Value...), width, 10, 12)...)
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
func subscribe(m *desk.Model, provider string, then func() tea.Cmd) tea.Cmd {
	if provider == "" && len(m.Catalog.List) > 0 {
		provider = m.Catalog.List[0].Name
	}
	f := &ui.Form{Title: "Subscribe at a mock API"}
	names := func() (out []string) {
		for _, p := range m.Catalog.List {
			out = append(out, p.Name)
		}
		return out
	}
	types := func() (out []string) {
		if d := m.Catalog.Provider(f.Value(providerField)); d != nil {
			for _, e := range d.Events {
				out = append(out, e.Type)
			}
		}
		return out
	}
	f.Fields = []*ui.Field{
		ui.NewField(providerField, provider, ui.Text(strings.Join(names(), ", "))),
		ui.NewField(desk.AccountField, "", "the credential that your program would use: a token or a key, any text that looks like one"),
		ui.NewField(urlField, m.Api.URL()+"/in/"+desk.HelloInbox, "where the callbacks go"),
		ui.NewField(typesField, "", "with commas; * for all"),
	}
	f.Fields[0].Options, f.Fields[3].Options = ui.Among(names), ui.Among(types)
	f.Preview, f.Below = func(width int) []ui.Line {
		return ui.Paragraph(ui.Dim, ui.Text(strings.Join(types(), ", ")), width)
	}, "Event types"
	f.Full = true
	f.Submit = func(f *ui.Form) tea.Cmd {
		in := api.NewSubscription{Provider: f.Value(providerField), Account: f.Value(desk.AccountField), URL: f.Value(urlField)}
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
		ctx, c := m.Ctx, m.Api
		return desk.SendForm(m, f, in.Provider+": subscribed to "+ui.Count(len(in.Types), "event type"), func() error {
			_, err := c.Subscribe(ctx, in)
			return err
		}, then)
	}
	m.Show(f)
	if len(m.Catalog.Providers) == 0 {
		return desk.LoadCatalog(m) // to complete from
	}
	return nil
}
