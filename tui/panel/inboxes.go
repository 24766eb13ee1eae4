package panel

import (
	"errors"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/tui/desk"
	"tacklebox/tui/ui"
)

// ShowInboxes lists where requests come in, to set how they are answered.
func ShowInboxes(m *desk.Model) tea.Cmd {
	p := ui.NewPicker("Inboxes")
	p.Keys = []ui.Hint{{Key: "⏎", About: "set the reply"}, {Key: "ctrl+e", About: "edit all settings"}, {Key: "ctrl+n", About: "another"}, {Key: "ctrl+d", About: "forget how it replies"}, {Key: "ctrl+y", About: "copy the URL"}}
	p.Empty = "nothing came yet; any path below /in/ is an inbox. ctrl+n prepares one"
	load := loadInboxes(m)
	again := func() tea.Cmd { return desk.Relisted(p, load) }
	p.Choose = func(it ui.Item) (tea.Cmd, bool) {
		askReply(m, it.Value.(api.InboxInfo), again)
		return nil, false
	}
	p.Extra = map[string]func(*ui.Item) tea.Cmd{
		"ctrl+e": desk.On(func(in api.InboxInfo) tea.Cmd { return editInbox(m, in, again) }),
		"ctrl+n": func(*ui.Item) tea.Cmd {
			desk.Ask(m, "Name of the inbox", "", func(name string) (tea.Cmd, error) {
				if name == "" {
					return nil, errors.New("a name is missing")
				}
				askReply(m, api.InboxInfo{Inbox: name}, again)
				return nil, nil
			}, "letters, digits, - and _")
			return nil
		},
		"ctrl+d": desk.On(func(in api.InboxInfo) tea.Cmd { return forgetInbox(m, in, again) }),
		"ctrl+y": desk.On(func(in api.InboxInfo) tea.Cmd { return m.Copy(m.Api.URL()+"/in/"+in.Inbox, "the URL") }),
	}
	return desk.Listed(m, p, load)
}

func loadInboxes(m *desk.Model) func() ([]ui.Item, error) {
	ctx, c := m.Ctx, m.Api
	return func() (items []ui.Item, err error) {
		list, err := c.Inboxes(ctx)
		for _, in := range list {
			note := ui.PadLeft(ui.Itoa(in.Captures), 6) + " captures  replies " + replies(in.Settings)
			if in.Settings.Forward != "" {
				note += "  to " + ui.Cell(api.HidePassword(in.Settings.Forward))
			}
			items = append(items, ui.Item{Label: ui.Cell(in.Inbox), Note: note, Style: ui.Dim, Value: in})
		}
		return items, err
	}
}

// replies writes what an inbox replies as it is typed.
func replies(in api.Inbox) string {
	if text := api.FormatReplies(in.Reply); text != "" {
		return ui.Cell(text)
	}
	return "200"
}

// askReply sets what an inbox replies and keeps its other settings.
func askReply(m *desk.Model, in api.InboxInfo, then func() tea.Cmd) {
	text := api.FormatReplies(in.Settings.Reply)
	if text == "" {
		text = "200"
	}
	f := &ui.Form{Title: "Inbox " + in.Inbox + " replies"}
	f.Fields = []*ui.Field{ui.NewField("reply", text,
		"statuses with commas; x2: so often; @3s: after a delay; reset, empty, hang, slow: a fault; {…}: headers and body. 500x2,200@3s fails twice, then accepts after three seconds; the last one repeats")}
	f.Submit = func(f *ui.Form) tea.Cmd {
		list, err := api.ParseReplies(f.Value("reply"))
		if err != nil {
			f.Refuse(0, err.Error(), "")
			return nil
		}
		next := in.Settings
		next.Reply = list
		return putInbox(m, f, in, next, then)
	}
	m.Show(f)
}

func putInbox(m *desk.Model, f *ui.Form, in api.InboxInfo, next api.Inbox, then func() tea.Cmd) tea.Cmd {
	ctx, c := m.Ctx, m.Api
	m.Done = desk.Undo{About: "how " + in.Inbox + " replies", Do: func(m *desk.Model) tea.Cmd {
		return desk.Attempt(func() (string, error) {
			return in.Inbox + " replies as before: " + replies(in.Settings), c.PutInbox(ctx, in.Inbox, in.Settings)
		})
	}}
	return desk.SendForm(m, f, "inbox "+in.Inbox+" replies "+replies(next), func() error { return c.PutInbox(ctx, in.Inbox, next) }, then)
}

func forgetInbox(m *desk.Model, in api.InboxInfo, then func() tea.Cmd) tea.Cmd {
	ctx, c := m.Ctx, m.Api
	forget := func() tea.Cmd {
		m.Done = desk.Undo{About: "the settings of " + in.Inbox, Do: func(m *desk.Model) tea.Cmd {
			return desk.Attempt(func() (string, error) {
				return in.Inbox + " replies as before", c.PutInbox(ctx, in.Inbox, in.Settings)
			})
		}}
		return desk.AttemptThen(func() (string, error) {
			return in.Inbox + " replies 200 again; u undoes it", c.DeleteInbox(ctx, in.Inbox)
		}, func(*desk.Model) tea.Cmd { return then() })
	}
	m.Show(&ui.Question{Title: "Forget how " + in.Inbox + " replies?", About: []string{"its entries stay", "u makes the settings again"},
		Choices: []ui.Choice{{Key: "y", About: "forget", Do: forget}}})
	return nil
}

// editInbox opens all settings of an inbox in the editor.
func editInbox(m *desk.Model, in api.InboxInfo, then func() tea.Cmd) tea.Cmd {
	return desk.Edit(m, "inbox.json", desk.Indented(api.Raw(in.Settings)), func(m *desk.Model, edited []byte) tea.Cmd {
		var next api.Inbox
		if err := api.Decode(edited, &next); err != nil {
			m.Complain("inbox settings: " + err.Error())
			return nil
		}
		ctx, c := m.Ctx, m.Api
		return desk.AttemptThen(func() (string, error) {
			return "inbox " + in.Inbox + " replies " + replies(next), c.PutInbox(ctx, in.Inbox, next)
		}, func(*desk.Model) tea.Cmd { return then() })
	})
}
