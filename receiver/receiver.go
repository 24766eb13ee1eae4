// Package receiver is what arrives: it keeps every request sent to an inbox,
// answers as the inbox is told to, and serves the half of the control API that
// is about entries: lists, exports, differences, expectations and the stream.
package receiver

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/outbound"
)

// Config is what a Receiver needs from around it. Only Journal is required.
type Config struct {
	Journal journal.Store
	// Now is the sandbox clock: entries are stamped with it. nil: wall clock.
	Now func() time.Time
	// MaxBody is how many bytes of a captured body are kept; 0 is 1 MiB. Size
	// and digest are of the whole body all the same.
	MaxBody int64
	Version string
	// Origin tells who caused a request, from the sender's local address
	// ("ip:port"); nil or !ok: a foreign sender.
	Origin func(remote string) (Origin, bool)
	// Verify judges a request's signature by the secret given or, when that is
	// empty, by the keys known of provider and account. A nil result: there is
	// nothing to check it with.
	Verify func(from Origin, secret string, h http.Header, body []byte) *journal.Signature
	// Check holds a payload against the schema of its type; nil: no verdict.
	Check func(provider, typ string, body []byte) *journal.Contract
	// Sample returns the catalogue's sample body of an event type, for
	// differences from it; nil or !ok: there is none.
	Sample func(provider, typ string) (body []byte, ok bool)
	// Settings is where the settings of inboxes are kept; nil: in memory.
	Settings Settings
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

// Settings keeps small JSON documents by name. Save returns once v is durable.
type Settings interface {
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
	defaultMaxBody        = 1 << 20
	defaultForwardTimeout = 30 * time.Second
)

// Receiver captures requests and serves what was captured. It is safe for
// concurrent use.
type Receiver struct {
	cfg     Config
	log     journal.Store
	rooms   rooms
	inboxes *inboxes
	counts  counts
	feeds   feeds
	forward *forwarder
	ctx     context.Context // ends with Close
	stop    context.CancelFunc
	opening sync.Mutex // streams open before Close, or not at all
	streams sync.WaitGroup
	pulse   pulse
}

// New returns a Receiver on cfg.Journal with the inbox settings that were
// saved. Settings that can no longer be read are left out.
func New(cfg Config) *Receiver {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.MaxBody <= 0 {
		cfg.MaxBody = defaultMaxBody
	}
	if cfg.ForwardTimeout <= 0 {
		cfg.ForwardTimeout = defaultForwardTimeout
	}
	rc := &Receiver{cfg: cfg, log: cfg.Journal, inboxes: loadInboxes(cfg), forward: newForwarder(cfg)}
	rc.ctx, rc.stop = context.WithCancel(context.Background())
	rc.feeds.log = cfg.Journal
	rc.pulse = pulse{every: pingEvery, patience: patience}
	return rc
}

// Reset forgets every entry and all inbox settings. Streams stay open and
// sequence numbers go on.
func (rc *Receiver) Reset() error {
	if err := rc.inboxes.reset(); err != nil {
		return err
	}
	return rc.log.Clear()
}

// Close ends streams and replies that hang, and returns when the streams are
// gone: http.Server.Shutdown waits for neither, since both took the connection
// over or never finish.
func (rc *Receiver) Close() {
	rc.opening.Lock()
	rc.stop()
	rc.opening.Unlock()
	rc.streams.Wait()
	rc.forward.close()
}
