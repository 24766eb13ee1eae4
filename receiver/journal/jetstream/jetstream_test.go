package jetstream

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/journaltest"
	"tacklebox/receiver/journal/query"
)

// runServer starts a real server with JetStream in the test's process.
func runServer(t testing.TB) *server.Server {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: t.TempDir(), NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	go s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the server does not start")
	}
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	return s
}

func connect(t testing.TB, s *server.Server) *nats.Conn {
	t.Helper()
	conn, err := nats.Connect(s.ClientURL(), nats.ReconnectBufSize(-1), nats.MaxReconnects(-1), nats.ReconnectWait(20*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return conn
}

func open(t testing.TB, conn *nats.Conn, o Options) *Journal {
	t.Helper()
	j, err := Open(t.Context(), conn, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

// TestSuite holds the store in a stream to what every store promises, each test
// with a stream of its own, with and without room in the cache.
func TestSuite(t *testing.T) {
	t.Parallel()
	s := runServer(t)
	var streams atomic.Int64
	opener := func(o Options) func(testing.TB) journal.Store {
		return func(t testing.TB) journal.Store {
			o := o
			o.Prefix = fmt.Sprintf("suite%d", streams.Add(1))
			return open(t, connect(t, s), o)
		}
	}
	journaltest.Suite{
		Stores:   map[string]func(testing.TB) journal.Store{"stream": opener(Options{}), "small cache": opener(Options{Cache: 4 << 10})},
		Trimming: map[string]func(testing.TB) journal.Store{"by count": opener(Options{Keep: 20})},
		Parse: func(t testing.TB, q string) journal.Matcher {
			f, err := query.Parse(q, nil)
			if err != nil {
				t.Fatal(err)
			}
			return f
		},
	}.Run(t)
}

// TestTwoProcesses: what one appends the other sees within a second, in order, by
// its cursor; numbers are the stream's.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	s := runServer(t)
	a, b := open(t, connect(t, s), Options{}), open(t, connect(t, s), Options{Cache: 8 << 10})
	for i := range 100 {
		from := []*Journal{a, b}[i%2]
		receipt := from.Append(journaltest.Sample(i, 200))
		if err := receipt.Wait(); err != nil || receipt.Seq != uint64(i+1) {
			t.Fatalf("%d: %v, number %d", i, err, receipt.Seq)
		}
	}
	for name, j := range map[string]*Journal{"a": a, "b": b} {
		if last, err := j.Wait(t.Context(), 99); err != nil || last != 100 {
			t.Errorf("%s waits to %d: %v", name, last, err)
		}
		if got := journaltest.Seqs(t, j, 0, 0, false, nil); !slices.Equal(got, journaltest.Span(1, 100)) {
			t.Errorf("%s sees %v", name, got)
		}
		if got := journaltest.Seqs(t, j, 10, 90, true, nil); len(got) != 79 || got[0] != 89 {
			t.Errorf("%s sees backwards %v", name, got)
		}
	}
	f, err := query.Parse("seq:>50", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Forget(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	b.Refresh()
	if got := journaltest.Seqs(t, b, 0, 0, false, nil); !slices.Equal(got, journaltest.Span(1, 50)) {
		t.Errorf("after the other forgot: %v", got)
	}
}

// TestLargeBodies: above the server's message limit an entry is stored in parts
// and comes back whole.
func TestLargeBodies(t *testing.T) {
	t.Parallel()
	s := runServer(t)
	a, b := open(t, connect(t, s), Options{}), open(t, connect(t, s), Options{})
	e := journaltest.Sample(1, 10)
	e.Request.Body = bytes.Repeat([]byte("large "), 1<<20)
	e.Request.Size = int64(len(e.Request.Body))
	receipt := a.Append(e)
	if err := receipt.Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Wait(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	got, err := b.Get(receipt.Seq)
	if err != nil || !bytes.Equal(got.Request.Body, e.Request.Body) {
		t.Errorf("%v: %d bytes came back", err, len(got.Request.Body))
	}
}

// TestServerAway: what is not stored is refused, and goes on when the servers are
// back.
func TestServerAway(t *testing.T) {
	t.Parallel()
	s := runServer(t)
	j := open(t, connect(t, s), Options{})
	if err := j.Append(journaltest.Sample(1, 10)).Wait(); err != nil {
		t.Fatal(err)
	}
	s.Shutdown()
	s.WaitForShutdown()
	for j.Health() == nil {
		time.Sleep(time.Millisecond)
	}
	if err := j.Append(journaltest.Sample(2, 10)).Wait(); !errors.Is(err, ErrUnavailable) {
		t.Errorf("append without a server: %v", err)
	}
	if err := j.Health(); !errors.Is(err, ErrUnavailable) {
		t.Errorf("health without a server: %v", err)
	}
}

// TestForeignStream: a stream of another program is left alone.
func TestForeignStream(t *testing.T) {
	t.Parallel()
	conn := connect(t, runServer(t))
	api, err := js.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := api.CreateStream(t.Context(), js.StreamConfig{Name: "theirs", Subjects: []string{"x.>"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), conn, Options{Prefix: "theirs"}); err == nil || !strings.Contains(err.Error(), "another program") {
		t.Errorf("opened: %v", err)
	}
}

// TestToken: any text becomes a part of a subject, and stays its own.
func TestToken(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": "_", "orders-1_A": "orders-1_A", "a.b": "a=2eb", "*": "=2a", ">": "=3e", "ä b": "=c3=a4=20b"} {
		if got := token(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	if got := token(strings.Repeat("x", 500)); len(got) > 64 {
		t.Errorf("%d letters", len(got))
	}
}

// BenchmarkAppend measures what a stored entry costs, alone and by 64 at once.
func BenchmarkAppend(b *testing.B) {
	j := open(b, connect(b, runServer(b)), Options{})
	e := journaltest.Sample(1, 1000)
	b.Run("alone", func(b *testing.B) {
		for b.Loop() {
			if err := j.Append(e).Wait(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("64 at once", func(b *testing.B) {
		b.SetParallelism(32)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				e := *e
				if err := j.Append(&e).Wait(); err != nil {
					b.Error(err)
				}
			}
		})
	})
}
