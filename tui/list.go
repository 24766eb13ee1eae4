package tui

import (
	"strings"
	"time"
)

// list is the live list of what happened: what is folded, where the cursor is.
type list struct {
	lines  []line
	open   map[string]bool // groups whose rows are shown
	cursor int
	top    int
	height int  // lines on the screen, as last drawn
	follow bool // the cursor stays on the newest line
	fresh  int  // entries that came since the user left the tail
	mark   uint64
}

func newList() list { return list{open: map[string]bool{}, follow: true, height: 1} }

// refold takes the rows anew and leaves the cursor on the line it was on.
func (l *list) refold(rows []*row) {
	at, had := l.current()
	l.lines = fold(rows, l.open)
	switch {
	case l.follow:
		l.cursor = len(l.lines) - 1
	case had:
		l.find(at.id())
	}
	l.clamp()
}

// current is the line under the cursor.
func (l *list) current() (line, bool) {
	if l.cursor < 0 || l.cursor >= len(l.lines) {
		return line{}, false
	}
	return l.lines[l.cursor], true
}

// find puts the cursor on a line, or on the group that it was folded into.
func (l *list) find(id lineID) {
	for i, n := range l.lines {
		if n.id() == id || n.key == id.key && n.first {
			l.cursor = i
			if n.id() == id {
				return
			}
		}
	}
}

func (l *list) clamp() {
	l.cursor = min(max(l.cursor, 0), max(len(l.lines)-1, 0))
	l.top = min(max(l.top, l.cursor-l.height+1), l.cursor)
	l.top = max(min(l.top, len(l.lines)-l.height), 0)
}

// move moves the cursor. Going up leaves the tail; reaching the last line by
// going down follows it again when that is the journal's end.
func (l *list) move(by int, atEnd bool) {
	l.cursor += by
	l.clamp()
	l.follow = by > 0 && atEnd && l.cursor == len(l.lines)-1
	if l.follow {
		l.fresh = 0
	}
}

// column is one column of the list.
type column struct {
	title string
	width int // 0: what is left
	need  int // the narrowest list that shows it
	right bool
	cell  func(l line, v view) span
}

// view is what the cells need to know.
type view struct {
	loc  *time.Location
	open map[string]bool
	wide bool
	mark uint64
}

func columns() []column {
	return []column{
		{title: "#", width: 7, need: 104, right: true, cell: func(l line, _ view) span { return span{utoa(l.first0().seq), dim} }},
		{title: "TIME", width: 8, need: 60, cell: func(l line, v view) span { return span{l.first0().at.In(v.loc).Format("15:04:05"), dim} }},
		{title: "PROVIDER", width: 10, need: 34, cell: func(l line, _ view) span { return span{l.first0().provider, info} }},
		{title: "WHAT", cell: what},
		{title: "INBOX", width: 10, need: 76, cell: func(l line, _ view) span { return span{l.inboxName(), plain} }},
		{title: "STATUS", width: 7, need: 0, cell: status},
		{title: "SIG", width: 3, need: 58, cell: signature},
		{title: "CON", width: 3, need: 58, cell: contract},
		{title: "SIZE", width: 5, need: 90, right: true, cell: func(l line, _ view) span { return span{sizeText(l.main()), dim} }},
		{title: "TOOK", width: 6, need: 98, right: true, cell: func(l line, _ view) span { return span{tookText(l.main().took), dim} }},
	}
}

// first0 is the row that the line's time and number are of.
func (l line) first0() *row {
	if l.row != nil {
		return l.row
	}
	return l.rows[0]
}

func (l line) inboxName() string {
	if r := l.main(); r.inbox != "" || l.row != nil {
		return r.inbox
	}
	return ""
}

// what is the type of an event, the request of anything else.
func what(l line, v view) span {
	r := l.first0()
	prefix := ""
	switch {
	case !l.first:
		return span{"   " + child(l.row), plain}
	case len(l.rows) > 1 && v.open[l.key]:
		prefix = "- "
	case len(l.rows) > 1:
		prefix = "+ "
	case v.wide:
		prefix = "  "
	}
	label := r.typ
	if r.kind == "call" || label == "" {
		label = strings.TrimSpace(r.method + " " + r.path)
	}
	if f := l.last.fault; f != "" {
		label += " !" + f
	}
	return span{prefix + label, plain}
}

