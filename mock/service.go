package mock

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"tacklebox/mock/clock"
	"tacklebox/mock/describe"
	"tacklebox/mock/provider"
	"tacklebox/mock/state"
	"tacklebox/receiver/api"
)

// service is one provider at work: its World and what the engine keeps for it.
// Everything in it is used with mu held, the World too.
type service struct {
	engine   *Engine
	provider *provider.Provider
	book     *provider.Book
	world    *provider.World // the book's
	about    *describe.Description

	mu       sync.Mutex
	log      map[string]*deliveryLog // by account
	queues   map[string]*queue
	timers   []timer
	stats    stats
	folded   uint64 // newest entry of the checkpoint that it began with
	calledAt string // this instance's address as the client of the call at hand has it, else ""
}

// timer is a moment that the provider asked for.
type timer struct {
	At   time.Time       `json:"at"`
	Name string          `json:"name"`
	Data json.RawMessage `json:"data"`
}

// account returns an account that was used before, nil when there is none.
func (w *service) account(name string) *provider.Account {
	a, _ := w.world.Known(name)
	return a
}

// hooks is what a World may ask of the engine.
type hooks struct{ w *service }

func (h hooks) Now() time.Time            { return h.w.engine.clock.Now() }
func (h hooks) ClockMoved() bool          { return h.w.engine.clock.Mode() != clock.Real }
func (h hooks) Rand() provider.SeededRand { return h.w.engine.rand }
func (h hooks) LastEntry() uint64         { return h.w.engine.log.appended() }
func (h hooks) BaseURL() string {
	return cmp.Or(h.w.calledAt, h.w.engine.cfg.BaseURL()) + "/" + h.w.provider.Name
}

func (h hooks) Entry(seq uint64) (*provider.Entry, error) { return h.w.engine.journal.Get(seq) }

func (h hooks) Deliveries(account string) (list []*provider.Delivery) {
	if l := h.w.log[account]; l != nil {
		for _, d := range l.all {
			if !d.Direct {
				list = append(list, &d.Delivery)
			}
		}
	}
	return list
}

func (h hooks) Pending(account, subscription string) (n int) {
	if q := h.w.queues[queueKey(account, subscription, "")]; q != nil {
		for _, d := range q.ready {
			n += len(d.EventIDs)
		}
	}
	return n
}

func (h hooks) Schedule(at time.Time, name string, data json.RawMessage) {
	t := timer{At: at, Name: name, Data: data}
	h.w.timers = append(h.w.timers, t)
	h.w.engine.schedule.Push(at, due{service: h.w, timer: &t})
}

func (h hooks) Fire(f provider.Firing) (eventID string, err error) {
	order := &firing{Firing: api.Firing{Provider: h.w.provider.Name, Type: f.Type, Account: f.Account, Set: f.Set, Count: f.Count}, data: f.Data}
	if err := h.w.checkFiring(order); err != nil {
		return "", err
	}
	err = h.w.fireSome(order, max(f.Count, 1))
	h.w.runAll(order)
	if err != nil {
		return "", err
	}
	return order.fired.Events[0].ID, nil
}

// Pause holds the queue of a subscription and lets everything that is planned
// apart from it wait in it.
func (h hooks) Pause(account, subscription string) {
	q := h.w.queue(queueKey(account, subscription, ""))
	q.letGo()
	q.held = never
	for _, d := range q.ready {
		d.Next = time.Time{}
	}
	h.w.eachWaiting(account, subscription, func(d *delivery) {
		if !d.Next.IsZero() {
			h.w.park(q, d, false)
		}
	})
}

// Resume ends the wait of a subscription's queue.
func (h hooks) Resume(account, subscription string) {
	if q := h.w.queues[queueKey(account, subscription, "")]; q != nil {
		q.letGo()
		h.w.run(q)
	}
}

// Drop ends what waits for a subscription that is gone.
func (h hooks) Drop(account, subscription string) {
	h.w.eachWaiting(account, subscription, func(d *delivery) { d.settle(provider.Dropped) })
	if q := h.w.queues[queueKey(account, subscription, "")]; q != nil && !q.running {
		q.letGo()
		delete(h.w.queues, q.key)
	}
}

