package journal

import (
	"context"
	"fmt"
	"sync"
)

// board is where a store announces how far it can be read. Waiting costs a
// reader no goroutine and the store one closed channel per announcement,
// however many wait.
type Notifier struct {
	mu     sync.Mutex
	last   uint64
	closed bool
	bell   chan struct{} // closed at the next announcement; nil while nobody waits
}

// Announce raises the newest readable sequence number.
func (b *Notifier) Announce(last uint64) {
	b.mu.Lock()
	b.last = max(b.last, last)
	b.ring()
	b.mu.Unlock()
}

// Last returns the newest number that was announced.
func (b *Notifier) Last() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last
}

func (b *Notifier) Close() {
	b.mu.Lock()
	b.closed = true
	b.ring()
	b.mu.Unlock()
}

func (b *Notifier) ring() {
	if b.bell != nil {
		close(b.bell)
		b.bell = nil
	}
}

func (b *Notifier) Wait(ctx context.Context, after uint64) (uint64, error) {
	for {
		b.mu.Lock()
		if b.closed {
			b.mu.Unlock()
			return 0, ErrClosed
		}
		if b.last > after {
			defer b.mu.Unlock()
			return b.last, nil
		}
		if b.bell == nil {
			b.bell = make(chan struct{})
		}
		bell := b.bell
		b.mu.Unlock()
		select {
		case <-bell:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// TrimmedError is the ErrTrimmed of Scan: the entries From to To, both
// included, were forgotten before the reader came to them.
type TrimmedError struct{ From, To uint64 }

func (e *TrimmedError) Error() string {
	return fmt.Sprintf("entries %d to %d are no longer kept", e.From, e.To)
}

// Is makes errors.Is(err, ErrTrimmed) true.
func (e *TrimmedError) Is(other error) bool { return other == ErrTrimmed }

// Gap is the error of a cursor that points behind what is kept, nil otherwise.
// after 0 is no cursor; a reverse scan has a lower bound instead of one.
func Gap(after, oldest uint64, reverse bool) error {
	if after == 0 || reverse || after >= oldest-1 {
		return nil
	}
	return &TrimmedError{From: after + 1, To: oldest - 1}
}

// Missing says why seq cannot be had.
func Missing(seq, last uint64) error {
	if seq == 0 || seq > last {
		return fmt.Errorf("entry %d: %w", seq, ErrUnknown)
	}
	return fmt.Errorf("entry %d: %w", seq, ErrTrimmed)
}
