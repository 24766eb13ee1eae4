package disk

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/journaltest"
	"tacklebox/receiver/journal/record"
)

// TestGroupPieces puts bodies of all sizes in a group and reads the file back.
func TestGroupPieces(t *testing.T) {
	t.Parallel()
	g := newGroup(nil)
	var want []byte
	sizes := []int{0, 10, inlineBytes, inlineBytes + 1, 0, 3 * inlineBytes, 5}
	for i, size := range sizes {
		e := &journal.Entry{Kind: journal.Call, Request: &journal.Message{Body: bytes.Repeat([]byte{byte('a' + i)}, size)}, Response: &journal.Message{Body: []byte("reply")}}
		top, m, err := record.Append(nil, e)
		if err != nil {
			t.Fatal(err)
		}
		g.add(uint64(5+i), m, top, e.Request.Body, e.Response.Body)
		frame, _, err := record.Whole(uint64(5+i), e)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, frame...)
	}
	journaltest.Equal(t, "first", g.first, uint64(5))
	journaltest.Equal(t, "size", g.size, int64(len(want)))
	journaltest.Equal(t, "bodies by reference", len(g.cuts), 6)
	if got := bytes.Join(g.pieces(), nil); !bytes.Equal(got, want) {
		t.Errorf("%d bytes differ from %d", len(got), len(want))
	}
	at := uint32(0)
	for i, m := range g.metas {
		if m.Off != at {
			t.Errorf("record %d is at %d, wanted %d", i, m.Off, at)
		}
		at += m.Size
	}
	path := filepath.Join(t.TempDir(), "f")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := writeAll(f, g.pieces()); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); !bytes.Equal(got, want) {
		t.Errorf("the file has %d bytes, wanted %d", len(got), len(want))
	}
}

// TestWriteManyPieces writes more pieces than one system call takes.
func TestWriteManyPieces(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "f")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var pieces [][]byte
	for i := range 3000 {
		pieces = append(pieces, bytes.Repeat([]byte{byte(i)}, i%7))
	}
	want := bytes.Join(pieces, nil)
	if err := writeAll(f, pieces); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); !bytes.Equal(got, want) {
		t.Errorf("the file has %d bytes, wanted %d", len(got), len(want))
	}
	f.Close()
	if err := writeAll(f, [][]byte{[]byte("x")}); err == nil {
		t.Error("writing to a closed file went well")
	}
}

func TestGroupLetsGo(t *testing.T) {
	t.Parallel()
	g := newGroup(nil)
	e := &journal.Entry{Request: &journal.Message{Body: make([]byte, inlineBytes+1)}}
	top, m, _ := record.Append(nil, e)
	g.add(1, m, top, e.Request.Body, nil)
	next := newGroup(g)
	if len(next.buf)+len(next.cuts)+len(next.metas) > 0 || g.cuts[:1][0].body != nil {
		t.Error("the next group keeps what was in the one before")
	}
	g.buf = make([]byte, 0, inlineSpare+1)
	if next = newGroup(g); next.buf != nil {
		t.Error("a large buffer is kept")
	}
}

// TestReceiptsOfAGroup: one failure is told to every receipt of the group, and
// to what comes later.
func TestReceiptsOfAGroup(t *testing.T) {
	t.Parallel()
	s := mustOpen(t, t.TempDir(), Options{})
	d := s.(*disk)
	d.writing.Lock() // what is appended now waits
	var receipts []journal.Receipt
	for i := range 10 {
		receipts = append(receipts, s.Append(journaltest.Sample(i, 10)))
	}
	gone := errors.New("gone")
	d.faults = func(string) error { return gone }
	d.writing.Unlock()
	for _, r := range receipts {
		if err := r.Wait(); !errors.Is(err, gone) {
			t.Errorf("receipt %d: %v", r.Seq, err)
		}
	}
	if err := s.Close(); !errors.Is(err, gone) {
		t.Error("Close:", err)
	}
}

// TestCloseWritesWhatWasAppended: receipts that nobody waited for are kept.
func TestCloseWritesWhatWasAppended(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := mustOpen(t, dir, Options{})
	for i := range 500 {
		s.Append(journaltest.Sample(i, 100))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	journaltest.Equal(t, "entries", seqs(t, mustOpen(t, dir, Options{}), 0, 0, false, ""), journaltest.Span(1, 500))
}

// TestClearWhileAppending: numbers rise through it, and nothing hangs.
func TestClearWhileAppending(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := mustOpen(t, dir, Options{SegmentBytes: 8 << 10})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			last := uint64(0)
			for i := range 100 {
				r := s.Append(journaltest.Sample(i, 500))
				if err := r.Wait(); err != nil || r.Seq <= last {
					t.Error(r.Seq, last, err)
				}
				last = r.Seq
			}
		})
	}
	for range 10 {
		if err := s.Clear(); err != nil {
			t.Error(err)
		}
	}
	all.Wait()
	oldest, last := s.Bounds()
	journaltest.Equal(t, "kept", seqs(t, s, 0, 0, false, ""), journaltest.Span(oldest, last))
	s.Close()
	again := mustOpen(t, dir, Options{})
	journaltest.Equal(t, "kept after opening again", seqs(t, again, 0, 0, false, ""), journaltest.Span(oldest, last))
	journaltest.Equal(t, "last", last, uint64(400))
}
