package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"tacklebox/receiver/api"
)

// How the stream keeps itself alive: a ping well before proxies and firewalls
// forget the connection, and three lost answers make it dead.
const (
	pingEvery    = 15 * time.Second
	silenceLimit = 3 * pingEvery
	firstPause   = 50 * time.Millisecond
	longestPause = 2 * time.Second
	maxMessage   = 64 << 20 // one entry: a kept body, escaped as JSON
)

// State is what the connection of a stream is doing.
type State string

// The states that a stream reports, in the order they come.
const (
	Connected State = "connected" // entries flow, from now or from where it stopped
	Lost      State = "lost"      // the connection ended; the stream tries again on its own
	Restarted State = "restarted" // another journal answers at the address: reading starts at its beginning
)

// Event is one thing a stream tells. Exactly one field is set.
type Event struct {
	Entry *api.Entry
	Gap   *api.Gap
	State State
	Err   error         // with Lost: why
	Again time.Duration // with Lost: until the next try
}

// StreamOptions says where a stream starts and how it behaves.
type StreamOptions struct {
	After   *uint64 // from the entry after this one; nil: only what comes from now on
	Patient bool    // also wait for a server that is not there yet
}

// Stream calls fn for every entry that q matches, in order, without holes and
// without repeats: after a lost connection it resumes behind the last entry it
// has seen. It returns fn's error, ctx's error, the server's refusal, or an
// error with ErrConnect when the first connection fails (unless Patient).
func (c *Client) Stream(ctx context.Context, q string, o StreamOptions, fn func(Event) error) error {
	s := &stream{client: c, query: q, cursor: o.After, fn: fn}
	pause := firstPause
	for first := true; ; first = false {
		progress, err := s.run(ctx)
		if stop := s.verdict(ctx, err, first && !o.Patient); stop != nil {
			return stop
		}
		if progress {
			pause = firstPause
		}
		if err := s.fn(Event{State: Lost, Err: err, Again: pause}); err != nil {
			return err
		}
		if err := wait(ctx, pause); err != nil {
			return err
		}
		pause = min(2*pause, longestPause)
	}
}

type stream struct {
	client *Client
	query  string
	cursor *uint64 // the last entry seen; nil until it is known
	fn     func(Event) error
}

// fatalError marks an error that ends the stream, where a connection's error
// only interrupts it: the caller's own, or a message that would be as
// unreadable the next time.
type fatalError struct{ error }

func (e fatalError) Unwrap() error { return e.error }

// verdict returns the error that ends the stream, or nil to try again.
func (s *stream) verdict(ctx context.Context, err error, needConnect bool) error {
	var fatal fatalError
	var refused *api.Error
	switch {
	case errors.As(err, &fatal):
		return fatal.error
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &refused) && refused.Status < 500:
		return err
	case needConnect && errors.Is(err, ErrConnect):
		return err
	}
	return nil
}

// run holds one connection. progress is true when it was established.
func (s *stream) run(ctx context.Context) (progress bool, err error) {
	if err := s.place(ctx); err != nil {
		return false, err
	}
	conn, err := s.client.dial(ctx, s.query, *s.cursor)
	if err != nil {
		return false, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	defer conn.Close()
	done := make(chan struct{})
	defer close(done)
	_ = conn.SetReadDeadline(time.Now().Add(silenceLimit)) // a server that never answers a ping is silent too
	conn.SetPongHandler(func(string) error { return conn.SetReadDeadline(time.Now().Add(silenceLimit)) })
	go keepAlive(conn, done)
	if err := s.report(Event{State: Connected}); err != nil {
		return true, err
	}
	return true, s.read(conn)
}

// place finds the cursor before connecting. A reader that wants only new
// entries is given a number as well, since "from now on" said twice, before and
// after a lost connection, would leave out what came between. A journal whose
// end lies before the cursor is not the one that was read.
func (s *stream) place(ctx context.Context) error {
	page, err := s.client.Entries(ctx, Query{Limit: 1})
	if err != nil {
		return err
	}
	if s.cursor == nil {
		s.cursor = &page.LastSeq
		return nil
	}
	if *s.cursor > page.LastSeq {
		s.cursor = new(uint64)
		return s.report(Event{State: Restarted})
	}
	return nil
}

func (s *stream) read(conn *websocket.Conn) error {
	for {
		_, message, err := conn.ReadMessage()
		if err != nil {
			return fmt.Errorf("stream: %w", err)
		}
		event, err := decode(message)
		if err != nil {
			return err
		}
		s.advance(event)
		if err := s.report(event); err != nil {
			return err
		}
	}
}

func (s *stream) advance(e Event) {
	seq := *s.cursor
	switch {
	case e.Entry != nil:
		seq = e.Entry.Seq
	case e.Gap != nil:
		seq = e.Gap.To
	}
	s.cursor = &seq
}

func (s *stream) report(e Event) error {
	if err := s.fn(e); err != nil {
		return fatalError{err}
	}
	return nil
}

// decode reads one message: an entry, or {"gap":{"from","to"}}.
func decode(message []byte) (Event, error) {
	if bytes.HasPrefix(message, []byte(`{"gap"`)) {
		var m struct{ Gap *api.Gap }
		err := json.Unmarshal(message, &m)
		if err == nil && m.Gap == nil {
			err = errors.New("empty gap")
		}
		return Event{Gap: m.Gap}, wrapMessage(err)
	}
	entry := new(api.Entry)
	err := json.Unmarshal(message, entry)
	return Event{Entry: entry}, wrapMessage(err)
}

func wrapMessage(err error) error {
	if err == nil {
		return nil
	}
	return fatalError{fmt.Errorf("message of the stream: %w", err)}
}

// dial opens the WebSocket. A refusal of the handshake is an *api.Error.
func (t *transport) dial(ctx context.Context, q string, after uint64) (*websocket.Conn, error) {
	header := http.Header{}
	t.authorize(header)
	query := values("q", q)
	query.Set("after", strconv.FormatUint(after, 10))
	address := "ws" + strings.TrimPrefix(t.address("/_/stream", query), "http")
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: 10 * time.Second, ReadBufferSize: 64 << 10}
	if t.lost != nil {
		return nil, t.lost
	}
	conn, resp, err := dialer.DialContext(ctx, address, header)
	if err != nil && resp != nil {
		defer resp.Body.Close()
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
		return nil, refusal(resp.StatusCode, body)
	}
	if err != nil {
		return nil, t.connectError(ctx, err)
	}
	conn.SetReadLimit(maxMessage)
	return conn, nil
}

// keepAlive pings until done. The read side's deadline moves with each pong.
func keepAlive(conn *websocket.Conn, done <-chan struct{}) {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case now := <-tick.C:
			if conn.WriteControl(websocket.PingMessage, nil, now.Add(pingEvery)) != nil {
				return
			}
		}
	}
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
