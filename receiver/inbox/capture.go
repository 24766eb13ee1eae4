package inbox

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/body"
	"tacklebox/receiver/outbound"
	"tacklebox/receiver/wire"
)

const (
	// DefaultInbox takes what is sent to /in and /in/ without a name: the
	// receiver refuses nothing (decision).
	DefaultInbox = "default"
	pooledBody   = 256 << 10 // larger buffers are left to the collector
	firstBody    = 64 << 10  // a declared length is not trusted beyond this
)

// capture is the room one request is recorded in. It is pooled: an entry may
// be reused once its receipt has been waited for.
type capture struct {
	entry   journal.Entry
	request journal.Message
	hash    hash.Hash
	body    []byte         // the pooled buffer; request.Body is a part of it
	headers journal.Header // pooled; request.Headers is the same
	rest    []byte         // where bytes beyond the kept part are read to
	broken  error          // why the body ended early
	started time.Time
}

func newCapture() *capture { return &capture{hash: sha256.New()} }

// clear forgets the request but keeps the buffers.
func (c *capture) clear() {
	if cap(c.body) > pooledBody {
		c.body = nil
	}
	c.entry, c.request, c.broken = journal.Entry{}, journal.Message{}, nil
}

// ServeCapture records any request and answers as its inbox is told to. It
// must not stand behind a ServeMux, which redirects `//` and `/..` away. The
// entry's URL is the request target and its headers are the fields byte for byte
// where package wire has the head, else as net/http spells them.
func (b *Inboxes) ServeCapture(w http.ResponseWriter, r *http.Request) {
	c := b.pool.get()
	defer b.pool.put(c)
	c.started = time.Now()
	name, below := SplitTarget(r.RequestURI)
	box := b.inboxes.get(name)
	c.entry.Time, c.entry.Kind, c.entry.Inbox = b.cfg.Now(), journal.Capture, name
	c.describe(r)
	c.readBody(r, b.cfg.MaxBody)
	c.addHeaders(r)
	origin := b.judge(c, box, r)
	b.answer(w, r, c, box, below, origin)
}

// answer decides on the reply, records it with the request, and only then
// gives it: what a sender was told is always in the journal.
func (b *Inboxes) answer(w http.ResponseWriter, r *http.Request, c *capture, box *settings, below string, o Origin) {
	reply := silentOK
	switch {
	case c.broken != nil:
		reply = brokenReply(c.broken)
		c.entry.Error = c.broken.Error()
	case box != nil:
		if reply = box.next(); reply == nil {
			reply = b.forward.send(r, c, box.forward, below)
		}
	}
	c.entry.Response, c.entry.Fault = reply.record, reply.fault
	c.entry.Took = time.Since(c.started)
	receipt := b.log.Append(&c.entry)
	if o.Captured != nil && receipt.Seq != 0 {
		o.Captured(receipt.Seq)
	}
	if err := receipt.Wait(); err != nil {
		api.WriteError(w, NotKept(err))
		return
	}
	b.play(w, r, reply)
}

// NotKept is the answer when the journal could not take an entry: the sender
// must see a failure, or its delivery would count and leave no trace.
func NotKept(err error) *api.Error {
	status, hint := http.StatusInsufficientStorage, "GET /_/readyz says whether the journal can be written"
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		hint = "the disk that holds --data is full"
	case errors.Is(err, journal.ErrClosed):
		status, hint = http.StatusServiceUnavailable, "the sandbox is shutting down"
	case errors.Is(err, journal.ErrUnavailable):
		status, hint = http.StatusServiceUnavailable, "send it again when GET /_/readyz answers 200"
	}
	return api.Failed(status, "not_kept", hint, "the request was received but could not be kept: %v", err)
}

// SplitTarget takes an inbox's name, unescaped, and the raw path below it out
// of a request target in origin or absolute form. The first segment is the
// receiver's prefix however it is spelled on the wire.
func SplitTarget(uri string) (name, below string) {
	path, _, _ := strings.Cut(uri, "?")
	if !strings.HasPrefix(path, "/") {
		_, path, _ = strings.Cut(path, "://")
		_, path, _ = strings.Cut(path, "/")
		path = "/" + path
	}
	_, rest, _ := strings.Cut(path[1:], "/")
	name, below = rest, ""
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		name, below = rest[:i], rest[i:]
	}
	if name == "" {
		return DefaultInbox, below
	}
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	return name, below
}

func (c *capture) describe(r *http.Request) {
	c.entry.Request = &c.request
	c.request.Method, c.request.URL, c.request.Proto = r.Method, r.RequestURI, r.Proto
	c.request.Remote = r.RemoteAddr
}

// addHeaders takes the fields as they stood on the wire, and behind them the
// trailers. HTTP/2 knows names in lower case only, and keeps no order.
func (c *capture) addHeaders(r *http.Request) {
	head, known := wire.HeadOf(r)
	c.headers = c.headers[:0]
	if known {
		head.Fields(func(name, value string) bool { c.headers.Add(name, value); return true })
	} else {
		c.addMap(r)
	}
	for name, values := range r.Trailer { // announced ones may stay away
		for _, v := range values {
			c.headers.Add(name, v)
		}
	}
	c.request.Headers = c.headers
}

