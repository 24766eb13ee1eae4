package mock

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"sync/atomic"
	"tacklebox/mock/provider"
	"time"

	"tacklebox/receiver/journal"
)

// lane is the way to one subscription, or of one direct firing to its URL: one
// attempt at a time, in order.
type lane struct {
	key     string
	queue   []*delivery  // ready to be attempted
	held    time.Time    // Policy.Hold: nothing goes before this
	alarm   *atomic.Bool // takes back the planned end of the wait
	running bool
}

func laneKey(account, subscription, to string) string {
	return account + "\x00" + subscription + "\x00" + to
}

func (d *delivery) laneKey() string {
	if d.Direct {
		return laneKey("", "", d.firing+d.URL)
	}
	return laneKey(d.Account, d.Subscription, "")
}

// remove takes a delivery out of the queue; it is most often the first.
func (l *lane) remove(d *delivery) {
	if len(l.queue) > 0 && l.queue[0] == d {
		l.queue[0] = nil
		l.queue = l.queue[1:]
		return
	}
	l.queue = slices.DeleteFunc(l.queue, func(q *delivery) bool { return q == d })
}

func (w *service) lane(key string) *lane {
	l := w.lanes[key]
	if l == nil {
		l = &lane{key: key}
		w.lanes[key] = l
	}
	return l
}

// laneOf returns the lane of a delivery; that of a paused subscription is held
// from the beginning.
func (w *service) laneOf(d *delivery) *lane {
	l := w.lane(d.laneKey())
	if s := w.sub(d); s != nil && s.Paused {
		l.held = never
	}
	return l
}

// queue makes a delivery ready to be attempted.
func (w *service) queue(d *delivery) {
	l := w.laneOf(d)
	l.queue = append(l.queue, d)
	w.run(l)
}

// run starts the lane's goroutine when there is something to do.
func (w *service) run(l *lane) {
	if l.running || len(l.queue) == 0 || !l.held.IsZero() || w.engine.ctx.Err() != nil || !w.engine.started.Load() {
		return
	}
	l.running = true
	w.engine.enter()
	w.engine.wg.Add(1)
	go w.drive(l)
}

// drive attempts what is queued until nothing is left or the lane is held.
func (w *service) drive(l *lane) {
	defer w.engine.wg.Done()
	defer w.engine.leave()
	for w.step(l) {
	}
}

// step makes one attempt; false: the lane has stopped.
func (w *service) step(l *lane) bool {
	w.mu.Lock()
	d := w.pick(l)
	if d == nil {
		w.mu.Unlock()
		return false
	}
	var j job
	var moved bool
	if err := w.safely(func() { j, moved = w.prepare(l, d) }); err != nil {
		j = job{err: err} // without a policy: asking for it may be what broke
	}
	w.mu.Unlock()
	if moved {
		return true
	}
	w.engine.slots <- struct{}{}
	res := w.engine.attempt(w, d, j)
	if j.double && j.err == nil {
		w.repeat(d, j)
	}
	<-w.engine.slots
	w.mu.Lock()
	w.record(l, d, j.policy, res)
	var f *flush
	if w.book.Changed() {
		f = w.save()
	}
	w.mu.Unlock()
	if err := f.wait(); err != nil {
		w.engine.cfg.Warn(err.Error())
	}
	return true
}

// repeat sends the same request again; nothing depends on what comes of it.
func (w *service) repeat(d *delivery, j job) {
	j.said = append(slices.Clone(j.said), "duplicate: the same request once more")
	res := w.engine.attempt(w, d, j)
	w.mu.Lock()
	defer w.mu.Unlock()
	if d.forgotten || res.err != nil && w.engine.ctx.Err() != nil {
		return // a reset or a stop: it never happened
	}
	a := &provider.Attempt{N: len(d.Attempts) + 1, At: res.began, Took: res.took, Status: res.status}
	if res.err != nil {
		a.Error = res.err.Error()
	}
	w.note(d, a, res, d.Next, true)
}

