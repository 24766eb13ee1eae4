package journaltest

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"tacklebox/receiver/journal"
	"testing"
	"time"
)

func (u Suite) Order(t *testing.T) {
	u.each(t, func(t *testing.T, s journal.Store) {
		for i := range uint64(50) {
			r := s.Append(Sample(int(i), 100))
			if r.Seq != i+1 {
				t.Fatalf("append %d got number %d", i, r.Seq)
			}
		}
		if last, err := s.Wait(t.Context(), 49); err != nil || last != 50 {
			t.Fatal(last, err)
		}
		Equal(t, "all", u.seqs(t, s, 0, 0, false, ""), Span(1, 50))
		Equal(t, "between", u.seqs(t, s, 10, 20, false, ""), Span(11, 19))
		down := Span(11, 19)
		slices.Reverse(down)
		Equal(t, "between, down", u.seqs(t, s, 10, 20, true, ""), down)
		Equal(t, "nothing", u.seqs(t, s, 50, 0, false, ""), []uint64(nil))
		Equal(t, "beyond", u.seqs(t, s, 1<<63, 0, false, ""), []uint64(nil))
		Equal(t, "before the first", u.seqs(t, s, 0, 1, false, ""), []uint64(nil))
	})
}

func (u Suite) KeepsEverything(t *testing.T) {
	full := Full()
	cases := map[string]*journal.Entry{
		"full":         full,
		"empty":        {},
		"large bodies": {Kind: journal.Call, Request: &journal.Message{Body: make([]byte, 20<<10)}, Response: &journal.Message{Body: []byte(strings.Repeat("é", 9<<10))}},
		"not UTF-8":    {Kind: journal.Capture, Request: &journal.Message{URL: "/\xff\xfe?é", Headers: journal.HeaderOf(http.Header{"X": {"\x80latin \xe9"}}), Body: []byte{0, 255, 1}}},
		"odd kind":     {Kind: "other", Time: time.Date(1066, 1, 1, 0, 0, 0, 0, time.UTC)},
		"far away":     {Time: time.Date(9000, 1, 1, 0, 0, 0, 5, time.UTC), Response: &journal.Message{Status: 99999}},
	}
	u.each(t, func(t *testing.T, s journal.Store) {
		for name, e := range cases {
			want := e.Clone()
			Put(t, s, want)
			got, err := s.Get(want.Seq)
			if err != nil {
				t.Fatal(name, err)
			}
			Equal(t, name, got, want)
		}
	})
}

func (u Suite) CopiesAndReuse(t *testing.T) {
	u.each(t, func(t *testing.T, s journal.Store) {
		e := Sample(1, 20<<10)
		want := e.Clone()
		want.Request.SHA256 = Digest(want.Request.Body) // left out by the writer, there for the reader
		Put(t, s, e)
		clear(e.Request.Body)
		e.Request.Headers.Set("Content-Type", "changed")
		first, err := s.Get(1)
		if err != nil {
			t.Fatal(err)
		}
		Equal(t, "after reuse of the appended one", first.Request, want.Request)
		clear(first.Request.Body)
		var kept *journal.Entry
		Put(t, s, Sample(2, 30<<10))
		_ = s.Scan(t.Context(), 0, 2, false, nil, func(e *journal.Entry) bool { kept = e.Clone(); return true })
		Fill(t, s, 20, 10<<10)
		u.seqs(t, s, 0, 0, true, "nowhere")
		Equal(t, "a clone after other scans", kept.Request, want.Request)
	})
}

