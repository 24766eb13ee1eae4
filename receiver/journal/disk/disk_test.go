package disk

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/journaltest"
	"tacklebox/receiver/journal/memory"
	"tacklebox/receiver/journal/record"
)

// segmentFiles are the segments of dir, in order.
func segmentFiles(t testing.TB, dir string) []string {
	t.Helper()
	bases, err := segmentBases(dir)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, b := range bases {
		paths = append(paths, segmentPath(dir, b))
	}
	return paths
}

// copyDir is the folder as a kill -9 leaves it: what was written, no Close.
func copyDir(t testing.TB, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// reopen opens dir and returns the one warning it gave, if any.
func reopen(t testing.TB, dir string, o Options) (journal.Store, string) {
	t.Helper()
	var said []string
	o.Warn = func(text string) { said = append(said, text) }
	s := mustOpen(t, dir, o)
	if len(said) > 1 {
		t.Errorf("warned %d times: %q", len(said), said)
	}
	return s, strings.Join(said, "\n")
}

func TestDiskSurvivesKill(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{"one segment": {}, "many": {SegmentBytes: 4 << 10}, "synced": {Sync: true}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := mustOpen(t, dir, o)
			for i := range 40 {
				journaltest.Put(t, s, journaltest.Sample(i, 1000))
			}
			again, warning := reopen(t, copyDir(t, dir), o)
			journaltest.Equal(t, "warning", warning, "")
			journaltest.Equal(t, "entries", seqs(t, again, 0, 0, false, ""), journaltest.Span(1, 40))
			journaltest.Put(t, again, journaltest.Sample(41, 10))
			journaltest.Equal(t, "with a new one", seqs(t, again, 38, 0, false, ""), []uint64{39, 40, 41})
			want, _ := s.Get(17)
			got, err := again.Get(17)
			if err != nil {
				t.Fatal(err)
			}
			journaltest.Equal(t, "entry 17", got, want)
		})
	}
}

// TestDiskTornTail cuts the file at every byte of its last record.
func TestDiskTornTail(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := mustOpen(t, dir, Options{})
	journaltest.Put(t, s, journaltest.Sample(1, 10), journaltest.Sample(2, 10))
	info, _ := os.Stat(segmentFiles(t, dir)[0])
	whole := info.Size()
	journaltest.Put(t, s, journaltest.Sample(3, 10))
	s.Close()
	data, err := os.ReadFile(segmentFiles(t, dir)[0])
	if err != nil {
		t.Fatal(err)
	}
	torn := t.TempDir()
	path := segmentPath(torn, 1)
	for cut := whole; cut < int64(len(data)); cut++ {
		if err := os.WriteFile(path, data[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		s, warning := reopen(t, torn, Options{})
		if (warning != "") != (cut > whole) || cut > whole && !strings.Contains(warning, fmt.Sprintf("cut %d bytes", cut-whole)) {
			t.Fatalf("cut at %d: warned %q", cut, warning)
		}
		if got := seqs(t, s, 0, 0, false, ""); len(got) != 2 {
			t.Fatalf("cut at %d: %v", cut, got)
		}
		e := journaltest.Sample(4, 10)
		journaltest.Put(t, s, e)
		if e.Seq < 3 {
			t.Fatalf("cut at %d: number %d again", cut, e.Seq)
		}
		s.Close()
		s, warning = reopen(t, torn, Options{})
		if got := seqs(t, s, 0, 0, false, ""); len(got) != 3 || got[2] != e.Seq || warning != "" && e.Seq == 3 {
			t.Fatalf("cut at %d, then appended: %v, %q", cut, got, warning)
		}
		s.Close()
		os.RemoveAll(torn)
		if err := os.Mkdir(torn, 0o700); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDiskCorrupt flips bytes in the second of three records.
func TestDiskCorrupt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := mustOpen(t, dir, Options{})
	var ends []int64
	for i := range 3 {
		journaltest.Put(t, s, journaltest.Sample(i, 10))
		info, _ := os.Stat(segmentFiles(t, dir)[0])
		ends = append(ends, info.Size())
	}
	s.Close()
	data, _ := os.ReadFile(segmentFiles(t, dir)[0])
	for at := ends[0]; at < ends[1]; at += 3 {
		bad := bytes.Clone(data)
		bad[at] ^= 0x55
		hurt := t.TempDir()
		if err := os.WriteFile(segmentPath(hurt, 1), bad, 0o600); err != nil {
			t.Fatal(err)
		}
		s, warning := reopen(t, hurt, Options{})
		if !strings.Contains(warning, "skipped 1 corrupt") || !strings.Contains(warning, fmt.Sprintf("seg:%d", ends[0])) {
			t.Fatalf("byte %d: warned %q", at, warning)
		}
		journaltest.Equal(t, "entries", seqs(t, s, 0, 0, false, ""), []uint64{1, 3})
		journaltest.Equal(t, "entries, down", seqs(t, s, 0, 0, true, ""), []uint64{3, 1})
		if _, err := s.Get(2); !errors.Is(err, journal.ErrTrimmed) {
			t.Fatalf("byte %d: Get: %v", at, err)
		}
		journaltest.Put(t, s, journaltest.Sample(4, 10))
		journaltest.Equal(t, "after", seqs(t, s, 2, 0, false, ""), []uint64{3, 4})
		s.Close()
	}
}

// TestDiskCorruptWhenRead damages a full segment, which opening trusts.
func TestDiskCorruptWhenRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := mustOpen(t, dir, Options{SegmentBytes: 4 << 10})
	for i := range 20 {
		journaltest.Put(t, s, journaltest.Sample(i, 1000))
	}
	s.Close()
	path := segmentFiles(t, dir)[0]
	data, _ := os.ReadFile(path)
	data[len(data)-10] ^= 1
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	var said []string
	s = mustOpen(t, dir, Options{SegmentBytes: 4 << 10, Warn: func(text string) { said = append(said, text) }})
	if got := seqs(t, s, 0, 0, false, ""); len(got) != 19 {
		t.Errorf("scanned %v", got)
	}
	seqs(t, s, 0, 0, true, "")
	if len(said) != 1 || !strings.Contains(said[0], "is corrupt and is skipped") {
		t.Errorf("warned %q", said)
	}
}

func TestDiskWithoutIndexFiles(t *testing.T) {
	t.Parallel()
	damages := map[string]func(path string) error{
		"missing":   os.Remove,
		"empty":     func(path string) error { return os.WriteFile(path, nil, 0o600) },
		"cut":       func(path string) error { return os.Truncate(path, 50) },
		"foreign":   func(path string) error { return os.WriteFile(path, bytes.Repeat([]byte("x"), 100), 0o600) },
		"bit error": func(path string) error { return flip(path, 40) },
	}
	for name, hurt := range damages {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := mustOpen(t, dir, Options{SegmentBytes: 4 << 10})
			for i := range 20 {
				journaltest.Put(t, s, journaltest.Sample(i, 1000))
			}
			s.Close()
			files, _ := filepath.Glob(filepath.Join(dir, "*"+indexExt))
			if len(files) == 0 {
				t.Fatal("no index was written")
			}
			for _, f := range files {
				if err := hurt(f); err != nil {
					t.Fatal(err)
				}
			}
			s = mustOpen(t, dir, Options{SegmentBytes: 4 << 10})
			journaltest.Equal(t, "entries", seqs(t, s, 0, 0, false, "tok"), journaltest.Span(1, 20))
		})
	}
}

