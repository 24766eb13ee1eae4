package disk

import (
	"errors"
	"fmt"
	"os"

	"tacklebox/receiver/journal"
)

// errGone is why nothing is written any more when the folder is another one.
var errGone = errors.New("the folder was removed or replaced while it was in use: start again")

// Health implements journal.Store: nil while the last write went well and the
// folder is the one that was opened.
func (d *disk) Health() error {
	if err := d.there(); err != nil {
		return d.notKept(err)
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return journal.ErrClosed
	}
	return d.failed
}

// there reports whether the folder still has the lock that this store holds.
func (d *disk) there() error {
	now, err := os.Lstat(d.lock.Name())
	if err != nil || !os.SameFile(d.locked, now) {
		return errGone
	}
	return nil
}

func (d *disk) notKept(err error) error {
	return fmt.Errorf("journal %s: %w: %w", d.dir, journal.ErrNotKept, err)
}

// remember keeps the outcome of the last write for Health.
func (d *disk) remember(err error) {
	d.mu.Lock()
	d.failed = err
	d.mu.Unlock()
}
