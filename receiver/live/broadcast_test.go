package live

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/memory"
)

// unframe splits server frames back into texts.
func unframe(t *testing.T, frames []byte) (texts []string) {
	t.Helper()
	for len(frames) > 0 {
		if frames[0] != 0x81 {
			t.Fatalf("frame begins with %#x", frames[0])
		}
		size, head := int(frames[1]), 2
		switch size {
		case 126:
			size, head = int(binary.BigEndian.Uint16(frames[2:])), 4
		case 127:
			size, head = int(binary.BigEndian.Uint64(frames[2:])), 10
		}
		if len(frames) < head+size {
			t.Fatalf("a frame of %d bytes was cut at %d", size, len(frames)-head)
		}
		texts = append(texts, string(frames[head:head+size]))
		frames = frames[head+size:]
	}
	return texts
}

// stillBroadcast is a broadcast that only the test fills.
func stillBroadcast(log journal.Store) *broadcast {
	return &broadcast{source: source{log: log}, wake: make(chan struct{})}
}

// TestBroadcastModel fills a ring at random and lets readers take from it at
// random. Each must see every number beyond its cursor once and in order, or be
// told that it is behind.
func TestBroadcastModel(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	f := stillBroadcast(nil)
	type reader struct {
		cur  cursor
		seen uint64
	}
	readers := make([]*reader, 20)
	for i := range readers {
		readers[i] = &reader{}
	}
	seq, behinds := uint64(0), 0
	for range 3000 {
		for range random.IntN(4) {
			seq++
			if random.IntN(3) > 0 { // the rest does not match
				size := []int{10, 200, 3000, 70_000}[random.IntN(4)]
				f.put(seq, fmt.Appendf(nil, "%d %s", seq, strings.Repeat("x", size)))
			}
		}
		f.show(seq, nil)
		r := readers[random.IntN(len(readers))]
		for random.IntN(4) > 0 {
			frames, _, behind, err := f.next(&r.cur)
			if err != nil {
				t.Fatal(err)
			}
			if behind { // as the journal would help it on
				behinds++
				r.cur.seq = f.from + uint64(random.IntN(int(f.to-f.from)+1))
				r.seen = r.cur.seq
				continue
			}
			for _, text := range unframe(t, frames) {
				var got uint64
				if _, err := fmt.Sscan(text, &got); err != nil || got <= r.seen {
					t.Fatalf("after %d came %.20q", r.seen, text)
				}
				r.seen = got
			}
			if r.cur.seq < r.seen {
				t.Fatalf("cursor %d behind what was given, %d", r.cur.seq, r.seen)
			}
		}
		if f.size > ringSize+chunkSize+70_000 {
			t.Fatalf("the ring holds %d bytes", f.size)
		}
	}
	if behinds == 0 {
		t.Error("no reader ever fell out of the ring: the test tests nothing")
	}
}

// TestBroadcastBehindItsReader: a reader that took entries from the journal before the
// feed got to them is not given them again.
func TestBroadcastBehindItsReader(t *testing.T) {
	t.Parallel()
	for _, already := range []uint64{0, 1} { // shown before the reader came
		f := stillBroadcast(nil)
		for seq := uint64(1); seq <= already; seq++ {
			f.put(seq, fmt.Append(nil, seq))
			f.show(seq, nil)
		}
		cur, given := cursor{seq: 3}, []string{}
		take := func() {
			for {
				frames, _, behind, err := f.next(&cur)
				if behind || err != nil {
					t.Fatalf("behind %t, %v", behind, err)
				}
				if frames == nil {
					return
				}
				given = append(given, unframe(t, frames)...)
			}
		}
		take()
		for seq := already + 1; seq <= 5; seq++ {
			f.put(seq, fmt.Append(nil, seq))
			f.show(seq, nil)
			take()
		}
		if got := strings.Join(given, " "); got != "4 5" {
			t.Errorf("feed at %d: a reader at 3 was given %q, want 4 5", already, got)
		}
	}
}

