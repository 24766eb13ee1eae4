package journal

import (
	"context"
	"errors"
	"fmt"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var day = time.Date(2026, 3, 4, 5, 6, 7, 89, time.UTC)

// sample is a capture with a body of about size bytes that has a word of its own.
func sample(i, size int) *Entry {
	body := fmt.Sprintf(`{"token":"tok-%06d","pad":"%s"}`, i, strings.Repeat("x", max(size-40, 0)))
	return &Entry{
		Time: day.Add(time.Duration(i) * time.Second), Kind: Capture, Inbox: fmt.Sprintf("box%d", i%3),
		Request: &Message{
			Method: "POST", URL: fmt.Sprintf("/in/box%d?i=%d", i%3, i), Proto: "HTTP/1.1",
			Headers: http.Header{"Content-Type": {"application/json"}, "x-Token": {"a", "b"}},
			Body:    []byte(body), Size: int64(len(body)), Remote: "127.0.0.1:1234",
		},
		Response:  &Message{Status: 200 + i%2*300},
		Signature: &Signature{State: "valid"},
	}
}

// stores are the implementations that the suite runs against.
var stores = map[string]func(testing.TB) Store{
	"memory": func(testing.TB) Store { return NewMemory(MemoryLimit{}) },
	"disk":   func(t testing.TB) Store { return mustOpen(t, t.TempDir(), Options{}) },
	"disk, small segments": func(t testing.TB) Store {
		return mustOpen(t, t.TempDir(), Options{SegmentBytes: 4 << 10})
	},
	"disk, synced": func(t testing.TB) Store { return mustOpen(t, t.TempDir(), Options{Sync: true}) },
}

func mustOpen(t testing.TB, dir string, o Options) Store {
	t.Helper()
	if o.Warn == nil {
		o.Warn = func(text string) { t.Errorf("unexpected warning: %s", text) }
	}
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func each(t *testing.T, test func(t *testing.T, s Store)) {
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			t.Cleanup(func() { s.Close() })
			test(t, s)
		})
	}
}

func put(t testing.TB, s Store, entries ...*Entry) {
	t.Helper()
	for _, e := range entries {
		if err := s.Append(e).Wait(); err != nil {
			t.Fatal(err)
		}
	}
}

func fill(t testing.TB, s Store, n, size int) {
	t.Helper()
	var last Receipt
	for i := range n {
		last = s.Append(sample(i+1, size))
	}
	if err := last.Wait(); err != nil {
		t.Fatal(err)
	}
}

// seqs scans and returns the sequence numbers in the order they came.
func seqs(t testing.TB, s Store, after, before uint64, reverse bool, q string) []uint64 {
	t.Helper()
	f, err := ParseFilter(q, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []uint64
	if err := s.Scan(after, before, reverse, f, func(e *Entry) bool { got = append(got, e.Seq); return true }); err != nil {
		t.Fatal(err)
	}
	return got
}

func span1(from, to uint64) (list []uint64) {
	for ; from <= to; from++ {
		list = append(list, from)
	}
	return list
}

func equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if reflect.DeepEqual(got, want) {
		return // cmp takes a second for a body of 20 KB under the race detector
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestStoreOrder(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		for i := range uint64(50) {
			r := s.Append(sample(int(i), 100))
			if r.Seq != i+1 {
				t.Fatalf("append %d got number %d", i, r.Seq)
			}
		}
		if last, err := s.Wait(t.Context(), 49); err != nil || last != 50 {
			t.Fatal(last, err)
		}
		equal(t, "all", seqs(t, s, 0, 0, false, ""), span1(1, 50))
		equal(t, "between", seqs(t, s, 10, 20, false, ""), span1(11, 19))
		down := span1(11, 19)
		slices.Reverse(down)
		equal(t, "between, down", seqs(t, s, 10, 20, true, ""), down)
		equal(t, "nothing", seqs(t, s, 50, 0, false, ""), []uint64(nil))
		equal(t, "beyond", seqs(t, s, 1<<63, 0, false, ""), []uint64(nil))
		equal(t, "before the first", seqs(t, s, 0, 1, false, ""), []uint64(nil))
	})
}