func flip(path string, at int) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	data[at] ^= 4
	return os.WriteFile(path, data, 0o600)
}

func TestDiskNumbersGoOn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := mustOpen(t, dir, Options{})
	journaltest.Fill(t, s, 5, 10)
	if err := s.Clear(); err != nil {
		t.Fatal(err)
	}
	for range 3 { // also when nothing was appended in between
		s.Close()
		s = mustOpen(t, dir, Options{})
		oldest, last := s.Bounds()
		journaltest.Equal(t, "bounds", [2]uint64{oldest, last}, [2]uint64{6, 5})
	}
	journaltest.Put(t, s, journaltest.Sample(1, 10))
	journaltest.Equal(t, "entries", seqs(t, s, 0, 0, false, ""), []uint64{6})
}

func TestDiskRetentionAtOpen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := mustOpen(t, dir, Options{SegmentBytes: 4 << 10})
	for i := range 100 {
		journaltest.Put(t, s, journaltest.Sample(i, 1000))
	}
	s.Close()
	s = mustOpen(t, dir, Options{SegmentBytes: 4 << 10, Keep: 10})
	oldest, last := s.Bounds()
	if last != 100 || oldest < 80 || oldest > 91 {
		t.Errorf("kept %d to %d", oldest, last)
	}
	if n := len(segmentFiles(t, dir)); n > 6 {
		t.Errorf("%d files are left", n)
	}
}

func TestDiskLock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := mustOpen(t, dir, Options{})
	_, err := Open(dir, Options{})
	var locked *LockedError
	if !errors.As(err, &locked) || *locked != (LockedError{dir, os.Getpid()}) {
		t.Fatal(err)
	}
	journaltest.Equal(t, "message", err.Error(), fmt.Sprintf("journal %s is in use by process %d", dir, os.Getpid()))
	journaltest.Equal(t, "message without a number", (&LockedError{Dir: "d"}).Error(), "journal d is in use by another process")
	s.Close()
	mustOpen(t, dir, Options{})
}

func TestDiskLockOfAnotherProcess(t *testing.T) {
	if dir := os.Getenv("JOURNAL_LOCK_DIR"); dir != "" {
		_, err := Open(dir, Options{})
		fmt.Print(err)
		return
	}
	t.Parallel()
	dir := t.TempDir()
	mustOpen(t, dir, Options{})
	other := exec.Command(os.Args[0], "-test.run=^TestDiskLockOfAnotherProcess$")
	other.Env = append(os.Environ(), "JOURNAL_LOCK_DIR="+dir)
	out, err := other.Output()
	if want := fmt.Sprintf("is in use by process %d", os.Getpid()); err != nil || !strings.Contains(string(out), want) {
		t.Errorf("the other process said %q, %v; wanted %q", out, err, want)
	}
}