// pick takes the next delivery that still waits; nil stops the lane.
func (w *service) pick(l *lane) *delivery {
	for len(l.queue) > 0 && l.held.IsZero() && w.engine.started.Load() {
		d := l.queue[0]
		if d.State == provider.Waiting {
			return d
		}
		l.remove(d)
	}
	l.running = false
	if len(l.queue) == 0 && l.held.IsZero() {
		delete(w.lanes, l.key)
	}
	return nil
}

// job is one attempt about to be made.
type job struct {
	out    *provider.Outgoing
	policy provider.Policy
	err    error // no request could be made
	trouble
}

// prepare asks the provider for the request of the next attempt and lets faults
// at it; moved: one of them put the attempt off.
func (w *service) prepare(l *lane, d *delivery) (j job, moved bool) {
	j.policy = w.policy(d.Account)
	if d.replay != nil {
		j.policy.Next, j.policy.Hold = nil, false
	}
	d.Next = time.Time{}
	if d.Body == nil {
		if d.Body, j.err = w.compose(d); j.err != nil {
			return j, false
		}
	}
	faults, off := w.befalling(l, d)
	if off {
		return j, true
	}
	var drop *provider.DropError
	if j.out, j.err = w.request(d); j.err == nil {
		j.trouble = w.bend(d, j.out, faults)
	} else if errors.As(j.err, &drop) {
		d.settle(provider.Dropped)
		return j, true
	}
	return j, false
}

// befalling returns the faults of the attempt about to be made; off: one of them
// put it off. The attempt that comes later then shows the same ones.
func (w *service) befalling(l *lane, d *delivery) (faults []*Fault, off bool) {
	if d.spared {
		faults, d.spared, d.set = d.set, false, nil
		return faults, false
	}
	faults = w.applying(d)
	if w.early(l, d, faults) {
		d.set = faults
		return nil, true
	}
	return slices.DeleteFunc(faults, func(f *Fault) bool { // there was nothing to put it off for
		k := kindOf(f.Kind)
		return k != nil && k.early != nil
	}), false
}

