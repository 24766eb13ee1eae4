package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// binding is one row of the only table of keys: what the program obeys, what
// its help says and what the README shows. A row without do tells of keys that
// a bar or a list reads itself.
type binding struct {
	key.Binding
	group string
	do    func(*model) tea.Cmd
}

func (b binding) matches(k tea.KeyPressMsg) bool { return key.Matches(k, b.Binding) }

func bind(group, keys, shown, about string, do func(*model) tea.Cmd) binding {
	return binding{key.NewBinding(key.WithKeys(strings.Fields(keys)...), key.WithHelp(shown, about)), group, do}
}

func moves(by int) func(*model) tea.Cmd { return func(m *model) tea.Cmd { return m.move(by) } }

func pages(by int) func(*model) tea.Cmd {
	return func(m *model) tea.Cmd { return m.move(by * max(m.paneHeight()-1, 1)) }
}

// The groups of help, in order.
const (
	moveKeys   = "Move"
	findKeys   = "Find"
	sendKeys   = "Send"
	takeKeys   = "Take"
	setKeys    = "Set"
	moreKeys   = "More"
	filterKeys = "In the filter"
	formKeys   = "In lists and forms"
)

// bindings is the table, in the order of help.
func bindings() []binding { return append(deeds(), told()...) }

// deeds are the keys of list and detail.
func deeds() []binding {
	return []binding{
		bind(moveKeys, "up k", "↑ k", "up", moves(-1)),
		bind(moveKeys, "down j", "↓ j", "down", moves(1)),
		bind(moveKeys, "pgup ctrl+b", "pgup", "a page up", pages(-1)),
		bind(moveKeys, "pgdown ctrl+f", "pgdn", "a page down", pages(1)),
		bind(moveKeys, "home g", "home g", "to the oldest; in the detail to its top", (*model).home),
		bind(moveKeys, "end G", "end G", "to the newest and follow it; in the detail to its end", (*model).end),
		bind(moveKeys, "enter right l", "enter →", "open the detail, go into it, fold in it", (*model).enter),
		bind(moveKeys, "space", "space", "unfold a delivery into its attempts and captures; fold JSON and headers", (*model).toggle),
		bind(moveKeys, "tab shift+tab", "tab", "the other pane", (*model).otherPane),
		bind(moveKeys, "esc left h", "esc ←", "back: leave the detail, then the filter", (*model).back),
		bind(moveKeys, "z", "z", "the detail on the whole screen", (*model).zoomDetail),
		bind(moveKeys, "v", "v", "bodies pretty, raw or as hex", (*model).nextMode),

		bind(findKeys, "/", "/", "filter as you type", (*model).editFilter),
		bind(findKeys, "o", "o", "only what belongs to this event", (*model).onlyThis),
		bind(findKeys, "e", "e", "expectations: lights that turn green", (*model).showLights),

		bind(sendKeys, "f", "f", "fire an event: search all providers", (*model).openPalette),
		bind(sendKeys, "F", "F", "fire the last one again", (*model).fireAgain),
		bind(sendKeys, "r", "r", "replay as it was", (*model).replay),
		bind(sendKeys, "R", "R", "replay signed anew, with a new id", (*model).replaySigned),
		bind(sendKeys, "E", "E", "edit the body in $EDITOR and replay", (*model).replayEdited),
		bind(sendKeys, "c", "c", "retry now what waits here; elsewhere clock to the next due attempt", (*model).retryNow),
		bind(sendKeys, "C", "C", "clock forward by a duration", (*model).clockAdvance),

		bind(takeKeys, "y", "y", "copy the body (OSC 52)", (*model).copyBody),
		bind(takeKeys, "Y", "Y", "copy a curl command", (*model).copyCurl),
		bind(takeKeys, "I", "I", "copy the id", (*model).copyID),
		bind(takeKeys, "x", "x", "export: curl, HAR, fixture, Go test", (*model).export),
		bind(takeKeys, "m", "m", "mark an entry", (*model).markEntry),
		bind(takeKeys, "d", "d", "what differs from the marked entry", (*model).diffMarked),

		bind(setKeys, "!", "!", "faults that deliveries suffer", (*model).showFaults),
		bind(setKeys, "i", "i", "inboxes and what they reply", (*model).showInboxes),
		bind(setKeys, "s", "s", "subscriptions", (*model).showSubscriptions),
		bind(setKeys, "S", "S", "signing keys and credentials", (*model).showSecrets),
		bind(setKeys, "p", "p", "providers: addresses and assumptions", (*model).showProviders),

		bind(moreKeys, "?", "?", "this help", (*model).showHelp),
		bind(moreKeys, "ctrl+l", "ctrl+l", "draw the screen anew", func(*model) tea.Cmd { return tea.ClearScreen }),
		bind(moreKeys, "q", "q", "quit; a sandbox of its own stops with it", func(*model) tea.Cmd { return tea.Quit }),
		bind(moreKeys, "ctrl+c", "ctrl+c", "quit, from anywhere", func(*model) tea.Cmd { return tea.Quit }),
	}
}

// told are the keys of bars, lists and forms, which read them themselves.
func told() []binding {
	return []binding{
		bind(filterKeys, "", "tab", "complete", nil),
		bind(filterKeys, "", "↑ ↓", "earlier filters", nil),
		bind(filterKeys, "", "ctrl+s", "save the filter", nil),
		bind(filterKeys, "", "ctrl+o", "saved filters", nil),
		bind(filterKeys, "", "enter", "keep it", nil),
		bind(filterKeys, "", "esc", "back to the filter before", nil),

		bind(formKeys, "", "type", "search the list, fill the field", nil),
		bind(formKeys, "", "enter", "choose, do it", nil),
		bind(formKeys, "", "tab", "complete; next field", nil),
		bind(formKeys, "", "ctrl+t", "fire at once without the form; a subscription on or off", nil),
		bind(formKeys, "", "ctrl+e", "edit in $EDITOR: the payload, an inbox", nil),
		bind(formKeys, "", "ctrl+n", "add: a fault, an expectation, an inbox, a subscription", nil),
		bind(formKeys, "", "ctrl+d", "remove the chosen one", nil),
		bind(formKeys, "", "esc", "close", nil),
	}
}

// KeysMarkdown is the table of keys for the README.
func KeysMarkdown() string {
	var b strings.Builder
	group := ""
	for _, k := range bindings() {
		if k.group != group {
			group = k.group
			b.WriteString("\n| " + group + " | |\n|---|---|\n")
		}
		var keys []string
		for _, one := range strings.Fields(k.Help().Key) {
			keys = append(keys, "`"+one+"`")
		}
		b.WriteString("| " + strings.Join(keys, " ") + " | " + k.Help().Desc + " |\n")
	}
	return strings.TrimPrefix(b.String(), "\n")
}

func (m *model) home() tea.Cmd {
	if m.inside {
		m.detail.cursor = 0
		return nil
	}
	return m.toHead()
}

func (m *model) end() tea.Cmd {
	if m.inside {
		m.detail.move(1 << 30)
		return nil
	}
	return m.toTail()
}

func (m *model) nextMode() tea.Cmd {
	m.detail.mode = (m.detail.mode + 1) % bodyModes
	m.detail.width = 0
	m.say("bodies: " + m.detail.mode.String())
	return nil
}
