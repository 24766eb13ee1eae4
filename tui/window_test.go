package tui

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// log is a journal of bare numbers.
type log struct{ rows []*row }

func (l *log) add(n int) []*row {
	from := len(l.rows)
	for range n {
		l.rows = append(l.rows, &row{seq: uint64(len(l.rows)*3 + 5)}) // a filter leaves gaps
	}
	return l.rows[from:]
}

func (l *log) before(seq uint64, n int) ([]*row, bool) {
	rows := before(l.rows, seq)
	return slices.Clone(rows[max(len(rows)-n, 0):]), len(rows) > n
}

func (l *log) after(seq uint64, n int) []*row {
	rows := after(l.rows, seq)
	return slices.Clone(rows[:min(len(rows), n)])
}

// TestWindowWithoutHoles goes about at random while entries come: what the
// window holds is always one piece of the journal, of bounded length, and going
// to the tail ends at the journal's end.
func TestWindowWithoutHoles(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		j := &log{}
		w := &window{most: 40}
		j.add(r.IntN(100))
		page, more := j.before(1<<60, 30)
		w.replace(page, more)
		following := true
		for step := range 100 {
			switch r.IntN(7) {
			case 0, 1:
				w.push(j.add(r.IntN(15)), following)
			case 2:
				if !following && w.older && len(w.rows) > 0 {
					page, more := j.before(w.first(), 10)
					late := j.add(r.IntN(3)) // comes while the page is on its way
					w.push(late, following)
					w.prepend(page, more)
				}
			case 3:
				if w.newer {
					page := j.after(w.last(), 10)
					w.push(j.add(r.IntN(3)), following)
					w.extend(page, following)
				}
			case 4:
				following = false
			case 6:
				if w.older && len(j.rows) > 1 {
					following = false
					page := j.after(j.rows[0].seq, 10) // the first comes with the page before
					w.push(j.add(r.IntN(5)), following)
					w.jump(page, true)
				}
			case 5:
				following = true
				if w.newer {
					page, more := j.before(1<<60, 20)
					w.push(j.add(r.IntN(5)), following)
					w.replace(page, more)
				}
			}
			check(t, w, j, fmt.Sprintf("seed %d step %d", seed, step))
		}
	}
}

func check(t *testing.T, w *window, j *log, when string) {
	t.Helper()
	if len(w.rows) > w.most || len(w.tail) > w.most {
		t.Fatalf("%s: %d rows and %d of the tail, at most %d", when, len(w.rows), len(w.tail), w.most)
	}
	if len(w.rows) == 0 {
		return
	}
	at := slices.IndexFunc(j.rows, func(r *row) bool { return r.seq == w.first() })
	if at < 0 || at+len(w.rows) > len(j.rows) || !slices.Equal(w.rows, j.rows[at:at+len(w.rows)]) {
		t.Fatalf("%s: the window has a hole", when)
	}
	if !w.newer && w.last() != j.rows[len(j.rows)-1].seq {
		t.Fatalf("%s: at the tail the last row is %d, the journal's %d", when, w.last(), j.rows[len(j.rows)-1].seq)
	}
	if !w.older && w.first() != j.rows[0].seq {
		t.Fatalf("%s: there is more before the first row", when)
	}
}

func TestWindowForgets(t *testing.T) {
	j := &log{}
	w := newWindow()
	w.push(j.add(10), true)
	if w.forget(1) || w.forget(0) {
		t.Error("nothing was dropped, and something went")
	}
	if !w.forget(j.rows[4].seq) || w.first() != j.rows[4].seq || w.older {
		t.Errorf("first is %d", w.first())
	}
	if !w.forget(1000) || len(w.rows) != 0 {
		t.Error("a cleared journal leaves rows")
	}
	w.push(j.add(1), true)
	if len(w.rows) != 1 {
		t.Error("after clearing nothing comes")
	}
}

// TestWindowAfterClear comes back to the tail of a journal that was cleared
// while the window was away from it.
func TestWindowAfterClear(t *testing.T) {
	j := &log{}
	w := &window{most: 10}
	w.push(j.add(10), true)
	w.push(j.add(5), false)
	if !w.newer {
		t.Fatal("the window should have left the tail")
	}
	w.forget(1 << 40)
	w.replace(nil, false)
	if w.newer || len(w.rows) != 0 {
		t.Errorf("newer %v, %d rows", w.newer, len(w.rows))
	}
}
