// Package live is the WebSocket stream: every entry that a filter matches, in
// order, to any number of readers.
//
// A broadcast encodes each entry once for all readers of a filter and never waits
// for them: it keeps the newest frames in a ring. A reader that falls out of the
// ring reads the journal itself, and is told of what is no longer kept. Locks:
// Broadcaster.mu, broadcasts.mu and broadcast.mu are never held together.
package live

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"tacklebox/receiver/api"
	"tacklebox/receiver/entries"
	"tacklebox/receiver/journal"
)

const (
	pingEvery = 30 * time.Second
	// patience is how long a reader may neither answer a ping nor take a
	// write before it counts as gone.
	patience    = 90 * time.Second
	controlWait = time.Second
)

// Config is what a Stream needs. Only Journal is required.
type Config struct {
	Journal journal.Store
	Now     func() time.Time // the clock of "since:5m"
	// Allowed judges the Origin of a handshake; nil: any.
	Allowed func(r *http.Request) bool
	// Ping is how often a reader is asked whether it is there, Patience after what
	// time without an answer it counts as gone. 0: as the contract's clients expect.
	Ping, Patience time.Duration
}

// Broadcaster serves GET /_/stream until Close.
type Broadcaster struct {
	cfg        Config
	broadcasts broadcasts
	ctx        context.Context // ends with Close
	stop       context.CancelFunc

	mu      sync.Mutex // a reader begins before Close, or not at all
	readers map[*listener]bool
	serving sync.WaitGroup
}

// New returns a stream of the journal.
func New(cfg Config) *Broadcaster {
	if cfg.Ping == 0 {
		cfg.Ping, cfg.Patience = pingEvery, patience
	}
	s := &Broadcaster{cfg: cfg, broadcasts: broadcasts{log: cfg.Journal}, readers: map[*listener]bool{}}
	s.ctx, s.stop = context.WithCancel(context.Background())
	return s
}

// Close ends all readers, and returns when they are gone: http.Server.Shutdown
// does not wait for connections that were taken over.
func (s *Broadcaster) Close() {
	s.mu.Lock()
	s.stop()
	s.mu.Unlock()
	s.serving.Wait()
}

// Stream is GET /_/stream: one JSON text message per matching entry, in order,
// from the entry after `after`, or live only without it.
func (s *Broadcaster) Stream(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	filter, err := entries.ParseFilter(q.Get("q"), s.cfg.Now)
	if err != nil {
		return err
	}
	after, resume, err := api.QueryNumber(q, "after")
	if err != nil {
		return err
	}
	if !websocket.IsWebSocketUpgrade(r) {
		w.Header().Set("Upgrade", "websocket")
		return api.Failed(http.StatusUpgradeRequired, "websocket_only", "connect with a WebSocket client", "the stream is a WebSocket")
	}
	reader := &listener{cfg: s.cfg, source: source{log: s.cfg.Journal, filter: filter}}
	if err := s.enter(reader); err != nil {
		return err
	}
	defer s.leave(reader)
	b, leave := s.broadcasts.join(strings.TrimSpace(q.Get("q")), filter)
	defer leave()
	// A cursor beyond the newest entry is of another journal; it would wait
	// for numbers that are far away (decision: go on live).
	if _, last := s.cfg.Journal.Bounds(); !resume || after > last {
		after = last
	}
	reader.at.Store(after)
	reader.from.Store(b)
	up := websocket.Upgrader{ReadBufferSize: 512, WriteBufferSize: 512, CheckOrigin: s.allowed, Error: upgradeRefused}
	if reader.conn, err = up.Upgrade(w, r, nil); err == nil { // else answered by upgradeRefused
		reader.serve(s.ctx, b, after)
	}
	return nil
}

func (s *Broadcaster) allowed(r *http.Request) bool { return s.cfg.Allowed == nil || s.cfg.Allowed(r) }

// enter counts a reader in, unless the stream is closed.
func (s *Broadcaster) enter(reader *listener) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return journal.ErrClosed
	}
	s.serving.Add(1)
	s.readers[reader] = true
	return nil
}

func (s *Broadcaster) leave(reader *listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.readers, reader)
	s.serving.Done()
}

// Numbers are what the stream says of itself.
type Numbers struct {
	Readers    int
	Behind     int    // readers that are not at the newest entry
	Lag        uint64 // entries that the slowest of them has still to get
	Broadcasts int    // different filters that are listened to
	Encoding   uint64 // entries that the slowest of those has still to look at
	Held       int    // bytes of frames that are kept for readers
}

// Numbers counts.
func (s *Broadcaster) Numbers() (n Numbers) {
	_, last := s.cfg.Journal.Bounds()
	s.mu.Lock()
	readers := slices.Collect(maps.Keys(s.readers))
	s.mu.Unlock()
	n.Readers = len(readers)
	for _, reader := range readers {
		if at := reader.at.Load(); reader.behind(at) {
			n.Behind++
			n.Lag = max(n.Lag, last-min(at, last))
		}
	}
	s.broadcasts.numbers(&n, last)
	return n
}

