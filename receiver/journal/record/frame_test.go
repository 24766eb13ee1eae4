package record

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/journaltest"
	"testing"
	"testing/quick"
	"time"
	"unsafe"
)

func storedForm(t testing.TB, seq uint64, e *journal.Entry) []byte {
	t.Helper()
	frame, m, err := Whole(seq, e)
	if err != nil || len(frame) != int(m.Size) {
		t.Fatalf("%d bytes, the meta says %d: %v", len(frame), m.Size, err)
	}
	return frame
}

func TestFrame(t *testing.T) {
	t.Parallel()
	if size := unsafe.Sizeof(Meta{}); size > 48 {
		t.Errorf("an entry costs %d bytes of index", size)
	}
	e := journaltest.Full()
	frame := storedForm(t, 7, e)
	h, ok := ParseHeader(frame)
	want := MetaOf(e)
	want.Size = uint32(len(frame))
	if !ok || h.Seq != 7 || h.Meta != want || !h.Intact(frame) {
		t.Errorf("read back: %+v", h)
	}
	var got journal.Entry
	if err := Decode(&got, frame); err != nil {
		t.Fatal(err)
	}
	e.Seq = 7
	journaltest.Equal(t, "entry", &got, e)
	journaltest.Equal(t, "head and bodies", string(HeadOf(frame))+string(BodiesOf(frame)), string(frame[HeaderSize:]))
	journaltest.Equal(t, "bodies", string(BodiesOf(frame)), string(e.Request.Body)+string(e.Response.Body))
}

// TestFrameDamage flips each byte and cuts at each length.
func TestFrameDamage(t *testing.T) {
	t.Parallel()
	frame := storedForm(t, 7, journaltest.Sample(1, 10))
	var e journal.Entry
	for i := range frame {
		bad := bytes.Clone(frame)
		bad[i] ^= 0x80
		if err := Decode(&e, bad); !errors.Is(err, ErrCorrupt) {
			t.Errorf("byte %d flipped: %v", i, err)
		}
		if err := Decode(&e, frame[:i]); !errors.Is(err, ErrCorrupt) {
			t.Errorf("cut to %d: %v", i, err)
		}
	}
}

// TestFrameHostile gives headers whose checksums are right and whose content is not.
func TestFrameHostile(t *testing.T) {
	t.Parallel()
	good := storedForm(t, 7, journaltest.Sample(1, 10))
	for name, change := range map[string]func(b []byte){
		"huge head":        func(b []byte) { binary.LittleEndian.PutUint32(b[24:], 1<<32-1) },
		"huge body":        func(b []byte) { binary.LittleEndian.PutUint32(b[28:], MaxFrame) },
		"three huge parts": func(b []byte) { copy(b[24:36], bytes.Repeat([]byte{0xff}, 12)) },
		"head is no JSON":  func(b []byte) { binary.LittleEndian.PutUint32(b[24:], 5); binary.LittleEndian.PutUint32(b[28:], 0) },
	} {
		bad := bytes.Clone(good)
		change(bad)
		Seal(bad, 7)
		if h, ok := ParseHeader(bad); ok {
			payload := bad[HeaderSize:min(int(h.Size), len(bad))]
			binary.LittleEndian.PutUint32(bad[36:], crc32.Checksum(payload, castagnoli))
			Seal(bad, 7)
		}
		var e journal.Entry
		if err := Decode(&e, bad); err == nil {
			t.Errorf("%s: read as %+v", name, e)
		}
	}
}

func TestMetaBytes(t *testing.T) {
	t.Parallel()
	check := func(off, size uint32, stamp int64, kind, flags uint8, status uint16, keys [KeyCount]uint16) bool {
		want, got := Meta{off, size, stamp, kind, flags, status, keys}, Meta{}
		b := want.AppendTo(nil)
		got.Parse(b)
		return len(b) == MetaSize && got == want
	}
	if err := quick.Check(check, nil); err != nil {
		t.Error(err)
	}
}

func TestHashIgnoresCase(t *testing.T) {
	t.Parallel()
	if Hash("Order:CREATE") != Hash("order:create") || Hash("a") == Hash("b") || Hash("") == Hash("x") {
		t.Error("the hash has to follow the comparison, and to tell texts apart")
	}
}

func TestStamp(t *testing.T) {
	t.Parallel()
	for at, want := range map[time.Time]bool{
		{}:                false,
		time.Unix(0, 0):   true,
		time.Unix(1e9, 1): true,
		time.Date(1066, 1, 1, 0, 0, 0, 0, time.UTC): false,
		time.Date(1700, 1, 1, 0, 0, 0, 0, time.UTC): true,
		time.Date(2261, 1, 1, 0, 0, 0, 0, time.UTC): true,
		time.Date(2263, 1, 1, 0, 0, 0, 0, time.UTC): false,
	} {
		stamp := Stamp(at)
		if (stamp != NoStamp) != want || want && !time.Unix(0, stamp).Equal(at) {
			t.Errorf("%v: %d", at, stamp)
		}
	}
}

func TestKindAndSignatureCodes(t *testing.T) {
	t.Parallel()
	for _, k := range []journal.Kind{journal.Call, journal.Event, journal.Attempt, journal.Capture} {
		if c := kindCode(k); c == 0 || kinds[c] != k {
			t.Errorf("%s has code %d", k, c)
		}
	}
	for _, k := range []journal.Kind{"", "other", "CALL"} {
		if c := kindCode(k); c != 0 {
			t.Errorf("%q has code %d", k, c)
		}
	}
	for _, s := range []string{"valid", "invalid", "missing", "none"} {
		e := &journal.Entry{Signature: &journal.Signature{State: s}}
		m := MetaOf(e)
		if m.SignatureState() != s {
			t.Errorf("%s is by index %s", s, m.SignatureState())
		}
	}
	odd := MetaOf(&journal.Entry{Signature: &journal.Signature{State: "odd"}})
	if odd.SignatureState() != "" {
		t.Error("an unknown state counts as none of the known ones")
	}
}
