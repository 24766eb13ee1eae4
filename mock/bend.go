package mock

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"tacklebox/mock/provider"
)

// trouble is what the faults of one attempt come to.
type trouble struct {
	wire   breakage
	fault  *Fault // the one that breaks the exchange
	double bool
	said   []string // what was done, for the entry
}

func (t trouble) String() string { return strings.Join(t.said, "; ") }

// early lets faults move the delivery instead of attempting it; true: no attempt
// now.
func (w *service) early(l *lane, d *delivery, faults []*Fault) bool {
	for _, f := range faults {
		if k := kindOf(f.Kind); k != nil && k.early != nil && k.early(w, l, d, f) {
			return true
		}
	}
	return false
}

// bend applies the faults to the finished request.
func (w *service) bend(d *delivery, out *provider.Outgoing, faults []*Fault) (t trouble) {
	for _, f := range faults {
		k := kindOf(f.Kind)
		switch {
		case k == nil:
			if err := w.provider.Tamper(w.world, &d.Delivery, f.Kind, out); err != nil {
				t.said = append(t.said, f.Kind+": not possible: "+err.Error())
				continue
			}
			t.said = append(t.said, f.Kind+": "+signatureFaults[f.Kind])
		case k.bend != nil:
			t.said = append(t.said, f.Kind+": "+k.bend(w, d, out, f))
		case k.wire == doubled:
			t.double = true
		case k.wire != sound:
			t.wire, t.fault = k.wire, f
			t.said = append(t.said, f.Kind+": "+k.about)
		case k.early != nil:
			t.said = append(t.said, f.Kind+": "+k.about)
		}
	}
	return t
}

// reorder lets the next delivery of the lane go first.
func reorder(w *service, l *lane, d *delivery, _ *Fault) bool {
	at := slices.Index(l.queue, d)
	if at < 0 || at+1 >= len(l.queue) {
		return false
	}
	l.queue[at], l.queue[at+1] = l.queue[at+1], l.queue[at]
	d.spared = true
	return true
}

// delay plans the attempt for later on the provider's clock.
func delay(w *service, l *lane, d *delivery, f *Fault) bool {
	l.remove(d)
	w.plan(l, d, w.world.Now().Add(f.span), false)
	d.spared = true
	return true
}

func wrongContentType(_ *service, _ *delivery, out *provider.Outgoing, _ *Fault) string {
	out.Set("Content-Type", "text/plain")
	return "Content-Type is text/plain"
}

func redirected(_ *service, _ *delivery, out *provider.Outgoing, _ *Fault) string {
	was := out.Method
	out.Method, out.Body = "GET", nil
	out.Drop("Content-Type")
	return "a GET without a body in place of the " + was
}

func wrongMethod(_ *service, _ *delivery, out *provider.Outgoing, _ *Fault) string {
	was := out.Method
	out.Method = "PUT"
	return "PUT in place of " + was
}

func emptyBody(_ *service, _ *delivery, out *provider.Outgoing, _ *Fault) string {
	was := len(out.Body)
	out.Body = nil
	return fmt.Sprintf("%d bytes of body left out", was)
}

// giant pads the body with white space, which JSON allows, and lets the provider
// sign it so.
func giant(w *service, d *delivery, out *provider.Outgoing, f *Fault) string {
	size := f.Bytes
	if size == 0 {
		size = giantBody
	}
	padded := append(bytes.Clone(d.Body), bytes.Repeat([]byte(" "), max(size-len(d.Body), 0))...)
	whole := *d
	whole.Body = padded
	if again, err := w.provider.Request(w.world, &whole.Delivery); err == nil {
		*out = *again
	} else {
		out.Body = padded
	}
	return fmt.Sprintf("padded to %d bytes", len(padded))
}
