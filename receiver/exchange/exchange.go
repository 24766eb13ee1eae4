// Package exchange carries requests in and out: imports of what was recorded
// elsewhere, exports of an entry as curl, HAR, sample or Go test, and the
// difference of two entries.
package exchange

import (
	"time"

	"tacklebox/receiver/inbox"
	"tacklebox/receiver/journal"
)

// Config is what an Exchange needs. All but Sample is required.
type Config struct {
	Journal journal.Store
	Inboxes *inbox.Inboxes // judge what is imported
	Now     func() time.Time
	MaxBody int64 // the largest body that is imported
	Version string
	// Sample returns the catalogue's sample body of an event type, for
	// differences from it; nil or !ok: there is none.
	Sample func(provider, typ string) (body []byte, ok bool)
}

// Exchange serves the calls that import, export and compare.
type Exchange struct {
	cfg  Config
	log  journal.Store
	turn chan struct{} // of the one import that is read: it takes several times its size
}

// New returns the calls on cfg.Journal.
func New(cfg Config) *Exchange {
	return &Exchange{cfg, cfg.Journal, make(chan struct{}, 1)}
}
