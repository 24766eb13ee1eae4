package shared

import (
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"tacklebox/receiver/journal/natstest"
)

// TestCheck: what doctor says of servers that are well, small, or away.
func TestCheck(t *testing.T) {
	t.Parallel()
	gone := natstest.Run(t)
	gone.Stop()
	for name, c := range map[string]struct {
		address string
		reached bool
		want    []string
	}{
		"one": {natstest.Address("u:secret@", natstest.Run(t)), true, []string{"ok nats version 2.", "ok limits", "ok messages up to 1048576", "ok copies 1", "ok sync this account of NATS cannot see",
			"ok skew the servers' clock is", "ok leader nobody leads"}},
		"three": {natstest.Address("", natstest.RunCluster(t, 3)...), true, []string{"of the cluster test", "ok copies 3"}},
		"small": {natstest.Address("", natstest.Run(t, func(o *server.Options) { o.MaxPayload = 32 << 10 })), true, []string{"failed messages up to 32768"}},
		"gone":  {natstest.Address("", gone), false, []string{"failed nats NATS cannot be reached at 127.0.0.1"}},
	} {
		a, err := ParseAddress(c.address)
		if err != nil {
			t.Fatal(err)
		}
		findings, reached := Check(t.Context(), Options{Address: a})
		var b strings.Builder
		for _, f := range findings {
			verdict := map[bool]string{true: "ok", false: "failed"}[f.OK]
			b.WriteString(verdict + " " + f.Check + " " + f.Found + " " + f.Advice + "\n")
		}
		for _, want := range c.want {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s: want %q in\n%s", name, want, b.String())
			}
		}
		if reached != c.reached || strings.Contains(b.String(), "secret") {
			t.Errorf("%s: reached %v\n%s", name, reached, b.String())
		}
	}
}

// TestFull: an account without room for another stream is told.
func TestFull(t *testing.T) {
	t.Parallel()
	s := natstest.Run(t)
	if err := s.GlobalAccount().UpdateJetStreamLimits(map[string]server.JetStreamAccountLimits{"": {MaxMemory: -1, MaxStore: -1, MaxStreams: 2, MaxConsumers: -1}}); err != nil {
		t.Fatal(err)
	}
	a, err := ParseAddress(natstest.Address("", s))
	if err != nil {
		t.Fatal(err)
	}
	findings, _ := Check(t.Context(), Options{Address: a})
	if f := findings[1]; f.OK || !strings.Contains(f.Advice, "max_streams") {
		t.Errorf("%+v", f)
	}
}
