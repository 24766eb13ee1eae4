package shared

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"

	"tacklebox/receiver/journal/natstest"
)

// TestParseAddress: what --shared can name, and what is said of the rest.
func TestParseAddress(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"nats://h":                     "[nats://h:4222] tacklebox",
		"nats://h:1,g:2/team-a":        "[nats://h:1 nats://g:2] team-a",
		"nats://u:p@h,g":               "[nats://u:p@h:4222 nats://u:p@g:4222] tacklebox",
		"tls://token@h/":               "[tls://token@h:4222] tacklebox",
		"nats://[::1]:4222/x":          "[nats://[::1]:4222] x",
		"h:4222":                       "error: want nats://",
		"http://h":                     "error: want nats://",
		"nats://":                      "error: the host",
		"nats://h,,g":                  "error: the host",
		"nats://h/a_b":                 "error: the prefix",
		"nats://h/a/b":                 "error: the prefix",
		"nats://u:secret@h:port":       "error: the host",
		"nats://h/" + longWord(41):     "error: the prefix",
		"nats://h/" + longWord(40):     "[nats://h:4222] " + longWord(40),
		"nats://u:p@ss@h":              "[nats://u:p%40ss@h:4222] tacklebox",
		"nats://h?tls=yes":             "error: the host",
		"nats://u:secret@h:1,g:2/name": "[nats://u:secret@h:1 nats://u:secret@g:2] name",
	} {
		a, err := ParseAddress(text)
		got := fmt.Sprint(a.Servers, " ", a.Prefix)
		if err != nil {
			got = "error: " + err.Error()
		}
		if !strings.HasPrefix(got, want) || err == nil && got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") || strings.Contains(a.String(), "secret") {
			t.Errorf("%s: the password is shown", text)
		}
	}
}

func longWord(n int) string { return strings.Repeat("x", n) }

func FuzzParseAddress(f *testing.F) {
	for _, seed := range []string{"nats://u:p@h,g/x", "tls://[::1]", "nats://%zz@h"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAddress(text)
		if err == nil && (len(a.Servers) == 0 || !validPrefix(a.Prefix)) {
			t.Errorf("%q is %+v", text, a)
		}
	})
}

func open(t testing.TB, address string) *Cluster {
	t.Helper()
	a, err := ParseAddress(address)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Open(t.Context(), Options{Address: a})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// TestRefused: why servers cannot be used, a sentence each.
func TestRefused(t *testing.T) {
	t.Parallel()
	plain := natstest.Run(t)
	locked := natstest.Run(t, func(o *server.Options) { o.Username, o.Password = "u", "p" })
	bare := natstest.Run(t, func(o *server.Options) { o.JetStream = false })
	gone := natstest.Run(t)
	gone.Stop()
	foreign(t, plain)
	for _, c := range []struct {
		address, credentials string
		sync                 bool
		want                 string
	}{
		{natstest.Address("", gone), "", false, "cannot be reached at 127.0.0.1"},
		{natstest.Address("", locked), "", false, "refuses the credentials"},
		{natstest.Address("u:wrong@", locked), "", false, "refuses the credentials"},
		{natstest.Address("", plain), "/no/such/file", false, "the credentials of NATS cannot be read"},
		{natstest.Address("", bare), "", false, "has no JetStream"},
		{natstest.Address("", plain) + "/foreign", "", false, "the bucket foreign-state is of another program"},
		{natstest.Address("", plain), "", true, "cannot see whether its servers sync"},
	} {
		a, err := ParseAddress(c.address)
		if err != nil {
			t.Fatal(err)
		}
		cluster, err := Open(t.Context(), Options{Address: a, Credentials: c.credentials, Sync: c.sync})
		var said *Error
		if !errors.As(err, &said) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.address, err, c.want)
		}
		if err == nil {
			cluster.Close()
		}
	}
}

// foreign makes a bucket as another program would.
func foreign(t *testing.T, s *natstest.Server) {
	t.Helper()
	conn, err := nats.Connect(natstest.Address("", s))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	api, err := js.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := api.CreateKeyValue(t.Context(), js.KeyValueConfig{Bucket: "foreign-state"}); err != nil {
		t.Fatal(err)
	}
}

func TestOlder(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]bool{"2.10.29": true, "1.4.0": true, "2.11.0": false, "2.15.2": false, "3.0.0": false, "dev": false, "": false} {
		if got := older(version); got != want {
			t.Errorf("%s: older %v", version, got)
		}
	}
}

// TestSync: servers that sync each write are let in, others are named; the account
// sees them because the system account lets it.
func TestSync(t *testing.T) {
	t.Parallel()
	for always, want := range map[bool]string{true: "", false: "does not sync each write"} {
		s := natstest.Run(t, func(o *server.Options) { o.SyncAlways = always })
		// Without accounts every client may ask what only the system's may elsewhere,
		// but the answer is the system account's alone.
		system, app := s.SystemAccount(), s.GlobalAccount()
		if err := system.AddServiceExportWithResponse(syncSubject, server.Streamed, []*server.Account{app}); err != nil {
			t.Fatal(err)
		}
		if err := app.AddServiceImport(system, syncSubject, syncSubject); err != nil {
			t.Fatal(err)
		}
		a, err := ParseAddress(natstest.Address("", s))
		if err != nil {
			t.Fatal(err)
		}
		c, err := Open(t.Context(), Options{Address: a, Sync: true})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("always %v: %v", always, err)
		}
		if err == nil {
			c.Close()
		}
	}
}

