package desk

import (
	"strings"

	"tacklebox/receiver/client"
	"tacklebox/tui/ui"
)

// topLine tells where the sandbox is and how it is. What a narrow screen has no
// room for goes from the right; connection and clock stay longest.
func topLine(m *Model, width int) string {
	line := ui.Say(ui.Head, " tacklebox")
	if m.Status.Space != "" {
		line = line.Add(ui.Accent, "  ~"+ui.Cell(m.Status.Space))
	}
	line = append(line.Add(ui.Plain, "  "), connectionText(m)...)
	ground := ui.Bare
	clock := clockText(m)
	parts := []ui.Line{clock, troubleText(m, width-line.Width()-clock.Width()-6), expectText(m), faultText(m), firingText(m), totalText(m), rateText(m)}
	parts = append(parts, ui.Say(ui.Dim, strings.TrimPrefix(ui.Cell(m.Root.URL()), "http://")))
	for _, p := range parts {
		if n := p.Width(); n > 0 && line.Width()+n+3 <= width {
			line = append(line.Add(ui.Plain, "   "), p...)
		}
	}
	if m.Link.state == client.Lost {
		ground = ui.Alert
	}
	return m.Looks.Theme.Draw(line, width, ground)
}

func connectionText(m *Model) ui.Line {
	switch {
	case m.Link.state == client.Lost:
		when := ui.Left(m.Link.again.Sub(m.Wall()))
		if when != "now" {
			when = "in " + when
		}
		return ui.Say(ui.Bad, "○ lost, next try "+when)
	case m.Link.state == "":
		return ui.Say(ui.Warn, "◐ connecting")
	}
	return ui.Say(ui.Good, "● live")
}

// troubleText is why the connection is lost, as much as there is room for.
func troubleText(m *Model, room int) ui.Line {
	if m.Link.state != client.Lost || room < 10 {
		return nil
	}
	text, _ := ui.Cut(m.Link.trouble, room)
	return ui.Say(ui.Bad, text)
}

func clockText(m *Model) ui.Line {
	c := m.Status.Clock
	if c.Mode == "" {
		return nil
	}
	line := ui.Say(ui.Plain, ui.Clean(c.Mode, 20)+" "+m.Now().In(m.Loc).Format("15:04:05"))
	if !c.Next.IsZero() {
		line = line.Add(ui.Warn, " next in "+ui.Left(c.Next.Sub(m.Now())))
	}
	return line
}

func faultText(m *Model) ui.Line {
	if n := len(m.Status.Faults); n > 0 {
		return ui.Say(ui.Fault, ui.Count(n, "fault"))
	}
	return nil
}

func firingText(m *Model) ui.Line {
	if m.Fire.Left == 0 {
		return nil
	}
	return ui.Say(ui.Warn, m.Fire.Progress(m.Wall())).Add(ui.Key, " esc").Add(ui.Dim, " stops")
}

func totalText(m *Model) ui.Line {
	n := m.Status.Total()
	if n == 1 {
		return ui.Say(ui.Plain, "1 entry")
	}
	return ui.Say(ui.Plain, ui.Grouped(n)+" entries")
}

// rateText is what came in the last second, and a picture of the last minute.
func rateText(m *Model) ui.Line {
	minute := m.Status.minute(m.Wall())
	bars := make([]int, 12)
	sum := 0
	for i, n := range minute {
		bars[i/5] += n
		sum += n
	}
	if sum == 0 {
		return nil
	}
	return ui.Say(ui.Dim, ui.Grouped(uint64(max(minute[59], minute[58])))+"/s ").Add(ui.Accent, ui.Sparkline(bars))
}

// countText is how much of the journal the list shows.
func (m *Model) countText() string {
	total := m.Status.Total()
	if m.Filter.InForce == "" {
		return ui.Grouped(total)
	}
	switch {
	case !m.Link.loaded, m.Link.matches < 0:
		return "searching " + ui.Grouped(total) + " …"
	case m.List.Win.Older || m.List.Win.Newer:
		return ui.Grouped(uint64(max(m.Link.matches, len(m.List.Win.Rows)))) + " of " + ui.Grouped(total)
	}
	return ui.Grouped(uint64(len(m.List.Win.Rows))) + " of " + ui.Grouped(total)
}

// HintLine shows the keys that are of use here; help and quit always.
func HintLine(m *Model, width int) ui.Line {
	list, last := HintsNow(m)
	return ui.HintLine(list, last, width)
}

// HintsNow are the keys of what can be done now; the last ones are never cut off.
func HintsNow(m *Model) (list []ui.Hint, last int) {
	switch {
	case m.Over() != nil:
		return m.Over().Hints(), 1
	case m.Filter.Editing:
		return []ui.Hint{{Key: "⏎", About: "keep"}, {Key: "tab", About: "complete"}, {Key: "↑↓", About: "earlier"}, {Key: "ctrl+s", About: "save"}, {Key: "ctrl+o", About: "saved"}, {Key: "esc", About: "back"}}, 1
	case m.Detail.Asking:
		return []ui.Hint{{Key: "⏎", About: "go there"}, {Key: "n N", About: "next, previous, after ⏎"}, {Key: "esc", About: "no search"}}, 1
	case m.teaches():
		return []ui.Hint{{Key: "space", About: "fire a sample"}, {Key: "f", About: "fire"}, {Key: ":", About: "all actions"}, {Key: "?", About: "help"}, {Key: "q", About: "quit"}}, 2
	}
	return m.hooks.Hints(m), 2
}

func expectText(m *Model) ui.Line {
	if len(m.Expects) == 0 {
		return nil
	}
	done, style := 0, ui.Warn
	for _, x := range m.Expects {
		if x.State == Met {
			done++
		}
	}
	if done == len(m.Expects) {
		style = ui.Good
	}
	return ui.Say(style, "expect "+ui.Itoa(done)+"/"+ui.Itoa(len(m.Expects)))
}