// addMap takes what net/http made of the head, with what it moved out of it.
func (c *capture) addMap(r *http.Request) {
	h := maps.Clone(r.Header)
	if r.Host != "" {
		h["Host"] = []string{r.Host}
	}
	if len(r.TransferEncoding) > 0 {
		h["Transfer-Encoding"] = r.TransferEncoding
	}
	c.headers = append(c.headers, journal.HeaderOf(h)...)
	if r.ProtoMajor == 2 {
		for i := range c.headers {
			c.headers[i].Name = strings.ToLower(c.headers[i].Name)
		}
	}
}

// readBody keeps the first limit bytes and measures all of them.
func (c *capture) readBody(r *http.Request, limit int64) {
	c.body = c.body[:0]
	if r.ContentLength != 0 {
		err := c.fill(r.Body, min(max(r.ContentLength, 512), firstBody), limit)
		if err == nil {
			err = c.drain(r.Body)
		}
		if err != io.EOF {
			c.broken = fmt.Errorf("the body broke off after %d bytes: %w", c.request.Size, err)
		}
	}
	c.request.Body = c.body
	if c.request.Truncated {
		c.request.SHA256 = hex.EncodeToString(c.hash.Sum(nil))
	}
}

// fill reads into the kept part until it is full (nil) or the body ends.
func (c *capture) fill(body io.Reader, first, limit int64) error {
	c.grow(min(first, limit))
	for int64(len(c.body)) < limit {
		if len(c.body) == cap(c.body) {
			c.grow(min(2*int64(cap(c.body)), limit))
		}
		room := c.body[len(c.body):min(int64(cap(c.body)), limit)]
		n, err := body.Read(room)
		c.request.Size += int64(n)
		c.body = c.body[:len(c.body)+n]
		if err != nil {
			return err
		}
	}
	return nil
}

// drain reads on beyond the kept part, for the size and the digest.
func (c *capture) drain(body io.Reader) error {
	if c.rest == nil {
		c.rest = make([]byte, 16<<10)
	}
	for {
		n, err := body.Read(c.rest)
		if n > 0 {
			c.cut(c.rest[:n])
		}
		if err != nil {
			return err
		}
	}
}

// cut measures a piece that is not kept. The digest of a body that is kept whole
// follows from it, so only now is it needed.
func (c *capture) cut(p []byte) {
	if !c.request.Truncated {
		c.request.Truncated = true
		c.hash.Reset()
		_, _ = c.hash.Write(c.body) // a hash never fails
	}
	_, _ = c.hash.Write(p)
	c.request.Size += int64(len(p))
}

func (c *capture) grow(size int64) {
	if int64(cap(c.body)) >= size {
		return
	}
	larger := make([]byte, len(c.body), size)
	copy(larger, c.body)
	c.body = larger
}

// judge says who sent the request, when that is this process, and what its
// signature and its payload are worth.
func (b *Inboxes) judge(c *capture, box *settings, r *http.Request) Origin {
	var o Origin
	known := false
	if b.cfg.Origin != nil {
		o, known = b.cfg.Origin(outbound.LineOf(r))
	}
	e, secret := &c.entry, ""
	if known {
		e.Provider, e.Account, e.Type, e.EventID = o.Provider, o.Account, o.Type, o.EventID
		e.DeliveryID, e.Subscription, e.Attempt, e.Detail = o.DeliveryID, o.Subscription, o.Attempt, o.Detail
	}
	from := Origin{Provider: e.Provider, Account: e.Account, Subscription: e.Subscription}
	if box != nil && box.verify != nil { // whoever sent it: the inbox was told by what it is judged
		e.Provider = cmp.Or(e.Provider, box.verify.Provider)
		from.Provider, secret = box.verify.Provider, box.verify.Secret
	}
	if from.Provider != "" {
		b.verdicts(c, from, secret)
	}
	return o
}

// Received is what a signature is judged by. Header has the Host.
type Received struct {
	Method, Target string
	Header         http.Header
	Body           []byte
}

func (b *Inboxes) verdicts(c *capture, from Origin, secret string) {
	e := &c.entry
	if c.request.Truncated {
		e.Signature = &journal.Signature{State: "none", Reason: "the body is larger than what is kept (--max-body): its signature cannot be checked"}
		return
	}
	if b.cfg.Verify != nil {
		e.Signature = b.cfg.Verify(from, secret, Received{Method: c.request.Method, Target: c.request.URL, Header: c.request.Headers.HTTP(), Body: c.body})
	}
	if b.cfg.Check != nil && e.Type != "" {
		e.Contract = b.cfg.Check(e.Provider, e.Type, body.Of(&c.request).Bytes)
	}
}

// Judge gives an entry from elsewhere the verdict that a capture of its inbox would
// get, when the inbox is told how; otherwise what was recorded stays.
func (b *Inboxes) Judge(e *journal.Entry) {
	box := b.inboxes.get(e.Inbox)
	if box == nil || box.verify == nil {
		return
	}
	c := &capture{entry: *e, request: *e.Request, body: e.Request.Body}
	c.entry.Provider = box.verify.Provider
	b.verdicts(c, Origin{Provider: box.verify.Provider, Account: e.Account, Subscription: e.Subscription}, box.verify.Secret)
	e.Provider, e.Signature, e.Contract = c.entry.Provider, c.entry.Signature, c.entry.Contract
}