func TestStoreKeepsEverything(t *testing.T) {
	full := fullEntry()
	cases := map[string]*Entry{
		"full":         full,
		"empty":        {},
		"large bodies": {Kind: Call, Request: &Message{Body: make([]byte, 20<<10)}, Response: &Message{Body: []byte(strings.Repeat("é", 9<<10))}},
		"not UTF-8":    {Kind: Capture, Request: &Message{URL: "/\xff\xfe?é", Headers: http.Header{"X": {"\x80latin \xe9"}}, Body: []byte{0, 255, 1}}},
		"odd kind":     {Kind: "other", Time: time.Date(1066, 1, 1, 0, 0, 0, 0, time.UTC)},
		"far away":     {Time: time.Date(9000, 1, 1, 0, 0, 0, 5, time.UTC), Response: &Message{Status: 99999}},
	}
	each(t, func(t *testing.T, s Store) {
		for name, e := range cases {
			want := e.Clone()
			put(t, s, want)
			got, err := s.Get(want.Seq)
			if err != nil {
				t.Fatal(name, err)
			}
			equal(t, name, got, want)
		}
	})
}

func fullEntry() *Entry {
	return &Entry{
		Time: day, Kind: Attempt, Provider: "shoptet", Account: "acc", Type: "order:create", Inbox: "in", EventID: "ev",
		DeliveryID: "del", Attempt: 3, Subscription: "sub", Error: `quote " and \`, Took: 1900001 * time.Nanosecond, Fault: "slow",
		NextAttempt: day.Add(time.Hour), CaptureSeq: 7, Detail: []byte(`{"a":[1,"x"]}`),
		Request:   &Message{Method: "POST", URL: "/a?b", Proto: "HTTP/1.1", Headers: http.Header{"A": {"1", "2"}, "b": {""}}, Body: []byte("{}\n\t\x01"), Size: 3, SHA256: "ab", Truncated: true, Remote: "[::1]:9"},
		Response:  &Message{Status: 503, Headers: http.Header{"C": {"d"}}, Body: []byte("no"), Size: 2},
		Signature: &Signature{State: "invalid", Reason: "short"},
		Contract:  &Contract{Violations: []string{"a", "b"}},
	}
}

func TestStoreCopiesAndReuse(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		e := sample(1, 20<<10)
		want := e.Clone()
		want.Request.SHA256 = hexDigest(want.Request.Body) // left out by the writer, there for the reader
		put(t, s, e)
		clear(e.Request.Body)
		e.Request.Headers.Set("Content-Type", "changed")
		first, err := s.Get(1)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "after reuse of the appended one", first.Request, want.Request)
		clear(first.Request.Body)
		var kept *Entry
		put(t, s, sample(2, 30<<10))
		_ = s.Scan(0, 2, false, nil, func(e *Entry) bool { kept = e.Clone(); return true })
		fill(t, s, 20, 10<<10)
		seqs(t, s, 0, 0, true, "nowhere")
		equal(t, "a clone after other scans", kept.Request, want.Request)
	})
}

func TestStoreGetErrors(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		fill(t, s, 3, 50)
		for seq, want := range map[uint64]error{0: ErrUnknown, 4: ErrUnknown, 1 << 63: ErrUnknown} {
			if _, err := s.Get(seq); !errors.Is(err, want) {
				t.Errorf("Get(%d): %v, wanted %v", seq, err, want)
			}
		}
		if err := s.Clear(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(2); !errors.Is(err, ErrTrimmed) {
			t.Errorf("Get after Clear: %v", err)
		}
	})
}

func TestStoreClear(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		if err := s.Clear(); err != nil {
			t.Fatal("clear of an empty one:", err)
		}
		fill(t, s, 30, 500)
		if err := s.Clear(); err != nil {
			t.Fatal(err)
		}
		oldest, last := s.Bounds()
		equal(t, "bounds", [2]uint64{oldest, last}, [2]uint64{31, 30})
		equal(t, "entries", seqs(t, s, 0, 0, false, ""), []uint64(nil))
		fill(t, s, 2, 500)
		equal(t, "entries after", seqs(t, s, 0, 0, false, ""), []uint64{31, 32})
		err := s.Scan(5, 0, false, nil, func(*Entry) bool { t.Error("yielded"); return true })
		var gap *TrimmedError
		if !errors.As(err, &gap) || !errors.Is(err, ErrTrimmed) || *gap != (TrimmedError{6, 30}) {
			t.Errorf("a cursor in the gap: %v", err)
		}
		equal(t, "from the gap's end", seqs(t, s, gap.To, 0, false, ""), []uint64{31, 32})
		equal(t, "down to a bound in the gap", seqs(t, s, 5, 0, true, ""), []uint64{32, 31})
	})
}

func TestStoreClosed(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		put(t, s, sample(1, 10))
		waiting := make(chan error)
		go func() { _, err := s.Wait(context.Background(), 1); waiting <- err }()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		_, getErr := s.Get(1)
		_, waitErr := s.Wait(t.Context(), 0)
		for what, err := range map[string]error{
			"Append": s.Append(sample(2, 10)).Wait(), "Get": getErr, "Wait": waitErr, "Wait before": <-waiting, "Clear": s.Clear(), "Close": s.Close(),
			"Scan":      s.Scan(0, 0, false, nil, func(*Entry) bool { return true }),
			"Scan down": s.Scan(0, 0, true, nil, func(*Entry) bool { return true }),
			"Scan on":   s.Scan(1, 0, false, nil, func(*Entry) bool { return true }),
		} {
			if !errors.Is(err, ErrClosed) {
				t.Errorf("%s after Close: %v", what, err)
			}
		}
	})
}

func TestStoreWait(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
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
			put(t, s, sample(i, 10))
		}
		readers.Wait()
	})
}

func TestStoreConcurrent(t *testing.T) {
	const writers, perWriter = 8, 40
	each(t, func(t *testing.T, s Store) {
		var all sync.WaitGroup
		for w := range writers {
			all.Go(func() {
				for i := range perWriter {
					e := sample(w*perWriter+i, 50+i%5*4000)
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
		equal(t, "all", seqs(t, s, 0, 0, false, ""), span1(1, writers*perWriter))
	})
}

// follow reads n entries as a stream does, and holds them to be without a hole.
func follow(t *testing.T, s Store, n uint64) {
	for at := uint64(0); at < n; {
		if _, err := s.Wait(t.Context(), at); err != nil {
			t.Error(err)
			return
		}
		err := s.Scan(at, 0, false, nil, func(e *Entry) bool {
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

func TestStoreScanStops(t *testing.T) {
	each(t, func(t *testing.T, s Store) {
		fill(t, s, 300, 100)
		for _, reverse := range []bool{false, true} {
			n := 0
			_ = s.Scan(0, 0, reverse, nil, func(*Entry) bool { n++; return n < 100 })
			equal(t, "yielded", n, 100)
		}
	})
}

// TestStoreFilters holds index, raw bytes and Match to the same verdict.
func TestStoreFilters(t *testing.T) {
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
	each(t, func(t *testing.T, s Store) {
		fill(t, s, 50, 100)
		put(t, s, fullEntry(), &Entry{}, &Entry{Kind: "other", Response: &Message{Status: 70000}})
		for _, q := range queries {
			f, err := ParseFilter(q, nil)
			if err != nil {
				t.Fatal(err)
			}
			var want []uint64
			_ = s.Scan(0, 0, false, nil, func(e *Entry) bool {
				if f.Match(e) {
					want = append(want, e.Seq)
				}
				return true
			})
			equal(t, q, seqs(t, s, 0, 0, false, q), want)
			slices.Reverse(want)
			equal(t, q+", down", seqs(t, s, 0, 0, true, q), want)
		}
	})
}
