package ultracart_test

import (
	"testing"

	"tacklebox/mock/sandbox"
	"tacklebox/receiver/api"
)

// BenchmarkFiring measures a thousand events that nobody has subscribed.
func BenchmarkFiring(b *testing.B) {
	sb := sandbox.Start(b, sandbox.WithSeed(7), sandbox.WithStart(begin))
	for b.Loop() {
		sb.Fire(api.Firing{Provider: "ultracart", Type: "order_create", Count: 1000})
	}
}
