package shared

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"
)

// leaseFor is how long a leader leads without renewing (contract, section 14). Who
// could not renew stops earlier, so that two never lead: believing is what spare
// leaves of it.
const (
	leaseFor   = 5 * time.Second
	spare      = time.Second
	renewEvery = 1500 * time.Millisecond
	tryEvery   = 100 * time.Millisecond
	leaderKey  = "leader"
)

// Leader is who leads, as the lease says.
type Leader struct {
	URL string `json:"url"` // where the others reach it
	ID  string `json:"id"`
}

// Lease is this process's part in who leads.
type Lease struct {
	c    *Cluster
	self Leader

	mu     sync.Mutex
	leader Leader    // "" while there is none
	until  time.Time // this process leads until then; zero: it does not
}

// NewLease makes a process that can lead. url is where the others reach it.
func (c *Cluster) NewLease(url string) *Lease {
	return &Lease{c: c, self: Leader{URL: url, ID: nats.NewInbox()}}
}

// Leads reports whether this process leads at this moment.
func (l *Lease) Leads() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Now().Before(l.until)
}

// Leader returns the URL of who leads, "" while nobody is known to.
func (l *Lease) Leader() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.leader.URL
}

// Campaign leads whenever nobody else does, until ctx ends; then the lease is given
// back. lead runs while this process leads: its context ends with that, and only
// when it has returned does the process try again.
func (l *Lease) Campaign(ctx context.Context, lead func(ctx context.Context)) {
	for ctx.Err() == nil {
		if revision, ok := l.try(ctx); ok {
			l.hold(ctx, revision, lead)
			continue
		}
		pause(ctx, tryEvery)
	}
}

// try takes the lease when it is free, else notes who has it.
func (l *Lease) try(ctx context.Context) (revision uint64, ok bool) {
	asking, cancel := context.WithTimeout(ctx, spare)
	defer cancel()
	asked := time.Now()
	value, err := json.Marshal(l.self)
	if err != nil {
		return 0, false
	}
	revision, err = l.c.lease.Create(asking, leaderKey, value)
	if err == nil {
		l.set(l.self, asked.Add(leaseFor-spare))
		return revision, true
	}
	var other Leader
	if errors.Is(err, js.ErrKeyExists) {
		if entry, err := l.c.lease.Get(asking, leaderKey); err == nil {
			_ = json.Unmarshal(entry.Value(), &other)
		}
	}
	l.set(other, time.Time{})
	return 0, false
}

func (l *Lease) set(leader Leader, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.leader, l.until = leader, until
}

// hold leads until the lease is lost or ctx ends.
func (l *Lease) hold(ctx context.Context, revision uint64, lead func(ctx context.Context)) {
	leading, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		lead(leading)
	}()
	for {
		pause(ctx, renewEvery)
		if ctx.Err() != nil {
			break
		}
		var ok bool
		if revision, ok = l.renew(ctx, revision); !ok {
			break
		}
	}
	l.set(Leader{}, time.Time{})
	stop()
	<-done
	if ctx.Err() != nil {
		l.giveBack(revision)
	}
}

// renew keeps the lease; it asks again and again while it may still lead.
func (l *Lease) renew(ctx context.Context, revision uint64) (uint64, bool) {
	value, err := json.Marshal(l.self)
	if err != nil {
		return 0, false
	}
	for l.Leads() && ctx.Err() == nil {
		asking, cancel := context.WithTimeout(ctx, spare)
		asked := time.Now()
		next, err := l.c.lease.Update(asking, leaderKey, value, revision)
		cancel()
		if err == nil {
			l.set(l.self, asked.Add(leaseFor-spare))
			return next, true
		}
		if overtaken(err) {
			if next, ours := l.stillOurs(ctx); ours { // the answer to an earlier try was lost
				revision = next
				continue
			}
			return revision, false
		}
		pause(ctx, again)
	}
	return revision, ctx.Err() != nil
}

// stillOurs reads who has the lease.
func (l *Lease) stillOurs(ctx context.Context) (revision uint64, ours bool) {
	asking, cancel := context.WithTimeout(ctx, spare)
	defer cancel()
	entry, err := l.c.lease.Get(asking, leaderKey)
	if err != nil {
		return 0, false
	}
	var has Leader
	_ = json.Unmarshal(entry.Value(), &has)
	return entry.Revision(), has.ID == l.self.ID
}

// giveBack lets the next lead at once.
func (l *Lease) giveBack(revision uint64) {
	ctx, cancel := context.WithTimeout(context.Background(), spare)
	defer cancel()
	_ = l.c.lease.Delete(ctx, leaderKey, js.LastRevision(revision)) // else it ends by itself
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