// TestBroadcastGivesEveryMatch follows from the start with a ring that suffices.
func TestBroadcastGivesEveryMatch(t *testing.T) {
	t.Parallel()
	for start := range uint64(12) {
		f := stillBroadcast(nil)
		for seq := uint64(1); seq <= 10; seq++ {
			if seq%2 == 0 {
				f.put(seq, fmt.Append(nil, seq))
			}
			if seq%3 == 0 {
				f.show(seq, nil)
			}
		}
		f.show(10, nil)
		cur, got := cursor{seq: start}, ""
		for {
			frames, wait, _, _ := f.next(&cur)
			if wait != nil {
				break
			}
			got += strings.Join(unframe(t, frames), " ") + " "
		}
		want := ""
		for seq := start + 1; seq <= 10; seq++ {
			if seq%2 == 0 {
				want += fmt.Sprint(seq, " ")
			}
		}
		if strings.Join(strings.Fields(got), " ") != strings.TrimSpace(want) {
			t.Errorf("after %d came %q, want %q", start, got, want)
		}
		if cur.seq < 10 {
			t.Errorf("after %d the cursor stays at %d", start, cur.seq)
		}
	}
}

func TestBroadcastWakesOnlyForFrames(t *testing.T) {
	t.Parallel()
	f := stillBroadcast(nil)
	cur := cursor{}
	_, wait, _, _ := f.next(&cur)
	f.show(5, nil)
	select {
	case <-wait:
		t.Error("woken for entries that do not match")
	default:
	}
	f.put(6, []byte("x"))
	f.show(6, nil)
	<-wait
	f.show(6, journal.ErrClosed)
	if frames, _, _, err := f.next(&cur); len(frames) == 0 || err != nil {
		t.Errorf("what was shown before the end is lost: %v", err)
	}
	if _, _, _, err := f.next(&cur); err != journal.ErrClosed {
		t.Errorf("the end is not told: %v", err)
	}
}

// TestSourceReads holds the reading of a trimmed journal to a table.
func TestSourceReads(t *testing.T) {
	t.Parallel()
	log := memory.New(memory.Limit{Count: 4})
	for range 10 { // 7 to 10 are kept
		log.Append(sampleEntry("x"))
	}
	for _, c := range []struct {
		after, last uint64
		stop        int
		want        string
		end         uint64
	}{
		{0, 10, 9, "gap1-6 7 8 9 10", 10},
		{3, 10, 9, "gap4-6 7 8 9 10", 10},
		{3, 10, 1, "gap4-6", 6},
		{3, 10, 2, "gap4-6 7", 7},
		{3, 5, 9, "gap4-5", 5},
		{6, 10, 9, "7 8 9 10", 10},
		{8, 9, 9, "9", 9},
		{10, 10, 9, "", 10},
		{12, 10, 9, "", 12},
	} {
		s, got, left := source{log: log}, []string{}, c.stop
		end, err := s.read(t.Context(), c.after, c.last, func(_ uint64, text []byte) bool {
			var h heard
			if err := json.Unmarshal(text, &h); err != nil {
				t.Fatal(err)
			}
			if h.Gap != nil {
				got = append(got, fmt.Sprintf("gap%d-%d", h.Gap.From, h.Gap.To))
			} else {
				got = append(got, fmt.Sprint(h.Seq))
			}
			left--
			return left > 0
		})
		if strings.Join(got, " ") != c.want || end != c.end || err != nil {
			t.Errorf("(%d, %d]: %v to %d, %v; want %s to %d", c.after, c.last, got, end, err, c.want, c.end)
		}
	}
	_ = log.Close()
	s := source{log: log}
	if _, err := s.read(t.Context(), 7, 10, func(uint64, []byte) bool { return true }); err == nil {
		t.Error("a closed journal reads as if nothing had happened")
	}
}

// TestFrames holds the head of a frame to the sizes where it changes.
func TestFrames(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 125, 126, 127, 65535, 65536, 300_000} {
		text := strings.Repeat("x", size)
		if got := unframe(t, appendFrame(nil, []byte(text))); len(got) != 1 || got[0] != text {
			t.Errorf("size %d came as %d frames", size, len(got))
		}
	}
}
