package mock

import (
	"fmt"
	"io"

	"tacklebox/mock/provider"
)

// stats counts what a provider did since the start.
type stats struct {
	calls, events, delivered, failed uint64
}

// attempted counts an attempt.
func (s *stats) attempted(ok bool) {
	if ok {
		s.delivered++
	} else {
		s.failed++
	}
}

// WriteMetrics writes the engine's numbers in the text format of Prometheus.
func (e *Engine) WriteMetrics(out io.Writer) {
	type column struct {
		name, help, kind string
		value            func(w *service) uint64
	}
	for _, c := range []column{
		{"tacklebox_calls_total", "Requests to a mock API.", "counter", func(w *service) uint64 { return w.stats.calls }},
		{"tacklebox_events_total", "Events fired.", "counter", func(w *service) uint64 { return w.stats.events }},
		{"tacklebox_attempts_delivered_total", "Attempts that succeeded.", "counter", func(w *service) uint64 { return w.stats.delivered }},
		{"tacklebox_attempts_failed_total", "Attempts that failed.", "counter", func(w *service) uint64 { return w.stats.failed }},
		{"tacklebox_deliveries_waiting", "Deliveries with an attempt to come.", "gauge", (*service).waiting},
		{"tacklebox_accounts", "Accounts in use.", "gauge", func(w *service) uint64 { return uint64(len(w.world.Accounts())) }},
		{"tacklebox_subscriptions", "Subscriptions registered.", "gauge", countSubscriptions},
	} {
		fmt.Fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", c.name, c.help, c.name, c.kind)
		for _, name := range e.Names() {
			w := e.services[name]
			w.mu.Lock()
			fmt.Fprintf(out, "%s{provider=%q} %d\n", c.name, name, c.value(w))
			w.mu.Unlock()
		}
	}
	fmt.Fprintf(out, "# HELP tacklebox_clock_seconds Time on the provider clock.\n# TYPE tacklebox_clock_seconds gauge\ntacklebox_clock_seconds %.3f\n",
		float64(e.clock.Now().UnixMilli())/1e3)
}

func (w *service) waiting() (n uint64) {
	for _, log := range w.log {
		for _, d := range log.all {
			if d.State == provider.Waiting {
				n++
			}
		}
	}
	return n
}

func countSubscriptions(w *service) (n uint64) {
	for _, a := range w.world.Accounts() {
		n += uint64(len(a.Subs()))
	}
	return n
}