func TestDiskOpenErrors(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "below")} {
		if _, err := Open(dir, Options{}); err == nil || !strings.HasPrefix(err.Error(), "journal "+dir+": ") {
			t.Errorf("Open(%s): %v", dir, err)
		}
	}
	odd := t.TempDir()
	if err := os.Mkdir(segmentPath(odd, 3), 0o700); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the lock is given back
		var locked *LockedError
		if _, err := Open(odd, Options{}); err == nil || errors.As(err, &locked) {
			t.Errorf("a folder in place of a segment: %v", err)
		}
	}
}

func TestDiskIgnoresForeignFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"x.seg", "7.seg", "00000000000000000000.seg", "notes.txt", "00000000000000000009.idx"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := mustOpen(t, dir, Options{})
	journaltest.Fill(t, s, 3, 10)
	journaltest.Equal(t, "entries", seqs(t, s, 0, 0, false, ""), journaltest.Span(1, 3))
}

func TestDiskOverlappingSegment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := mustOpen(t, dir, Options{})
	journaltest.Fill(t, s, 5, 10)
	s.Close()
	data, _ := os.ReadFile(segmentFiles(t, dir)[0])
	if err := os.WriteFile(segmentPath(dir, 3), data, 0o600); err != nil {
		t.Fatal(err)
	}
	s, warning := reopen(t, dir, Options{})
	if !strings.Contains(warning, "ignored") {
		t.Errorf("warned %q", warning)
	}
	journaltest.Put(t, s, journaltest.Sample(6, 10))
	journaltest.Equal(t, "entries", seqs(t, s, 0, 0, false, ""), journaltest.Span(1, 6))
}

func TestDiskWriteFailure(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /dev/full")
	}
	t.Parallel()
	for name, size := range map[string]int{"write": 10, "writev": 20 << 10} {
		t.Run(name, func(t *testing.T) {
			s := mustOpen(t, t.TempDir(), Options{})
			journaltest.Put(t, s, journaltest.Sample(1, 10))
			d := s.(*disk)
			full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			good := d.segments[0].f
			d.segments[0].f = full
			first := s.Append(journaltest.Sample(2, size)).Wait()
			if first == nil || !strings.Contains(first.Error(), "no space left") || !strings.Contains(first.Error(), d.dir) {
				t.Errorf("the receipt said %v", first)
			}
			d.writing.Lock()
			full.Close()
			d.segments[0].f = good
			d.writing.Unlock()
			if err := s.Append(journaltest.Sample(3, 10)).Wait(); err != nil {
				t.Errorf("afterwards: %v", err)
			}
			journaltest.Equal(t, "entries", seqs(t, s, 0, 0, false, ""), []uint64{1, 2})
			if err := s.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
}

func TestDiskTooLarge(t *testing.T) {
	t.Parallel()
	big := make([]byte, record.MaxFrame)
	for name, s := range map[string]journal.Store{"memory": memory.New(memory.Limit{}), "disk": mustOpen(t, t.TempDir(), Options{})} {
		if err := s.Append(&journal.Entry{Request: &journal.Message{Body: big}}).Wait(); !errors.Is(err, record.ErrTooLarge) {
			t.Error(name, err)
		}
		e := journaltest.Sample(1, 10)
		journaltest.Put(t, s, e)
		journaltest.Equal(t, name+": number", e.Seq, uint64(1))
	}
}

// TestDiskBacklog appends much more than may wait, without waiting itself.
func TestDiskBacklog(t *testing.T) {
	t.Parallel()
	s := mustOpen(t, t.TempDir(), Options{SegmentBytes: 8 << 20})
	body := bytes.Repeat([]byte("b"), 1<<20)
	var last journal.Receipt
	for range 3 * backlogBytes / len(body) {
		last = s.Append(&journal.Entry{Kind: journal.Capture, Request: &journal.Message{Body: body}})
	}
	if err := last.Wait(); err != nil {
		t.Fatal(err)
	}
	journaltest.Equal(t, "entries", seqs(t, s, 0, 0, false, ""), journaltest.Span(1, last.Seq))
}

func TestWindow(t *testing.T) {
	t.Parallel()
	data := bytes.Repeat([]byte("0123456789"), 100_000)
	w := window{r: bytes.NewReader(data), size: int64(len(data))}
	for _, c := range []struct {
		off  int64
		n    int
		want int
	}{{0, 10, 10}, {5, 600_000, 600_000}, {3, 4, 4}, {999_995, 10, 5}, {1_000_000, 1, 0}} {
		got, err := w.bytes(c.off, c.n)
		if err != nil || len(got) != c.want || !bytes.Equal(got, data[c.off:c.off+int64(c.want)]) {
			t.Errorf("%d bytes at %d: %d, %v", c.n, c.off, len(got), err)
		}
	}
}
