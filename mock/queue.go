package mock

import (
	"errors"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"tacklebox/mock/fault"
	"tacklebox/mock/provider"
	"tacklebox/receiver/journal"
)

// queue is the way to one subscription, or of one direct firing to its URL: one
// attempt at a time, in order.
type queue struct {
	key     string
	ready   []*delivery  // to be attempted
	held    time.Time    // nothing goes before this: Policy.Hold, or a pause
	alarm   *atomic.Bool // takes back the planned end of the wait
	behind  *delivery    // a fault lets the next delivery go before it
	running bool
}

func queueKey(account, subscription, to string) string {
	return account + "\x00" + subscription + "\x00" + to
}

func (d *delivery) queueKey() string {
	if d.Direct {
		return queueKey("", "", d.firing+d.URL)
	}
	return queueKey(d.Account, d.Subscription, "")
}

// remove takes a delivery out of the queue; it is most often the first.
func (q *queue) remove(d *delivery) {
	if len(q.ready) > 0 && q.ready[0] == d {
		q.ready[0] = nil
		q.ready = q.ready[1:]
		return
	}
	q.ready = slices.DeleteFunc(q.ready, func(o *delivery) bool { return o == d })
}

// letGo ends the wait of a queue: its moment is no longer one of the clock's.
func (q *queue) letGo() {
	q.held = time.Time{}
	if q.alarm != nil {
		q.alarm.Store(true)
	}
}

func (w *service) queue(key string) *queue {
	q := w.queues[key]
	if q == nil {
		q = &queue{key: key}
		w.queues[key] = q
	}
	return q
}

// queueOf returns the queue of a delivery; that of a paused subscription is held
// from the beginning.
func (w *service) queueOf(d *delivery) *queue {
	q := w.queue(d.queueKey())
	if s := w.sub(d); s != nil && s.Paused {
		q.held = never
	}
	return q
}

// enqueue makes a delivery ready to be attempted. One that lets the next go first
// has seen it now.
func (w *service) enqueue(d *delivery) *queue {
	q := w.queueOf(d)
	q.ready = append(q.ready, d)
	if b := q.behind; b != nil {
		q.behind = nil
		if b.State == provider.Waiting {
			q.ready = append(q.ready, b)
		}
	}
	return q
}

// run starts the queue's goroutine when there is something to do.
func (w *service) run(q *queue) {
	if q.running || len(q.ready) == 0 || !q.held.IsZero() || w.engine.ctx.Err() != nil || !w.engine.started.Load() {
		return
	}
	q.running = true
	w.engine.way.enter()
	w.engine.wg.Add(1)
	go func() {
		defer w.engine.wg.Done()
		defer w.engine.way.leave()
		for w.step(q) {
		}
	}()
}

// step makes one attempt; false: the queue has stopped.
func (w *service) step(q *queue) bool {
	w.mu.Lock()
	d := w.pick(q)
	if d == nil {
		w.mu.Unlock()
		return false
	}
	var t try
	var later bool
	if err := w.safely(func() { t, later = w.prepare(q, d) }); err != nil {
		t = try{err: err} // without a policy: asking for it may be what broke
	}
	w.mu.Unlock()
	if later {
		return true
	}
	w.engine.slots <- struct{}{}
	res := w.engine.attempt(w, d, t)
	if t.plan.Twice() && t.err == nil {
		w.repeat(d, t)
	}
	<-w.engine.slots
	w.mu.Lock()
	w.record(q, d, t, res)
	f := w.saveChanges()
	w.mu.Unlock()
	if err := f.Wait(); err != nil {
		w.engine.cfg.Warn(err.Error())
	}
	return true
}

// pick takes the next delivery that still waits; nil stops the queue.
func (w *service) pick(q *queue) *delivery {
	for len(q.ready) > 0 && q.held.IsZero() && w.engine.started.Load() {
		d := q.ready[0]
		if d.State == provider.Waiting {
			return d
		}
		q.remove(d)
	}
	q.running = false
	if len(q.ready) == 0 && q.held.IsZero() && q.behind == nil {
		delete(w.queues, q.key)
	}
	return nil
}

// try is one attempt about to be made.
type try struct {
	out    *provider.Outgoing
	policy provider.Policy
	plan   *fault.Plan
	err    error // no request could be made
}

// prepare asks the provider for the request of the next attempt and carries out
// the plan of faults up to the connection; later: the plan puts the attempt off,
// or the provider dropped it.
func (w *service) prepare(q *queue, d *delivery) (t try, later bool) {
	t.policy = w.policy(d.Account)
	if d.replay != nil {
		t.policy.Next, t.policy.Hold = nil, false
	}
	d.Next = time.Time{}
	if d.Body == nil {
		if d.Body, t.err = w.compose(d); t.err != nil {
			return t, false
		}
	}
	if t.plan = d.plan; t.plan == nil {
		if t.plan = w.decide(d); w.postpone(q, d, t.plan) {
			return t, true
		}
	}
	d.plan = nil
	var drop *provider.DropError
	if t.out, t.err = w.request(d); t.err == nil {
		w.change(d, &t)
	} else if errors.As(t.err, &drop) {
		d.settle(provider.Dropped)
		return t, true
	}
	return t, false
}

func (w *service) compose(d *delivery) ([]byte, error) {
	if w.provider.Body != nil && len(d.Payloads) > 0 {
		return w.provider.Body(w.world, &d.Delivery)
	}
	if len(d.Payloads) == 0 {
		return nil, errors.New("there is nothing to send")
	}
	return d.Payloads[0], nil
}

