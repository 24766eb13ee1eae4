// Package receiver is what arrives: it keeps every request sent to an inbox,
// answers as the inbox is told to, and serves the half of the control API that
// is about entries. It is the composition of its inner rooms: inbox captures,
// entries reads, live streams, expect waits, exchange imports and exports.
package receiver

import (
	"time"

	"tacklebox/receiver/entries"
	"tacklebox/receiver/exchange"
	"tacklebox/receiver/expect"
	"tacklebox/receiver/inbox"
	"tacklebox/receiver/live"
)

// Config is what a Receiver needs from around it. Only Journal is required.
type Config struct {
	inbox.Config
	Version string
	// Sample returns the catalogue's sample body of an event type, for
	// differences from it; nil or !ok: there is none.
	Sample func(provider, typ string) (body []byte, ok bool)
	// Budget bounds the request bodies in flight; nil: there is no bound.
	Budget *Budget
}

// Origin is what is known of a request that this process sent itself.
type Origin = inbox.Origin

// ForwardDepth is what the receivers of one process share.
type ForwardDepth = inbox.ForwardDepth

// Receiver captures requests and serves what was captured. It is safe for
// concurrent use.
type Receiver struct {
	cfg Config
	*inbox.Inboxes
	*entries.Entries
	*live.Broadcaster
	*exchange.Exchange
	*expect.Expectations
}

// New returns a Receiver on cfg.Journal with the inbox settings that were saved.
// Settings that can no longer be read are left out.
func New(cfg Config) *Receiver {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.MaxBody <= 0 {
		cfg.MaxBody = inbox.DefaultMaxBody
	}
	boxes := inbox.New(cfg.Config)
	return &Receiver{
		cfg:          cfg,
		Inboxes:      boxes,
		Entries:      entries.New(cfg.Journal, cfg.Now, boxes.Forgotten),
		Broadcaster:  live.New(live.Config{Journal: cfg.Journal, Now: cfg.Now, Allowed: originAllowed}),
		Exchange:     exchange.New(exchange.Config{Journal: cfg.Journal, Inboxes: boxes, Now: cfg.Now, MaxBody: cfg.MaxBody, Version: cfg.Version, Sample: cfg.Sample}),
		Expectations: expect.New(cfg.Journal, cfg.Now),
	}
}

// Reset forgets every entry and all inbox settings. Streams stay open and
// sequence numbers go on.
func (rc *Receiver) Reset() error {
	if err := rc.Inboxes.Reset(); err != nil {
		return err
	}
	return rc.cfg.Journal.Clear()
}

// Close ends expectations, streams and replies that hang, and returns when the
// streams are gone: http.Server.Shutdown waits for none of them.
func (rc *Receiver) Close() {
	rc.Expectations.Close()
	rc.Inboxes.Close()
	rc.Broadcaster.Close()
}
