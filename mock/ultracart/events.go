package ultracart

import (
	"encoding/json"
	"strings"

	"tacklebox/mock/provider"
	"tacklebox/mock/ultracart/jsontree"
	"tacklebox/mock/ultracart/ruler"
)

// occurrence is what is particular to one event: the number of the object it is
// about and, of a reflow, the only webhook that gets it.
type occurrence struct {
	Object  int64  `json:"object,omitempty"`
	Webhook string `json:"webhook,omitempty"`
}

// occurrenceOf reads back what prepare settled, or what a reflow handed over.
func occurrenceOf(ev *provider.Event) (o occurrence) {
	if len(ev.Data) > 0 {
		_ = json.Unmarshal(ev.Data, &o) // we wrote it
	}
	return o
}

// prepare numbers the event's object: the n-th event of a type, for each
// `account` given, tells of object n, so that one creation, one shipment and
// one refund are about the same order (decision). A reflow tells of the objects
// in stock, which are the first ones.
func prepare(w *provider.World, ev *provider.Event) error {
	o := occurrenceOf(ev)
	if o.Webhook != "" {
		o.Object = int64(ev.N) + 1
	} else {
		o.Object = w.Next("object/"+ev.Account+"/"+ev.Type, 1)
	}
	ev.Data = encode(o)
	return nil
}

// Reasons why a subscription does not get an event.
const (
	skipDisabled      = "disabled"
	skipNotSubscribed = "not subscribed"
	skipRuler         = "event ruler"
)

// targets chooses the subscriptions that are not disabled, subscribe the event
// and whose rule matches it (inferred; the rule documented).
func targets(w *provider.World, ev *provider.Event) (all []provider.Target, skipped []provider.Skip) {
	only := occurrenceOf(ev).Webhook
	for _, a := range w.Addressed(ev) {
		for _, s := range a.Subs() {
			if only != "" && s.ID != only {
				continue
			}
			t := provider.Target{Account: a.Name, Subscription: s.ID, URL: s.URL}
			if reason := judge(w, ev, s, t, only != ""); reason != "" {
				skipped = append(skipped, provider.Skip{Subscription: s.ID, Reason: reason})
			} else {
				all = append(all, t)
			}
		}
	}
	return all, skipped
}

// judge returns why a subscription does not get an event, "" when it does.
func judge(w *provider.World, ev *provider.Event, s *provider.Sub, t provider.Target, reflow bool) string {
	switch {
	case reflow: // resendEvent has looked at the rest
	case !s.Enabled:
		return skipDisabled
	case !s.Wants(ev.Type):
		return skipNotSubscribed
	}
	rule := stored(s).Events[ev.Type].Ruler
	if rule == nil || strings.TrimSpace(*rule) == "" {
		return ""
	}
	if !admits(w, ev, t, *rule) {
		return skipRuler
	}
	return ""
}

// admits matches the rule against the payload as it would be sent (decision:
// what works on that side works on the other). A payload that is not JSON
// matches nothing.
func admits(w *provider.World, ev *provider.Event, t provider.Target, text string) bool {
	r, err := ruler.Parse([]byte(text))
	if err != nil {
		return false // it was checked when it was stored
	}
	raw, err := payload(w, ev, t)
	if err != nil {
		return false
	}
	n, err := jsontree.Parse(raw)
	return err == nil && r.Matches(n)
}
