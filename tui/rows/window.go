package rows

// Window is the part of the journal that the list holds: rows in order, without
// holes. It is bounded; what lies beyond is loaded when the user goes there.
type Window struct {
	Rows  []*Row
	most  int
	Older bool // there may be entries before the first row
	Newer bool // there are entries after the last row: the window has left the tail

	// While the window is away from the tail the latest rows of the stream are
	// kept here, so that it can come back without a hole: tail follows tailAfter
	// directly.
	tail      []*Row
	tailAfter uint64
	seen      uint64 // the last row of the stream
}

// How many rows are held around the cursor, and of the tail when away from it.
const (
	WindowRows = 2000
	PageRows   = 200
)

// NewWindow is empty.
func NewWindow() *Window { return &Window{most: WindowRows} }

// First is the number of the first row, 0 of none.
func (w *Window) First() uint64 {
	if len(w.Rows) == 0 {
		return 0
	}
	return w.Rows[0].Seq
}

// Last is the number of the last row.
func (w *Window) Last() uint64 {
	if len(w.Rows) == 0 {
		return 0
	}
	return w.Rows[len(w.Rows)-1].Seq
}

// Push takes rows from the stream. following says that the user looks at the
// tail: then the oldest rows go; otherwise the window stays where it is.
func (w *Window) Push(rows []*Row, following bool) {
	if len(rows) == 0 {
		return
	}
	if w.Newer {
		w.keepTail(rows)
		return
	}
	w.seen = rows[len(rows)-1].Seq
	if len(w.Rows)+len(rows) <= w.most || following {
		w.Rows = append(w.Rows, rows...)
		w.dropOldest()
		return
	}
	room := max(w.most-len(w.Rows), 0)
	w.Rows = append(w.Rows, rows[:room]...)
	w.Newer, w.tail, w.tailAfter = true, nil, w.Last()
	w.keepTail(rows[room:])
}

func (w *Window) keepTail(rows []*Row) {
	w.tail = append(w.tail, rows...)
	w.seen = rows[len(rows)-1].Seq
	if over := len(w.tail) - w.most; over > 0 {
		w.tailAfter = w.tail[over-1].Seq
		w.tail = append([]*Row(nil), w.tail[over:]...)
	}
}

func (w *Window) dropOldest() {
	if over := len(w.Rows) - w.most; over > 0 {
		w.Rows = append(make([]*Row, 0, w.most+PageRows), w.Rows[over:]...)
		w.Older = true
	}
}

// Prepend puts a page before the first row. more: there is more before it.
func (w *Window) Prepend(page []*Row, more bool) {
	page = before(page, w.First())
	w.Older = more
	rows := append(append(make([]*Row, 0, len(page)+len(w.Rows)), page...), w.Rows...)
	if over := len(rows) - w.most; over > 0 && len(page) > 0 {
		if !w.Newer {
			w.Newer = true
			w.tail = append([]*Row(nil), rows[len(rows)-over:]...)
			w.tailAfter = rows[len(rows)-over-1].Seq
		}
		rows = rows[:len(rows)-over]
	}
	w.Rows = rows
}

// Extend puts a page behind the last row and comes back to the tail when the
// page reaches it.
func (w *Window) Extend(page []*Row, following bool) {
	w.Rows = append(w.Rows, after(page, w.Last())...)
	w.rejoin()
	if !following && len(w.Rows) > w.most {
		w.Older = true
		w.Rows = append([]*Row(nil), w.Rows[len(w.Rows)-w.most:]...)
		return
	}
	w.dropOldest()
}

// Replace shows the newest page.
func (w *Window) Replace(page []*Row, older bool) {
	w.Rows, w.Older = page, older
	if len(page) == 0 {
		w.tailAfter = 0 // everything before was forgotten
	}
	w.rejoin()
	w.dropOldest()
}

// Jump shows a page from another place, which is not older than anything when
// there is nothing before it. What was held becomes the tail to come back to.
func (w *Window) Jump(page []*Row, older bool) {
	if !w.Newer {
		w.Newer, w.tail, w.tailAfter = true, w.Rows, w.First()
	}
	w.Rows, w.Older = page, older
	w.rejoin()
	w.dropOldest()
}

// rejoin appends the kept tail when nothing is missing in between.
func (w *Window) rejoin() {
	if !w.Newer || w.Last() < w.tailAfter {
		return
	}
	w.Rows = append(w.Rows, after(w.tail, w.Last())...)
	w.Newer, w.tail = false, nil
}

// Forget drops what the journal no longer keeps.
func (w *Window) Forget(oldest uint64) bool {
	kept := after(w.Rows, oldest-1)
	if len(kept) == len(w.Rows) || oldest == 0 {
		return false
	}
	w.Rows, w.Older = append([]*Row(nil), kept...), false
	w.tail = after(w.tail, oldest-1)
	return true
}

func before(rows []*Row, seq uint64) []*Row {
	for seq > 0 && len(rows) > 0 && rows[len(rows)-1].Seq >= seq {
		rows = rows[:len(rows)-1]
	}
	return rows
}

func after(rows []*Row, seq uint64) []*Row {
	for len(rows) > 0 && rows[0].Seq <= seq {
		rows = rows[1:]
	}
	return rows
}
