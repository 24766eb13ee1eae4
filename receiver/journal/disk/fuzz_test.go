package disk

import (
	"bytes"
	"os"
	"testing"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/journaltest"
)

func FuzzOpenSegment(f *testing.F) {
	dir := f.TempDir()
	s := mustOpen(f, dir, Options{})
	for i := range 3 {
		journaltest.Put(f, s, journaltest.Sample(i, 10))
	}
	s.Close()
	good, err := os.ReadFile(segmentPath(dir, 1))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good, []byte{})
	f.Add(good[:len(good)-5], []byte("x"))
	f.Add(good[300:], good[:300])
	f.Add(append(bytes.Clone(good[:200]), good[400:]...), good)
	f.Fuzz(func(t *testing.T, data, index []byte) {
		dir := t.TempDir()
		if os.WriteFile(segmentPath(dir, 1), data, 0o600) != nil || os.WriteFile(indexPath(segmentPath(dir, 1)), index, 0o600) != nil {
			t.Fatal("cannot write")
		}
		s, err := Open(dir, Options{Warn: func(string) {}})
		if err != nil {
			t.Fatal(err)
		}
		before := scanAll(t, s)
		journaltest.Put(t, s, journaltest.Sample(9, 10))
		if after := scanAll(t, s); len(after) != len(before)+1 {
			t.Errorf("%v, then %v", before, after)
		}
		s.Close()
		s = mustOpen(t, dir, Options{Warn: func(string) {}})
		if again := scanAll(t, s); len(again) != len(before)+1 {
			t.Errorf("%v, then %v after opening again", before, again)
		}
		s.Close()
	})
}

// scanAll holds numbers to rise and returns them.
func scanAll(t *testing.T, s journal.Store) (list []uint64) {
	last := uint64(0)
	err := s.Scan(t.Context(), 0, 0, false, nil, func(e *journal.Entry) bool {
		if e.Seq <= last {
			t.Errorf("%d follows %d", e.Seq, last)
		}
		last = e.Seq
		list = append(list, last)
		return true
	})
	if err != nil {
		t.Error(err)
	}
	return list
}
