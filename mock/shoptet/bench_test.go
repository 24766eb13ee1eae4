package shoptet_test

import (
	"testing"

	"tacklebox/receiver/api"
)

// BenchmarkFire measures what one event to one webhook costs the caller.
func BenchmarkFire(b *testing.B) {
	bench := newBench(b)
	bench.register(tokenA, "http://127.0.0.1:1/", "order:create")
	b.ReportAllocs()
	for b.Loop() {
		bench.fire(api.Firing{Type: "order:create", Account: tokenA})
	}
}
