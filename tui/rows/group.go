package rows

import (
	"slices"
	"time"

	"tacklebox/tui/ui"
)

// State is what became of a line of the list. Its letter is shown besides its
// colour.
type State byte

// The states, in the order of help.
const (
	Waiting   State = 'W' // not delivered yet: the first answer or a retry is to come
	Delivered State = 'D' // every delivery was accepted
	Failed    State = 'F' // a delivery was given up, or refused with no retry to come
	Nobody    State = 'N' // an event that no subscription wanted
	Received  State = 'R' // a capture from outside
	Answered  State = 'A' // a call that succeeded
	Refused   State = 'X' // a call that got an error
)

// States explains each letter.
func States() []struct {
	State State
	Badge ui.Style
	About string
} {
	return []struct {
		State State
		Badge ui.Style
		About string
	}{
		{Waiting, ui.BadgeWarn, "waiting for the first answer or for a retry"},
		{Delivered, ui.BadgeGood, "delivered: every subscription accepted it"},
		{Failed, ui.BadgeBad, "failed: refused or lost, and no retry is to come"},
		{Nobody, ui.BadgeQuiet, "nobody wanted it: no subscription matches"},
		{Received, ui.BadgeInfo, "received from outside"},
		{Answered, ui.BadgeQuiet, "a call to a mock API that succeeded"},
		{Refused, ui.BadgeBad, "a call that was answered with an error"},
	}
}

// Badge is the style of a state's letter.
func (s State) Badge() ui.Style {
	for _, x := range States() {
		if x.State == s {
			return x.Badge
		}
	}
	return ui.BadgeQuiet
}

// Group is a line of the list with what it folds: an event, its attempts and the
// captures that they caused, or one entry alone.
type Group struct {
	Key      string
	Rows     []*Row // by Seq
	State    State
	Attempts int
	Last     *Row      // the latest attempt, else the latest capture, else the only row
	Capture  *Row      // the latest
	Event    *Row      // what fired
	Next     time.Time // when the next attempt is due
}

// Line is one line of the list: a group, or one of its rows when it is open.
type Line struct {
	*Group
	Row *Row // shown by this line, nil: the group
}

// ID tells a line from all others, also after the list was folded again.
type ID struct {
	Key string
	Seq uint64
}

// ID of the line.
func (l Line) ID() ID {
	if l.Row == nil {
		return ID{l.Key, 0}
	}
	return ID{l.Key, l.Row.Seq}
}

// First reports the group's own line.
func (l Line) First() bool { return l.Row == nil }

// Main is the row whose request is the most telling: what arrived, else what was
// sent, else what happened.
func (l Line) Main() *Row {
	switch {
	case l.Row != nil:
		return l.Row
	case l.Capture != nil:
		return l.Capture
	}
	return l.Last
}

// Top is the row that the line's time and number are of.
func (l Line) Top() *Row {
	if l.Row != nil {
		return l.Row
	}
	return l.Rows[0]
}

// Holds reports whether the line stands for an entry.
func (l Line) Holds(seq uint64) bool {
	if l.Row != nil {
		return l.Row.Seq == seq
	}
	return slices.ContainsFunc(l.Rows, func(r *Row) bool { return r.Seq == seq })
}

// Waits lists the deliveries of a line whose latest attempt says when the next
// one is due: all of a group, of an attempt or a capture only its own.
func (l Line) Waits() []string {
	latest := map[string]*Row{}
	var ids []string
	for _, r := range l.Rows {
		if r.Kind != "attempt" || l.Row != nil && l.Row.Kind != "event" && l.Row.Delivery != r.Delivery {
			continue
		}
		if latest[r.Delivery] == nil {
			ids = append(ids, r.Delivery)
		}
		latest[r.Delivery] = r
	}
	return slices.DeleteFunc(ids, func(id string) bool { return latest[id].Next.IsZero() })
}

// Due is when the first of some deliveries is tried again: the latest attempt of
// each says when. Zero: none is.
func Due(story []*Row) time.Time {
	due := map[string]time.Time{}
	for _, r := range story {
		if r.Kind == "attempt" {
			due[r.Delivery] = r.Next
		}
	}
	var first time.Time
	for _, at := range due {
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}

// Fold makes the lines of the list from rows in order. A group stands where its
// first row stands, so that nothing moves while it is read.
func Fold(rows []*Row, open map[string]bool) []Line {
	groups := make([]Group, 0, len(rows))
	byKey := make(map[string]int, len(rows)/2)
	for _, r := range rows {
		if r.Event == "" || r.Kind == "call" {
			groups = append(groups, Group{Key: "#" + ui.Utoa(r.Seq), Rows: []*Row{r}})
			continue
		}
		i, ok := byKey[r.Event]
		if !ok {
			i = len(groups)
			groups = append(groups, Group{Key: r.Event})
			byKey[r.Event] = i
		}
		groups[i].Rows = append(groups[i].Rows, r)
	}
	lines := make([]Line, 0, len(groups)+16)
	for i := range groups {
		g := &groups[i]
		g.judge()
		lines = append(lines, Line{Group: g})
		if len(g.Rows) > 1 && open[g.Key] {
			for _, r := range g.Rows {
				lines = append(lines, Line{Group: g, Row: r})
			}
		}
	}
	return lines
}

// judge derives the group's state from its rows.
func (g *Group) judge() {
	if len(g.Rows) == 1 && g.Rows[0].Kind != "attempt" {
		g.note(g.Rows[0])
		g.Last, g.State = g.Rows[0], g.without()
		return
	}
	latest := map[string]*Row{} // of each delivery
	for _, r := range g.Rows {
		if g.note(r); r.Kind == "attempt" {
			g.Attempts++
			g.Last = r
			latest[r.Delivery] = r
		}
	}
	if g.Last == nil {
		g.Last = g.Rows[len(g.Rows)-1]
		if g.Capture != nil {
			g.Last = g.Capture
		}
	}
	g.State = g.verdict(latest)
}

func (g *Group) note(r *Row) {
	switch r.Kind {
	case "event":
		g.Event = r
	case "capture":
		g.Capture = r
	}
}

func (g *Group) verdict(latest map[string]*Row) State {
	if len(latest) == 0 {
		return g.without()
	}
	result := Delivered
	for _, r := range latest {
		switch {
		case !r.Next.IsZero():
			if g.Next.IsZero() || r.Next.Before(g.Next) {
				g.Next = r.Next
			}
			if result == Delivered {
				result = Waiting
			}
		case !r.OK():
			result = Failed
		}
	}
	if g.Event != nil && len(latest) < g.Event.Receivers && result == Delivered {
		return Waiting
	}
	return result
}

// without judges a group in which no attempt is known.
func (g *Group) without() State {
	r := g.Rows[0]
	switch {
	case r.Kind == "call" && (r.Status >= 400 || r.Problem != ""):
		return Refused
	case r.Kind == "call":
		return Answered
	case g.Event != nil && g.Event.Receivers == 0:
		return Nobody
	case g.Event != nil:
		return Waiting
	}
	return Received
}
