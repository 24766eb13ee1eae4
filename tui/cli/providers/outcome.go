package providers

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/exit"
)

// outcome is what became of a firing's deliveries.
type outcome struct {
	attempts []api.Entry // the last of each delivery that has one
	waiting  int         // not attempted yet, or refused with a retry ahead
	refused  int         // failed for good
	lonely   int         // events that nobody was there to get
}

// code is the exit code of `fire --wait` (CONTRACT section 9).
func (o outcome) code(allowNone bool) int {
	switch {
	case o.refused > 0, o.lonely > 0 && !allowNone:
		return exit.Failure
	case o.waiting > 0:
		return exit.Timeout
	}
	return exit.OK
}

// follow waits until every delivery is accepted or failed for good, or the time is
// over. once takes the first attempt for the last: in a sandbox of the command's
// own, whose clock stands still, no retry comes.
func follow(ctx context.Context, c *client.Client, fired *api.Fired, within time.Duration, once bool) (o outcome, err error) {
	deadline := time.Now().Add(within)
	for _, event := range fired.Events {
		if len(event.Deliveries) == 0 {
			o.lonely++
		}
		for _, d := range event.Deliveries {
			last, err := lastAttempt(ctx, c, d.ID, deadline, once)
			if err != nil {
				return o, err
			}
			if last != nil {
				o.attempts = append(o.attempts, *last)
			}
			switch {
			case last == nil, !last.NextAttempt.IsZero():
				o.waiting++
			case !accepted(last):
				o.refused++
			}
		}
	}
	return o, nil
}

// lastAttempt is the newest attempt of a delivery once it is settled or the time is
// over, nil when there is none.
func lastAttempt(ctx context.Context, c *client.Client, delivery string, deadline time.Time, once bool) (last *api.Entry, err error) {
	for n := 1; ; n++ {
		within := max(time.Until(deadline), 0)
		met, err := c.Expect(ctx, api.ExpectRequest{Q: fmt.Sprintf("kind:attempt delivery:%q", delivery), Count: &n, Within: within.String()})
		if err != nil || !met.Met || len(met.Entries) < n {
			return last, err
		}
		n = len(met.Entries)
		if last, err = c.Entry(ctx, met.Entries[n-1]); err != nil || last.NextAttempt.IsZero() || once {
			return last, err
		}
	}
}

// accepted reports that the sender takes an attempt for delivered: an answer of
// success, or a loss that it does not know of.
func accepted(e *api.Entry) bool {
	if e.Error != "" {
		return false
	}
	return e.Response == nil && strings.HasPrefix(e.Fault, "drop") || e.Response != nil && e.Response.Status/100 == 2
}

// connectEvery is how often a port is tried that does not listen yet.
const connectEvery = 50 * time.Millisecond

// listening waits until each of the addresses takes a connection.
func listening(ctx context.Context, urls []string, within time.Duration) error {
	deadline, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for _, text := range urls {
		addr, err := dialAddress(text)
		if err != nil {
			return err
		}
		if err := connect(deadline, addr); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return exit.With(exit.Timeout, fmt.Errorf("nothing listened on %s within %s: %w", addr, within, err))
		}
	}
	return nil
}

// connect tries until somebody takes the connection or ctx ends.
func connect(ctx context.Context, addr string) error {
	tick := time.NewTicker(connectEvery)
	defer tick.Stop()
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
	}
}

// dialAddress is the host and port of a URL; names below localhost are this machine
// without asking anybody (RFC 6761).
func dialAddress(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return "", exit.Usagef("%q is not a URL to send to", text)
	}
	host, port := u.Hostname(), u.Port()
	if strings.HasSuffix(strings.TrimSuffix(host, "."), ".localhost") {
		host = "localhost"
	}
	if port == "" {
		port = map[string]string{"https": "443"}[u.Scheme]
	}
	if port == "" {
		port = "80"
	}
	return net.JoinHostPort(host, port), nil
}
