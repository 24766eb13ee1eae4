package shoptet_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"tacklebox/receiver/api"
)

// TestSwitchedByTheControlAPI: Shoptet knows no such state, so the webhook looks
// the same and gets nothing; what waited comes when it is switched on again.
func TestSwitchedByTheControlAPI(t *testing.T) {
	t.Parallel()
	b, rec := newBench(t), newReceiver(t, 500, 200)
	id := b.register(tokenA, rec.url, "order:create")[0]
	turn := func(body string) {
		t.Helper()
		req, err := http.NewRequest("PUT", fmt.Sprintf("%s/_/subscriptions/shoptet/%d", b.url, id), strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if got := b.send(req); got.status != 200 {
			t.Fatalf("switching: %d %s", got.status, got.body)
		}
	}
	b.fire(api.Firing{Type: "order:create"})
	b.settle()
	before := b.do(call{path: "/api/webhooks", token: tokenA}).body
	turn(`{"enabled":false}`)
	if after := b.do(call{path: "/api/webhooks", token: tokenA}).body; after != before {
		t.Errorf("it is shown as %s, before %s", after, before)
	}
	if one := b.fire(api.Firing{Type: "order:create"}).Events[0]; len(one.Deliveries) != 0 {
		t.Errorf("it gets %+v", one)
	}
	b.advance(24 * time.Hour)
	if n := len(rec.all()); n != 1 {
		t.Fatalf("it got %d callbacks while it was off", n-1)
	}
	turn(`{"enabled":true}`)
	b.settle()
	if n := len(rec.all()); n != 2 {
		t.Errorf("%d callbacks after it was switched on", n)
	}
}
