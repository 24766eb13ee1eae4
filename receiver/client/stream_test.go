package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
)

// streamer is a server whose journal is a number: it holds the entries 1 to
// last. Each connection plays one script of messages and is then cut.
type streamer struct {
	*httptest.Server
	mu      sync.Mutex
	last    uint64
	scripts [][]string
	asked   []string // after= of each connection
	status  int      // instead of a stream
}

func newStreamer(t *testing.T, last uint64, scripts ...[]string) *streamer {
	t.Helper()
	s := &streamer{last: last, scripts: scripts}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *streamer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.URL.Path == "/_/entries" {
		fmt.Fprintf(w, `{"entries":[],"last_seq":%d,"oldest_seq":1}`, s.last)
		return
	}
	s.asked = append(s.asked, r.URL.Query().Get("after"))
	if s.status != 0 {
		http.Error(w, `{"error":{"code":"no","message":"refused"}}`, s.status)
		return
	}
	conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	if len(s.scripts) == 0 {
		return
	}
	for _, message := range s.scripts[0] {
		if after, found := strings.CutPrefix(message, "last="); found {
			s.last, _ = strconv.ParseUint(after, 10, 64)
		} else {
			_ = conn.WriteMessage(websocket.TextMessage, []byte(message))
		}
	}
	s.scripts = s.scripts[1:]
}

func entry(seq int) string { return fmt.Sprintf(`{"seq":%d,"kind":"capture"}`, seq) }

var errDone = errors.New("done")

// follow records what a stream tells until it has told n things of the journal.
func follow(t *testing.T, s *streamer, o client.StreamOptions, n int) (told []string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	err = client.New(s.URL, "").Stream(ctx, "kind:capture", o, func(e client.Event) error {
		switch {
		case e.Entry != nil:
			told = append(told, fmt.Sprint(e.Entry.Seq))
			n--
		case e.Gap != nil:
			told = append(told, fmt.Sprintf("gap %d-%d", e.Gap.From, e.Gap.To))
			n--
		default:
			told = append(told, string(e.State))
		}
		if n == 0 {
			return errDone
		}
		return nil
	})
	return told, err
}

func TestStream(t *testing.T) {
	for _, c := range []struct {
		name    string
		last    uint64
		after   *uint64
		scripts [][]string
		n       int
		told    []string
		asked   []string
	}{
		{"only what is new", 7, nil, [][]string{{entry(8), entry(9)}}, 2,
			[]string{"connected", "8", "9"}, []string{"7"}},
		{"from the beginning", 2, ptr(uint64(0)), [][]string{{entry(1), entry(2)}}, 2,
			[]string{"connected", "1", "2"}, []string{"0"}},
		{"resumes behind the last entry", 3, ptr(uint64(1)), [][]string{{entry(2)}, {entry(3)}}, 2,
			[]string{"connected", "2", "lost", "connected", "3"}, []string{"1", "2"}},
		{"no hole when nothing had come yet", 7, nil, [][]string{{"last=9"}, {entry(8), entry(9)}}, 2,
			[]string{"connected", "lost", "connected", "8", "9"}, []string{"7", "7"}},
		{"a gap moves the cursor", 9, ptr(uint64(1)), [][]string{{`{"gap":{"from":2,"to":6}}`}, {entry(7)}}, 2,
			[]string{"connected", "gap 2-6", "lost", "connected", "7"}, []string{"1", "6"}},
		{"another journal is read from its beginning", 5, ptr(uint64(4)), [][]string{{entry(5), "last=1"}, {entry(1)}}, 2,
			[]string{"connected", "5", "lost", "restarted", "connected", "1"}, []string{"4", "0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := newStreamer(t, c.last, c.scripts...)
			told, err := follow(t, server, client.StreamOptions{After: c.after}, c.n)
			if !errors.Is(err, errDone) {
				t.Errorf("error %v, want the caller's own", err)
			}
			if diff := cmp.Diff(c.told, told); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
			server.mu.Lock()
			defer server.mu.Unlock()
			if diff := cmp.Diff(c.asked, server.asked); diff != "" {
				t.Errorf("asked after (-want +got):\n%s", diff)
			}
		})
	}
}

func TestStreamEnds(t *testing.T) {
	t.Run("refused", func(t *testing.T) {
		server := newStreamer(t, 0)
		server.status = http.StatusBadRequest
		var refused *api.Error
		if _, err := follow(t, server, client.StreamOptions{}, 1); !errors.As(err, &refused) || refused.Message != "refused" {
			t.Errorf("error %v, want the refusal", err)
		}
	})
	t.Run("unreadable message", func(t *testing.T) {
		for _, message := range []string{"{", `{"gap":null}`, `{"gap"`, "[]"} {
			server := newStreamer(t, 0, []string{message})
			if _, err := follow(t, server, client.StreamOptions{}, 1); err == nil || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("message %s: error %v, want one about the message", message, err)
			}
		}
	})
	t.Run("nobody there", func(t *testing.T) {
		err := client.New(closedAddress(t), "").Stream(context.Background(), "", client.StreamOptions{}, func(client.Event) error { return nil })
		if !errors.Is(err, client.ErrConnect) {
			t.Errorf("error %v, want ErrConnect", err)
		}
	})
	t.Run("caller gives up", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		lost := 0
		err := client.New(closedAddress(t), "").Stream(ctx, "", client.StreamOptions{Patient: true}, func(e client.Event) error {
			if lost++; lost == 2 {
				cancel()
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want context.Canceled", err)
		}
	})
}

// TestStreamCancelled ends a stream that has nothing to read.
func TestStreamCancelled(t *testing.T) {
	hold := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/_/entries" {
			fmt.Fprint(w, `{"entries":[],"last_seq":0,"oldest_seq":1}`)
			return
		}
		conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err == nil {
			defer conn.Close()
			<-hold
		}
	}))
	defer server.Close()
	defer close(hold)
	ctx, cancel := context.WithCancel(context.Background())
	err := client.New(server.URL, "").Stream(ctx, "", client.StreamOptions{}, func(e client.Event) error {
		if e.State == client.Connected {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}
