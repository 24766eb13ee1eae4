package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"testing"
	"time"
	"unsafe"
)

// storedForm builds the stored form of e.
func storedForm(t testing.TB, seq uint64, e *Entry) []byte {
	t.Helper()
	frame, m, err := appendFrame(nil, e)
	if err != nil {
		t.Fatal(err)
	}
	seal(frame, seq)
	frame = append(append(frame, e.Request.body()...), e.Response.body()...)
	if len(frame) != int(m.size) {
		t.Fatalf("%d bytes, the meta says %d", len(frame), m.size)
	}
	return frame
}

func TestFrame(t *testing.T) {
	t.Parallel()
	if size := unsafe.Sizeof(meta{}); size > 48 {
		t.Errorf("an entry costs %d bytes of index", size)
	}
	e := fullEntry()
	frame := storedForm(t, 7, e)
	h, ok := parseHeader(frame)
	want := metaOf(e)
	want.size = uint32(len(frame))
	if !ok || h.seq != 7 || h.meta != want || !h.intact(frame) {
		t.Errorf("read back: %+v", h)
	}
	var got Entry
	if err := decodeFrame(&got, frame); err != nil {
		t.Fatal(err)
	}
	e.Seq = 7
	equal(t, "entry", &got, e)
	equal(t, "head and bodies", string(headOf(frame))+string(bodiesOf(frame)), string(frame[headerSize:]))
	equal(t, "bodies", string(bodiesOf(frame)), string(e.Request.Body)+string(e.Response.Body))
}

// TestFrameDamage flips each byte and cuts at each length.
func TestFrameDamage(t *testing.T) {
	t.Parallel()
	frame := storedForm(t, 7, sample(1, 10))
	var e Entry
	for i := range frame {
		bad := bytes.Clone(frame)
		bad[i] ^= 0x80
		if err := decodeFrame(&e, bad); !errors.Is(err, errCorrupt) {
			t.Errorf("byte %d flipped: %v", i, err)
		}
		if err := decodeFrame(&e, frame[:i]); !errors.Is(err, errCorrupt) {
			t.Errorf("cut to %d: %v", i, err)
		}
	}
}

// TestFrameHostile gives headers whose checksums are right and whose content is not.
func TestFrameHostile(t *testing.T) {
	t.Parallel()
	good := storedForm(t, 7, sample(1, 10))
	for name, change := range map[string]func(b []byte){
		"huge head":        func(b []byte) { binary.LittleEndian.PutUint32(b[24:], 1<<32-1) },
		"huge body":        func(b []byte) { binary.LittleEndian.PutUint32(b[28:], maxFrame) },
		"three huge parts": func(b []byte) { copy(b[24:36], bytes.Repeat([]byte{0xff}, 12)) },
		"head is no JSON":  func(b []byte) { binary.LittleEndian.PutUint32(b[24:], 5); binary.LittleEndian.PutUint32(b[28:], 0) },
	} {
		bad := bytes.Clone(good)
		change(bad)
		seal(bad, 7)
		if h, ok := parseHeader(bad); ok {
			payload := bad[headerSize:min(int(h.size), len(bad))]
			binary.LittleEndian.PutUint32(bad[36:], crc32.Checksum(payload, castagnoli))
			seal(bad, 7)
		}
		var e Entry
		if err := decodeFrame(&e, bad); err == nil {
			t.Errorf("%s: read as %+v", name, e)
		}
	}
}

func TestHashIgnoresCase(t *testing.T) {
	t.Parallel()
	if hash16("Order:CREATE") != hash16("order:create") || hash16("a") == hash16("b") || hash16("") == hash16("x") {
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
		stamp := stampOf(at)
		if (stamp != noStamp) != want || want && !time.Unix(0, stamp).Equal(at) {
			t.Errorf("%v: %d", at, stamp)
		}
	}
}

func TestKindAndSignatureCodes(t *testing.T) {
	t.Parallel()
	for _, k := range []Kind{Call, Event, Attempt, Capture} {
		if c := kindCode(k); c == 0 || kinds[c] != k {
			t.Errorf("%s has code %d", k, c)
		}
	}
	for _, k := range []Kind{"", "other", "CALL"} {
		if c := kindCode(k); c != 0 {
			t.Errorf("%q has code %d", k, c)
		}
	}
	for _, s := range []string{"valid", "invalid", "missing", "none"} {
		e := &Entry{Signature: &Signature{State: s}}
		m := metaOf(e)
		if signatureOf(e, nil) != s || signatureOf(nil, &m) != s {
			t.Errorf("%s is %s, by index %s", s, signatureOf(e, nil), signatureOf(nil, &m))
		}
	}
	odd := metaOf(&Entry{Signature: &Signature{State: "odd"}})
	if signatureOf(nil, &odd) != "" {
		t.Error("an unknown state counts as none of the known ones")
	}
}
