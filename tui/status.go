package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"

	"tacklebox/receiver/client"
)

// statusLine tells where the sandbox is and how it is. What matters most comes
// first: a narrow screen cuts the end.
func (m *model) statusLine(width int) string {
	st := bar
	left := " " + strings.TrimPrefix(clean(m.api.URL(), longestCell), "http://")
	switch {
	case m.conn == client.Lost:
		st = barBad
		left += "  LOST: " + m.trouble
	case m.conn == "":
		left += "  connecting"
	default:
		left += "  live"
	}
	for _, s := range []string{m.freshText(), m.clockText(), m.faultText(), m.lightText(), entries(m.total)} {
		if s != "" {
			left += "  " + s
		}
	}
	return m.th.draw(say(st, left), width, st)
}

func entries(n uint64) string {
	if n == 1 {
		return "1 entry"
	}
	return utoa(n) + " entries"
}

func (m *model) freshText() string {
	if m.list.follow || m.list.fresh == 0 {
		return ""
	}
	return itoa(m.list.fresh) + " new (G)"
}

func (m *model) clockText() string {
	if m.clock.Mode == "" {
		return ""
	}
	text := "clock " + clean(m.clock.Mode, 20) + " " + m.now().In(m.loc).Format("15:04:05")
	if !m.clock.Next.IsZero() {
		text += " next in " + leftText(m.clock.Next.Sub(m.now()))
	}
	return text
}

func (m *model) faultText() string {
	if len(m.faults) == 0 {
		return ""
	}
	return count(len(m.faults), "fault")
}

// hintLine shows what happened last, or the keys that are of use here.
func (m *model) hintLine(width int) string {
	if m.notice.text != "" {
		return m.th.draw(say(m.notice.style, " "+m.notice.text), width, plain)
	}
	if m.over != nil {
		return m.th.draw(say(dim, " "+m.over.hint()), width, plain)
	}
	if m.filter.editing {
		return m.th.draw(say(dim, " tab complete  ↑↓ earlier  ctrl+s save  ctrl+o saved  enter keep  esc back"), width, plain)
	}
	line := spans{}
	for _, want := range m.hints() {
		for _, b := range m.keys {
			if b.do != nil && key.Matches(keyName(want[0]), b.Binding) {
				line = line.add(strong, " "+want[0]).add(dim, " "+want[1]+" ")
			}
		}
	}
	return m.th.draw(line, width, plain)
}

// keyName lets a name be looked up in the table of keys.
type keyName string

func (k keyName) String() string { return string(k) }

// hints are keys of the table with a word for each, those of use first.
func (m *model) hints() [][2]string {
	if m.inside {
		return [][2]string{{"?", "help"}, {"esc", "back"}, {"space", "fold"}, {"v", "view"}, {"y", "copy"}, {"z", "zoom"}, {"r", "replay"}, {"x", "export"}, {"d", "diff"}, {"q", "quit"}}
	}
	return [][2]string{{"?", "help"}, {"f", "fire"}, {"/", "filter"}, {"enter", "detail"}, {"space", "unfold"}, {"r", "replay"}, {"c", "retry now"}, {"x", "export"}, {"m", "mark"}, {"q", "quit"}}
}