// eachWaiting visits what waits for a subscription.
func (w *service) eachWaiting(account, subscription string, visit func(*delivery)) {
	if log := w.log[account]; log != nil {
		for _, d := range log.all {
			if d.Subscription == subscription && d.State == provider.Waiting && !d.Direct {
				visit(d)
			}
		}
	}
}

// policy is what makes an account's deliveries succeed, wait or end.
func (w *service) policy(account string) provider.Policy {
	if w.provider.Policy == nil {
		return provider.Policy{}
	}
	return w.provider.Policy(w.world, account)
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

// do runs fn alone in the provider's service and returns once every lasting change
// it made is on disk.
func (w *service) do(fn func()) error {
	w.mu.Lock()
	broke := w.safely(fn)
	f := w.saveChanges()
	w.mu.Unlock()
	return errors.Join(broke, f.Wait())
}

// alter runs a change that may be refused. What cannot be kept is not in force
// either: a save that fails brings back what there was before.
func (w *service) alter(fn func() error) error {
	var refused error
	w.mu.Lock()
	before := w.snapshot()
	broke := w.safely(func() { refused = fn() })
	f := w.saveChanges()
	w.mu.Unlock()
	err := f.Wait()
	if err != nil && before != nil {
		w.look(func() {
			w.book.Rewind(*before)
			w.save() // the next write must not hold what was refused
		})
	}
	return errors.Join(refused, broke, err)
}

// snapshot is what a failed save brings back; nil where none can fail.
func (w *service) snapshot() *provider.Saved {
	if !w.engine.state.OnDisk() {
		return nil
	}
	saved := w.book.Copy()
	return &saved
}

// doOne is do for what alter runs otherwise.
func (w *service) doOne(fn func() error) (refused error) {
	return errors.Join(w.do(func() { refused = fn() }), refused)
}

// look runs fn alone in the provider's service; it changes nothing.
func (w *service) look(fn func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.safely(fn) // what panicked is warned of, and left out
}

// safely calls into the provider; its panic is an error, not the end of the
// process, and leaves no lock held.
func (w *service) safely(fn func()) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &panicked{w.provider.Name, p}
			w.engine.cfg.Warn(fmt.Sprintf("%v\n%s", err, debug.Stack()))
		}
	}()
	fn()
	return nil
}

// panicked is what a provider's panic is as an error.
type panicked struct {
	provider string
	with     any
}

func (p *panicked) Error() string { return fmt.Sprintf("%s broke: %v", p.provider, p.with) }

// savedService is the form of one provider's section of the state.
type savedService struct {
	Seq uint64 `json:"seq"` // events up to here are in it
	provider.Saved
	Timers []timer `json:"timers,omitempty"`
}

// saveChanges begins to save when there is something to save.
func (w *service) saveChanges() *state.Flush {
	if !w.book.Changed() {
		return nil
	}
	return w.save()
}

func (w *service) save() *state.Flush {
	w.book.Kept()
	return w.engine.state.PutLater(w.sectionName(), w.section)
}

func (w *service) sectionName() string { return "provider/" + w.provider.Name }

// section is the service as the state keeps it.
func (w *service) section() json.RawMessage {
	w.mu.Lock()
	defer w.mu.Unlock()
	return provider.Encode(savedService{Seq: w.engine.log.appended(), Saved: w.book.Save(), Timers: w.timers})
}

// clear empties the service but keeps the configuration.
func (w *service) clear() {
	w.book.Clear()
	w.log, w.queues, w.timers = map[string]*deliveryLog{}, map[string]*queue{}, nil
}

// forget clears the service and drops what is on its way.
func (w *service) forget() {
	for _, d := range w.known() {
		if d.State == provider.Waiting {
			d.settle(provider.Dropped)
			d.forgotten = true
		}
	}
	w.clear()
	w.book.Touch()
}

// known lists every delivery that is remembered: those of the logs, and what is
// in no log but waits in a queue, replays.
func (w *service) known() (all []*delivery) {
	for _, log := range w.log {
		all = append(all, log.all...)
	}
	for _, q := range w.queues {
		all = append(all, q.ready...)
	}
	return all
}
