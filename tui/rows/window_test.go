package rows

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// log is a journal of bare numbers.
type log struct{ rows []*Row }

func (l *log) add(n int) []*Row {
	from := len(l.rows)
	for range n {
		l.rows = append(l.rows, &Row{Seq: uint64(len(l.rows)*3 + 5)}) // a filter leaves gaps
	}
	return l.rows[from:]
}

func (l *log) before(seq uint64, n int) ([]*Row, bool) {
	rows := before(l.rows, seq)
	return slices.Clone(rows[max(len(rows)-n, 0):]), len(rows) > n
}

func (l *log) after(seq uint64, n int) []*Row {
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
		w := &Window{most: 40}
		j.add(r.IntN(100))
		page, more := j.before(1<<60, 30)
		w.Replace(page, more)
		following := true
		for step := range 100 {
			switch r.IntN(7) {
			case 0, 1:
				w.Push(j.add(r.IntN(15)), following)
			case 2:
				if !following && w.Older && len(w.Rows) > 0 {
					page, more := j.before(w.First(), 10)
					late := j.add(r.IntN(3)) // comes while the page is on its way
					w.Push(late, following)
					w.Prepend(page, more)
				}
			case 3:
				if w.Newer {
					page := j.after(w.Last(), 10)
					w.Push(j.add(r.IntN(3)), following)
					w.Extend(page, following)
				}
			case 4:
				following = false
			case 6:
				if w.Older && len(j.rows) > 1 {
					following = false
					page := j.after(j.rows[0].Seq, 10) // the first comes with the page before
					w.Push(j.add(r.IntN(5)), following)
					w.Jump(page, true)
				}
			case 5:
				following = true
				if w.Newer {
					page, more := j.before(1<<60, 20)
					w.Push(j.add(r.IntN(5)), following)
					w.Replace(page, more)
				}
			}
			check(t, w, j, fmt.Sprintf("seed %d step %d", seed, step))
		}
	}
}

func check(t *testing.T, w *Window, j *log, when string) {
	t.Helper()
	if len(w.Rows) > w.most || len(w.tail) > w.most {
		t.Fatalf("%s: %d rows and %d of the tail, at most %d", when, len(w.Rows), len(w.tail), w.most)
	}
	if len(w.Rows) == 0 {
		return
	}
	at := slices.IndexFunc(j.rows, func(r *Row) bool { return r.Seq == w.First() })
	if at < 0 || at+len(w.Rows) > len(j.rows) || !slices.Equal(w.Rows, j.rows[at:at+len(w.Rows)]) {
		t.Fatalf("%s: the window has a hole", when)
	}
	if !w.Newer && w.Last() != j.rows[len(j.rows)-1].Seq {
		t.Fatalf("%s: at the tail the last row is %d, the journal's %d", when, w.Last(), j.rows[len(j.rows)-1].Seq)
	}
	if !w.Older && w.First() != j.rows[0].Seq {
		t.Fatalf("%s: there is more before the first row", when)
	}
}

func TestWindowForgets(t *testing.T) {
	j := &log{}
	w := NewWindow()
	w.Push(j.add(10), true)
	if w.Forget(1) || w.Forget(0) {
		t.Error("nothing was dropped, and something went")
	}
	if !w.Forget(j.rows[4].Seq) || w.First() != j.rows[4].Seq || w.Older {
		t.Errorf("first is %d", w.First())
	}
	if !w.Forget(1000) || len(w.Rows) != 0 {
		t.Error("a cleared journal leaves rows")
	}
	w.Push(j.add(1), true)
	if len(w.Rows) != 1 {
		t.Error("after clearing nothing comes")
	}
}

// TestWindowAfterClear comes back to the tail of a journal that was cleared
// while the window was away from it.
func TestWindowAfterClear(t *testing.T) {
	j := &log{}
	w := &Window{most: 10}
	w.Push(j.add(10), true)
	w.Push(j.add(5), false)
	if !w.Newer {
		t.Fatal("the window should have left the tail")
	}
	w.Forget(1 << 40)
	w.Replace(nil, false)
	if w.Newer || len(w.Rows) != 0 {
		t.Errorf("newer %v, %d rows", w.Newer, len(w.Rows))
	}
}
