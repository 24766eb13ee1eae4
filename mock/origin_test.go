package mock

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"tacklebox/mock/sender"
	"tacklebox/receiver/api"
	"tacklebox/receiver/outbound"
)

// TestTheOriginIsKnownWhileTheExchangeLasts, and no longer.
func TestTheOriginIsKnownWhileTheExchangeLasts(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	var line string
	known := make(chan *sender.Origin, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		line = outbound.LineOf(req)
		if _, ok := r.e.Origin(outbound.Line(req.RemoteAddr, "127.0.0.1:1")); ok {
			t.Error("a stranger's call from the same port to another place is taken for ours")
		}
		o, _ := r.e.Origin(line)
		if o != nil {
			o.Captured(77)
		}
		known <- o
	}))
	defer server.Close()
	if _, err := r.e.Fire(context.Background(), api.Firing{Provider: "plain", Type: "made", Account: "ann", To: server.URL}); err != nil {
		t.Fatal(err)
	}
	attempt := r.waitFor(1, "kind:attempt")[0]
	if o := <-known; o == nil || o.Provider != "plain" || o.Account != "ann" || o.Type != "made" || o.Attempt != 1 || o.DeliveryID != attempt.DeliveryID || o.EventID != attempt.EventID {
		t.Errorf("the origin was %+v", o)
	}
	if attempt.CaptureSeq != 77 {
		t.Errorf("the attempt knows capture %d, want 77", attempt.CaptureSeq)
	}
	if _, ok := r.e.Origin(line); ok {
		t.Error("the origin is known after the exchange")
	}
}
