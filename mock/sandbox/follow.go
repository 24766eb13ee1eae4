package sandbox

import (
	"context"
	"errors"
	"fmt"

	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/disk"
)

// InUse reports that the data folder belongs to another process, and to which; 0
// when that cannot be known.
func InUse(err error) (pid int, inUse bool) {
	var locked *disk.LockedError
	if !errors.As(err, &locked) {
		return 0, false
	}
	return locked.PID, true
}

// Follow gives every entry behind after, in order, and a gap for those that were
// removed before they could be given. Both nil means that it has caught up. It
// returns when yield fails, or when ctx has ended and everything until then was
// given. The entry is valid only during the call.
func (s *Space) Follow(ctx context.Context, after uint64, yield func(*journal.Entry, *api.Gap) error) error {
	for cursor := after; ; {
		ended := ctx.Err() != nil
		next, err := s.catchUp(context.WithoutCancel(ctx), cursor, yield)
		if err == nil {
			err = yield(nil, nil)
		}
		if err != nil || ended {
			return err
		}
		cursor = next
		if _, err := s.journal.Wait(ctx, cursor); err != nil && ctx.Err() == nil {
			return fmt.Errorf("journal: %w", err)
		}
	}
}

// catchUp gives what is readable behind the cursor and returns where it stands then.
func (s *Space) catchUp(ctx context.Context, cursor uint64, yield func(*journal.Entry, *api.Gap) error) (uint64, error) {
	if oldest, _ := s.journal.Bounds(); cursor == 0 && oldest > 1 { // to the journal, 0 is no cursor
		if err := yield(nil, &api.Gap{From: 1, To: oldest - 1}); err != nil {
			return cursor, err
		}
		cursor = oldest - 1
	}
	for {
		var failed error
		err := s.journal.Scan(ctx, cursor, 0, false, nil, func(e *journal.Entry) bool {
			cursor = e.Seq
			failed = yield(e, nil)
			return failed == nil
		})
		var trimmed *journal.TrimmedError
		if !errors.As(err, &trimmed) {
			return cursor, errors.Join(failed, err)
		}
		if err := yield(nil, &api.Gap{From: trimmed.From, To: trimmed.To}); err != nil {
			return cursor, err
		}
		cursor = trimmed.To
	}
}
