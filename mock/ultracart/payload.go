package ultracart

import (
	"slices"
	"strconv"
	"strings"

	"tacklebox/mock/provider"
)

// element is one event's part of a callback: an object with one member, event
// type to payload (documented by the provider's handler of 2021).
func element(w *provider.World, ev *provider.Event, t provider.Target) ([]byte, error) {
	object, err := payload(w, ev, t)
	if err != nil {
		return nil, err
	}
	b := append(quote([]byte{'{'}, ev.Type), ':')
	return append(append(b, object...), '}'), nil
}

// payload builds the object of one event for one target, compact: the sample,
// filled up with what the subscription's expansion asks for, numbered, changed
// by the firing, and cut to the expansion. Without a subscription (a direct
// firing, the event's own entry) the sample stays whole (decision).
func payload(w *provider.World, ev *provider.Event, t provider.Target) ([]byte, error) {
	cat := catalogueOf(w)
	typ := cat.events[ev.Type]
	if len(ev.Whole) > 0 {
		return ev.Edit(nil) // the whole payload object, as it was given
	}
	n := typ.sample.clone()
	var want map[string]bool
	if t.Subscription != "" {
		want = requested(expansionOf(w, ev, t))
		typ.category.fill(n, want)
	}
	n = typ.numbered(n, occurrenceOf(ev).Object)
	n = owned(n, w.Option(t.Account, optMerchantID).Text())
	n, err := edited(ev, n)
	if err != nil {
		return nil, err
	}
	if want != nil {
		typ.category.cut(n, want)
	}
	cat.finish(n, typ.category, w.Option(t.Account, optEmitFalse).Bool())
	return n.bytes(), nil
}

// edited applies the overrides of a firing.
func edited(ev *provider.Event, n *node) (*node, error) {
	if len(ev.Merge) == 0 && len(ev.Set) == 0 && len(ev.Unset) == 0 {
		return n, nil
	}
	raw, err := ev.Edit(n.bytes())
	if err != nil {
		return nil, err
	}
	if n, err = parse(raw); err != nil {
		return nil, provider.Refuse("bad_body", "", "the payload is not JSON any more: %v", err)
	}
	return n, nil
}

// expansionOf is what the subscription says of the event's parts, "" when it
// says nothing.
func expansionOf(w *provider.World, ev *provider.Event, t provider.Target) string {
	if s := w.Account(t.Account).Sub(t.Subscription); s != nil {
		if x := stored(s).Events[ev.Type].Expansion; x != nil {
			return *x
		}
	}
	return ""
}

// numbered makes the sample's object the n-th: the members that identify it keep
// the sample's value for 1 and count up from there, wherever the value stands.
func (t *eventType) numbered(n *node, object int64) *node {
	if object <= 1 {
		return n
	}
	type renaming struct{ old, now *node }
	var all []renaming
	for _, id := range t.ids {
		if old := n.get(id); old != nil {
			all = append(all, renaming{old, nth(old, object)})
		}
	}
	return n.each("", func(_ string, v *node) *node {
		i := slices.IndexFunc(all, func(r renaming) bool { return v.kind == r.old.kind && v.text == r.old.text })
		if i < 0 || v.kind != stringKind && v.kind != numberKind {
			return v
		}
		return all[i].now
	})
}

// nth is the value of an id for the n-th object: numbers and trailing digits
// count up, other texts get -2, -3 and so on.
func nth(first *node, object int64) *node {
	if first.kind == numberKind {
		if i, err := strconv.ParseInt(first.text, 10, 64); err == nil {
			return &node{kind: numberKind, text: strconv.FormatInt(i+object-1, 10)}
		}
		return first
	}
	const most = 18 // digits that an int64 holds
	head := strings.TrimRight(first.text, "0123456789")
	if len(first.text)-len(head) > most {
		head = first.text[:len(first.text)-most]
	}
	digits := first.text[len(head):]
	i, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return str(first.text + "-" + strconv.FormatInt(object, 10))
	}
	next := strconv.FormatInt(i+object-1, 10)
	return str(head + strings.Repeat("0", max(0, len(digits)-len(next))) + next)
}

// owned puts the account's merchant_id into the payload.
func owned(n *node, merchant string) *node {
	return n.each("", func(name string, v *node) *node {
		if name == "merchant_id" && v.kind == stringKind {
			return str(merchant)
		}
		return v
	})
}

// finish holds the rule of all payloads: no null and, unless asked for, no false
// (inferred from 26 recorded bodies).
func (cat *catalogue) finish(n *node, c *category, emitFalse bool) {
	n.each("", func(_ string, v *node) *node {
		v.keep(func(m member) bool {
			return m.value.kind != nullKind && (emitFalse || m.value.kind != boolKind || m.value.truth)
		})
		return v
	})
	if emitFalse {
		cat.schemas.addFalse(n, cat.schemas[c.payload])
	}
}
