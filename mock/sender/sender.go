// Package sender puts a request on the wire as a provider spells it, on
// connections of its own, and reads the answer. While an exchange lasts it knows
// whom its connection belongs to, so that a receiver in the same process can ask.
package sender

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tacklebox/mock/clock"
	"tacklebox/mock/fault"
	"tacklebox/mock/provider"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/outbound"
)

// Sender makes HTTP/1.1 exchanges on connections of its own: what stands on the
// wire, down to the order and spelling of headers, is the provider's, and the
// address of the connection tells the receiver who is calling.
type Sender struct {
	rules   outbound.Rules
	maxBody int64

	mu       sync.Mutex
	free     map[string][]*wire // by scheme and host
	sweeping bool
	calls    sync.Map // outbound.Line → *call
}

// wire is one connection.
type wire struct {
	net.Conn
	in   *io.LimitedReader // bounds what r may take
	r    *bufio.Reader
	line string // outbound.LineTo
	used bool   // it carried an exchange before
	bare bool   // nobody looked at the peer's certificate
	old  bool   // it was free already when the pool was last looked through
}

func newWire(c net.Conn) *wire {
	in := &io.LimitedReader{R: c, N: mostHead}
	return &wire{Conn: c, in: in, r: bufio.NewReader(in), line: outbound.LineTo(c)}
}

// call is one exchange under way.
type call struct {
	origin *Origin
	wire   *wire
}

// Origin tells what a request that reaches the receiver belongs to.
type Origin struct {
	Provider, Account, Type, EventID, DeliveryID, Subscription string
	Attempt                                                    int
	Detail                                                     json.RawMessage // of the capture: a journal.Together when the request carries several events

	seq       atomic.Uint64
	unchecked bool // the last connection's certificate
}

// Captured notes the journal entry of the capture that the attempt caused.
func (o *Origin) Captured(seq uint64) { o.seq.Store(seq) }

// Unchecked reports whether the connection's certificate was not checked.
func (o *Origin) Unchecked() bool { return o.unchecked }

// Capture is that entry, 0 when there is none.
func (o *Origin) Capture() uint64 { return o.seq.Load() }

const (
	freePerHost = 64
	freeFor     = 200 * time.Millisecond // to twice that: a server with one thread answers nobody else meanwhile
	mostHead    = 1 << 20                // bytes of an answer before its body, interim answers included
)

// New makes one. Of an answer's body it keeps so many bytes.
func New(rules outbound.Rules, maxBody int64) *Sender {
	return &Sender{rules: rules, maxBody: maxBody, free: map[string][]*wire{}}
}

// Origin returns what a request of ours belongs to that came in on a line
// (outbound.LineOf).
func (s *Sender) Origin(line string) (*Origin, bool) {
	c, ok := s.calls.Load(line)
	if !ok {
		return nil, false
	}
	return c.(*call).origin, true
}

// Answer is what came back, with the reason phrase of its status line.
type Answer struct {
	*journal.Message
	Reason string
}

// Request is what is to be sent.
type Request struct {
	Out     *provider.Outgoing
	Timeout time.Duration // of the whole exchange, in wall time
	Plan    *fault.Plan   // of what goes wrong on the way; nil: nothing
}

// Do makes one exchange; its error is worded for a person.
func (s *Sender) Do(ctx context.Context, u *url.URL, r Request, origin *Origin) (*Answer, error) {
	watch := clock.Stopwatch()
	a, err := s.try(ctx, u, r, origin)
	return a, explain(err, watch(), r.Timeout)
}

// explain words a failed exchange for a person.
func explain(err error, took, timeout time.Duration) error {
	if took >= timeout && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)) {
		return fmt.Errorf("no answer within %s", timeout)
	}
	return err
}

// try writes the request and reads the answer, all within its time. ctx
// ends dialling and the slow writing of a fault; what waits for the other end is
// ended by Interrupt. A connection of an earlier exchange
// that the peer closed meanwhile is no answer: when nothing was read from it, the
// request is sent once more on a new one.
func (s *Sender) try(ctx context.Context, u *url.URL, r Request, origin *Origin) (*Answer, error) {
	until := clock.Deadline(r.Timeout)
	if r.Plan.Breaks() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, until)
		defer cancel()
	}
	c, err := s.conn(ctx, u, until)
	if err != nil {
		return nil, err
	}
	a, unread, err := s.exchange(ctx, c, u, r, origin, until)
	if err == nil || !unread || !c.used || ctx.Err() != nil || errors.Is(err, os.ErrDeadlineExceeded) || r.Plan.Breaks() {
		return a, err
	}
	if c, err = s.dial(ctx, u, until); err != nil {
		return nil, err
	}
	a, _, err = s.exchange(ctx, c, u, r, origin, until)
	return a, err
}

