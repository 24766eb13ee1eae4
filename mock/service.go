package mock

import (
	"cmp"
	"encoding/json"
	"sync"
	"time"

	"tacklebox/mock/provider"
)

// service is one provider at work: its World and what the engine keeps for it.
// Everything in it is used with mu held, the World too.
type service struct {
	engine   *Engine
	provider *provider.Provider
	book     *provider.Book
	world    *provider.World // the book's

	mu       sync.Mutex
	log      map[string]*deliveryLog // by account
	lanes    map[string]*lane
	timers   []timer
	schemas  map[string]json.RawMessage // by type, as they are shown
	stats    stats
	calledAt string // this instance's address as the client of the call at hand has it, else ""
	firing   string // id of the first event of the firing at hand
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
func (h hooks) ClockMoved() bool          { return h.w.engine.clock.mode != RealClock }
func (h hooks) Rand() provider.SeededRand { return h.w.engine.rand }
func (h hooks) LastEntry() uint64         { return h.w.engine.appended() }
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
	if l := h.w.lanes[laneKey(account, subscription, "")]; l != nil {
		for _, d := range l.queue {
			n += len(d.EventIDs)
		}
	}
	return n
}

func (h hooks) Schedule(at time.Time, name string, data json.RawMessage) {
	t := timer{At: at, Name: name, Data: data}
	h.w.timers = append(h.w.timers, t)
	h.w.engine.schedule.push(item{at: at, service: h.w, timer: &t})
}

func (h hooks) Fire(f provider.Firing) (eventID string, err error) {
	fired, _, err := h.w.fire(Firing{Provider: h.w.provider.Name, Type: f.Type, Account: f.Account, Set: f.Set, Count: f.Count, Data: f.Data})
	if err != nil {
		return "", err
	}
	return fired.Events[0].ID, nil
}

// Pause holds the lane of a subscription and lets everything that is planned
// apart from it wait in it.
func (h hooks) Pause(account, subscription string) {
	l := h.w.lane(laneKey(account, subscription, ""))
	l.letGo()
	l.held = never
	for _, d := range l.queue {
		d.Next = time.Time{}
	}
	if log := h.w.log[account]; log != nil {
		for _, d := range log.all {
			if d.Subscription == subscription && d.State == provider.Waiting && !d.Direct && !d.Next.IsZero() {
				h.w.park(l, d, false)
			}
		}
	}
}

// Resume ends the wait of a subscription's lane.
func (h hooks) Resume(account, subscription string) {
	if l := h.w.lanes[laneKey(account, subscription, "")]; l != nil {
		l.letGo()
		h.w.run(l)
	}
}

// Drop ends what waits for a subscription that is gone.
func (h hooks) Drop(account, subscription string) {
	if log := h.w.log[account]; log != nil {
		for _, d := range log.all {
			if d.Subscription == subscription && d.State == provider.Waiting && !d.Direct {
				d.settle(provider.Dropped)
			}
		}
	}
	if l := h.w.lanes[laneKey(account, subscription, "")]; l != nil && !l.running {
		l.letGo()
		delete(h.w.lanes, l.key)
	}
}
