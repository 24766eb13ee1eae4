package mock

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"tacklebox/receiver/journal"
)

// sender makes HTTP/1.1 exchanges on connections of its own: what stands on the
// wire, down to the order and spelling of headers, is the provider's, and the
// address of the connection tells the receiver who is calling.
type sender struct {
	allow   []string
	maxBody int64

	mu      sync.Mutex
	free    map[string][]*wire // by scheme and host
	origins sync.Map           // local address → *Origin
}

// wire is one connection.
type wire struct {
	net.Conn
	in *io.LimitedReader // bounds what r may take
	r  *bufio.Reader
}

func newWire(c net.Conn) *wire {
	in := &io.LimitedReader{R: c, N: mostHead}
	return &wire{c, in, bufio.NewReader(in)}
}

// Origin tells what a request that reaches the receiver belongs to.
type Origin struct {
	Provider, Account, Type, EventID, DeliveryID, Subscription string
	Attempt                                                    int
	Detail                                                     json.RawMessage // of the capture: a journal.Together when the request carries several events

	seq atomic.Uint64
}

// Captured notes the journal entry of the capture that the attempt caused.
func (o *Origin) Captured(seq uint64) { o.seq.Store(seq) }

func (o *Origin) captureSeq() uint64 { return o.seq.Load() }

const (
	freePerHost = 64
	dialTimeout = 10 * time.Second
	mostHead    = mebibyte // bytes of an answer before its body, interim answers included
)

func newSender(allow []string, maxBody int64) *sender {
	return &sender{allow: allow, maxBody: maxBody, free: map[string][]*wire{}}
}

// Origin returns what the request from a remote address belongs to.
func (e *Engine) Origin(remote string) (*Origin, bool) {
	o, ok := e.sender.origins.Load(remote)
	if !ok {
		return nil, false
	}
	return o.(*Origin), true
}

// answer is what came back, with the reason phrase of its status line.
type answer struct {
	*journal.Message
	reason string
}

// do writes the request and reads the answer.
func (s *sender) do(ctx context.Context, u *url.URL, t try, origin *Origin) (*answer, error) {
	c, err := s.conn(ctx, u)
	if err != nil {
		return nil, err
	}
	local := c.LocalAddr().String()
	s.origins.Store(local, origin)
	defer s.origins.CompareAndDelete(local, origin) // the connection may carry the next attempt already
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(deadline(-time.Second)) })
	defer stop()
	over, err := t.plan.Write(ctx, c.Conn, wireHead(u, t.out), t.out.Body)
	if err != nil || over {
		_ = c.Close()
		return nil, fmt.Errorf("sending: %w", err)
	}
	m, again, err := s.answer(c, t.out.Method)
	if err != nil || !again || !stop() {
		_ = c.Close()
	} else {
		s.put(u, c)
	}
	return m, err
}

// answer reads one response; again reports that the connection can be used on.
func (s *sender) answer(c *wire, method string) (a *answer, again bool, err error) {
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
		return &answer{m, reason}, whole && !resp.Close, err
	}
}

func (s *sender) body(resp *http.Response) (m *journal.Message, whole bool, err error) {
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, s.maxBody+1))
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

// hangup words the end of a connection.
func hangup(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the connection was closed without a whole answer")
	}
	return err
}

func (s *sender) conn(ctx context.Context, u *url.URL) (*wire, error) {
	key := u.Scheme + "://" + u.Host
	for {
		s.mu.Lock()
		list := s.free[key]
		if len(list) == 0 {
			s.mu.Unlock()
			return s.dial(ctx, u)
		}
		c := list[len(list)-1]
		s.free[key] = list[:len(list)-1]
		s.mu.Unlock()
		if c.r.Buffered() == 0 && alive(c.Conn) {
			return c, nil
		}
		_ = c.Close()
	}
}

func (s *sender) put(u *url.URL, c *wire) {
	key := u.Scheme + "://" + u.Host
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.free[key]) >= freePerHost {
		_ = c.Close()
		return
	}
	s.free[key] = append(s.free[key], c)
}

func (s *sender) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, list := range s.free {
		for _, c := range list {
			_ = c.Close()
		}
	}
	s.free = map[string][]*wire{}
}

func (s *sender) dial(ctx context.Context, u *url.URL) (*wire, error) {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	dialer := net.Dialer{Timeout: dialTimeout, Control: func(_, address string, _ syscall.RawConn) error {
		return s.permit(u.Hostname(), address)
	}}
	c, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return nil, err
	}
	if u.Scheme == "https" {
		secure := tls.Client(c, &tls.Config{ServerName: u.Hostname(), NextProtos: []string{"http/1.1"},
			InsecureSkipVerify: !slices.Contains(s.allow, u.Hostname())}) // a private address has no certificate that anybody signed
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = c.Close()
			return nil, fmt.Errorf("TLS: %w", err)
		}
		c = secure
	}
	return newWire(c), nil
}

var (
	awsMetadata = netip.MustParseAddr("fd00:ec2::254")          // in a private range all the same
	fecMetadata = netip.MustParsePrefix("fec0::/10")            // site-local, withdrawn
	errAddress  = errors.New("this address is never called")    // link-local: cloud metadata lives there
	errPublic   = errors.New("public addresses are not called") // unless --allow-host names the host
)

// permit holds the contract's rule for outgoing calls to a resolved address:
// loopback and private ranges always, link-local never, others only for hosts
// that --allow-host names.
func (s *sender) permit(host, address string) error {
	return Permit(host, address, s.allow)
}

// Permit decides whether a resolved address may be called. host is the name it
// was resolved from, allow the hosts that may be public.
func Permit(host, address string, allow []string) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("address %s: %w", address, err)
	}
	ip := ap.Addr().Unmap().WithZone("")
	switch {
	case ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() || ip == awsMetadata || fecMetadata.Contains(ip):
		return fmt.Errorf("%s: %w", ip, errAddress)
	case ip.IsLoopback() || ip.IsPrivate():
		return nil
	case slices.ContainsFunc(allow, func(a string) bool { return strings.EqualFold(a, host) }):
		return nil
	}
	return fmt.Errorf("%s: %w; start with --allow-host %s to call it", ip, errPublic, host)
}
