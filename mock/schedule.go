package mock

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"tacklebox/mock/clock"
	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
)

// due is what falls due: one of these.
type due struct {
	service *service
	d       *delivery // a delivery to try again
	queue   *queue    // a held subscription to go on
	timer   *timer    // a provider's own moment
}

// release sends off what fell due.
func (e *Engine) release(t time.Time) {
	for _, it := range e.schedule.Due(t) {
		e.releaseOne(it.At, it.What)
	}
}

func (e *Engine) releaseOne(at time.Time, it due) {
	w := it.service
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case it.d != nil:
		if it.d.State == provider.Waiting && it.d.Next.Equal(at) {
			w.run(w.enqueue(it.d))
		}
	case it.queue != nil:
		if it.queue.held.Equal(at) {
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
		next, any := e.schedule.Peek()
		switch {
		case e.clock.Mode() == clock.Real && any:
			alarm.Reset(next.Sub(e.clock.Now()))
		case e.clock.Mode() == clock.Auto && any:
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
		case <-e.schedule.Bell():
		case <-alarm.C:
		}
		if e.clock.Mode() == clock.Real {
			e.release(e.clock.Now())
		}
	}
}

// jump waits until nothing is on its way, then moves the clock to at and sends
// off what is due there.
func (e *Engine) jump(ctx context.Context, at time.Time) bool {
	if e.way.wait(ctx) != nil {
		return false
	}
	next, any := e.schedule.Peek()
	if !any || next.After(at) {
		return true
	}
	e.clock.Set(next)
	e.release(next)
	e.schedule.Wake()
	return true
}

// Advance moves a manual or auto clock to an instant, stopping at every moment
// something falls due, and returns when all of it has been attempted.
func (e *Engine) Advance(ctx context.Context, to time.Time) error {
	if e.clock.Mode() == clock.Real {
		return api.Failed(http.StatusConflict, "real_clock", "start with --clock manual or --clock auto", "the clock is the wall clock and cannot be moved")
	}
	e.moving.Lock()
	defer e.moving.Unlock()
	for {
		if err := e.way.wait(ctx); err != nil {
			return fmt.Errorf("clock: %w", err)
		}
		next, any := e.schedule.Peek()
		if !any || next.After(to) {
			break
		}
		e.clock.Set(next)
		e.release(next)
	}
	e.clock.Set(to)
	if err := e.log.written(); err != nil {
		return err
	}
	return e.saveClock(false)
}

// Next returns when the next thing falls due.
func (e *Engine) Next() (time.Time, bool) { return e.schedule.Peek() }
