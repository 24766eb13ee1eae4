package tui

import tea "charm.land/bubbletea/v2"

func (m *model) showHelp() tea.Cmd {
	m.show(&pager{title: "Keys", lines: m.helpLines})
	return nil
}

// helpLines draws the table of keys, and what the letters of the list mean.
func (m *model) helpLines(width int) []spans {
	var out []spans
	group := ""
	for _, b := range m.keys {
		if b.group != group {
			group = b.group
			out = append(out, spans{}, say(head, group))
		}
		line := say(strong, "  "+pad(b.Help().Key, 9)).add(plain, " "+b.Help().Desc)
		out = append(out, wrap(line, width, 12, 4)...)
	}
	out = append(out, spans{}, say(head, "States"))
	for _, s := range []struct {
		state state
		about string
	}{
		{waiting, "waiting for the first answer or for a retry"},
		{delivered, "delivered: every subscription accepted it"},
		{failed, "failed: refused or lost, and no retry is to come"},
		{nobody, "nobody wanted it: no subscription matches"},
		{received, "received from outside"},
		{answered, "a call to a mock API that succeeded"},
		{refused, "a call that was answered with an error"},
	} {
		out = append(out, wrap(say(s.state.style(), "  "+pad(string(s.state), 9)).add(plain, " "+s.about), width, 12, 4)...)
	}
	out = append(out, wrap(say(strong, "  SIG      ").add(plain, " signature: V valid, I invalid, M missing, - not checked"), width, 12, 4)...)
	return append(out, wrap(say(strong, "  CON      ").add(plain, " payload against its schema: ok, or X and how many violations"), width, 12, 4)...)
}
