package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/client"
)

// helloInbox is where the first event comes back to.
const helloInbox = "hello"

// welcome says how to begin, with the real addresses.
func (m *model) welcome(width, height int) []string {
	base := clean(m.api.URL(), longestCell)
	lines := []spans{
		say(head, " tacklebox").add(dim, " a local sandbox for webhooks. Nothing has happened yet."),
		{},
		say(strong, " space").add(plain, " fires a sample event that comes back to an inbox"),
		say(strong, " f").add(plain, "     chooses among all event types of all providers"),
		say(strong, " ?").add(plain, "     shows all keys"),
		{},
		say(plain, " Send anything to an inbox, any name will do:"),
		say(name, "   curl -d '{\"hello\":1}' "+base+"/in/"+helloInbox),
		{},
		say(plain, " Let your program call a mock API instead of the real one:"),
	}
	for _, p := range m.catalog.list {
		lines = append(lines, say(info, "   "+pad(clean(p.Name, 20), 11)).add(name, clean(p.BaseURL, longestCell)))
	}
	if len(m.catalog.list) == 0 {
		lines = append(lines, say(dim, "   loading …"))
	}
	lines = append(lines, spans{}, say(plain, " Everything here is also a command and a call: ").add(name, base+"/_/"))
	if height < len(lines) {
		lines = compact(lines)
	}
	var out []spans
	for _, l := range lines {
		out = append(out, wrap(l, width, 3, 3)...)
	}
	return frameLines(m.th, out, width, height)
}

// compact drops empty lines.
func compact(lines []spans) []spans {
	var out []spans
	for _, l := range lines {
		if strings.TrimSpace(l.String()) != "" {
			out = append(out, l)
		}
	}
	return out
}

// fireHello fires the first sample of the first provider at an inbox here.
func (m *model) fireHello() tea.Cmd {
	for _, p := range m.catalog.providers {
		if len(p.Events) > 0 {
			return m.fire(client.FireRequest{Provider: p.Name, Type: p.Events[0].Type, To: m.api.URL() + "/in/" + helloInbox})
		}
	}
	m.hello = true // as soon as the catalogue is there
	return nil
}
