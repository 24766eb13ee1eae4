package tui

import (
	"strings"

	"tacklebox/receiver/client"
	"tacklebox/tui/ui"
)

// topLine tells where the sandbox is and how it is. What a narrow screen has no
// room for goes from the right; connection and clock stay longest.
func topLine(m *model, width int) string {
	line := ui.Say(ui.Head, " tacklebox")
	if m.status.space != "" {
		line = line.Add(ui.Accent, "  ~"+ui.Cell(m.status.space))
	}
	line = append(line.Add(ui.Plain, "  "), connectionText(m)...)
	ground := ui.Bare
	parts := []ui.Line{clockText(m), expectText(m), faultText(m), firingText(m), totalText(m), rateText(m)}
	parts = append(parts, ui.Say(ui.Dim, strings.TrimPrefix(ui.Cell(m.root.URL()), "http://")))
	for _, p := range parts {
		if n := p.Width(); n > 0 && line.Width()+n+3 <= width {
			line = append(line.Add(ui.Plain, "   "), p...)
		}
	}
	if m.link.state == client.Lost {
		ground = ui.Alert
	}
	return m.looks.theme.Draw(line, width, ground)
}

func connectionText(m *model) ui.Line {
	switch {
	case m.link.state == client.Lost && !m.link.retryAt.IsZero():
		return ui.Say(ui.Bad, "○ lost, next try in "+ui.Left(m.link.retryAt.Sub(m.wall()))+": "+m.link.trouble)
	case m.link.state == client.Lost:
		return ui.Say(ui.Bad, "○ lost, trying again: "+m.link.trouble)
	case m.link.state == "":
		return ui.Say(ui.Warn, "◐ connecting")
	}
	return ui.Say(ui.Good, "● live")
}

func clockText(m *model) ui.Line {
	c := m.status.clock
	if c.Mode == "" {
		return nil
	}
	line := ui.Say(ui.Plain, ui.Clean(c.Mode, 20)+" "+m.now().In(m.loc).Format("15:04:05"))
	if !c.Next.IsZero() {
		line = line.Add(ui.Warn, " next in "+ui.Left(c.Next.Sub(m.now())))
	}
	return line
}

func faultText(m *model) ui.Line {
	if n := len(m.status.faults); n > 0 {
		return ui.Say(ui.Fault, ui.Count(n, "fault"))
	}
	return nil
}

func firingText(m *model) ui.Line {
	if m.fire.left == 0 {
		return nil
	}
	return ui.Say(ui.Warn, m.fire.progress(m.wall())).Add(ui.Key, " esc").Add(ui.Dim, " stops")
}

func totalText(m *model) ui.Line {
	n := m.status.total()
	if n == 1 {
		return ui.Say(ui.Plain, "1 entry")
	}
	return ui.Say(ui.Plain, ui.Grouped(n)+" entries")
}

// rateText is what came in the last second, and a picture of the last minute.
func rateText(m *model) ui.Line {
	minute := m.status.minute(m.wall())
	bars := make([]int, 12)
	sum := 0
	for i, n := range minute {
		bars[i/5] += n
		sum += n
	}
	if sum == 0 {
		return nil
	}
	return ui.Say(ui.Dim, ui.Itoa(max(minute[59], minute[58]))+"/s ").Add(ui.Accent, ui.Sparkline(bars))
}

// countText is how much of the journal the list shows.
func (m *model) countText() string {
	total := m.status.total()
	if m.filter.inForce == "" {
		return ui.Grouped(total)
	}
	switch {
	case !m.link.loaded, m.link.matches < 0:
		return "searching " + ui.Grouped(total) + " …"
	case m.list.win.Older || m.list.win.Newer:
		return ui.Grouped(uint64(max(m.link.matches, len(m.list.win.Rows)))) + " of " + ui.Grouped(total)
	}
	return ui.Grouped(uint64(len(m.list.win.Rows))) + " of " + ui.Grouped(total)
}

// hintLine shows the keys that are of use here; help and quit always.
func hintLine(m *model, width int) ui.Line {
	list, last := hintsNow(m)
	return ui.HintLine(list, last, width)
}

func hintsNow(m *model) (list []ui.Hint, last int) {
	switch {
	case m.over() != nil:
		return m.over().Hints(), 1
	case m.filter.editing:
		return []ui.Hint{{Key: "⏎", About: "keep"}, {Key: "tab", About: "complete"}, {Key: "↑↓", About: "earlier"}, {Key: "ctrl+s", About: "save"}, {Key: "ctrl+o", About: "saved"}, {Key: "esc", About: "back"}}, 1
	case m.detail.asking:
		return []ui.Hint{{Key: "⏎", About: "go there"}, {Key: "n N", About: "next, previous, after ⏎"}, {Key: "esc", About: "no search"}}, 1
	case m.teaches():
		return []ui.Hint{{Key: "space", About: "fire a sample"}, {Key: "f", About: "fire"}, {Key: ":", About: "all actions"}, {Key: "?", About: "help"}, {Key: "q", About: "quit"}}, 2
	}
	return m.hooks.hints(m), 2
}

func expectText(m *model) ui.Line {
	if len(m.expects) == 0 {
		return nil
	}
	done, style := 0, ui.Warn
	for _, x := range m.expects {
		if x.state == met {
			done++
		}
	}
	if done == len(m.expects) {
		style = ui.Good
	}
	return ui.Say(style, "expect "+ui.Itoa(done)+"/"+ui.Itoa(len(m.expects)))
}
