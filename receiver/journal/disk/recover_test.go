package disk

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/journaltest"
	"tacklebox/receiver/journal/record"
)

// TestRecover gives files made of good records and rubbish.
func TestRecover(t *testing.T) {
	t.Parallel()
	whole := func(seq uint64, e *journal.Entry) string {
		frame, _, err := record.Whole(seq, e)
		if err != nil {
			t.Fatal(err)
		}
		return string(frame)
	}
	stored := func(seq uint64) string { return whole(seq, journaltest.Sample(int(seq), 10)) }
	hurt := func(s string, at int) string { return s[:at] + string(s[at]^1) + s[at+1:] }
	rubbish := strings.Repeat("rubbish ", 100)
	mark := string([]byte{0x54, 0x42, 0x58, 0x32})
	inside := whole(1, &journal.Entry{Kind: journal.Capture, Request: &journal.Message{Body: []byte(stored(2) + stored(3))}})
	for _, c := range []struct {
		name    string
		file    string
		want    []uint64
		skipped int
		cut     bool
	}{
		{"empty", "", nil, 0, false},
		{"good", stored(1) + stored(2), []uint64{1, 2}, 0, false},
		{"rubbish only", rubbish, nil, 0, true},
		{"zeros behind", stored(1) + strings.Repeat("\x00", 5000), []uint64{1}, 0, true},
		{"rubbish before", rubbish + stored(1), []uint64{1}, 1, false},
		{"rubbish between", stored(1) + rubbish + stored(2), []uint64{1, 2}, 1, false},
		{"rubbish in place of one", stored(1) + rubbish + stored(3), []uint64{1, 3}, 1, false},
		{"marks between", stored(1) + strings.Repeat(mark, 3000) + stored(2), []uint64{1, 2}, 1, false},
		{"a mark at the window's edge", stored(1) + strings.Repeat("x", 64<<10-3) + stored(2), []uint64{1, 2}, 1, false},
		{"rubbish longer than a window", stored(1) + strings.Repeat("y", 700<<10) + stored(2), []uint64{1, 2}, 1, false},
		{"damaged header", stored(1) + hurt(stored(2), 9) + stored(3), []uint64{1, 3}, 1, false},
		{"damaged length", stored(1) + hurt(stored(2), 25) + stored(3), []uint64{1, 3}, 1, false},
		{"damaged payload", stored(1) + hurt(stored(2), 70) + stored(3), []uint64{1, 3}, 1, false},
		{"two damaged", hurt(stored(1), 3) + stored(2) + hurt(stored(3), 80) + stored(4), []uint64{2, 4}, 2, false},
		{"damaged and torn", hurt(stored(1), 3) + stored(2) + stored(3)[:50], []uint64{2}, 1, true},
		{"damaged last", stored(1) + hurt(stored(2), 70), []uint64{1}, 0, true},
		{"a number again", stored(1) + stored(2) + stored(2) + stored(3), []uint64{1, 2, 3}, 1, false},
		{"a number left out", stored(1) + stored(3), []uint64{1}, 0, true},
		{"numbers far away", stored(1) + stored(1<<40), []uint64{1}, 0, true},
		{"records in a body", inside + stored(2), []uint64{1, 2}, 0, false},
		{"records in a torn body", inside[:len(inside)-1], nil, 0, true},
	} {
		dir := t.TempDir()
		path := segmentPath(dir, 1)
		if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		s := newSegment(1, path, f)
		found, err := s.recover(int64(len(c.file)))
		if err != nil || found.skipped != c.skipped || (found.cut > 0) != c.cut {
			t.Errorf("%s: %+v, %v", c.name, found, err)
		}
		s.release()
		store, warning := reopen(t, dir, Options{})
		journaltest.Equal(t, c.name, seqs(t, store, 0, 0, false, ""), c.want)
		if (warning != "") != (c.skipped > 0 || c.cut) {
			t.Errorf("%s: warned %q", c.name, warning)
		}
		store.Close()
	}
}

func TestDamageText(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]damage{
		"cut 5 bytes of a torn record at f:9":                                       {cut: 5, at: 9},
		"skipped 2 corrupt records, the first at f:7":                               {skipped: 2, at: 7},
		"skipped 1 corrupt records and cut 3 bytes of a torn one, the first at f:0": {cut: 3, skipped: 1},
	} {
		journaltest.Equal(t, "text", d.describe("f"), want)
	}
}

// TestManyMarks: a file of nothing but marks is read in a time that is no matter.
func TestManyMarks(t *testing.T) {
	t.Parallel()
	path := segmentPath(t.TempDir(), 1)
	if err := os.WriteFile(path, bytes.Repeat([]byte{0x54, 0x42, 0x58, 0x32}, 1<<18), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	s := newSegment(1, path, f)
	defer s.release()
	if found, err := s.recover(1 << 20); err != nil || found.cut != 1<<20 {
		t.Errorf("%+v, %v", found, err)
	}
}
