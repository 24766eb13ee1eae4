package tui

// window is the part of the journal that the list holds: rows in order, without
// holes. It is bounded; what lies beyond is loaded when the user goes there.
type window struct {
	rows  []*row
	most  int
	older bool // there may be entries before the first row
	newer bool // there are entries after the last row: the window has left the tail

	// While the window is away from the tail the latest rows of the stream are
	// kept here, so that it can come back without a hole: tail follows tailAfter
	// directly.
	tail      []*row
	tailAfter uint64
	seen      uint64 // the last row of the stream
}

// How many rows are held around the cursor, and of the tail when away from it.
const (
	windowRows = 2000
	pageRows   = 200
)

func newWindow() *window { return &window{most: windowRows} }

func (w *window) first() uint64 {
	if len(w.rows) == 0 {
		return 0
	}
	return w.rows[0].seq
}

func (w *window) last() uint64 {
	if len(w.rows) == 0 {
		return 0
	}
	return w.rows[len(w.rows)-1].seq
}

// push takes rows from the stream. following says that the user looks at the
// tail: then the oldest rows go; otherwise the window stays where it is.
func (w *window) push(rows []*row, following bool) {
	if len(rows) == 0 {
		return
	}
	if w.newer {
		w.keepTail(rows)
		return
	}
	w.seen = rows[len(rows)-1].seq
	if len(w.rows)+len(rows) <= w.most || following {
		w.rows = append(w.rows, rows...)
		w.dropOldest()
		return
	}
	room := max(w.most-len(w.rows), 0)
	w.rows = append(w.rows, rows[:room]...)
	w.newer, w.tail, w.tailAfter = true, nil, w.last()
	w.keepTail(rows[room:])
}

func (w *window) keepTail(rows []*row) {
	w.tail = append(w.tail, rows...)
	w.seen = rows[len(rows)-1].seq
	if over := len(w.tail) - w.most; over > 0 {
		w.tailAfter = w.tail[over-1].seq
		w.tail = append([]*row(nil), w.tail[over:]...)
	}
}

func (w *window) dropOldest() {
	if over := len(w.rows) - w.most; over > 0 {
		w.rows = append(make([]*row, 0, w.most+pageRows), w.rows[over:]...)
		w.older = true
	}
}

// prepend puts a page before the first row. more: there is more before it.
func (w *window) prepend(page []*row, more bool) {
	page = before(page, w.first())
	w.older = more
	rows := append(append(make([]*row, 0, len(page)+len(w.rows)), page...), w.rows...)
	if over := len(rows) - w.most; over > 0 && len(page) > 0 {
		if !w.newer {
			w.newer = true
			w.tail = append([]*row(nil), rows[len(rows)-over:]...)
			w.tailAfter = rows[len(rows)-over-1].seq
		}
		rows = rows[:len(rows)-over]
	}
	w.rows = rows
}

// extend puts a page behind the last row and comes back to the tail when the
// page reaches it.
func (w *window) extend(page []*row, following bool) {
	w.rows = append(w.rows, after(page, w.last())...)
	w.rejoin()
	if !following && len(w.rows) > w.most {
		w.older = true
		w.rows = append([]*row(nil), w.rows[len(w.rows)-w.most:]...)
		return
	}
	w.dropOldest()
}

// replace shows the newest page.
func (w *window) replace(page []*row, older bool) {
	w.rows, w.older = page, older
	if len(page) == 0 {
		w.tailAfter = 0 // everything before was forgotten
	}
	w.rejoin()
	w.dropOldest()
}

// jump shows a page from another place, which is not older than anything when
// there is nothing before it. What was held becomes the tail to come back to.
func (w *window) jump(page []*row, older bool) {
	if !w.newer {
		w.newer, w.tail, w.tailAfter = true, w.rows, w.first()
	}
	w.rows, w.older = page, older
	w.rejoin()
	w.dropOldest()
}

// rejoin appends the kept tail when nothing is missing in between.
func (w *window) rejoin() {
	if !w.newer || w.last() < w.tailAfter {
		return
	}
	w.rows = append(w.rows, after(w.tail, w.last())...)
	w.newer, w.tail = false, nil
}

// forget drops what the journal no longer keeps.
func (w *window) forget(oldest uint64) bool {
	kept := after(w.rows, oldest-1)
	if len(kept) == len(w.rows) || oldest == 0 {
		return false
	}
	w.rows, w.older = append([]*row(nil), kept...), false
	w.tail = after(w.tail, oldest-1)
	return true
}

func before(rows []*row, seq uint64) []*row {
	for seq > 0 && len(rows) > 0 && rows[len(rows)-1].seq >= seq {
		rows = rows[:len(rows)-1]
	}
	return rows
}

func after(rows []*row, seq uint64) []*row {
	for len(rows) > 0 && rows[0].seq <= seq {
		rows = rows[1:]
	}
	return rows
}
