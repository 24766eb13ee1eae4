package tui

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/client"
	"tacklebox/tui/desk"
	"tacklebox/tui/panel"
	"tacklebox/tui/rows"
	"tacklebox/tui/send"
	"tacklebox/tui/ui"
)

// The groups, in the order of help.
const (
	moveKeys   = "Move"
	findKeys   = "Find"
	sendKeys   = "Send"
	takeKeys   = "Take"
	setKeys    = "Set"
	lookKeys   = "Look"
	moreKeys   = "More"
	filterKeys = "In the filter"
	formKeys   = "In lists and forms"
)

func do(group, name, keys, shown, hint, about string, run func(*desk.Model) tea.Cmd, fits func(*desk.Model) bool) desk.Action {
	return desk.Action{Group: group, Name: name, Keys: strings.Fields(keys), Shown: shown, Hint: hint, About: about, Do: run, Fits: fits}
}

// actions is the table, in the order of help.
func actions() []desk.Action {
	moves := func(by int) func(*desk.Model) tea.Cmd {
		return func(m *desk.Model) tea.Cmd { return desk.MoveBy(m, by) }
	}
	pages := func(by, of int) func(*desk.Model) tea.Cmd {
		return func(m *desk.Model) tea.Cmd { return desk.MoveBy(m, by*max(m.PageHeight()/of, 1)) }
	}
	return slices.Concat([]desk.Action{
		do(moveKeys, "up", "up k", "↑ k", "", "up", moves(-1), nil),
		do(moveKeys, "down", "down j", "↓ j", "", "down", moves(1), nil),
		do(moveKeys, "page-up", "pgup ctrl+b", "pgup", "", "a page up", pages(-1, 1), nil),
		do(moveKeys, "page-down", "pgdown ctrl+f", "pgdn", "", "a page down", pages(1, 1), nil),
		do(moveKeys, "half-up", "ctrl+u", "ctrl+u", "", "half a page up", pages(-1, 2), nil),
		do(moveKeys, "half-down", "ctrl+d", "ctrl+d", "", "half a page down", pages(1, 2), nil),
		do(moveKeys, "oldest", "home g", "home g", "", "to the oldest; in the detail to its top", desk.Home, nil),
		do(moveKeys, "newest", "end G", "end G", "", "to the newest and follow it; in the detail to its end", desk.End, nil),
		do(moveKeys, "open", "enter right l", "⏎ →", "open", "open the detail, go into it, fold in it", desk.Enter, nil),
		do(moveKeys, "fold", "space", "space", "unfold", "unfold a delivery into its attempts and captures; fold JSON", desk.Toggle, canFold),
		do(moveKeys, "pane", "tab shift+tab", "tab", "", "the other pane", desk.OtherPane, nil),
		do(moveKeys, "back", "esc left h", "esc ←", "back", "back: stop firing, leave the detail, then the filter", desk.Leave, hasBack),

		do(findKeys, "filter", "/", "/", "filter", "filter as you type; in the detail search in it", desk.Find, nil),
		do(findKeys, "next-match", "n", "n", "next", "the next place that the search found", (*desk.Model).NextMatch, hasTerm),
		do(findKeys, "previous-match", "N", "N", "", "the place before", (*desk.Model).PreviousMatch, hasTerm),
		do(findKeys, "this-event", "o", "o", "", "only what belongs to this event", desk.OnlyThis, hasRow),
		do(findKeys, "expect", "e", "e", "", "expectations: what has to come", panel.ShowExpectations, nil),
	}, doing(), setting(), told())
}

// doing are the actions that send and take.
func doing() []desk.Action {
	return []desk.Action{
		do(sendKeys, "fire", "f", "f", "fire", "fire an event: search all providers", send.ShowPalette, nil),
		do(sendKeys, "fire-again", "F", "F", "", "fire the last one again that worked", send.FireAgain, canFireAgain),
		do(sendKeys, "replay", "r", "r", "replay", "replay as it was", send.ReplayAsIs, hasRow),
		do(sendKeys, "replay-signed", "R", "R", "", "replay signed anew, with a new id", send.ReplaySigned, hasRow),
		do(sendKeys, "replay-to", "T", "T", "", "replay to another URL, or with values changed", send.ReplayTo, hasRow),
		do(sendKeys, "replay-edited", "E", "E", "", "edit the body in $EDITOR and replay", send.ReplayEdited, hasRow),
		do(sendKeys, "retry", "c", "c", "retry now", "retry now what waits here; elsewhere clock to the next due attempt", send.RetryNow, canRetry),
		do(sendKeys, "clock", "C", "C", "", "clock forward by a duration", send.ClockAdvance, desk.CanMoveClock),

		do(takeKeys, "copy-body", "y", "y", "copy", "copy the body (OSC 52)", copyBody, hasRow),
		do(takeKeys, "copy-curl", "Y", "Y", "", "copy a curl command", copyCurl, hasRow),
		do(takeKeys, "copy-id", "I", "I", "", "copy the id", copyID, hasRow),
		do(takeKeys, "copy-value", "w", "w", "copy value", "copy the value under the cursor of the detail", desk.CopyValue, isInside),
		do(takeKeys, "copy-path", "W", "W", "", "copy the path of the value under the cursor", desk.CopyPath, isInside),
		do(takeKeys, "export", "x", "x", "", "export: curl, HAR, fixture, Go test", export, hasRow),
		do(takeKeys, "mark", "m", "m", "", "mark an entry", markEntry, hasRow),
		do(takeKeys, "diff", "d", "d", "diff", "what differs from the marked entry, or else from the sample", diffMarked, hasRow),
	}
}

