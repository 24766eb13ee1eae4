package ultracart

import (
	"time"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// answerTime is how long a receiver may take (documented).
const answerTime = 30 * time.Second

// join lets a further event into a POST that waits: up to maximum_events and
// maximum_size, never over 900K (documented). The size is counted before
// compression; an event that alone is too large goes alone (decisions).
func join(w *provider.World, d *provider.Delivery, payload []byte) bool {
	h := deliveredBy(w, d)
	if len(d.Payloads) >= int(h.MaxEvents) {
		return false
	}
	size := len(`{"events":[]}`) + len(payload)
	for _, p := range d.Payloads {
		size += len(p) + len(",")
	}
	return size <= min(int(h.MaxSize), mostBytes)
}

// deliveredBy returns the subscription of a delivery; a direct firing goes as if
// one with all defaults stood there (decision).
func deliveredBy(w *provider.World, d *provider.Delivery) webhook {
	if s := kit.SubOf(w, d); s != nil {
		return stored(s)
	}
	return fresh()
}

// createRequest makes one attempt's request, with the URL and credentials that the
// subscription has now (decision). Nothing is signed; only `basic` proves
// itself, `api user` and `aws iam` go like `none` (decision).
func createRequest(w *provider.World, d *provider.Delivery) (*provider.Outgoing, error) {
	address, header := d.URL, []provider.Field{
		{Name: "Content-Type", Value: "application/json; charset=UTF-8"},
		{Name: "User-Agent", Value: "UltraCart"},
	}
	if s := kit.SubOf(w, d); s != nil {
		address = s.URL
		if pair := basicPair(s); pair != "" {
			header = append(header, provider.Field{Name: authorization, Value: kit.BasicValue(pair)})
		}
	}
	return kit.Post(address, d.Body, header...), nil
}

// policy: any 2xx is success; after a failure the whole subscription waits, and
// the same body is tried again (inferred); the delays are a decision.
func policy(w *provider.World, account string) provider.Policy {
	return provider.Policy{
		Timeout: answerTime,
		Hold:    true,
		Next: func(d *provider.Delivery, n int, ended time.Time) (time.Time, bool) {
			if s := kit.SubOf(w, d); s != nil {
				n = s.Failures + 1 // in a row; an update may have set them back
			}
			delays := w.Option(account, optRetryDelays).Durations()
			if len(delays) == 0 {
				return time.Time{}, false
			}
			return ended.Add(delays[min(n, len(delays))-1]), true
		},
	}
}

// attempted disables a subscription after too many failures in a row: nothing is
// attempted then, what waits is kept (the field is documented, the number a
// decision). One that was disabled while the attempt was on its way stays so.
func attempted(w *provider.World, d *provider.Delivery, last *provider.Attempt) {
	s := kit.SubOf(w, d)
	if s == nil || last.OK {
		return
	}
	a := w.Account(d.Account)
	if most := int(w.Option(d.Account, optDisableAfter).Int()); most > 0 && s.Failures >= most && s.Enabled {
		s.Enabled = false
		a.Save(s)
	}
	if !s.Enabled {
		a.Pause(s)
	}
}