// child names one row of an open group.
func child(r *row) string {
	switch r.kind {
	case "attempt":
		return "attempt " + itoa(r.attempt) + " > " + r.where()
	case "capture":
		return "capture #" + utoa(r.seq) + " in " + r.inbox
	}
	return r.kind + " " + r.typ
}

func status(l line, _ view) span {
	r := l.last
	if l.row != nil {
		r = l.row
	}
	word, st := r.word(), bad
	if r.ok() {
		st = good
	}
	if l.row == nil && l.attempts > 1 {
		word += " x" + itoa(l.attempts)
	}
	return span{word, st}
}

func signature(l line, _ view) span {
	s := l.main().signature
	if s == "" {
		return span{"", plain}
	}
	return span{signatureLetter(s), signatureStyle(s)}
}

func contract(l line, _ view) span {
	switch r := l.main(); {
	case !r.checked:
		return span{"", plain}
	case r.violations == 0:
		return span{"ok", good}
	default:
		return span{"X" + itoa(r.violations), bad}
	}
}

func sizeText(r *row) string {
	if r.size == 0 {
		return ""
	}
	text := bytesText(r.size)
	if r.truncated {
		text += "!"
	}
	return text
}

// gutter is the cursor's place and the state's letter.
const gutter = 3

// fit makes the list as high as its part of the screen.
func (l *list) fit(height int) {
	l.height = max(height-1, 1)
	l.clamp()
}

// Render draws the titles and the visible lines.
func (l *list) Render(th *theme, width, height int, v view, focused bool) []string {
	v.open, v.mark, v.wide = l.open, l.mark, width >= 58
	shown := fitting(width)
	out := []string{th.draw(titles(shown, width), width, head)}
	for i := l.top; i < len(l.lines) && len(out) < height; i++ {
		over := plain
		if i == l.cursor {
			over = faded
			if focused {
				over = chosen
			}
		}
		out = append(out, th.draw(l.cells(i, shown, width, v), width, over))
	}
	for len(out) < height {
		out = append(out, strings.Repeat(" ", width))
	}
	return out[:max(height, 0)]
}

// fitting chooses the columns for a width.
func fitting(width int) []column {
	var shown []column
	for _, c := range columns() {
		if width >= c.need {
			shown = append(shown, c)
		}
	}
	return shown
}

// flexible is what is left for the column without a width.
func flexible(shown []column, width int) int {
	left := width - gutter
	for _, c := range shown {
		if c.width > 0 {
			left -= c.width + 1
		}
	}
	return max(left, 0)
}

func titles(shown []column, width int) spans {
	line := say(head, "   ")
	for i, c := range shown {
		line = line.add(head, c.fit(c.title, shown, width, i == len(shown)-1))
	}
	return line
}

// fit pads a cell to its column. Every column but the last ends in a space.
func (c column) fit(s string, shown []column, width int, last bool) string {
	w := c.width
	if w == 0 {
		w = flexible(shown, width)
	}
	gap := " "
	if last {
		gap = ""
	}
	if c.right {
		return padLeft(s, w) + gap
	}
	return pad(s, w) + gap
}

func (l *list) cells(i int, shown []column, width int, v view) spans {
	n := l.lines[i]
	cursor := " "
	switch {
	case i == l.cursor:
		cursor = ">"
	case v.mark > 0 && n.holds(v.mark):
		cursor = "*"
	}
	line := say(strong, cursor)
	if n.first {
		line = line.add(n.state.style(), string(n.state)+" ")
	} else {
		line = line.add(dim, "| ")
	}
	for j, c := range shown {
		s := c.cell(n, v)
		line = line.add(s.style, c.fit(s.text, shown, width, j == len(shown)-1))
	}
	return line
}

// holds reports whether the line stands for an entry.
func (l line) holds(seq uint64) bool {
	if l.row != nil {
		return l.row.seq == seq
	}
	for _, r := range l.rows {
		if r.seq == seq {
			return true
		}
	}
	return false
}