// exchange uses one connection; unread: not a byte of an answer came.
func (s *Sender) exchange(ctx context.Context, c *wire, u *url.URL, r Request, origin *Origin, until time.Time) (a *Answer, unread bool, err error) {
	_ = c.SetDeadline(until)
	origin.unchecked = c.bare
	under := &call{origin, c}
	s.calls.Store(c.line, under)
	defer s.calls.CompareAndDelete(c.line, under) // the connection may carry the next attempt already
	if ctx.Err() != nil {                         // after an interrupt, which could not see it yet
		_ = c.Close()
		return nil, true, fmt.Errorf("sending: %w", ctx.Err())
	}
	over, err := r.Plan.Write(ctx, c.Conn, wireHead(u, r.Out), r.Out.Body)
	if err != nil || over {
		_ = c.Close()
		return nil, true, fmt.Errorf("sending: %w", err)
	}
	m, again, err := s.answer(c, r.Out.Method)
	unread = c.in.N == mostHead // before the connection is another attempt's
	if err != nil || !again {
		_ = c.Close()
	} else {
		s.put(u, c)
	}
	return m, unread, err
}

// answer reads one response; again reports that the connection can be used on.
func (s *Sender) answer(c *wire, method string) (a *Answer, again bool, err error) {
	c.in.N = mostHead
	for {
		resp, err := http.ReadResponse(c.r, &http.Request{Method: method})
		if err != nil && c.in.N <= 0 {
			return nil, false, fmt.Errorf("reading the answer: its head is larger than %d bytes", mostHead)
		}
		if err != nil {
			return nil, false, fmt.Errorf("reading the answer: %w", hangup(err))
		}
		if resp.StatusCode >= 100 && resp.StatusCode < 200 && resp.StatusCode != http.StatusSwitchingProtocols {
			continue
		}
		c.in.N = math.MaxInt64 // the body has a bound of its own
		m, whole, err := s.body(resp)
		_, reason, _ := strings.Cut(resp.Status, " ")
		return &Answer{m, reason}, whole && !resp.Close, err
	}
}

func (s *Sender) body(resp *http.Response) (m *journal.Message, whole bool, err error) {
	defer resp.Body.Close()
	b, err := read(resp.Body, resp.ContentLength, s.maxBody+1)
	m = &journal.Message{Status: resp.StatusCode, Proto: resp.Proto, Headers: journal.HeaderOf(resp.Header)}
	if n := int64(len(b)); n > s.maxBody {
		b, m.Truncated = b[:s.maxBody], true
		rest, _ := io.CopyN(io.Discard, resp.Body, 16*s.maxBody)
		m.Body, m.Size = b, n+rest
		return m, false, nil
	}
	m.Body, m.Size = b, int64(len(b))
	if err != nil {
		return m, false, fmt.Errorf("reading the answer's body: %w", hangup(err))
	}
	return m, true, nil
}

// read takes at most so many bytes of a body, of whose length there may be word.
func read(r io.Reader, told, most int64) ([]byte, error) {
	const trusted = 64 << 10 // a promise is no reason to set more aside
	if told < 0 || told >= min(most, trusted) {
		return io.ReadAll(io.LimitReader(r, most))
	}
	b := make([]byte, told)
	n, err := io.ReadFull(r, b)
	return b[:n], err
}

// hangup words the end of a connection.
func hangup(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the connection was closed without a whole answer")
	}
	return err
}

func hostKey(u *url.URL) string { return u.Scheme + "://" + u.Host }

// conn returns a free connection to the URL's host, or a new one.
func (s *Sender) conn(ctx context.Context, u *url.URL, until time.Time) (*wire, error) {
	for {
		c := s.take(hostKey(u))
		if c == nil {
			return s.dial(ctx, u, until)
		}
		if c.r.Buffered() == 0 && alive(c.Conn) {
			return c, nil
		}
		_ = c.Close()
	}
}

func (s *Sender) take(key string) *wire {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.free[key]
	if len(list) == 0 {
		return nil
	}
	c := list[len(list)-1]
	s.free[key] = list[:len(list)-1]
	return c
}

// put keeps a connection for the next exchange, for a short while.
func (s *Sender) put(u *url.URL, c *wire) {
	c.used, c.old = true, false
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.free[hostKey(u)]) >= freePerHost {
		_ = c.Close()
		return
	}
	s.free[hostKey(u)] = append(s.free[hostKey(u)], c)
	if !s.sweeping {
		s.sweeping = true
		time.AfterFunc(freeFor, s.sweep)
	}
}

// sweep closes what has been free since it last looked, and looks again while
// anything is left.
func (s *Sender) sweep() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, list := range s.free {
		list = slices.DeleteFunc(list, func(c *wire) bool {
			if c.old {
				_ = c.Close()
			}
			return c.old
		})
		for _, c := range list {
			c.old = true
		}
		if s.free[key] = list; len(list) == 0 {
			delete(s.free, key)
		}
	}
	if s.sweeping = len(s.free) > 0; s.sweeping {
		time.AfterFunc(freeFor, s.sweep)
	}
}

// Interrupt ends what is under way; its ctx has ended before.
func (s *Sender) Interrupt() {
	s.calls.Range(func(_, c any) bool {
		_ = c.(*call).wire.SetDeadline(clock.Deadline(-time.Second))
		return true
	})
}

// Close ends what is free.
func (s *Sender) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, list := range s.free {
		for _, c := range list {
			_ = c.Close()
		}
	}
	s.free = map[string][]*wire{}
}

func (s *Sender) dial(ctx context.Context, u *url.URL, until time.Time) (*wire, error) {
	ctx, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	c, checked, err := s.rules.Dial(ctx, u)
	if err != nil {
		return nil, err
	}
	line := newWire(c)
	line.bare = !checked
	return line, nil
}
