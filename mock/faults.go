package mock

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"tacklebox/mock/fault"
	"tacklebox/mock/provider"
	"tacklebox/mock/signing"
	"tacklebox/receiver/journal"
)

// decide makes the plan of faults for the next attempt of a delivery.
func (w *service) decide(d *delivery) *fault.Plan {
	if len(d.rules) == 0 && w.engine.faults.Rules.Empty() {
		return &fault.Plan{}
	}
	return w.engine.faults.Rules.Decide(fault.Attempt{Own: d.rules, Signer: fault.SignerOf(w.provider),
		Draw: func() float64 { return w.world.Rand("fault").Float64() },
		Entry: func() *journal.Entry {
			return &journal.Entry{Kind: journal.Attempt, Provider: w.provider.Name, Account: d.Account, Type: d.Type, EventID: d.EventIDs[0],
				DeliveryID: d.ID, Subscription: d.Subscription, Attempt: len(d.Attempts) + 1, Detail: d.detail(),
				Request: &journal.Message{Method: "POST", URL: d.URL, Body: d.Body}}
		}})
}

// postpone puts the attempt off when its plan says so, and keeps the plan for it.
// Where no other delivery waits that could go first, the next one to come does.
func (w *service) postpone(q *queue, d *delivery, p *fault.Plan) bool {
	wait, behind, ok := p.Postponed()
	if !ok {
		return false
	}
	d.plan = p
	if behind && len(q.ready) > 1 && q.ready[0] == d {
		q.ready[0], q.ready[1] = q.ready[1], q.ready[0]
		return true
	}
	q.remove(d)
	if behind {
		w.letOneGo(q, d, wait)
	} else {
		w.plan(q, d, w.world.Now().Add(wait), false)
	}
	return true
}

// letOneGo keeps a delivery back until another one came, for a span of wall time
// at most. What waits so is on its way: the clock does not move meanwhile.
func (w *service) letOneGo(q *queue, d *delivery, wait time.Duration) {
	q.behind = d
	w.engine.way.enter()
	time.AfterFunc(wait, func() {
		defer w.engine.way.leave()
		w.mu.Lock()
		defer w.mu.Unlock()
		if q.behind == d {
			q.behind = nil
			if d.State == provider.Waiting {
				d.plan.StayFirst()
				q.ready = append(q.ready, d)
			}
			w.run(q)
		}
	})
}

// change lets the plan at the finished request.
func (w *service) change(d *delivery, t *try) {
	t.plan.Change(&fault.Making{Out: t.out, Body: d.Body,
		Again: func(body []byte) (*provider.Outgoing, error) {
			other := d.Delivery
			other.Body = body
			return w.provider.Request(w.world, &other)
		},
		Forge: func(kind string, out *provider.Outgoing) error { return w.forge(d, kind, out) },
	})
}

// forge shows a fault of signing with the keys of the account and subscription.
func (w *service) forge(d *delivery, kind string, out *provider.Outgoing) error {
	p := w.provider.Signing
	if p == nil || p.Scheme == nil {
		return fmt.Errorf("%s signs nothing", w.provider.Title)
	}
	h := http.Header{}
	for _, f := range out.Header {
		h.Add(f.Name, f.Value)
	}
	made, err := p.Scheme.Forge(kind, signing.Request{Method: out.Method, URL: out.URL, Header: h, Body: out.Body},
		signing.Proof{Now: w.world.Now(), Secret: w.firstKey(d, p.Secrets), Old: w.firstKey(d, p.Retired)})
	if err != nil {
		return err
	}
	out.Body, out.URL = made.Body, made.URL
	for _, line := range made.Header {
		if line.Value == "" {
			out.Drop(line.Name)
		} else {
			out.Set(line.Name, line.Value)
		}
	}
	return nil
}

// firstKey is the newest key that a delivery could be signed with, "" when there
// is none.
func (w *service) firstKey(d *delivery, list func(*provider.World, *provider.Account) []provider.Secret) string {
	if list == nil {
		return ""
	}
	a, known := w.world.Known(d.Account)
	if !known {
		a = &provider.Account{Name: d.Account} // one that a firing names need not have been used
	}
	for _, s := range list(w.world, a) {
		if s.Subscription == "" || s.Subscription == d.Subscription {
			return s.Value
		}
	}
	return ""
}

// SetFaults replaces the faults in force by the document that PUT /_/faults
// takes. It is how a configuration file sets them: an error says the place.
func (e *Engine) SetFaults(doc json.RawMessage) error { return e.faults.SetDocument(doc) }

// verdict judges a request of ours as its receiver would, for the entry of an
// attempt that nothing here captured. nil: nothing is signed.
func (w *service) verdict(d *delivery, out *provider.Outgoing) *journal.Signature {
	if !w.provider.Signs() || w.provider.Signing.Scheme == nil || d.replay != nil && d.replay.provider != w.provider.Name {
		return nil
	}
	a, known := w.world.Known(d.Account)
	if !known {
		return nil
	}
	h := http.Header{}
	for _, f := range out.Header {
		h.Add(f.Name, f.Value)
	}
	var best *journal.Signature
	_ = w.safely(func() {
		for _, s := range w.provider.Signing.Secrets(w.world, a) {
			if s.Subscription != "" && s.Subscription != d.Subscription {
				continue
			}
			v := w.provider.Signing.Scheme.Judge(w.world.Now(), s.Value, h, out.Body)
			if best == nil || v.State == signing.Valid {
				best = &journal.Signature{State: v.State, Reason: v.Reason}
			}
		}
	})
	return best
}
