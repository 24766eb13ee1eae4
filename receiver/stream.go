package receiver

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"

	"github.com/gorilla/websocket"
)

const (
	pingEvery = 30 * time.Second
	// patience is how long a reader may neither answer a ping nor take a
	// write before it counts as gone.
	patience    = 90 * time.Second
	controlWait = time.Second
)

// pulse is how a listener finds out that its peer is gone.
type pulse struct{ every, patience time.Duration }

// Stream is GET /_/stream: one JSON text message per matching entry, in order,
// from the entry after `after`, or live only without it.
func (rc *Receiver) Stream(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	filter, err := rc.filter(q.Get("q"))
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
	if err := rc.enter(); err != nil {
		return err
	}
	defer rc.streams.Done()
	feed, leave := rc.feeds.join(strings.TrimSpace(q.Get("q")), filter)
	defer leave()
	// A cursor beyond the newest entry is of another journal; it would wait
	// for numbers that are far away (decision: go on live).
	if _, last := rc.log.Bounds(); !resume || after > last {
		after = last
	}
	up := websocket.Upgrader{ReadBufferSize: 512, WriteBufferSize: 512, CheckOrigin: originAllowed, Error: upgradeRefused}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return nil // answered by upgradeRefused
	}
	s := &listener{conn: conn, pulse: rc.pulse, source: source{log: rc.log, filter: filter}, gone: make(chan struct{})}
	go s.hear()
	hurry := context.AfterFunc(rc.ctx, s.hurry)
	s.run(rc.ctx.Done(), feed, after)
	hurry()
	_ = conn.Close()
	<-s.gone
	return nil
}

// enter counts a stream in, unless the receiver is closed.
func (rc *Receiver) enter() error {
	rc.opening.Lock()
	defer rc.opening.Unlock()
	if rc.ctx.Err() != nil {
		return journal.ErrClosed
	}
	rc.streams.Add(1)
	return nil
}

func upgradeRefused(w http.ResponseWriter, _ *http.Request, status int, reason error) {
	api.WriteError(w, api.Failed(status, "bad_handshake", "", "%v", reason))
}

// listener is one connected reader of the stream.
type listener struct {
	conn   *websocket.Conn
	pulse  pulse
	source source
	batch  []byte
	// mu keeps whole frames together: gorilla knows nothing of the writes that
	// go to the raw connection.
	mu   sync.Mutex
	gone chan struct{} // closed when the peer has left
}

// hear reads until the peer is gone. What it sends has no meaning but for
// pongs, pings and the close.
func (s *listener) hear() {
	defer close(s.gone)
	s.conn.SetReadLimit(4096)
	s.alive()
	s.conn.SetPongHandler(func(string) error { s.alive(); return nil })
	s.conn.SetPingHandler(func(data string) error { s.alive(); return s.control(websocket.PongMessage, []byte(data)) })
	s.conn.SetCloseHandler(func(code int, _ string) error {
		return s.control(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""))
	})
	for {
		if _, _, err := s.conn.NextReader(); err != nil {
			_ = s.conn.NetConn().Close() // ends a write that waits for this peer
			return
		}
		s.alive()
	}
}

func (s *listener) alive() { _ = s.conn.SetReadDeadline(time.Now().Add(s.pulse.patience)) }

// hurry ends a write that waits for a slow peer when the receiver closes, after
// the time that a goodbye may take.
func (s *listener) hurry() {
	select {
	case <-s.gone:
	case <-time.After(controlWait):
		_ = s.conn.NetConn().Close()
	}
}

func (s *listener) control(kind int, data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conn.WriteControl(kind, data, time.Now().Add(controlWait))
}

// write sends whole frames to the raw connection in one call.
func (s *listener) write(frames []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	started := time.Now()
	conn := s.conn.NetConn()
	_ = conn.SetWriteDeadline(started.Add(s.pulse.patience)) // a closed connection shows in Write
	_, err := conn.Write(frames)
	if time.Since(started) > time.Second {
		s.alive() // it had to wait and went on: the peer reads, only slowly
	}
	return err
}

// run writes until the peer is gone or the receiver closes.
func (s *listener) run(closing <-chan struct{}, f *feed, after uint64) {
	ping := time.NewTicker(s.pulse.every)
	defer ping.Stop()
	cur := cursor{seq: after, fresh: true}
	for {
		frames, wait, behind, err := f.next(&cur)
		switch {
		case err != nil:
			s.bye(err)
			return
		case behind:
			frames, err = s.catchUp(&cur)
		}
		if err == nil && len(frames) > 0 {
			err = s.write(frames)
		}
		if err != nil {
			s.bye(err)
			return
		}
		if wait == nil {
			wait = alreadyClosed
		}
		select {
		case <-s.gone:
			return
		case <-closing:
			s.bye(journal.ErrClosed)
			return
		case <-ping.C:
			if s.control(websocket.PingMessage, nil) != nil {
				return
			}
		case <-wait:
		}
	}
}

// alreadyClosed stands for "there is more": a select on it does not wait.
var alreadyClosed = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// catchUp reads the next entries from the journal itself, up to one write.
func (s *listener) catchUp(cur *cursor) (frames []byte, err error) {
	_, last := s.source.log.Bounds()
	s.batch = s.batch[:0]
	cur.seq, err = s.source.read(cur.seq, last, func(_ uint64, text []byte) bool {
		s.batch = appendFrame(s.batch, text)
		return len(s.batch) < chunkSize
	})
	return s.batch, err
}

// bye closes with a reason; the peer may be gone already.
func (s *listener) bye(err error) {
	code := websocket.CloseInternalServerErr
	if errors.Is(err, journal.ErrClosed) {
		code = websocket.CloseGoingAway
	}
	_ = s.control(websocket.CloseMessage, websocket.FormatCloseMessage(code, cutText(err.Error(), 100)))
}

func cutText(s string, limit int) string { return strings.ToValidUTF8(s[:min(len(s), limit)], "") }
