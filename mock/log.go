package mock

import (
	"fmt"
	"sync"

	"tacklebox/receiver/journal"
)

// log is the journal as the engine writes it: it knows the newest of its entries.
type log struct {
	journal journal.Store
	grown   func() // called at each entry

	mu     sync.Mutex
	newest journal.Receipt // of the entry appended last
}

// append puts an entry into the journal.
func (l *log) append(entry *journal.Entry) journal.Receipt {
	l.mu.Lock()
	defer l.mu.Unlock()
	receipt := l.journal.Append(entry)
	if receipt.Seq == 0 {
		return receipt // refused: nothing is newer than before
	}
	l.newest = receipt
	l.grown()
	return receipt
}

// appended returns the newest sequence number that the engine knows of.
func (l *log) appended() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.newest.Seq
}

// written returns once everything appended so far can be read.
func (l *log) written() error {
	l.mu.Lock()
	newest := l.newest
	l.mu.Unlock()
	if err := newest.Wait(); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}
