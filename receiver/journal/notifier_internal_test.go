package journal

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

// TestBoard runs waiters in a bubble, where it is certain who is blocked.
func TestBoard(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b Notifier
		woken := make(chan uint64, 300)
		for range 150 {
			go func() {
				last, err := b.Wait(t.Context(), 5)
				if err != nil {
					t.Error(err)
				}
				woken <- last
			}()
		}
		synctest.Wait()
		b.Announce(4)
		b.Announce(5)
		b.Announce(3)
		synctest.Wait()
		if len(woken) > 0 || b.last != 5 {
			t.Fatalf("%d woke too early, last is %d", len(woken), b.last)
		}
		b.Announce(9)
		synctest.Wait()
		if len(woken) != 150 || <-woken != 9 {
			t.Errorf("%d woke", len(woken))
		}
		if b.bell != nil {
			t.Error("a bell hangs, and nobody waits")
		}
		if last, err := b.Wait(t.Context(), 0); last != 9 || err != nil {
			t.Error(last, err)
		}
	})
}

func TestBoardCloses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b Notifier
		errs := make(chan error, 3)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _, err := b.Wait(ctx, 0); errs <- err }()
		synctest.Wait()
		cancel()
		if err := <-errs; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		go func() { _, err := b.Wait(t.Context(), 0); errs <- err }()
		synctest.Wait()
		b.Close()
		if err := <-errs; !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
	})
}

func TestGap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		after, oldest uint64
		reverse       bool
		want          TrimmedError
	}{
		{0, 100, false, TrimmedError{}},
		{99, 100, false, TrimmedError{}},
		{200, 100, false, TrimmedError{}},
		{98, 100, false, TrimmedError{99, 99}},
		{1, 100, false, TrimmedError{2, 99}},
		{1, 100, true, TrimmedError{}},
		{1<<64 - 1, 100, false, TrimmedError{}},
	} {
		err := Gap(c.after, c.oldest, c.reverse)
		var got *TrimmedError
		if errors.As(err, &got) != (c.want != TrimmedError{}) || got != nil && *got != c.want {
			t.Errorf("after %d, oldest %d: %v", c.after, c.oldest, err)
		}
	}
	if got := (&TrimmedError{2, 9}).Error(); got != "entries 2 to 9 are no longer kept" {
		t.Error(got)
	}
}
