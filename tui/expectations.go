package tui

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/ui"
)

// expectWithin is how long an expectation waits.
const expectWithin = 10 * time.Minute

func showExpectations(m *model) tea.Cmd {
	p := ui.NewPicker("Expectations")
	p.Box = true
	p.Keys = []ui.Hint{{Key: "ctrl+n", About: "add"}, {Key: "ctrl+d", About: "remove"}, {Key: "⏎", About: "show what it is about"}}
	p.Empty = "ctrl+n adds one: it is met when what you expect has come"
	p.Set(expectItems(m))
	p.Choose = func(it ui.Item) (tea.Cmd, bool) { return setFilter(m, it.Value.(*expectation).q), true }
	p.Extra = map[string]func(*ui.Item) tea.Cmd{
		"ctrl+n": func(*ui.Item) tea.Cmd { askExpectation(m); return nil },
		"ctrl+d": on(func(x *expectation) tea.Cmd {
			x.stop()
			m.expects = slices.DeleteFunc(m.expects, func(y *expectation) bool { return y == x })
			p.Set(expectItems(m))
			return nil
		}),
	}
	m.show(p)
	return nil
}

func expectItems(m *model) []ui.Item {
	var items []ui.Item
	for _, x := range m.expects {
		note, st := "waiting, "+ui.Itoa(x.seen)+" of "+ui.Itoa(x.count)+", "+ui.Left(x.until.Sub(m.wall()))+" left", ui.Warn
		switch x.state {
		case met:
			note, st = "met by #"+ui.Utoa(x.last), ui.Good
		case missed:
			note, st = "missed: "+x.reason, ui.Bad
		}
		label := ui.Clean(x.q, 100)
		if x.count > 1 {
			label = api.FormatCount(x.count) + " " + label
		}
		items = append(items, ui.Item{Label: label, Note: ui.Text(note), Style: st, Value: x})
	}
	return items
}

func askExpectation(m *model) {
	ask(m, "Expect", m.filter.inForce, func(value string) (tea.Cmd, error) {
		x, err := readExpectation(value)
		if err != nil {
			return nil, err
		}
		m.expects = append(m.expects, x)
		showNews(m)
		return watch(m, x), nil
	}, "a filter; 2x in front: so many. 2x kind:capture inbox:orders signature:valid", "it counts what comes from now on, for ten minutes")
}

func readExpectation(value string) (*expectation, error) {
	x := &expectation{q: value, count: 1, stop: func() {}}
	head, rest, _ := strings.Cut(value, " ")
	if n, err := readCount(head); err == nil {
		x.count, x.q = n, strings.TrimSpace(rest)
	}
	if x.q == "" {
		return nil, errors.New("a filter is missing")
	}
	return x, api.CheckFilter(x.q)
}

// expectNews is a step of an expectation: an entry came, or its time is over.
type expectNews struct {
	x      *expectation
	seq    uint64
	over   bool
	reason string
	next   func() tea.Msg
}

// watch listens to what an expectation matches until it is met or late.
func watch(m *model, x *expectation) tea.Cmd {
	ctx, stop := context.WithTimeout(m.ctx, expectWithin)
	x.stop, x.until = stop, m.wall().Add(expectWithin)
	c, after := m.api, m.status.last
	seqs := make(chan uint64)
	go func() {
		defer close(seqs)
		from := after
		_ = c.Stream(ctx, x.q, client.StreamOptions{After: &from, Patient: true}, func(e client.Event) error {
			if e.Entry == nil {
				return nil
			}
			select {
			case seqs <- e.Entry.Seq:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	alive := m.ctx
	var next func() tea.Msg
	next = func() tea.Msg {
		seq, ok := <-seqs
		if ok {
			return expectNews{x: x, seq: seq, next: next}
		}
		return expectNews{x: x, over: true, reason: whyMissed(alive, c, x, after)}
	}
	return next
}

// whyMissed asks for the nearest miss.
func whyMissed(ctx context.Context, c *client.Client, x *expectation, after uint64) string {
	n := x.count
	result, err := c.Expect(ctx, api.ExpectRequest{Q: x.q, Count: &n, Within: "0s", After: &after})
	switch {
	case err != nil:
		return err.Error()
	case result.Seen == nil:
		return ""
	case result.Nearest != nil:
		return strconv.Itoa(result.Seen.Matching) + " came; #" + ui.Utoa(result.Nearest.Seq) + " was near: " + strings.Join(result.Nearest.Reasons, ", ")
	}
	return strconv.Itoa(result.Seen.Matching) + " came"
}

func (r expectNews) apply(m *model) tea.Cmd {
	x := r.x
	if x.state != open {
		return nil
	}
	if r.over {
		if m.ctx.Err() != nil || !slices.Contains(m.expects, x) {
			return nil
		}
		x.state, x.reason = missed, r.reason
		m.say(ui.Bad, "missed: "+x.q+": "+r.reason)
		showNews(m)
		return nil
	}
	x.seen++
	x.last = r.seq
	if x.seen >= x.count {
		x.state = met
		x.stop()
		m.say(ui.Good, "it came: "+x.q)
	}
	showNews(m)
	return r.next
}

// showNews fills the open list of expectations anew.
func showNews(m *model) {
	for _, o := range m.overs {
		if p, ok := o.(*ui.Picker); ok && p.Title == "Expectations" {
			p.Set(expectItems(m))
		}
	}
}
