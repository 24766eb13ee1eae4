package desk

import (
	"strings"

	"tacklebox/tui/ui"
)

// welcome says how to begin, with the real addresses. A small screen shows the
// keys, a larger one the addresses too.
func welcome(m *Model, width, height int) []string {
	base := ui.Cell(m.Api.URL())
	text := []ui.Line{
		ui.Say(ui.Dim, "A local sandbox for webhooks. Nothing has happened yet."),
		{},
		ui.Say(ui.Key, "space").Add(ui.Plain, "  fires a sample event that comes back to an inbox"),
		ui.Say(ui.Key, "f").Add(ui.Plain, "      chooses among all event types of all providers"),
		ui.Say(ui.Key, ":").Add(ui.Plain, "      lists every action, ").Add(ui.Key, "?").Add(ui.Plain, " the keys"),
		{},
		ui.Say(ui.Plain, "Send anything to an inbox, any name will do:"),
		ui.Say(ui.Accent, "  curl -d '{\"hello\":1}' "+base+"/in/"+HelloInbox),
		{},
		ui.Say(ui.Plain, "Let your program call a mock API instead of the real one:"),
	}
	for _, p := range m.Catalog.List {
		text = append(text, ui.Say(ui.Info, "  "+ui.Pad(ui.Clean(p.Name, 20), 11)).Add(ui.Accent, ui.Cell(p.BaseURL)))
	}
	if len(m.Catalog.List) == 0 {
		text = append(text, ui.Say(ui.Dim, "  loading …"))
	}
	text = append(text, ui.Line{}, ui.Say(ui.Plain, "Everything here is also a command and a call: ").Add(ui.Accent, base+"/_/"))
	shown := laid(text, width-4)
	if len(shown) > height-2 {
		shown = laid(compact(text), width-4)
	}
	if len(shown) > height-2 {
		shown = laid(compact(text[:8]), width-4) // the rest would be cut anyway
	}
	if len(shown) > height-2 {
		shown = laid(compact(text[:6]), width-4)
	}
	for i, l := range shown {
		shown[i] = append(ui.Say(ui.Plain, " "), l...)
	}
	pane := ui.Pane{Title: ui.Say(ui.Head, "Welcome"), Width: width, Height: height, Focused: true}
	return pane.Draw(m.Looks.Theme, m.Looks.Theme.Lines(shown, width-2, height-2))
}

func laid(text []ui.Line, width int) (out []ui.Line) {
	for _, l := range text {
		out = append(out, ui.Wrap(l, max(width, 1), 2, 3)...)
	}
	return out
}

// compact drops empty lines.
func compact(text []ui.Line) (out []ui.Line) {
	for _, l := range text {
		if strings.TrimSpace(l.String()) != "" {
			out = append(out, l)
		}
	}
	return out
}
