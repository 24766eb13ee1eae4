package disk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/journaltest"
)

// TestFaults: a write that fails refuses what it would have kept, and nothing
// else: reads, Clear and Forget go on, the next append tries again, and numbers
// are those of what was kept.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ops   []string
		err   error
		o     Options
		after int // appends before the fault
	}{
		{[]string{"write"}, syscall.ENOSPC, Options{}, 3},
		{[]string{"write"}, syscall.EIO, Options{}, 0},
		{[]string{"write", "truncate"}, syscall.EFBIG, Options{}, 3},
		{[]string{"sync"}, syscall.EIO, Options{Sync: true}, 3},
		{[]string{"sync", "truncate"}, syscall.EIO, Options{Sync: true}, 3},
		{[]string{"create"}, syscall.EMFILE, Options{SegmentBytes: 1}, 3},
		{[]string{"write", "create"}, syscall.EDQUOT, Options{SegmentBytes: 900}, 5},
	} {
		t.Run(fmt.Sprint(c.ops, c.err), func(t *testing.T) {
			dir := t.TempDir()
			s := mustOpen(t, dir, c.o)
			var on atomic.Bool
			s.(*disk).faults = func(op string) error {
				if on.Load() && slices.Contains(c.ops, op) {
					return c.err
				}
				return nil
			}
			for i := range c.after {
				journaltest.Put(t, s, journaltest.Sample(i, 100))
			}
			kept := journaltest.Span(1, uint64(c.after))
			on.Store(true)
			for i := range 3 {
				err := s.Append(journaltest.Sample(i, 100)).Wait()
				if !errors.Is(err, journal.ErrNotKept) || !errors.Is(err, c.err) || !strings.Contains(err.Error(), dir) {
					t.Errorf("append %d: %v", i, err)
				}
			}
			if err := s.Health(); !errors.Is(err, c.err) {
				t.Errorf("health: %v", err)
			}
			journaltest.Equal(t, "meanwhile", seqs(t, s, 0, 0, false, ""), kept)
			if err := s.Forget(t.Context(), parsed(t, "seq:2")); err != nil {
				t.Errorf("forget: %v", err)
			}
			on.Store(false)
			e := journaltest.Sample(9, 100)
			journaltest.Put(t, s, e)
			if e.Seq != uint64(c.after)+1 || s.Health() != nil {
				t.Errorf("number %d, health %v", e.Seq, s.Health())
			}
			want := slices.DeleteFunc(append(kept, e.Seq), func(n uint64) bool { return n == 2 })
			journaltest.Equal(t, "afterwards", seqs(t, s, 0, 0, false, ""), want)
			s.Close()
			again := mustOpen(t, dir, c.o)
			journaltest.Equal(t, "opened again", seqs(t, again, 0, 0, false, ""), want)
		})
	}
}

// TestFaultsUnderLoad: of what many write while writes fail now and then, exactly
// what was acknowledged is there.
func TestFaultsUnderLoad(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := mustOpen(t, dir, Options{SegmentBytes: 8 << 10})
	var n atomic.Int64
	s.(*disk).faults = func(string) error {
		if n.Add(1)%5 == 0 {
			return syscall.ENOSPC
		}
		return nil
	}
	var mu sync.Mutex
	kept := map[uint64]string{}
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			for i := range 60 {
				e := journaltest.Sample(w*100+i, 50+i*20)
				if e.EventID = fmt.Sprint(w, "-", i); s.Append(e).Wait() == nil {
					mu.Lock()
					kept[e.Seq] = e.EventID
					mu.Unlock()
				}
			}
		})
	}
	all.Wait()
	check := func(s journal.Store) {
		got := map[uint64]string{}
		if err := s.Scan(t.Context(), 0, 0, false, nil, func(e *journal.Entry) bool { got[e.Seq] = e.EventID; return true }); err != nil {
			t.Error(err)
		}
		journaltest.Equal(t, "kept", got, kept)
	}
	check(s)
	s.Close()
	check(mustOpen(t, dir, Options{}))
}