// result is what one attempt brought.
type result struct {
	fault   string
	began   time.Time
	took    time.Duration
	status  int
	reason  string
	entry   *journal.Entry
	err     error
	lost    bool // a fault lost it; the provider believes it arrived
	hopeful bool // the request was made: trying again can help
	tls     string
}

// repeat sends the same request again; nothing depends on what comes of it.
func (w *service) repeat(d *delivery, t try) {
	t.plan = t.plan.Again()
	res := w.engine.attempt(w, d, t)
	w.mu.Lock()
	defer w.mu.Unlock()
	if d.forgotten || res.err != nil && w.engine.ctx.Err() != nil {
		return // a reset or a stop: it never happened
	}
	a := &provider.Attempt{N: len(d.Attempts) + 1, At: res.began, Took: res.took, Status: res.status}
	if res.err != nil {
		a.Error = res.err.Error()
	}
	w.note(d, a, res, d.Next, attemptExtra{Together: d.Together(), Repeat: true})
}

// record keeps a finished attempt and decides what follows.
func (w *service) record(q *queue, d *delivery, t try, res result) {
	if d.forgotten || res.err != nil && w.engine.ctx.Err() != nil {
		q.ready = nil // a reset or a stop: it never happened
		return
	}
	q.remove(d)
	a := &provider.Attempt{N: len(d.Attempts) + 1, At: res.began, Took: res.took, Status: res.status, Reason: res.reason}
	a.OK = res.lost || res.err == nil && w.succeeded(t.policy, res.status)
	if res.err != nil {
		a.Error = res.err.Error()
	}
	d.Attempts = append(d.Attempts, a)
	w.stats.attempted(a.OK)
	next := w.follow(q, d, t.policy, a, res.hopeful)
	if s := w.sub(d); s != nil && d.State != provider.Dropped {
		s.Count(a)
	}
	if w.provider.Attempted != nil {
		_ = w.safely(func() { w.provider.Attempted(w.world, &d.Delivery, a) })
	}
	if res.entry.CaptureSeq == 0 && res.hopeful {
		res.entry.Signature = w.verdict(d, t.out)
	}
	more := attemptExtra{Together: d.Together(), Resumed: d.resumed}
	d.resumed = false
	if a.Reason != http.StatusText(a.Status) {
		more.Reason = a.Reason
	}
	w.note(d, a, res, next, more)
	d.shed()
}

// follow settles the delivery or plans its next attempt, and returns when.
func (w *service) follow(q *queue, d *delivery, policy provider.Policy, a *provider.Attempt, hopeful bool) time.Time {
	switch {
	case d.State == provider.Dropped:
		return time.Time{}
	case a.OK:
		d.settle(provider.Delivered)
		return time.Time{}
	}
	ended := w.world.Now()
	if policy.Next != nil && hopeful {
		if at, ok := w.nextAfter(policy, d, a.N, ended); ok {
			w.plan(q, d, at, policy.Hold && !d.Direct)
			return at
		}
	}
	d.settle(provider.Failed)
	return time.Time{}
}

// succeeded and nextAfter ask the policy; where that panics the answer is no.
func (w *service) succeeded(p provider.Policy, status int) (ok bool) {
	_ = w.safely(func() { ok = succeeds(p, status) })
	return ok
}

func (w *service) nextAfter(p provider.Policy, d *delivery, n int, ended time.Time) (at time.Time, ok bool) {
	_ = w.safely(func() { at, ok = p.Next(&d.Delivery, n, ended) })
	return at, ok
}

// plan asks for a further attempt at an instant.
func (w *service) plan(q *queue, d *delivery, at time.Time, hold bool) {
	if s := w.sub(d); s != nil && s.Paused {
		w.park(q, d, hold)
		return
	}
	d.Next = at
	if !hold {
		d.retract = w.engine.schedule.Push(at, due{service: w, d: d})
		return
	}
	q.ready = slices.Insert(q.ready, 0, d)
	q.held = at
	q.alarm = w.engine.schedule.Push(at, due{service: w, queue: q})
	if s := w.sub(d); s != nil {
		s.Next = at
	}
}

// park lets a delivery wait in its queue until Account.Forgive: first when the
// order must be kept.
func (w *service) park(q *queue, d *delivery, first bool) {
	d.takeBack()
	if first {
		q.ready = slices.Insert(q.ready, 0, d)
	} else {
		q.ready = append(q.ready, d)
	}
}

// never is an instant that does not come.
var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// note writes the attempt's journal entry.
func (w *service) note(d *delivery, a *provider.Attempt, res result, next time.Time, more attemptExtra) {
	e := res.entry
	e.Provider, e.Account = w.sender(d)
	e.Kind, e.Type = journal.Attempt, d.Type
	e.DeliveryID, e.Subscription, e.Attempt, e.NextAttempt = d.ID, d.Subscription, a.N, next
	e.Fault = res.fault
	e.EventID, e.Error, e.Took, e.Time = d.EventIDs[0], a.Error, a.Took, a.At
	more.TLS = res.tls
	e.Detail = more.detail()
	if w.provider.Described && e.Request != nil && !e.Request.Truncated && e.Provider == w.provider.Name {
		e.Contract = w.engine.Check(e.Provider, e.Type, e.Request.Body)
	}
	a.Seq = w.engine.log.append(e).Seq
}

func (w *service) sub(d *delivery) *provider.Sub {
	if d.Direct {
		return nil
	}
	if a, known := w.world.Known(d.Account); known {
		return a.Sub(d.Subscription)
	}
	return nil
}
