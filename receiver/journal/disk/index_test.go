package disk

import (
	"bytes"
	"os"
	"testing"

	"tacklebox/receiver/journal/journaltest"
	"tacklebox/receiver/journal/record"
)

func TestIndexFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := createSegment(dir, 10)
	if err != nil {
		t.Fatal(err)
	}
	defer s.release()
	s.put(10, record.Meta{Size: 100})
	s.put(13, record.Meta{Off: 100, Size: 50, Kind: 2}) // behind two holes
	s.size = 150
	s.saveIndex()
	again := newSegment(10, s.path, s.f)
	if !again.loadIndex(150) {
		t.Fatal("the index was refused")
	}
	journaltest.Equal(t, "count", again.count, 2)
	journaltest.Equal(t, "next", again.next(), uint64(14))
	if again.metas[3] != s.metas[3] || again.metas[1] != (record.Meta{}) {
		t.Errorf("read back %+v", again.metas)
	}
	if newSegment(10, s.path, s.f).loadIndex(151) {
		t.Error("an index of a segment of another size was taken")
	}
	if newSegment(11, s.path, s.f).loadIndex(150) {
		t.Error("an index of another segment was taken")
	}
	good, err := os.ReadFile(indexPath(s.path))
	if err != nil {
		t.Fatal(err)
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		if err := os.WriteFile(indexPath(s.path), bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if newSegment(10, s.path, s.f).loadIndex(150) {
			t.Errorf("byte %d flipped, and the index was taken", i)
		}
	}
}

func TestSegmentNumbers(t *testing.T) {
	t.Parallel()
	s := &segment{base: 5}
	if _, ok := s.first(); ok || s.next() != 5 || s.endsInHole() {
		t.Error("an empty segment has no first number and ends in no hole")
	}
	s.put(5, record.Meta{})
	if _, ok := s.first(); ok || !s.endsInHole() || s.count != 0 {
		t.Error("a hole is no record")
	}
	s.put(7, record.Meta{Size: 9})
	if seq, ok := s.first(); !ok || seq != 7 || s.endsInHole() || s.next() != 8 || s.count != 1 {
		t.Error("a record behind holes is the first")
	}
}

// TestAnIndexIsReadWhenSomebodyLooks: opening reads the heads of the indexes alone,
// and what is damaged behind a head costs nothing but time.
func TestAnIndexIsReadWhenSomebodyLooks(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(path string, data []byte) error{
		"whole":      func(string, []byte) error { return nil },
		"a meta":     func(path string, data []byte) error { return flip(path, indexHeader+5) },
		"the sum":    func(path string, data []byte) error { return flip(path, len(data)-1) },
		"the head":   func(path string, data []byte) error { return flip(path, 18) },
		"gone":       func(path string, _ []byte) error { return os.Remove(path) },
		"in its use": func(path string, data []byte) error { return os.Truncate(path, int64(len(data)-1)) },
	} {
		dir, o := t.TempDir(), Options{SegmentBytes: 6 << 10}
		s := mustOpen(t, dir, o)
		for i := range 40 {
			journaltest.Put(t, s, journaltest.Sample(i, 500)) // one by one: a group is never cut
		}
		s.Close()
		path := indexPath(segmentPath(dir, 1))
		data, err := os.ReadFile(path)
		if err == nil {
			err = harm(path, data)
		}
		if err != nil {
			t.Fatal(err)
		}
		s = mustOpen(t, dir, o)
		first := s.(*disk).segments[0]
		if name == "whole" && (first.metas != nil || first.total == 0) {
			t.Errorf("%s: opening read %d metas of %d", name, len(first.metas), first.total)
		}
		journaltest.Equal(t, name+": counted", s.Count(), uint64(40))
		if e, err := s.Get(2); err != nil || e.Seq != 2 {
			t.Errorf("%s: entry 2: %v", name, err)
		}
		journaltest.Equal(t, name, seqs(t, s, 0, 0, false, ""), journaltest.Span(1, 40))
		s.Close()
	}
}
