package mock

import (
	"fmt"
	"testing"
	"time"

	"tacklebox/mock/provider"
)

// TestAPauseInFlight: an attempt that was on its way when its subscription was
// paused may fail; it is not tried again before the pause ends.
func TestAPauseInFlight(t *testing.T) {
	t.Parallel()
	for _, hold := range []bool{false, true} {
		t.Run(fmt.Sprint("hold ", hold), func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(p *provider.Provider, _ *Config) {
				p.Policy = func(*provider.World, string) provider.Policy { return plainPolicy(hold) }
			})
			arrived, answer := make(chan string), make(chan int)
			r.sink.reply(func(n int, _, body string) int {
				if n > 0 {
					return 200
				}
				arrived <- body
				return <-answer
			})
			r.subscribe("ann", "s")
			r.fire("a", "b")
			<-arrived
			r.do(func(w *provider.World) { w.Account("ann").Pause(w.Account("ann").Sub("s")) })
			answer <- 500
			r.waitFor(1, "kind:attempt")
			r.advance(24 * time.Hour)
			equal(t, "while paused", r.sink.requests(), []string{"/s a"})
			if s := r.sub("ann", "s"); !s.Next.IsZero() {
				t.Errorf("its next attempt is at %s", s.Next)
			}
			r.do(func(w *provider.World) { w.Account("ann").Forgive(w.Account("ann").Sub("s")) })
			r.idle()
			want := []string{"/s a", "/s b", "/s a"}
			if hold {
				want = []string{"/s a", "/s a", "/s b"}
			}
			equal(t, "requests", r.sink.requests(), want)
		})
	}
}

// TestAPauseOfWhatIsIdle holds back what happens later, also after a restart.
func TestAPauseOfWhatIsIdle(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.subscribe("ann", "s")
	r.subscribe("ann", "other")
	r.do(func(w *provider.World) { w.Account("ann").Pause(w.Account("ann").Sub("s")) })
	r.fire("a")
	r.again()
	r.fire("b")
	r.advance(time.Hour)
	r.again()
	equal(t, "while paused", r.sink.requests(), []string{"/other a", "/other b"})
	r.do(func(w *provider.World) {
		if n := w.Pending("ann", "s"); n != 2 {
			t.Errorf("%d events wait, want 2", n)
		}
		w.Account("ann").Forgive(w.Account("ann").Sub("s"))
	})
	r.idle()
	equal(t, "after it", r.sink.requests()[2:], []string{"/s a", "/s b"})
}

// TestADeletedSubscriptionIsNotPausedForever: one of the same id, registered
// again, is sent to.
func TestADeletedSubscriptionIsNotPausedForever(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.subscribe("ann", "s")
	r.do(func(w *provider.World) {
		w.Account("ann").Pause(w.Account("ann").Sub("s"))
		w.Account("ann").Remove("s")
		if w.Account("ann").Sub("s") != nil {
			t.Error("it is still there")
		}
	})
	r.subscribe("ann", "s")
	r.fire("a")
	r.idle()
	equal(t, "requests", r.sink.requests(), []string{"/s a"})
}

// TestForgiveEndsTheWaitOfAHeldSubscription: the retry goes at once, and not
// again when it would have been due.
func TestForgiveEndsTheWaitOfAHeldSubscription(t *testing.T) {
	t.Parallel()
	r := newRig(t, holding)
	r.sink.answer(500)
	r.subscribe("ann", "s")
	r.fire("a", "b")
	r.idle()
	r.do(func(w *provider.World) { w.Account("ann").Forgive(w.Account("ann").Sub("s")) })
	r.idle()
	equal(t, "at once", r.sink.requests(), []string{"/s a", "/s a", "/s b"})
	r.advance(24 * time.Hour)
	equal(t, "a day later", r.sink.requests(), []string{"/s a", "/s a", "/s b"})
}
