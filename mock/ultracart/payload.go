package ultracart

import (
	"slices"
	"strconv"
	"strings"

	"tacklebox/mock/provider"
	"tacklebox/mock/ultracart/jsontree"
)

// element is one event's part of a callback: an object with one member, event
// type to payload (documented by the provider's handler of 2021).
func element(w *provider.World, ev *provider.Event, t provider.Target) ([]byte, error) {
	object, err := payload(w, ev, t)
	if err != nil {
		return nil, err
	}
	b := append(jsontree.AppendQuoted([]byte{'{'}, ev.Type), ':')
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
	n := typ.sample.Clone()
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
	return n.Bytes(), nil
}

// edited applies the overrides of a firing.
func edited(ev *provider.Event, n *jsontree.Node) (*jsontree.Node, error) {
	if len(ev.Merge) == 0 && len(ev.Set) == 0 && len(ev.Unset) == 0 {
		return n, nil
	}
	raw, err := ev.Edit(n.Bytes())
	if err != nil {
		return nil, err
	}
	if n, err = jsontree.Parse(raw); err != nil {
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
func (t *eventType) numbered(n *jsontree.Node, object int64) *jsontree.Node {
	if object <= 1 {
		return n
	}
	type renaming struct{ old, now *jsontree.Node }
	var all []renaming
	for _, id := range t.ids {
		if old := n.Get(id); old != nil {
			all = append(all, renaming{old, nth(old, object)})
		}
	}
	return n.Each("", func(_ string, v *jsontree.Node) *jsontree.Node {
		i := slices.IndexFunc(all, func(r renaming) bool { return v.Kind == r.old.Kind && v.Text == r.old.Text })
		if i < 0 || v.Kind != jsontree.String && v.Kind != jsontree.Number {
			return v
		}
		return all[i].now
	})
}

// nth is the value of an id for the n-th object: numbers and trailing digits
// count up, other texts get -2, -3 and so on.
func nth(first *jsontree.Node, object int64) *jsontree.Node {
	if first.Kind == jsontree.Number {
		if i, err := strconv.ParseInt(first.Text, 10, 64); err == nil {
			return &jsontree.Node{Kind: jsontree.Number, Text: strconv.FormatInt(i+object-1, 10)}
		}
		return first
	}
	const most = 18 // digits that an int64 holds
	head := strings.TrimRight(first.Text, "0123456789")
	if len(first.Text)-len(head) > most {
		head = first.Text[:len(first.Text)-most]
	}
	digits := first.Text[len(head):]
	i, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return jsontree.Text(first.Text + "-" + strconv.FormatInt(object, 10))
	}
	next := strconv.FormatInt(i+object-1, 10)
	return jsontree.Text(head + strings.Repeat("0", max(0, len(digits)-len(next))) + next)
}

// owned puts the account's merchant_id into the payload.
func owned(n *jsontree.Node, merchant string) *jsontree.Node {
	return n.Each("", func(name string, v *jsontree.Node) *jsontree.Node {
		if name == "merchant_id" && v.Kind == jsontree.String {
			return jsontree.Text(merchant)
		}
		return v
	})
}

// finish holds the rule of all payloads: no null and, unless asked for, no false
// (inferred from 26 recorded bodies).
func (cat *catalogue) finish(n *jsontree.Node, c *category, emitFalse bool) {
	n.Each("", func(_ string, v *jsontree.Node) *jsontree.Node {
		v.Keep(func(m jsontree.Member) bool {
			return m.Value.Kind != jsontree.Null && (emitFalse || m.Value.Kind != jsontree.Bool || m.Value.Truth)
		})
		return v
	})
	if emitFalse {
		cat.schemas.addFalse(n, cat.schemas[c.payload])
	}
}