// TestFolderRemoved: what would go to a folder that is another one is refused.
func TestFolderRemoved(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	s := mustOpen(t, dir, Options{})
	journaltest.Put(t, s, journaltest.Sample(1, 10))
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{"append": s.Append(journaltest.Sample(2, 10)).Wait(), "health": s.Health()} {
		if !errors.Is(err, journal.ErrNotKept) || !strings.Contains(err.Error(), "removed or replaced") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	journaltest.Put(t, s, journaltest.Sample(2, 10))
}

// TestEveryByte flips every byte of a small journal: it starts, and only the
// record that was hit is lost.
func TestEveryByte(t *testing.T) {
	t.Parallel()
	whole := t.TempDir()
	s := mustOpen(t, whole, Options{})
	for i := range 3 {
		journaltest.Put(t, s, journaltest.Sample(i, 10))
	}
	s.Close()
	data, err := os.ReadFile(segmentPath(whole, 1))
	if err != nil {
		t.Fatal(err)
	}
	size := len(data) / 3
	dir := t.TempDir()
	for at := range data {
		for _, bit := range []byte{1, 0x80} {
			bad := slices.Clone(data)
			bad[at] ^= bit
			if at == 3 {
				continue // reads as another format, which is refused: TestForeignFormat
			}
			if err := os.WriteFile(segmentPath(dir, 1), bad, 0o600); err != nil {
				t.Fatal(err)
			}
			said := ""
			s, err := Open(dir, Options{Warn: func(text string) { said = text }})
			if err != nil {
				t.Fatalf("byte %d: %v", at, err)
			}
			want := slices.DeleteFunc([]uint64{1, 2, 3}, func(n uint64) bool { return int(n) == min(at/size, 2)+1 })
			if got := seqs(t, s, 0, 0, false, ""); !slices.Equal(got, want) || said == "" {
				t.Errorf("byte %d: %v, said %q", at, got, said)
			}
			s.Close()
			for _, file := range []string{segmentPath(dir, 1), segmentPath(dir, 4), segmentPath(dir, 3), filepath.Join(dir, lastFile)} {
				_ = os.Remove(file)
			}
		}
	}
}

// TestLostSegments: one that is gone, or emptied, is told and is a gap; numbers
// go on behind the highest that was given.
func TestLostSegments(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		harm func(path string) error
		at   uint64
		from uint64
		to   uint64
	}{
		"one in the middle is gone":    {os.Remove, 3, 3, 3},
		"one in the middle is emptied": {func(p string) error { return os.Truncate(p, 0) }, 4, 4, 4},
		"the last one is gone":         {os.Remove, 6, 6, 6},
		"the last one is emptied":      {func(p string) error { return os.Truncate(p, 0) }, 6, 6, 6},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := mustOpen(t, dir, Options{SegmentBytes: 1})
			for i := range 6 {
				journaltest.Put(t, s, journaltest.Sample(i, 10))
			}
			s.Close()
			_ = os.Remove(indexPath(segmentPath(dir, c.at)))
			if err := c.harm(segmentPath(dir, c.at)); err != nil {
				t.Fatal(err)
			}
			s, said := reopen(t, dir, Options{SegmentBytes: 1})
			if want := fmt.Sprintf("entries %d to %d are missing", c.from, c.to); !strings.Contains(said, want) {
				t.Errorf("said %q, want %q", said, want)
			}
			e := journaltest.Sample(7, 10)
			journaltest.Put(t, s, e)
			if e.Seq != 7 {
				t.Errorf("number %d", e.Seq)
			}
			var gap *journal.TrimmedError
			err := s.Scan(t.Context(), 1, 0, false, nil, func(*journal.Entry) bool { return true })
			if !errors.As(err, &gap) || gap.From != c.from || gap.To != c.to {
				t.Errorf("a cursor: %v", err)
			}
			journaltest.Equal(t, "kept", seqs(t, s, 0, 0, false, ""), slices.DeleteFunc(journaltest.Span(1, 7), func(n uint64) bool { return n == c.at }))
		})
	}
}

// TestForgottenStayForgotten over restarts, and a segment that has nothing left
// goes.
func TestForgottenStayForgotten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := mustOpen(t, dir, Options{SegmentBytes: 2 << 10})
	for i := range 20 {
		journaltest.Put(t, s, journaltest.Sample(i, 300))
	}
	files := len(segmentFiles(t, dir))
	if err := s.Forget(t.Context(), parsed(t, "seq:5..14 OR seq:20")); err != nil {
		t.Fatal(err)
	}
	want := []uint64{1, 2, 3, 4, 15, 16, 17, 18, 19}
	s.Close()
	s = mustOpen(t, dir, Options{SegmentBytes: 2 << 10})
	journaltest.Equal(t, "left", seqs(t, s, 0, 0, false, ""), want)
	if n := len(segmentFiles(t, dir)); n >= files {
		t.Errorf("%d segments before and %d after", files, n)
	}
	journaltest.Put(t, s, journaltest.Sample(21, 10))
	journaltest.Equal(t, "with a new one", seqs(t, s, 4, 0, false, ""), append(want[4:], 21))
}

// TestForeignFormat: a journal of another version is left as it is.
func TestForeignFormat(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := mustOpen(t, dir, Options{})
	journaltest.Put(t, s, journaltest.Sample(1, 10))
	s.Close()
	path := segmentPath(dir, 1)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[3] = '1'
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), "format TBX1") || !strings.Contains(err.Error(), path) {
		t.Errorf("opened: %v", err)
	}
	if now, _ := os.ReadFile(path); string(now) != string(data) {
		t.Error("it was changed")
	}
}

// TestOddFiles: what is no regular file is named, and not waited for.
func TestOddFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, segmentPath(dir, 1)); err != nil {
		t.Skip(err)
	}
	if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("a link: %v", err)
	}
}
