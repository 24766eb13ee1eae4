package journal

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestRecover gives files made of good records and rubbish.
func TestRecover(t *testing.T) {
	t.Parallel()
	record := func(seq uint64) string { return string(storedForm(t, seq, sample(int(seq), 10))) }
	hurt := func(s string, at int) string { return s[:at] + string(s[at]^1) + s[at+1:] }
	rubbish := strings.Repeat("rubbish ", 100)
	mark := string([]byte{0x54, 0x42, 0x58, 0x31})
	inside := string(storedForm(t, 1, &Entry{Kind: Capture, Request: &Message{Body: []byte(record(2) + record(3))}}))
	for _, c := range []struct {
		name    string
		file    string
		want    []uint64
		skipped int
		cut     bool
	}{
		{"empty", "", nil, 0, false},
		{"good", record(1) + record(2), []uint64{1, 2}, 0, false},
		{"rubbish only", rubbish, nil, 0, true},
		{"zeros behind", record(1) + strings.Repeat("\x00", 5000), []uint64{1}, 0, true},
		{"rubbish before", rubbish + record(1), []uint64{1}, 1, false},
		{"rubbish between", record(1) + rubbish + record(2), []uint64{1, 2}, 1, false},
		{"rubbish in place of one", record(1) + rubbish + record(3), []uint64{1, 3}, 1, false},
		{"marks between", record(1) + strings.Repeat(mark, 3000) + record(2), []uint64{1, 2}, 1, false},
		{"a mark at the window's edge", record(1) + strings.Repeat("x", 64<<10-3) + record(2), []uint64{1, 2}, 1, false},
		{"rubbish longer than a window", record(1) + strings.Repeat("y", 700<<10) + record(2), []uint64{1, 2}, 1, false},
		{"damaged header", record(1) + hurt(record(2), 9) + record(3), []uint64{1, 3}, 1, false},
		{"damaged length", record(1) + hurt(record(2), 25) + record(3), []uint64{1, 3}, 1, false},
		{"damaged payload", record(1) + hurt(record(2), 70) + record(3), []uint64{1, 3}, 1, false},
		{"two damaged", hurt(record(1), 3) + record(2) + hurt(record(3), 80) + record(4), []uint64{2, 4}, 2, false},
		{"damaged and torn", hurt(record(1), 3) + record(2) + record(3)[:50], []uint64{2}, 1, true},
		{"damaged last", record(1) + hurt(record(2), 70), []uint64{1}, 0, true},
		{"a number again", record(1) + record(2) + record(2) + record(3), []uint64{1, 2, 3}, 1, false},
		{"a number left out", record(1) + record(3), []uint64{1}, 0, true},
		{"numbers far away", record(1) + record(1<<40), []uint64{1}, 0, true},
		{"records in a body", inside + record(2), []uint64{1, 2}, 0, false},
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
		equal(t, c.name, seqs(t, store, 0, 0, false, ""), c.want)
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
		equal(t, "text", d.describe("f"), want)
	}
}

// TestManyMarks: a file of nothing but marks is read in a time that is no matter.
func TestManyMarks(t *testing.T) {
	t.Parallel()
	path := segmentPath(t.TempDir(), 1)
	if err := os.WriteFile(path, bytes.Repeat([]byte{0x54, 0x42, 0x58, 0x31}, 1<<18), 0o600); err != nil {
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
