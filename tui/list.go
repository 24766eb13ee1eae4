package tui

import (
	"slices"

	"tacklebox/tui/rows"
	"tacklebox/tui/ui"
)

// list is the live list of what happened: what is folded, where the cursor is.
type list struct {
	win    *rows.Window
	lines  []rows.Line
	open   map[string]bool // groups whose rows are shown
	cursor int
	top    int
	height int  // lines on the screen, as last drawn
	follow bool // the cursor stays on the newest line
	fresh  int  // entries that came since the user left the tail
	mark   uint64
	chosen []string // columns, nil: those that fit
	sorted string   // the column that orders the groups, "": time
}

func newList() list {
	return list{win: rows.NewWindow(), open: map[string]bool{}, follow: true, height: 1}
}

// refold takes the rows anew and leaves the cursor on the line it was on.
func (l *list) refold() {
	at, had := l.current()
	l.lines = rows.Fold(l.win.Rows, l.open)
	l.sort()
	switch {
	case l.follow:
		l.cursor = len(l.lines) - 1
	case had:
		l.find(at.ID())
	}
	l.clamp()
}

// sort orders the groups by a column, each with its rows behind it.
func (l *list) sort() {
	i := slices.IndexFunc(columns(), func(c column) bool { return c.title == l.sorted && c.order != nil })
	if i < 0 {
		return
	}
	order := columns()[i].order
	slices.SortStableFunc(l.lines, func(a, b rows.Line) int {
		if a.Group == b.Group {
			return 0
		}
		if n := order(a.Group, b.Group); n != 0 {
			return n
		}
		return int(int64(a.Rows[0].Seq) - int64(b.Rows[0].Seq))
	})
}

// current is the line under the cursor.
func (l *list) current() (rows.Line, bool) {
	if l.cursor < 0 || l.cursor >= len(l.lines) {
		return rows.Line{}, false
	}
	return l.lines[l.cursor], true
}

// find puts the cursor on a line, or on the group that it was folded into.
func (l *list) find(id rows.ID) {
	for i, n := range l.lines {
		if n.ID() == id || n.Key == id.Key && n.First() {
			l.cursor = i
			if n.ID() == id {
				return
			}
		}
	}
}

func (l *list) clamp() { l.cursor, l.top = ui.Scroll(l.cursor, l.top, len(l.lines), l.height) }

// move moves the cursor. Going up leaves the tail; reaching the last line by
// going down follows it again when that is the journal's end.
func (l *list) move(by int) {
	l.cursor += by
	l.clamp()
	l.follow = by > 0 && !l.win.Newer && l.cursor == len(l.lines)-1 && l.sorted == ""
	if l.follow {
		l.fresh = 0
	}
}

// toggle opens or closes the group under the cursor.
func (l *list) toggle() {
	n, ok := l.current()
	if !ok || len(n.Rows) < 2 {
		return
	}
	l.open[n.Key] = !l.open[n.Key]
	if !l.open[n.Key] {
		l.find(rows.ID{Key: n.Key})
	}
	l.follow = l.follow && !l.open[n.Key]
	l.refold()
}

// fit makes the list as high as its part of the screen: a line is for the titles.
func (l *list) fit(height int) {
	l.height = max(height-1, 1)
	l.clamp()
}