func (w *service) compose(d *delivery) ([]byte, error) {
	if w.provider.Body != nil {
		return w.provider.Body(w.world, &d.Delivery)
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
}

// record keeps a finished attempt and decides what follows.
func (w *service) record(l *lane, d *delivery, policy provider.Policy, res result) {
	if d.forgotten || res.err != nil && w.engine.ctx.Err() != nil {
		l.queue = nil // a reset or a stop: it never happened
		return
	}
	l.remove(d)
	a := &provider.Attempt{N: len(d.Attempts) + 1, At: res.began, Took: res.took, Status: res.status, Reason: res.reason}
	a.OK = res.lost || res.err == nil && w.succeeded(policy, res.status)
	if res.err != nil {
		a.Error = res.err.Error()
	}
	d.Attempts = append(d.Attempts, a)
	if a.OK {
		w.stats.delivered++
	} else {
		w.stats.failed++
	}
	next := w.follow(l, d, policy, a, res.hopeful)
	if s := w.sub(d); s != nil && d.State != provider.Dropped {
		s.Count(a)
	}
	if w.provider.Attempted != nil {
		_ = w.safely(func() { w.provider.Attempted(w.world, &d.Delivery, a) })
	}
	w.note(d, a, res, next, false)
}

// follow settles the delivery or plans its next attempt, and returns when.
func (w *service) follow(l *lane, d *delivery, policy provider.Policy, a *provider.Attempt, hopeful bool) time.Time {
	if d.State == provider.Dropped {
		return time.Time{}
	}
	if a.OK {
		d.settle(provider.Delivered)
		return time.Time{}
	}
	ended := w.world.Now()
	if policy.Next != nil && hopeful {
		if at, ok := w.nextAfter(policy, d, a.N, ended); ok {
			w.plan(l, d, at, policy.Hold && !d.Direct)
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
func (w *service) plan(l *lane, d *delivery, at time.Time, hold bool) {
	if s := w.sub(d); s != nil && s.Paused {
		w.park(l, d, hold)
		return
	}
	d.Next = at
	if !hold {
		d.retract = w.engine.schedule.push(item{at: at, service: w, d: d})
		return
	}
	l.queue = slices.Insert(l.queue, 0, d)
	l.held = at
	l.alarm = w.engine.schedule.push(item{at: at, service: w, lane: l})
	if s := w.sub(d); s != nil {
		s.Next = at
	}
}

// park lets a delivery wait in its lane until Account.Forgive: first when the
// order must be kept.
func (w *service) park(l *lane, d *delivery, first bool) {
	d.Next = time.Time{}
	if d.retract != nil {
		d.retract.Store(true)
	}
	if first {
		l.queue = slices.Insert(l.queue, 0, d)
	} else {
		l.queue = append(l.queue, d)
	}
}

// note writes the attempt's journal entry.
func (w *service) note(d *delivery, a *provider.Attempt, res result, next time.Time, repeat bool) {
	e := res.entry
	e.Provider, e.Account = w.sender(d)
	e.Kind, e.Type = journal.Attempt, d.Type
	e.DeliveryID, e.Subscription, e.Attempt, e.NextAttempt = d.ID, d.Subscription, a.N, next
	e.Fault = res.fault
	e.EventID, e.Error, e.Took, e.Time = d.EventIDs[0], a.Error, a.Took, a.At
	e.Detail = attemptDetail(d, a, repeat)
	a.Seq = w.engine.append(e).Seq
}

// attemptExtra is what an attempt's entry keeps beside the exchange: the events
// when they are several, the reason phrase when it is not the usual one, and that
// it only repeats another one.
type attemptExtra struct {
	journal.Together
	Reason string `json:"reason,omitempty"`
	Repeat bool   `json:"repeat,omitempty"`
}

func attemptDetail(d *delivery, a *provider.Attempt, repeat bool) json.RawMessage {
	more := attemptExtra{Together: d.together(), Repeat: repeat}
	if a.Reason != http.StatusText(a.Status) && !repeat {
		more.Reason = a.Reason
	}
	if more.EventIDs == nil && more.Reason == "" && !more.Repeat {
		return nil
	}
	return provider.Encode(more)
}

func (w *service) sub(d *delivery) *provider.Sub {
	if a := w.account(d.Account); a != nil && !d.Direct {
		return a.Sub(d.Subscription)
	}
	return nil
}

// never is an instant that does not come.
var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// letGo ends the wait of a lane: its moment is no longer one of the clock's.
func (l *lane) letGo() {
	l.held = time.Time{}
	if l.alarm != nil {
		l.alarm.Store(true)
	}
}

// deliveryLog is an account's deliveries, oldest first. Settled ones beyond the
// newest 10,000 are forgotten (PrioTicket and Dsco keep that many).
type deliveryLog struct {
	all  []*delivery
	most int // how long it may get before it is looked through again
}

const keptDeliveries = 10_000

func (w *service) keep(d *delivery) {
	log := w.log[d.Account]
	if log == nil {
		log = &deliveryLog{}
		w.log[d.Account] = log
	}
	log.add(d)
}

func (l *deliveryLog) add(d *delivery) {
	l.all = append(l.all, d)
	if len(l.all) > max(l.most, keptDeliveries+keptDeliveries/4) {
		l.trim()
		l.most = len(l.all) + len(l.all)/4 // where all of it waits, looking each time would take the square of its length
	}
}

func (l *deliveryLog) trim() {
	surplus := len(l.all) - keptDeliveries
	l.all = slices.DeleteFunc(l.all, func(d *delivery) bool {
		if surplus > 0 && d.Settled() {
			surplus--
			return true
		}
		return false
	})
}

// succeeds reports whether a status makes a delivery succeed.
func succeeds(p provider.Policy, status int) bool {
	if p.Success != nil {
		return p.Success(status)
	}
	return status >= 200 && status < 300
}

// timeout is the wall time for one whole attempt.
func timeout(p provider.Policy) time.Duration {
	const ordinary = 30 * time.Second
	return cmp.Or(p.Timeout, ordinary)
}
