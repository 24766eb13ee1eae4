// Package listing is the live list of what happened: its cursor, its folds, its
// columns and its order.
package listing

import (
	"slices"

	"tacklebox/tui/rows"
	"tacklebox/tui/ui"
)

// List is the live list of what happened: what is folded, where the cursor is.
type List struct {
	Win    *rows.Window
	Lines  []rows.Line
	open   map[string]bool // groups whose rows are shown
	Cursor int
	Top    int
	Height int  // lines on the screen, as last drawn
	Follow bool // the cursor stays on the newest line
	Fresh  int  // entries that came since the user left the tail
	Mark   uint64
	Chosen []string // columns, nil: those that fit
	Sorted string   // the column that orders the groups, "": time
}

// NewList is a list without entries, that follows the newest.
func NewList() List {
	return List{Win: rows.NewWindow(), open: map[string]bool{}, Follow: true, Height: 1}
}

// Refold takes the rows anew and leaves the cursor on the line it was on.
func (l *List) Refold() {
	at, had := l.Current()
	l.Lines = rows.Fold(l.Win.Rows, l.open)
	l.sort()
	switch {
	case l.Follow:
		l.Cursor = len(l.Lines) - 1
	case had:
		l.find(at.ID())
	}
	l.Clamp()
}

// sort orders the groups by a column, each with its rows behind it.
func (l *List) sort() {
	i := slices.IndexFunc(Columns(), func(c Column) bool { return c.Title == l.Sorted && c.Order != nil })
	if i < 0 {
		return
	}
	order := Columns()[i].Order
	slices.SortStableFunc(l.Lines, func(a, b rows.Line) int {
		if a.Group == b.Group {
			return 0
		}
		if n := order(a.Group, b.Group); n != 0 {
			return n
		}
		return int(int64(a.Rows[0].Seq) - int64(b.Rows[0].Seq))
	})
}

// Current is the line under the cursor.
func (l *List) Current() (rows.Line, bool) {
	if l.Cursor < 0 || l.Cursor >= len(l.Lines) {
		return rows.Line{}, false
	}
	return l.Lines[l.Cursor], true
}

// find puts the cursor on a line, or on the group that it was folded into.
func (l *List) find(id rows.ID) {
	for i, n := range l.Lines {
		if n.ID() == id || n.Key == id.Key && n.First() {
			l.Cursor = i
			if n.ID() == id {
				return
			}
		}
	}
}

// Clamp keeps the cursor on a line, and that line in sight.
func (l *List) Clamp() { l.Cursor, l.Top = ui.Scroll(l.Cursor, l.Top, len(l.Lines), l.Height) }

// Move moves the cursor. Going up leaves the tail; reaching the last line by
// going down follows it again when that is the journal's end.
func (l *List) Move(by int) {
	l.Cursor += by
	l.Clamp()
	l.Follow = by > 0 && !l.Win.Newer && l.Cursor == len(l.Lines)-1 && l.Sorted == ""
	if l.Follow {
		l.Fresh = 0
	}
}

// Toggle opens or closes the group under the cursor.
func (l *List) Toggle() {
	n, ok := l.Current()
	if !ok || len(n.Rows) < 2 {
		return
	}
	l.open[n.Key] = !l.open[n.Key]
	if !l.open[n.Key] {
		l.find(rows.ID{Key: n.Key})
	}
	l.Follow = l.Follow && !l.open[n.Key]
	l.Refold()
}

// Fit makes the list as high as its part of the screen: a line is for the titles.
func (l *List) Fit(height int) {
	l.Height = max(height-1, 1)
	l.Clamp()
}