// state is a space's with two accounts and what is beside it.
func state(accounts ...string) map[string]json.RawMessage {
	var list []string
	for _, name := range accounts {
		list = append(list, fmt.Sprintf(`{"name":%q,"subs":[]}`, name))
	}
	return map[string]json.RawMessage{"seed": json.RawMessage("7"),
		"provider/x": json.RawMessage(`{"accounts":[` + strings.Join(list, ",") + `],"seq":5}`)}
}

func write(p *Place, text string) error {
	return p.WriteBeside("deliveries", func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

// TestPlace: the state of a space comes back as it was written, large values too,
// on one server and on three.
func TestPlace(t *testing.T) {
	t.Parallel()
	for name, servers := range map[string][]*natstest.Server{"one": {natstest.Run(t)}, "three": natstest.RunCluster(t, 3)} {
		c := open(t, natstest.Address("", servers...))
		p := c.Place("")
		if err := p.Write(state("a")); !errors.Is(err, ErrFenced) {
			t.Errorf("%s: written without the lead: %v", name, err)
		}
		if err := p.Fence(t.Context()); err != nil {
			t.Fatal(err)
		}
		large := strings.Repeat("large ", 1<<19)
		for _, accounts := range [][]string{{"b", "a"}, {"a"}, {"a", "c", "zoë@example.com " + large[:300], "b"}} {
			want := state(accounts...)
			if err := errors.Join(p.Write(want), write(p, large)); err != nil {
				t.Fatal(err)
			}
			other := c.Place("")
			got, _, err := other.Read()
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%s: %v\n%s", name, err, diff)
			}
			var beside []byte
			found, err := other.ReadBeside("deliveries", func(r *io.SectionReader) (err error) {
				beside, err = io.ReadAll(r)
				return err
			})
			if !found || err != nil || string(beside) != large {
				t.Errorf("%s: beside: %v, %d bytes", name, err, len(beside))
			}
		}
		if got, _, err := c.Place("other").Read(); err != nil || len(got) != 0 {
			t.Errorf("%s: another space has %v, %v", name, got, err)
		}
	}
}

// TestFence: who led before writes nothing more, not even what nobody wrote since.
func TestFence(t *testing.T) {
	t.Parallel()
	c := open(t, natstest.Address("", natstest.Run(t)))
	before, after := c.Place("s"), c.Place("s")
	if err := errors.Join(before.Fence(t.Context()), before.Write(state("a")), after.Fence(t.Context())); err != nil {
		t.Fatal(err)
	}
	if _, _, err := after.Read(); err != nil {
		t.Fatal(err)
	}
	for _, accounts := range [][]string{{"a", "new"}, {}} {
		if err := before.Write(state(accounts...)); !errors.Is(err, ErrFenced) {
			t.Errorf("%v: %v", accounts, err)
		}
	}
	if err := errors.Join(after.Write(state("a", "b")), write(after, "x")); err != nil {
		t.Error(err)
	}
}

// TestFollow: a follower is given what the leader writes, and can wait for it.
func TestFollow(t *testing.T) {
	t.Parallel()
	c := open(t, natstest.Address("", natstest.Run(t)))
	leader, follower := c.Place(""), c.Place("")
	if err := leader.Fence(t.Context()); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var seen map[string]json.RawMessage
	ctx, stop := context.WithCancel(t.Context())
	var following sync.WaitGroup
	following.Go(func() {
		if err := follower.Follow(ctx, func(sections map[string]json.RawMessage) {
			mu.Lock()
			defer mu.Unlock()
			seen = sections
		}); err != nil {
			t.Error(err)
		}
	})
	for _, accounts := range [][]string{{"a"}, {"a", "b"}, {"b"}} {
		want := state(accounts...)
		if err := leader.Write(want); err != nil {
			t.Fatal(err)
		}
		if err := follower.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		if diff := cmp.Diff(want, seen); diff != "" {
			t.Errorf("%v: %s", accounts, diff)
		}
		mu.Unlock()
	}
	stop()
	following.Wait()
}

// TestLease: one leads at a time; the next does at once when the lease is given
// back, and after it ended when its holder died.
func TestLease(t *testing.T) {
	t.Parallel()
	s := natstest.Run(t)
	a, b := open(t, natstest.Address("", s)), open(t, natstest.Address("", s))
	first, second := a.NewLease("http://a"), b.NewLease("http://b")
	led := make(chan string, 2)
	campaign := func(l *Lease) (stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		var done sync.WaitGroup
		done.Go(func() {
			l.Campaign(ctx, func(ctx context.Context) {
				led <- l.self.URL
				<-ctx.Done()
			})
		})
		return func() { cancel(); done.Wait() }
	}
	stopFirst := campaign(first)
	if who := <-led; who != "http://a" || !first.Leads() {
		t.Fatalf("%s leads", who)
	}
	stopSecond := campaign(second)
	defer func() { stopSecond() }()
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for second.Leader() != "http://a" {
		<-again.C
	}
	given := time.Now()
	stopFirst()
	if who := <-led; who != "http://b" || time.Since(given) > 2*time.Second || first.Leads() {
		t.Errorf("%s leads after %s", who, time.Since(given))
	}
	third := a.NewLease("http://c")
	stopThird := campaign(third)
	defer func() { stopThird() }()
	died := time.Now()
	b.conn.Close()
	who := <-led
	if took := time.Since(died); who != "http://c" || second.Leads() || took > leaseFor+time.Second || took < leaseFor-renewEvery-time.Second {
		t.Errorf("%s leads after %s, the second believes to: %v", who, took, second.Leads())
	}
}
