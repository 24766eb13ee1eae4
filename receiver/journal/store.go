package journal

import (
	"context"
	"errors"
)

// Errors that readers meet.
var (
	ErrClosed  = errors.New("journal is closed")
	ErrTrimmed = errors.New("entry is no longer kept")
	ErrUnknown = errors.New("no such entry")
	// ErrNotKept is what an append fails with while the store cannot write: the
	// disk is full, or its folder is gone. The next one tries again.
	ErrNotKept = errors.New("the journal cannot be written")
	// ErrUnavailable is what calls fail with while the store is elsewhere and
	// cannot be reached. They may be tried again.
	ErrUnavailable = errors.New("the shared journal cannot be reached")
)

// Receipt is the promise that an appended entry will be kept.
type Receipt struct {
	Seq  uint64
	wait func() error
}

// NewReceipt is the receipt of a store; wait may be nil.
func NewReceipt(seq uint64, wait func() error) Receipt { return Receipt{seq, wait} }

// Refused is the receipt of an entry that was not taken.
func Refused(err error) Receipt { return Receipt{wait: func() error { return err }} }

// Wait returns once the entry is as durable as its store promises, or with the
// error that kept it from being so.
func (r Receipt) Wait() error {
	if r.wait == nil {
		return nil
	}
	return r.wait()
}

// Matcher says which entries a reader wants; package query has the filter
// language. One that can rule out an entry by its index or its raw bytes says so
// besides: see record.Shortcut.
type Matcher interface{ Match(*Entry) bool }

// Store is the log. Implementations are safe for concurrent use; one suite of
// tests (journaltest.Suite) holds them all to the same behaviour.
type Store interface {
	// Append assigns the next sequence number to e (e.Seq) and queues it. Order
	// of sequence numbers is order of Append calls. The entry and the slices it
	// points to may be reused by the caller after Receipt.Wait has returned.
	Append(e *Entry) Receipt
	// Get returns a copy of one entry, bodies included. ErrTrimmed when it is
	// no longer kept, ErrUnknown when it never was.
	Get(seq uint64) (*Entry, error)
	// Scan calls yield for the kept entries with after < Seq and Seq < before
	// (0: no bound) that the filter matches (nil: all), in rising order, or
	// falling when reverse is set, until yield returns false. The entry is
	// valid only during the call unless it is cloned.
	//
	// after > 0 in a rising scan is a cursor: when entries behind it are no
	// longer kept, Scan yields nothing and returns a *TrimmedError (it is
	// ErrTrimmed) with the range that was missed; the reader tells of the gap
	// and goes on with after = TrimmedError.To. Nobody misses entries silently.
	// after 0, and a reverse scan, begin with what is kept.
	// It ends with the error of ctx when that is done before the next record is
	// looked at; ctx is asked once for some hundred kilobytes.
	Scan(ctx context.Context, after, before uint64, reverse bool, f Matcher, yield func(*Entry) bool) error
	// Wait blocks until an entry with Seq > after is readable and returns the
	// newest such Seq; ctx's error or ErrClosed otherwise. A reader scans up to
	// that number and goes on from it, whether or not its filter let any through.
	Wait(ctx context.Context, after uint64) (last uint64, err error)
	// Bounds returns the oldest kept and the newest readable sequence number;
	// oldest is last+1 when nothing is kept.
	Bounds() (oldest, last uint64)
	// Count returns how many entries are kept: fewer than Bounds spans where some
	// were forgotten or lost.
	Count() uint64
	// Clear forgets every entry. Sequence numbers go on where they were.
	Clear() error
	// Forget forgets the entries that f matches. Their numbers are never given
	// again, and no gap is told of them.
	Forget(ctx context.Context, f Matcher) error
	// Health is nil while entries can be kept, and says why not otherwise.
	Health() error
	// Close flushes and releases the log; later calls return ErrClosed.
	Close() error
}
