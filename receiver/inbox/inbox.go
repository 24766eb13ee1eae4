// Package inbox is the receiving half of the receiver: it keeps every request
// that is sent to an inbox, answers as the inbox is told to, forwards, and judges
// signatures. What a sender was told is in the journal before it is told.
//
// Locks: registry.mu is held by one change of settings at a time, until the change
// is kept; captures read the settings without a lock. counts.mu is held while the
// journal is counted, capturePool.mu for a few instructions. None is held together
// with another.
package inbox

import (
	"context"
	"encoding/json"
	"time"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/outbound"
)

// Config is what Inboxes need from around them. Only Journal is required.
type Config struct {
	Journal journal.Store
	// Now is the sandbox clock: entries are stamped with it. nil: wall clock.
	Now func() time.Time
	// MaxBody is how many bytes of a captured body are kept; 0 is 1 MiB. Size
	// and digest are of the whole body all the same.
	MaxBody int64
	// Origin tells who caused a request, from the connection that it came in on
	// (outbound.LineOf); nil or !ok: a foreign sender.
	Origin func(line string) (Origin, bool)
	// Verify judges a request's signature by the secret given or, when that is
	// empty, by the keys known of provider and account. A nil result: there is
	// nothing to check it with.
	Verify func(from Origin, secret string, r Received) *journal.Signature
	// Check holds a payload against the schema of its type; nil: no verdict.
	Check func(provider, typ string, body []byte) *journal.Contract
	// Settings is where the settings of inboxes are kept; nil: in memory.
	Settings Documents
	// Providers lists the providers that an inbox may verify for; nil: any.
	Providers func() []string
	// Outbound says where forwards may go.
	Outbound outbound.Rules
	// ForwardDepth is shared by the receivers of a process; nil: there is one.
	ForwardDepth *ForwardDepth
	// ForwardTimeout is how long the user's application may take to answer a
	// forwarded request; 0 is 30 s.
	ForwardTimeout time.Duration
}

// Documents keeps small JSON documents by name. Save returns once v is durable.
type Documents interface {
	Load(name string) (json.RawMessage, bool)
	Save(name string, v json.RawMessage) error
}

// Origin is what is known of a request that this process sent itself.
type Origin struct {
	Provider, Account, Type, EventID, DeliveryID, Subscription string

	Attempt int
	Detail  json.RawMessage // of the capture's entry: which events the request carries when they are several
	// Captured, when set, is called with the capture's sequence number as soon
	// as there is one and before the request is answered.
	Captured func(seq uint64)
}

const (
	DefaultMaxBody        = 1 << 20
	defaultForwardTimeout = 30 * time.Second
)

// Inboxes captures requests. It is safe for concurrent use.
type Inboxes struct {
	cfg     Config
	log     journal.Store
	pool    capturePool
	inboxes *registry
	counts  counts
	forward *forwarder
	ctx     context.Context // ends with Close
	stop    context.CancelFunc
}

// New returns the inboxes of cfg.Journal with the settings that were saved.
// Settings that can no longer be read are left out.
func New(cfg Config) *Inboxes {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.MaxBody <= 0 {
		cfg.MaxBody = DefaultMaxBody
	}
	if cfg.ForwardTimeout <= 0 {
		cfg.ForwardTimeout = defaultForwardTimeout
	}
	b := &Inboxes{cfg: cfg, log: cfg.Journal, inboxes: load(cfg), forward: newForwarder(cfg)}
	b.ctx, b.stop = context.WithCancel(context.Background())
	return b
}

// Reset forgets all settings.
func (b *Inboxes) Reset() error { return b.inboxes.reset() }

// Reload reads the settings again: another process has changed them.
func (b *Inboxes) Reload() { b.inboxes.reload() }

// Forgotten must be called when entries were removed one by one: what was counted
// of them no longer holds.
func (b *Inboxes) Forgotten() { b.counts.forget() }

// Close ends replies that hang.
func (b *Inboxes) Close() {
	b.stop()
	b.forward.close()
}
