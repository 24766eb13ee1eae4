package journal

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"
)

// TestBoard runs waiters in a bubble, where it is certain who is blocked.
func TestBoard(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b board
		woken := make(chan uint64, 300)
		for range 150 {
			go func() {
				last, err := b.wait(t.Context(), 5)
				if err != nil {
					t.Error(err)
				}
				woken <- last
			}()
		}
		synctest.Wait()
		b.announce(4)
		b.announce(5)
		b.announce(3)
		synctest.Wait()
		if len(woken) > 0 || b.last != 5 {
			t.Fatalf("%d woke too early, last is %d", len(woken), b.last)
		}
		b.announce(9)
		synctest.Wait()
		if len(woken) != 150 || <-woken != 9 {
			t.Errorf("%d woke", len(woken))
		}
		if b.bell != nil {
			t.Error("a bell hangs, and nobody waits")
		}
		if last, err := b.wait(t.Context(), 0); last != 9 || err != nil {
			t.Error(last, err)
		}
	})
}

func TestBoardCloses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b board
		errs := make(chan error, 3)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _, err := b.wait(ctx, 0); errs <- err }()
		synctest.Wait()
		cancel()
		if err := <-errs; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		go func() { _, err := b.wait(t.Context(), 0); errs <- err }()
		synctest.Wait()
		b.close()
		if err := <-errs; !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
	})
}

// TestNothingIsLeft: a store on disk has one goroutine, which ends with it.
func TestNothingIsLeft(t *testing.T) {
	before := goleak.IgnoreCurrent()
	s := mustOpen(t, t.TempDir(), Options{})
	fill(t, s, 10, 10)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	goleak.VerifyNone(t, before)
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
		err := gap(c.after, c.oldest, c.reverse)
		var got *TrimmedError
		if errors.As(err, &got) != (c.want != TrimmedError{}) || got != nil && *got != c.want {
			t.Errorf("after %d, oldest %d: %v", c.after, c.oldest, err)
		}
	}
	equal(t, "text", (&TrimmedError{2, 9}).Error(), "entries 2 to 9 are no longer kept")
}
