package record

import (
	"errors"
	"net/http"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/journaltest"
	"testing"
	"testing/quick"
)

// TestHeadKeepsBytes: a stored head gives back the exact bytes of a request.
func TestHeadKeepsBytes(t *testing.T) {
	t.Parallel()
	check := func(url, value []byte) bool {
		var got journal.Entry
		want := &journal.Entry{Request: &journal.Message{URL: string(url), Headers: journal.HeaderOf(http.Header{"X": {string(value)}})}}
		if err := decodeHead(&got, string(appendHead(nil, want))); err != nil {
			t.Error(err)
			return false
		}
		return got.Request.URL == string(url) && got.Request.Headers.Get("X") == string(value)
	}
	if err := quick.Check(check, nil); err != nil {
		t.Error(err)
	}
}

// TestHeadKeepsEntries: what a record's header and bodies do not have is in it.
func TestHeadKeepsEntries(t *testing.T) {
	t.Parallel()
	d := journaltest.NewDice(5)
	for range 500 {
		e := d.Entry()
		var got journal.Entry
		if err := decodeHead(&got, string(appendHead(nil, e))); err != nil {
			t.Fatal(err)
		}
		got.Kind, got.Time = e.Kind, e.Time
		for half, stored := range map[*journal.Message]*journal.Message{e.Request: got.Request, e.Response: got.Response} {
			if half != nil && stored != nil {
				stored.Body = half.Body
			}
		}
		journaltest.Equal(t, "read back", &got, e)
	}
}

// TestHostileHeads: heads come from a file; a cut or changed one is read or
// refused, and never asks for more memory than it has bytes.
func TestHostileHeads(t *testing.T) {
	t.Parallel()
	head := appendHead(nil, journaltest.Full())
	for n := range head {
		var e journal.Entry
		_ = decodeHead(&e, string(head[:n]))
		for _, c := range []byte{0, 0x7f, 0x80, 0xff} {
			bad := append([]byte(nil), head...)
			bad[n] = c
			_ = decodeHead(&e, string(bad))
		}
	}
	for _, bad := range []string{"\x01", "\x01\x05abc", "\x00", "\x7f", "\x0b\x03abc", "\x13", "\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\x0c"} {
		var e journal.Entry
		if err := decodeHead(&e, bad); !errors.Is(err, errHead) {
			t.Errorf("%q was read: %v", bad, err)
		}
	}
}

// TestCorruptRecordsAreSkippedOrEndTheScan, as the reader asks.
func TestCorruptRecordsAreSkippedOrEndTheScan(t *testing.T) {
	t.Parallel()
	frame, m, err := Append(nil, &journal.Entry{Seq: 5, Kind: journal.Call})
	if err != nil {
		t.Fatal(err)
	}
	var told []uint64
	for name, c := range map[string]struct {
		Seq   uint64
		frame []byte
	}{"another number": {6, frame}, "cut": {5, frame[:len(frame)-3]}, "empty": {5, nil}} {
		told = nil
		s := &Sieve{Yield: func(*journal.Entry) bool { t.Errorf("%s: yielded", name); return false }, Corrupt: func(seq uint64) { told = append(told, seq) }}
		if !s.Record(Yes, c.Seq, c.frame) || len(told) != 1 || told[0] != c.Seq || s.Err != nil {
			t.Errorf("%s: told of %v, %v", name, told, s.Err)
		}
		s.Corrupt = nil
		if s.Record(Yes, c.Seq, c.frame) || !errors.Is(s.Err, ErrCorrupt) {
			t.Errorf("%s: the scan ends with %v", name, s.Err)
		}
	}
	m.Size = 0
	if (&Sieve{}).Admit(5, &m) != No {
		t.Error("a record that is not there was admitted")
	}
}