// setting are the actions that set, look and do more.
func setting() []desk.Action {
	return []desk.Action{
		do(setKeys, "faults", "!", "!", "", "faults that deliveries suffer", panel.ShowFaults, nil),
		do(setKeys, "inboxes", "i", "i", "", "inboxes and what they reply", panel.ShowInboxes, nil),
		do(setKeys, "subscriptions", "s", "s", "", "subscriptions", panel.ShowSubscriptions, nil),
		do(setKeys, "keys", "S", "S", "", "signing keys and credentials", panel.ShowSecrets, nil),
		do(setKeys, "providers", "p", "p", "", "providers: settings, addresses, assumptions", panel.ShowProviders, nil),
		do(setKeys, "spaces", "a", "a", "", "spaces: other sandboxes in this process", panel.ShowSpaces, nil),
		do(setKeys, "undo", "u", "u", "undo", "undo: what was deleted last is made again", desk.UndoLast, canUndo),

		do(lookKeys, "view", "v", "v", "view", "the next view of the body: JSON, form, text, hex …", desk.NextView, (*desk.Model).ShowsDetail),
		do(lookKeys, "choose-view", "V", "V", "", "choose the view of the body", desk.ChooseView, (*desk.Model).ShowsDetail),
		do(lookKeys, "next-tab", "]", "]", "", "the detail's next page: body, headers, tries", desk.TurnTab(1), (*desk.Model).ShowsDetail),
		do(lookKeys, "previous-tab", "[", "[", "", "the detail's page before", desk.TurnTab(-1), (*desk.Model).ShowsDetail),
		do(lookKeys, "zoom", "z", "z", "", "the detail on the whole screen", desk.ZoomDetail, nil),
		do(lookKeys, "hide", `\`, `\`, "", "hide the detail, show it again", desk.HideDetail, nil),
		do(lookKeys, "narrower", "<", "<", "", "the list narrower", desk.Widen(-5), nil),
		do(lookKeys, "wider", ">", ">", "", "the list wider", desk.Widen(5), nil),
		do(lookKeys, "columns", "K", "K", "", "columns of the list: which, in which order, sorted by one", showColumns, nil),

		do(moreKeys, "actions", ": ctrl+p", ":", "all actions", "every action, by name", showActions, nil),
		do(moreKeys, "help", "?", "?", "help", "what the keys do here, and what the letters mean", showHelp, nil),
		do(moreKeys, "suspend", "ctrl+z", "ctrl+z", "", "to the shell; fg comes back", func(*desk.Model) tea.Cmd { return desk.Suspend }, nil),
		do(moreKeys, "quit", "q ctrl+c", "q", "quit", "leave", quit, nil),
	}
}

func told() []desk.Action {
	var out []desk.Action
	for _, x := range [][3]string{
		{filterKeys, "tab", "complete"}, {filterKeys, "↑ ↓", "earlier filters"}, {filterKeys, "ctrl+s", "save the filter"},
		{filterKeys, "ctrl+o", "saved filters"}, {filterKeys, "⏎", "keep it"}, {filterKeys, "esc", "back to the filter before"},
		{formKeys, "type", "search the list, fill the field"}, {formKeys, "⏎", "choose, do it"}, {formKeys, "tab", "complete; next field"},
		{formKeys, "ctrl+t", "fire at once without the form; on or off: a subscription, a column"}, {formKeys, "ctrl+e", "edit in $EDITOR: the payload, an inbox"},
		{formKeys, "ctrl+n", "add: a fault, an expectation, an inbox, a subscription, a space"}, {formKeys, "ctrl+d", "remove the chosen one"},
		{formKeys, "ctrl+y", "copy the address"}, {formKeys, "esc", "close; what a form holds is kept"},
	} {
		out = append(out, desk.Action{Group: x[0], Shown: x[1], About: x[2]})
	}
	return out
}

// What an action needs to do something.
func hasRow(m *desk.Model) bool   { _, ok := m.List.Current(); return ok }
func isInside(m *desk.Model) bool { return m.Panes.Inside }
func hasTerm(m *desk.Model) bool  { return m.Panes.Inside && m.Detail.Term != "" }
func canUndo(m *desk.Model) bool  { return m.Done.Do != nil }
func hasBack(m *desk.Model) bool {
	return m.Panes.Inside || m.Panes.Open || m.Filter.InForce != "" || m.Fire.Left > 0
}
func canFireAgain(m *desk.Model) bool { return m.Fire.Last != nil }

func canFold(m *desk.Model) bool {
	l, ok := m.List.Current()
	return m.Panes.Inside || ok && len(l.Rows) > 1
}

func canRetry(m *desk.Model) bool {
	l, ok := m.List.Current()
	return ok && len(l.Waits()) > 0
}

// hints are the actions that the hint line offers here, the likely ones first.
func hints(m *desk.Model) []ui.Hint {
	order := []string{"retry", "fold", "open", "fire", "replay", "filter", "diff", "undo", "actions"}
	if m.Panes.Inside {
		order = []string{"back", "next-match", "fold", "view", "filter", "copy-value", "copy-body", "replay", "actions"}
	}
	var out []ui.Hint
	for _, name := range append(order, "help", "quit") {
		for _, a := range m.Actions {
			if a.Name == name && (a.Fits == nil || a.Fits(m)) {
				word := a.Hint
				if name == "filter" && m.Panes.Inside {
					word = "search"
				}
				out = append(out, ui.Hint{Key: strings.Fields(a.Shown)[0], About: word})
			}
		}
	}
	return out
}

// actionItems are the rows that do something, those that fit here first.
func actionItems(m *desk.Model) []ui.Item {
	var out, later []ui.Item
	for _, a := range m.Actions {
		it := ui.Item{Label: a.About, Note: a.Group, Right: a.Shown, Style: ui.Dim, Value: a}
		switch {
		case a.Do == nil:
		case a.Fits != nil && !a.Fits(m):
			it.Note += ", not here"
			later = append(later, it)
		default:
			out = append(out, it)
		}
	}
	return append(out, later...)
}

// showActions is the palette: every action, found by its words, done by enter.
func showActions(m *desk.Model) tea.Cmd { return palette(m, "Actions", true, nil) }

// showHelp is the same by context, with what the letters of the list mean.
func showHelp(m *desk.Model) tea.Cmd {
	var more []ui.Item
	for _, s := range rows.States() {
		more = append(more, ui.Item{Label: s.About, Note: "State", Right: string(s.State), Style: ui.Dim})
	}
	for _, x := range [][2]string{{"V I M -", "signature: valid, invalid, missing, not checked"}, {"ok X2", "payload against its schema: right, or how many violations"}} {
		more = append(more, ui.Item{Label: x[1], Note: "Column", Right: x[0], Style: ui.Dim})
	}
	for _, a := range m.Actions {
		if a.Do == nil {
			more = append(more, ui.Item{Label: a.About, Note: a.Group, Right: a.Shown, Style: ui.Dim})
		}
	}
	return palette(m, "Keys", false, more)
}

func palette(m *desk.Model, title string, box bool, more []ui.Item) tea.Cmd {
	p := ui.NewPicker(title)
	p.Box, p.Keys = box, []ui.Hint{{Key: "⏎", About: "does it"}}
	p.Set(append(actionItems(m), more...))
	p.Choose = func(it ui.Item) (tea.Cmd, bool) {
		a, ok := it.Value.(desk.Action)
		if !ok {
			return nil, false
		}
		m.Drop(p)
		return a.Do(m), false
	}
	m.Show(p)
	return nil
}

// KeysMarkdown is the table of keys for the page about the screen.
func KeysMarkdown() string {
	var b strings.Builder
	group := ""
	for _, a := range actions() {
		if a.Group != group {
			group = a.Group
			b.WriteString("\n| " + group + " | |\n|---|---|\n")
		}
		var keys []string
		for one := range strings.FieldsSeq(a.Shown) {
			keys = append(keys, "`"+one+"`")
		}
		b.WriteString("| " + strings.Join(keys, " ") + " | " + a.About + " |\n")
	}
	return strings.TrimPrefix(b.String(), "\n")
}

// newModel is the screen with its keys.
func newModel(ctx context.Context, c *client.Client, opt desk.Options) *desk.Model {
	return desk.Build(ctx, c, opt, actions(), desk.Hooks{Hints: hints, Hello: send.FireHello, Quit: quit, Mouse: mouse})
}
