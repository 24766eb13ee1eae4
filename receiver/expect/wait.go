package expect

import (
	"context"
	"sync"

	"tacklebox/receiver/entries"
	"tacklebox/receiver/journal"
)

// waiting are the expectations that are not decided yet. One reader goes through
// what comes and shows each entry to all of them; without any there is no reader.
type waiting struct {
	log journal.Store

	mu     sync.Mutex
	all    map[*expectation]bool
	cursor uint64 // everything up to here was shown
	stop   context.CancelFunc
}

func (w *waiting) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.all)
}

// await reads what is there and then waits for what comes, until the expectation
// is decided or the time is over. However short that is, what is there is read.
func (s *Expectations) await(asker context.Context, x *expectation) (met bool, err error) {
	ctx, cancel := context.WithTimeout(asker, x.within)
	defer cancel()
	for joined := false; !joined; joined = s.all.join(x) {
		if err := x.read(asker, s.log); err != nil || x.decided() {
			return x.fulfilled(), err
		}
	}
	select {
	case <-x.met:
	case <-ctx.Done():
	}
	if err := s.all.leave(x); err != nil {
		return false, err
	}
	if asker.Err() == nil && !x.decided() {
		err = x.read(asker, s.log) // what came in the last moment
	}
	return x.fulfilled(), err
}

// read looks at everything that is there beyond the cursor.
func (x *expectation) read(ctx context.Context, log journal.Store) error {
	_, last := log.Bounds()
	if last <= x.cursor {
		return nil
	}
	err := entries.Kept(ctx, log, x.cursor, last+1, x.filter, func(e *journal.Entry) bool {
		x.note(e)
		return !x.decided()
	})
	x.cursor = last
	return err
}

// join lets the reader show entries to x, unless the reader is ahead of it.
func (w *waiting) join(x *expectation) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stop == nil {
		w.start(x.cursor)
	}
	if x.cursor < w.cursor {
		return false
	}
	w.all[x] = true
	return true
}

func (w *waiting) start(cursor uint64) {
	ctx, stop := context.WithCancel(context.Background())
	w.all, w.cursor, w.stop = map[*expectation]bool{}, cursor, stop
	go w.run(ctx, cursor)
}

// leave returns why nothing comes any more, when that is so.
func (w *waiting) leave(x *expectation) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.all, x)
	if len(w.all) == 0 && w.stop != nil {
		w.stop()
		w.stop = nil
	}
	return x.failed
}

// run shows what comes until the reader is stopped or the journal can no longer be
// read.
func (w *waiting) run(ctx context.Context, cursor uint64) {
	for {
		last, err := w.log.Wait(ctx, cursor)
		if err == nil {
			err = entries.Kept(ctx, w.log, cursor, last+1, nil, func(e *journal.Entry) bool { return w.show(ctx, e) })
		}
		if err != nil {
			w.fail(ctx, err)
			return
		}
		cursor = last
		w.passed(ctx, cursor)
	}
}

// show counts an entry for each expectation that it is new to.
func (w *waiting) show(ctx context.Context, e *journal.Entry) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ctx.Err() != nil {
		return false // another reader may be at work already
	}
	w.cursor = e.Seq
	for x := range w.all {
		if e.Seq > x.cursor && x.filter.Match(e) {
			x.note(e)
		}
		x.cursor = max(x.cursor, e.Seq)
		if x.decided() {
			delete(w.all, x)
			close(x.met)
		}
	}
	return true
}

func (w *waiting) passed(ctx context.Context, cursor uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ctx.Err() == nil {
		w.cursor = max(w.cursor, cursor)
	}
}

// fail lets go of all that wait: nothing comes any more.
func (w *waiting) fail(ctx context.Context, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ctx.Err() != nil {
		return
	}
	for x := range w.all {
		x.failed = err
		close(x.met)
	}
	w.all, w.stop = nil, nil
}

// note counts an entry that matches the whole filter, or lets it meet the next
// step.
func (x *expectation) note(e *journal.Entry) {
	if x.ordered != nil && (x.seen == len(x.ordered) || !x.ordered[x.seen].Match(e)) {
		return
	}
	x.seen++
	if len(x.seqs) < maxSeqs {
		x.seqs = append(x.seqs, e.Seq)
	}
}

// decided reports that what still comes cannot change the outcome.
func (x *expectation) decided() bool {
	switch {
	case x.ordered != nil:
		return x.seen == len(x.ordered)
	case x.atMost:
		return x.seen > x.count
	}
	return x.seen >= x.count
}

func (x *expectation) fulfilled() bool { return x.decided() != x.atMost }
