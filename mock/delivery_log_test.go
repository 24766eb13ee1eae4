package mock

import (
	"testing"

	"tacklebox/mock/provider"
)

// TestDeliveryLogKeepsWhatWaits: what waits is kept however much it is, settled
// deliveries beyond the newest are forgotten once it no longer does.
func TestDeliveryLogKeepsWhatWaits(t *testing.T) {
	t.Parallel()
	const waiting = 100_000 // with a look through all of them each time: minutes
	l := &deliveryLog{}
	for range waiting {
		l.add(&delivery{Delivery: provider.Delivery{State: provider.Waiting}})
	}
	if len(l.all) != waiting {
		t.Fatalf("%d of %d waiting deliveries are kept", len(l.all), waiting)
	}
	for _, d := range l.all {
		d.State = provider.Delivered
	}
	for range waiting {
		l.add(&delivery{Delivery: provider.Delivery{State: provider.Delivered}})
	}
	if n := len(l.all); n < keptDeliveries || n > keptDeliveries+keptDeliveries/4 {
		t.Errorf("%d settled deliveries are kept, want about %d", n, keptDeliveries)
	}
}