func (u Suite) GetErrors(t *testing.T) {
	u.each(t, func(t *testing.T, s journal.Store) {
		Fill(t, s, 3, 50)
		for seq, want := range map[uint64]error{0: journal.ErrUnknown, 4: journal.ErrUnknown, 1 << 63: journal.ErrUnknown} {
			if _, err := s.Get(seq); !errors.Is(err, want) {
				t.Errorf("Get(%d): %v, wanted %v", seq, err, want)
			}
		}
		if err := s.Clear(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(2); !errors.Is(err, journal.ErrTrimmed) {
			t.Errorf("Get after Clear: %v", err)
		}
	})
}

func (u Suite) Clear(t *testing.T) {
	u.each(t, func(t *testing.T, s journal.Store) {
		if err := s.Clear(); err != nil {
			t.Fatal("clear of an empty one:", err)
		}
		Fill(t, s, 30, 500)
		if err := s.Clear(); err != nil {
			t.Fatal(err)
		}
		oldest, last := s.Bounds()
		Equal(t, "bounds", [2]uint64{oldest, last}, [2]uint64{31, 30})
		Equal(t, "entries", u.seqs(t, s, 0, 0, false, ""), []uint64(nil))
		Fill(t, s, 2, 500)
		Equal(t, "entries after", u.seqs(t, s, 0, 0, false, ""), []uint64{31, 32})
		err := s.Scan(t.Context(), 5, 0, false, nil, func(*journal.Entry) bool { t.Error("yielded"); return true })
		var gap *journal.TrimmedError
		if !errors.As(err, &gap) || !errors.Is(err, journal.ErrTrimmed) || *gap != (journal.TrimmedError{From: 6, To: 30}) {
			t.Errorf("a cursor in the gap: %v", err)
		}
		Equal(t, "from the gap's end", u.seqs(t, s, gap.To, 0, false, ""), []uint64{31, 32})
		Equal(t, "down to a bound in the gap", u.seqs(t, s, 5, 0, true, ""), []uint64{32, 31})
	})
}

func (u Suite) Closed(t *testing.T) {
	u.each(t, func(t *testing.T, s journal.Store) {
		Put(t, s, Sample(1, 10))
		waiting := make(chan error)
		go func() { _, err := s.Wait(context.Background(), 1); waiting <- err }()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		_, getErr := s.Get(1)
		_, waitErr := s.Wait(t.Context(), 0)
		for what, err := range map[string]error{
			"Append": s.Append(Sample(2, 10)).Wait(), "Get": getErr, "Wait": waitErr, "Wait before": <-waiting, "Clear": s.Clear(), "Close": s.Close(),
			"Scan":      s.Scan(t.Context(), 0, 0, false, nil, func(*journal.Entry) bool { return true }),
			"Scan down": s.Scan(t.Context(), 0, 0, true, nil, func(*journal.Entry) bool { return true }),
			"Scan on":   s.Scan(t.Context(), 1, 0, false, nil, func(*journal.Entry) bool { return true }),
		} {
			if !errors.Is(err, journal.ErrClosed) {
				t.Errorf("%s after Close: %v", what, err)
			}
		}
	})
}

func (u Suite) Wait(t *testing.T) {
	u.each(t, func(t *testing.T, s journal.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		gone := make(chan error)
		go func() { _, err := s.Wait(ctx, 0); gone <- err }()
		cancel()
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		var readers sync.WaitGroup
		for range 120 {
			readers.Go(func() {
				for at := uint64(0); at < 20; {
					last, err := s.Wait(t.Context(), at)
					if err != nil || last <= at {
						t.Errorf("Wait(%d) = %d, %v", at, last, err)
						return
					}
					if _, err := s.Get(last); err != nil {
						t.Error("announced but not readable:", err)
					}
					at = last
				}
			})
		}
		for i := range 20 {
			Put(t, s, Sample(i, 10))
		}
		readers.Wait()
	})
}

func (u Suite) Concurrent(t *testing.T) {
	const writers, perWriter = 8, 40
	u.each(t, func(t *testing.T, s journal.Store) {
		var all sync.WaitGroup
		for w := range writers {
			all.Go(func() {
				for i := range perWriter {
					e := Sample(w*perWriter+i, 50+i%5*4000)
					r := s.Append(e)
					if err := r.Wait(); err != nil || e.Seq != r.Seq {
						t.Error(r.Seq, e.Seq, err)
					}
					if got, err := s.Get(r.Seq); err != nil || string(got.Request.Body) != string(e.Request.Body) {
						t.Error("an entry that was answered is not there:", err)
					}
				}
			})
		}
		for range 3 {
			all.Go(func() { follow(t, s, writers*perWriter) })
		}
		all.Wait()
		Equal(t, "all", u.seqs(t, s, 0, 0, false, ""), Span(1, writers*perWriter))
	})
}

// follow reads n entries as a stream does, and holds them to be without a hole.
func follow(t *testing.T, s journal.Store, n uint64) {
	for at := uint64(0); at < n; {
		if _, err := s.Wait(t.Context(), at); err != nil {
			t.Error(err)
			return
		}
		err := s.Scan(t.Context(), at, 0, false, nil, func(e *journal.Entry) bool {
			if e.Seq != at+1 {
				t.Errorf("%d follows %d", e.Seq, at)
			}
			at = e.Seq
			return true
		})
		if err != nil {
			t.Error(err)
			return
		}
	}
}

func (u Suite) ScanStops(t *testing.T) {
	u.each(t, func(t *testing.T, s journal.Store) {
		Fill(t, s, 300, 100)
		for _, reverse := range []bool{false, true} {
			n := 0
			_ = s.Scan(t.Context(), 0, 0, reverse, nil, func(*journal.Entry) bool { n++; return n < 100 })
			Equal(t, "yielded", n, 100)
		}
	})
}

// Forgetting takes out what a filter matches, for good and without a gap.
func (u Suite) Forgetting(t *testing.T) {
	u.each(t, func(t *testing.T, s journal.Store) {
		Fill(t, s, 30, 500)
		if err := s.Forget(t.Context(), u.Parse(t, "inbox:box1 OR seq:<3 OR seq:10..20")); err != nil {
			t.Fatal(err)
		}
		want := []uint64{3, 5, 6, 8, 9, 21, 23, 24, 26, 27, 29, 30}
		Equal(t, "left", u.seqs(t, s, 0, 0, false, ""), want)
		Equal(t, "found", u.seqs(t, s, 0, 0, true, "inbox:box1"), []uint64(nil))
		Equal(t, "behind a cursor", u.seqs(t, s, 9, 0, false, ""), want[5:])
		if oldest, last := s.Bounds(); oldest != 3 || last != 30 {
			t.Errorf("bounds %d and %d", oldest, last)
		}
		Equal(t, "counted", s.Count(), uint64(len(want)))
		if _, err := s.Get(7); !errors.Is(err, journal.ErrTrimmed) {
			t.Errorf("a forgotten one: %v", err)
		}
		if err := s.Forget(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		Fill(t, s, 2, 10)
		Equal(t, "after all", u.seqs(t, s, 0, 0, false, ""), []uint64{31, 32})
		Equal(t, "counted after all", s.Count(), uint64(2))
		if err := s.Health(); err != nil {
			t.Error(err)
		}
	})
}

// ScanEndsWithItsReader: a reader that is gone costs nothing more.
func (u Suite) ScanEndsWithItsReader(t *testing.T) {
	u.each(t, func(t *testing.T, s journal.Store) {
		Fill(t, s, 500, 100)
		for _, reverse := range []bool{false, true} {
			ctx, cancel := context.WithCancel(t.Context())
			n := 0
			err := s.Scan(ctx, 0, 0, reverse, nil, func(*journal.Entry) bool { n++; cancel(); return true })
			if !errors.Is(err, context.Canceled) || n > 100 {
				t.Errorf("reverse %v: %d entries and %v", reverse, n, err)
			}
		}
	})
}

// Filters holds index, raw bytes and Match to the same verdict.
func (u Suite) Filters(t *testing.T) {
	queries := []string{
		"tok-000007",
		"TOK-00000",
		"-tok-000007",
		"nowhere",
		`"POST /in/box1"`,
		"kind:capture",
		"kind:call",
		"inbox:box1 OR seq:>45",
		"-inbox:box1",
		"status:500",
		"status:5xx -seq:3..9",
		"status:>=400 OR tok-000002",
		"signature:valid",
		"signature:none",
		"-(kind:call OR inbox:box2)",
		"body.token=tok-000011",
		"body.token~1$",
		"body.missing=1",
		"header.x-token=b",
		"header.X-Token!=a",
		"path:/in/box2",
		"since:2026-03-04T05:06:27Z",
		"has:error",
		"has:fault",
		"-has:truncated",
		"contract:fail",
		"contract:ok",
		"size:>0",
		"application/json",
		`"x-token: b"`,
		"provider:shoptet",
		"type:order:*",
		"event:ev",
		"other",
		"quote",
		`"quote \" and"`,
	}
	u.each(t, func(t *testing.T, s journal.Store) {
		Fill(t, s, 50, 100)
		Put(t, s, Full(), &journal.Entry{}, &journal.Entry{Kind: "other", Response: &journal.Message{Status: 70000}})
		for _, q := range queries {
			f := u.Parse(t, q)
			var want []uint64
			_ = s.Scan(t.Context(), 0, 0, false, nil, func(e *journal.Entry) bool {
				if f.Match(e) {
					want = append(want, e.Seq)
				}
				return true
			})
			Equal(t, q, u.seqs(t, s, 0, 0, false, q), want)
			slices.Reverse(want)
			Equal(t, q+", down", u.seqs(t, s, 0, 0, true, q), want)
		}
	})
}
func (u Suite) LeavesDigestsThatDoNotFollow(t *testing.T) {
	u.each(t, func(t *testing.T, s journal.Store) {
		e := Sample(1, 100)
		e.Request.Truncated, e.Request.SHA256, e.Request.Size = true, "", 1000
		Put(t, s, e)
		if got, err := s.Get(1); err != nil || got.Request.SHA256 != "" {
			t.Errorf("digest %q, %v; a cut body has none of its own", got.Request.SHA256, err)
		}
	})
}
