package journal

import (
	"bytes"
	"os"
	"testing"
	"testing/quick"
)

func TestMetaBytes(t *testing.T) {
	t.Parallel()
	check := func(off, size uint32, stamp int64, kind, flags uint8, status uint16, keys [keyCount]uint16) bool {
		want, got := meta{off, size, stamp, kind, flags, status, keys}, meta{}
		b := want.append(nil)
		got.parse(b)
		return len(b) == metaSize && got == want
	}
	if err := quick.Check(check, nil); err != nil {
		t.Error(err)
	}
}

func TestIndexFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := createSegment(dir, 10)
	if err != nil {
		t.Fatal(err)
	}
	defer s.release()
	s.put(10, meta{size: 100})
	s.put(13, meta{off: 100, size: 50, kind: 2}) // behind two holes
	s.size = 150
	s.saveIndex()
	again := newSegment(10, s.path, s.f)
	if !again.loadIndex(150) {
		t.Fatal("the index was refused")
	}
	equal(t, "count", again.count, 2)
	equal(t, "next", again.next(), uint64(14))
	if again.metas[3] != s.metas[3] || again.metas[1] != (meta{}) {
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
	s.put(5, meta{})
	if _, ok := s.first(); ok || !s.endsInHole() || s.count != 0 {
		t.Error("a hole is no record")
	}
	s.put(7, meta{size: 9})
	if seq, ok := s.first(); !ok || seq != 7 || s.endsInHole() || s.next() != 8 || s.count != 1 {
		t.Error("a record behind holes is the first")
	}
}
