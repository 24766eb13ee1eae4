package panel

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
	"tacklebox/tui/desk"
	"tacklebox/tui/ui"
)

// expectWithin is how long an expectation waits.
const expectWithin = 10 * time.Minute

// ShowExpectations lists what has to come, with how much of it has.
func ShowExpectations(m *desk.Model) tea.Cmd {
	p := ui.NewPicker("Expectations")
	p.Box = true
	p.Keys = []ui.Hint{{Key: "ctrl+n", About: "add"}, {Key: "ctrl+d", About: "remove"}, {Key: "⏎", About: "show what it is about"}}
	p.Empty = "ctrl+n adds one: it is met when what you expect has come"
	p.Set(expectItems(m))
	p.Choose = func(it ui.Item) (tea.Cmd, bool) { return desk.SetFilter(m, it.Value.(*desk.Expectation).Q), true }
	p.Extra = map[string]func(*ui.Item) tea.Cmd{
		"ctrl+n": func(*ui.Item) tea.Cmd { askExpectation(m); return nil },
		"ctrl+d": desk.On(func(x *desk.Expectation) tea.Cmd {
			x.Stop()
			m.Expects = slices.DeleteFunc(m.Expects, func(y *desk.Expectation) bool { return y == x })
			p.Set(expectItems(m))
			return nil
		}),
	}
	m.Show(p)
	return nil
}

func expectItems(m *desk.Model) []ui.Item {
	var items []ui.Item
	for _, x := range m.Expects {
		note, st := "waiting, "+ui.Itoa(x.Seen)+" of "+ui.Itoa(x.Count)+", "+ui.Left(x.Until.Sub(m.Wall()))+" left", ui.Warn
		switch x.State {
		case desk.Met:
			note, st = "met by #"+ui.Utoa(x.Last), ui.Good
		case desk.Missed:
			note, st = "missed: "+x.Reason, ui.Bad
		}
		label := ui.Clean(x.Q, 100)
		if x.Count > 1 {
			label = api.FormatCount(x.Count) + " " + label
		}
		items = append(items, ui.Item{Label: label, Note: ui.Text(note), Style: st, Value: x})
	}
	return items
}

func askExpectation(m *desk.Model) {
	desk.Ask(m, "Expect", m.Filter.InForce, func(value string) (tea.Cmd, error) {
		x, err := ReadExpectation(value)
		if err != nil {
			return nil, err
		}
		m.Expects = append(m.Expects, x)
		showNews(m)
		return watch(m, x), nil
	}, "a filter; 2x in front: so many. 2x kind:capture inbox:orders signature:valid", "it counts what comes from now on, for ten minutes")
}

// ReadExpectation reads a filter with how often and how long, as it is typed.
func ReadExpectation(value string) (*desk.Expectation, error) {
	x := &desk.Expectation{Q: value, Count: 1, Stop: func() {}}
	head, rest, _ := strings.Cut(value, " ")
	if n, err := desk.ReadCount(head); err == nil {
		x.Count, x.Q = n, strings.TrimSpace(rest)
	}
	if x.Q == "" {
		return nil, errors.New("a filter is missing")
	}
	return x, api.CheckFilter(x.Q)
}

// expectNews is a step of an expectation: an entry came, or its time is over.
type expectNews struct {
	x      *desk.Expectation
	seq    uint64
	over   bool
	reason string
	next   func() tea.Msg
}

// watch listens to what an expectation matches until it is met or late.
func watch(m *desk.Model, x *desk.Expectation) tea.Cmd {
	ctx, stop := context.WithTimeout(m.Ctx, expectWithin)
	x.Stop, x.Until = stop, m.Wall().Add(expectWithin)
	c, after := m.Api, m.Status.Last
	seqs := make(chan uint64)
	go func() {
		defer close(seqs)
		from := after
		_ = c.Stream(ctx, x.Q, client.StreamOptions{After: &from, Patient: true}, func(e client.Event) error {
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
	alive := m.Ctx
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
func whyMissed(ctx context.Context, c *client.Client, x *desk.Expectation, after uint64) string {
	n := x.Count
	result, err := c.Expect(ctx, api.ExpectRequest{Q: x.Q, Count: &n, Within: "0s", After: &after})
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

func (r expectNews) Apply(m *desk.Model) tea.Cmd {
	x := r.x
	if x.State != desk.Open {
		return nil
	}
	if r.over {
		if m.Ctx.Err() != nil || !slices.Contains(m.Expects, x) {
			return nil
		}
		x.State, x.Reason = desk.Missed, r.reason
		m.Say(ui.Bad, "missed: "+x.Q+": "+r.reason)
		showNews(m)
		return nil
	}
	x.Seen++
	x.Last = r.seq
	if x.Seen >= x.Count {
		x.State = desk.Met
		x.Stop()
		m.Say(ui.Good, "it came: "+x.Q)
	}
	showNews(m)
	return r.next
}

// showNews fills the open list of expectations anew.
func showNews(m *desk.Model) {
	for _, o := range m.Overs {
		if p, ok := o.(*ui.Picker); ok && p.Title == "Expectations" {
			p.Set(expectItems(m))
		}
	}
}
