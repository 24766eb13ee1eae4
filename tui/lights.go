package tui

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/client"
)

// light is an expectation that is waited for.
type light struct {
	q      string
	count  int
	state  lightState
	reason string
}

type lightState int

const (
	lit lightState = iota // waiting
	green
	red
)

// expectWithin is how long a light waits before it turns red.
const expectWithin = "10m"

func (m *model) lightText() string {
	if len(m.lights) == 0 {
		return ""
	}
	met := 0
	for _, l := range m.lights {
		if l.state == green {
			met++
		}
	}
	return "expect " + itoa(met) + "/" + itoa(len(m.lights))
}

func (m *model) showLights() tea.Cmd {
	p := newPicker("Expectations")
	p.keys = "ctrl+n add  ctrl+d remove  enter show what it is about  esc close"
	p.empty = "ctrl+n adds one: a light that turns green when what you expect has come"
	p.items = m.lightItems()
	p.choose = func(m *model, it item) tea.Cmd {
		m.over = nil
		return m.setFilter(it.value.(*light).q)
	}
	p.extra = map[string]func(*model, *item) tea.Cmd{
		"ctrl+n": func(m *model, _ *item) tea.Cmd { m.askLight(p); return nil },
		"ctrl+d": func(m *model, it *item) tea.Cmd {
			if it == nil {
				return nil
			}
			m.lights = slices.DeleteFunc(m.lights, func(l *light) bool { return l == it.value.(*light) })
			return m.showLights()
		},
	}
	m.show(p)
	return nil
}

func (m *model) lightItems() []item {
	var items []item
	for _, l := range m.lights {
		word, st := "[WAITING] ", warn
		switch l.state {
		case green:
			word, st = "[GREEN]   ", good
		case red:
			word, st = "[RED]     ", bad
		}
		label := word
		if l.count > 1 {
			label += itoa(l.count) + " "
		}
		items = append(items, item{label: label + clean(l.q, 100), note: clean(l.reason, longestCell), style: st, value: l})
	}
	return items
}

func (m *model) askLight(back overlay) {
	p := newPrompt("Expect", m.filter.inForce, "a filter; a number in front: so many", "2 kind:capture inbox:orders signature:valid", "it counts what comes from now on, for ten minutes")
	p.back = back
	p.submit = func(m *model, value string) (tea.Cmd, error) {
		l, err := readLight(value)
		if err != nil {
			return nil, err
		}
		m.lights = append(m.lights, l)
		m.showLights()
		return m.wait(l), nil
	}
	m.show(p)
}

func readLight(value string) (*light, error) {
	l := &light{q: value, count: 1}
	head, rest, _ := strings.Cut(value, " ")
	if n, err := strconv.Atoi(head); err == nil && n > 0 {
		l.count, l.q = n, strings.TrimSpace(rest)
	}
	if l.q == "" {
		return nil, errors.New("a filter is missing")
	}
	return l, client.CheckFilter(l.q)
}

// wait asks the sandbox, which answers when the expectation is met or cannot be
// met any more.
func (m *model) wait(l *light) tea.Cmd {
	ctx, api, n, after := m.ctx, m.api, l.count, m.last
	return run(func() func(*model) tea.Cmd {
		result, err := api.Expect(ctx, client.Expectation{Q: l.q, Count: &n, Within: expectWithin, After: &after})
		return func(m *model) tea.Cmd {
			l.settle(result, err)
			if p, ok := m.over.(*picker); ok && p.title == "Expectations" {
				p.items, p.known = m.lightItems(), -1
			}
			return nil
		}
	})
}

func (l *light) settle(result *client.ExpectResult, err error) {
	switch {
	case err != nil:
		l.state, l.reason = red, err.Error()
	case result.Met:
		l.state, l.reason = green, "met by #"+utoa(lastOf(result.Entries))
	default:
		l.state, l.reason = red, itoa(result.Seen.Matching)+" came"
		if n := result.Nearest; n != nil {
			l.reason += "; #" + utoa(n.Seq) + " was near: " + strings.Join(n.Reasons, ", ")
		}
	}
}

func lastOf(seqs []uint64) uint64 {
	if len(seqs) == 0 {
		return 0
	}
	return seqs[len(seqs)-1]
}
