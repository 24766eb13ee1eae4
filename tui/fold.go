package tui

import (
	"slices"
	"time"
)

// state is what became of a line of the list. Its letter is shown besides its
// colour.
type state byte

// The states, in the order of help.
const (
	waiting   state = 'W' // not delivered yet: the first answer or a retry is to come
	delivered state = 'D' // every delivery was accepted
	failed    state = 'F' // a delivery was given up, or refused with no retry to come
	nobody    state = 'N' // an event that no subscription wanted
	received  state = 'R' // a capture from outside
	answered  state = 'A' // a call that succeeded
	refused   state = 'X' // a call that got an error
)

func (s state) style() style {
	switch s {
	case waiting:
		return warn
	case delivered, answered:
		return good
	case failed, refused:
		return bad
	case received:
		return info
	}
	return dim
}

// group is a line of the list with what it folds: an event, its attempts and
// the captures that they caused, or one entry alone.
type group struct {
	key      string
	rows     []*row // by seq
	state    state
	attempts int
	last     *row      // the latest attempt, else the latest capture, else the only row
	capture  *row      // the latest
	event    *row      // what fired
	next     time.Time // when the next attempt is due
}

// line is one line of the list: a group, or one of its rows when it is open.
type line struct {
	*group
	row   *row // shown by this line, nil: the group
	first bool // the group's own line
}

// id tells a line from all others, also after the list was folded again.
func (l line) id() lineID {
	if l.row == nil {
		return lineID{l.key, 0}
	}
	return lineID{l.key, l.row.seq}
}

type lineID struct {
	key string
	seq uint64
}

// main is the row whose request is the most telling: what arrived, else what
// was sent, else what happened.
func (l line) main() *row {
	if l.row != nil {
		return l.row
	}
	if l.capture != nil {
		return l.capture
	}
	return l.last
}

// waits lists the deliveries of a line whose latest attempt says when the next
// one is due: all of a group, of an attempt or a capture only its own.
func (l line) waits() []string {
	latest := map[string]*row{}
	var ids []string
	for _, r := range l.rows {
		if r.kind != "attempt" || l.row != nil && l.row.kind != "event" && l.row.delivery != r.delivery {
			continue
		}
		if latest[r.delivery] == nil {
			ids = append(ids, r.delivery)
		}
		latest[r.delivery] = r
	}
	return slices.DeleteFunc(ids, func(id string) bool { return latest[id].next.IsZero() })
}

// fold makes the lines of the list from rows in order. A group stands where its
// first row stands, so that nothing moves while it is read.
func fold(rows []*row, open map[string]bool) []line {
	groups := make([]*group, 0, len(rows))
	byKey := make(map[string]*group, len(rows))
	for _, r := range rows {
		if r.event == "" || r.kind == "call" {
			groups = append(groups, &group{key: "#" + utoa(r.seq), rows: []*row{r}})
			continue
		}
		g := byKey[r.event]
		if g == nil {
			g = &group{key: r.event}
			byKey[r.event] = g
			groups = append(groups, g)
		}
		g.rows = append(g.rows, r)
	}
	lines := make([]line, 0, len(groups)+16)
	for _, g := range groups {
		g.judge()
		lines = append(lines, line{g, nil, true})
		if len(g.rows) > 1 && open[g.key] {
			for _, r := range g.rows {
				lines = append(lines, line{g, r, false})
			}
		}
	}
	return lines
}

// judge derives the group's state from its rows.
func (g *group) judge() {
	latest := map[string]*row{} // of each delivery
	for _, r := range g.rows {
		switch r.kind {
		case "event":
			g.event = r
		case "capture":
			g.capture = r
		case "attempt":
			g.attempts++
			g.last = r
			latest[r.delivery] = r
		}
	}
	if g.last == nil {
		g.last = g.rows[len(g.rows)-1]
		if g.capture != nil {
			g.last = g.capture
		}
	}
	g.state = g.verdict(latest)
}

func (g *group) verdict(latest map[string]*row) state {
	if len(latest) == 0 {
		return g.without()
	}
	result := delivered
	for _, r := range latest {
		switch {
		case !r.next.IsZero():
			if g.next.IsZero() || r.next.Before(g.next) {
				g.next = r.next
			}
			if result == delivered {
				result = waiting
			}
		case !r.ok():
			result = failed
		}
	}
	if g.event != nil && len(latest) < g.event.receivers && result == delivered {
		return waiting
	}
	return result
}

// without judges a group in which no attempt is known.
func (g *group) without() state {
	r := g.rows[0]
	switch {
	case r.kind == "call" && r.status >= 400, r.kind == "call" && r.problem != "":
		return refused
	case r.kind == "call":
		return answered
	case g.event != nil && g.event.receivers == 0:
		return nobody
	case g.event != nil:
		return waiting
	}
	return received
}
