package mock

import (
	"container/heap"
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
)

// schedule holds what falls due, in due order; what falls due together keeps the
// order it was asked for.
type schedule struct {
	mu   sync.Mutex
	heap items
	n    uint64
	bell chan struct{}
}

type item struct {
	at      time.Time
	n       uint64
	service *service
	d       *delivery // a delivery to try again
	queue   *queue    // a held subscription to go on
	timer   *timer    // a provider's own moment
	off     *atomic.Bool
}

type items []item

func (h items) Len() int { return len(h) }
func (h items) Less(i, j int) bool {
	if h[i].at.Equal(h[j].at) {
		return h[i].n < h[j].n
	}
	return h[i].at.Before(h[j].at)
}
func (h items) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *items) Push(x any)   { *h = append(*h, x.(item)) }
func (h *items) Pop() any {
	last := len(*h) - 1
	it := (*h)[last]
	(*h)[last] = item{}
	*h = (*h)[:last]
	return it
}

func newSchedule() *schedule { return &schedule{bell: make(chan struct{}, 1)} }

// push asks for an item; storing true in what it returns takes it back.
func (s *schedule) push(it item) *atomic.Bool {
	it.off = &atomic.Bool{}
	s.mu.Lock()
	s.n++
	it.n = s.n
	heap.Push(&s.heap, it)
	first := s.heap[0].n == it.n
	s.mu.Unlock()
	if first {
		s.wake()
	}
	return it.off
}

// wake lets the clock's goroutine look again.
func (s *schedule) wake() {
	select {
	case s.bell <- struct{}{}:
	default:
	}
}

// peek returns when the next thing falls due.
func (s *schedule) peek() (time.Time, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.heap) > 0 && s.heap[0].off.Load() {
		heap.Pop(&s.heap)
	}
	if len(s.heap) == 0 {
		return time.Time{}, false
	}
	return s.heap[0].at, true
}

// due takes everything that fell due by t.
func (s *schedule) due(t time.Time) []item {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []item
	for len(s.heap) > 0 && !s.heap[0].at.After(t) {
		out = append(out, heap.Pop(&s.heap).(item))
	}
	return out
}

func (s *schedule) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heap = nil
}

// release sends off what fell due.
func (e *Engine) release(t time.Time) {
	for _, it := range e.schedule.due(t) {
		e.releaseOne(it)
	}
}

func (e *Engine) releaseOne(it item) {
	w := it.service
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case it.d != nil:
		if it.d.State == provider.Waiting && it.d.Next.Equal(it.at) {
			w.run(w.enqueue(it.d))
		}
	case it.queue != nil:
		if it.queue.held.Equal(it.at) {
			it.queue.held = time.Time{}
			w.run(it.queue)
		}
	case it.timer != nil:
		w.ring(it.timer)
	}
}

// ring tells the provider that its moment has come.
func (w *service) ring(t *timer) {
	for i := range w.timers {
		if w.timers[i].Name == t.Name && w.timers[i].At.Equal(t.At) && string(w.timers[i].Data) == string(t.Data) {
			w.timers = append(w.timers[:i:i], w.timers[i+1:]...)
			break
		}
	}
	if w.provider.Due != nil {
		_ = w.safely(func() { w.provider.Due(w.world, t.Name, t.Data) })
	}
	w.save()
}

// runClock lets things fall due: at their time on a real clock, as soon as
// nothing is on its way on an auto clock, never by itself on a manual one.
func (e *Engine) runClock() {
	defer e.wg.Done()
	alarm := time.NewTimer(time.Hour)
	defer alarm.Stop()
	for {
		next, any := e.schedule.peek()
		switch {
		case e.clock.mode == RealClock && any:
			alarm.Reset(next.Sub(e.clock.Now()))
		case e.clock.mode == AutoClock && any:
			if e.moving.TryLock() {
				e.jump(e.ctx, next)
				e.moving.Unlock()
			}
			alarm.Reset(time.Hour)
		default:
			alarm.Reset(time.Hour)
		}
		select {
		case <-e.ctx.Done():
			return
		case <-e.schedule.bell:
		case <-alarm.C:
		}
		if e.clock.mode == RealClock {
			e.release(e.clock.Now())
		}
	}
}

// jump waits until nothing is on its way, then moves the clock to at and sends
// off what is due there.
func (e *Engine) jump(ctx context.Context, at time.Time) bool {
	if e.waitIdle(ctx) != nil {
		return false
	}
	next, any := e.schedule.peek()
	if !any || next.After(at) {
		return true
	}
	e.clock.set(next)
	e.release(next)
	e.schedule.wake()
	return true
}

// Advance moves a manual or auto clock to an instant, stopping at every moment
// something falls due, and returns when all of it has been attempted.
func (e *Engine) Advance(ctx context.Context, to time.Time) error {
	if e.clock.mode == RealClock {
		return api.Failed(http.StatusConflict, "real_clock", "start with --clock manual or --clock auto", "the clock is the wall clock and cannot be moved")
	}
	e.moving.Lock()
	defer e.moving.Unlock()
	for {
		if err := e.waitIdle(ctx); err != nil {
			return fmt.Errorf("clock: %w", err)
		}
		next, any := e.schedule.peek()
		if !any || next.After(to) {
			break
		}
		e.clock.set(next)
		e.release(next)
	}
	e.clock.set(to)
	if err := e.written(); err != nil {
		return err
	}
	return e.saveClock(false)
}

// Next returns when the next thing falls due.
func (e *Engine) Next() (time.Time, bool) { return e.schedule.peek() }