func upgradeRefused(w http.ResponseWriter, _ *http.Request, status int, reason error) {
	api.WriteError(w, api.Failed(status, "bad_handshake", "", "%v", reason))
}

// listener is one connected reader of the stream.
type listener struct {
	cfg    Config
	conn   *websocket.Conn
	source source
	batch  []byte
	at     atomic.Uint64             // everything up to here was written
	from   atomic.Pointer[broadcast] // what it listens to; nil until it does
	// mu keeps whole frames together: gorilla knows nothing of the writes that
	// go to the raw connection.
	mu sync.Mutex
}

// behind says whether there is more to write than what is written up to at.
// Whether the reader waits would not tell: one that was woken and is stuck in
// its first write looks as if it did.
func (l *listener) behind(at uint64) bool {
	b := l.from.Load()
	return b != nil && at < b.shown.Load()
}

// serve writes until the peer is gone or closing is done.
func (l *listener) serve(closing context.Context, b *broadcast, after uint64) {
	gone, left := context.WithCancel(context.Background())
	go func() { defer left(); l.readPeer() }()
	endSoon := context.AfterFunc(closing, func() { l.cutOff(gone) })
	l.writeFrames(gone, closing, b, after)
	endSoon()
	_ = l.conn.Close()
	<-gone.Done()
}

// readPeer reads until the peer is gone. What it sends has no meaning but for
// pongs, pings and the close.
func (l *listener) readPeer() {
	l.conn.SetReadLimit(4096)
	l.alive()
	l.conn.SetPongHandler(func(string) error { l.alive(); return nil })
	l.conn.SetPingHandler(func(data string) error { l.alive(); return l.control(websocket.PongMessage, []byte(data)) })
	l.conn.SetCloseHandler(func(code int, _ string) error {
		return l.control(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""))
	})
	for {
		if _, _, err := l.conn.NextReader(); err != nil {
			_ = l.conn.NetConn().Close() // ends a write that waits for this peer
			return
		}
		l.alive()
	}
}

func (l *listener) alive() { _ = l.conn.SetReadDeadline(time.Now().Add(l.cfg.Patience)) }

// cutOff ends a write that waits for a slow peer when the stream closes, after the
// time that a goodbye may take.
func (l *listener) cutOff(gone context.Context) {
	select {
	case <-gone.Done():
	case <-time.After(controlWait):
		_ = l.conn.NetConn().Close()
	}
}

func (l *listener) control(kind int, data []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.conn.WriteControl(kind, data, time.Now().Add(controlWait))
}

// write sends whole frames to the raw connection in one call.
func (l *listener) write(frames []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	started := time.Now()
	conn := l.conn.NetConn()
	_ = conn.SetWriteDeadline(started.Add(l.cfg.Patience)) // a closed connection shows in Write
	_, err := conn.Write(frames)
	if time.Since(started) > time.Second {
		l.alive() // it had to wait and went on: the peer reads, only slowly
	}
	return err
}

// writeFrames writes until the peer is gone or the stream closes.
func (l *listener) writeFrames(gone, closing context.Context, b *broadcast, after uint64) {
	ping := time.NewTicker(l.cfg.Ping)
	defer ping.Stop()
	cur := cursor{seq: after, fresh: true}
	for {
		frames, wait, behind, err := b.next(&cur)
		if err == nil && behind {
			frames, err = l.catchUp(gone, &cur)
		}
		if err == nil && len(frames) > 0 {
			err = l.write(frames)
		}
		if err != nil {
			l.bye(err)
			return
		}
		if l.at.Store(cur.seq); wait == nil {
			wait = alreadyClosed
		}
		select {
		case <-gone.Done():
			return
		case <-closing.Done():
			l.bye(journal.ErrClosed)
			return
		case <-ping.C:
			if l.control(websocket.PingMessage, nil) != nil {
				return
			}
		case <-wait:
		}
	}
}

// alreadyClosed stands for "there is more": a select on it does not wait.
var alreadyClosed = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// catchUp reads the next entries from the journal itself, up to one write.
func (l *listener) catchUp(gone context.Context, cur *cursor) (frames []byte, err error) {
	_, last := l.source.log.Bounds()
	l.batch = l.batch[:0]
	cur.seq, err = l.source.read(gone, cur.seq, last, func(_ uint64, text []byte) bool {
		l.batch = appendFrame(l.batch, text)
		return len(l.batch) < chunkSize
	})
	return l.batch, err
}

// bye closes with a reason; the peer may be gone already.
func (l *listener) bye(err error) {
	code := websocket.CloseInternalServerErr
	if errors.Is(err, journal.ErrClosed) {
		code = websocket.CloseGoingAway
	}
	_ = l.control(websocket.CloseMessage, websocket.FormatCloseMessage(code, entries.Cut(err.Error(), 100)))
}
