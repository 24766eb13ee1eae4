package receiver

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
)

const (
	// defaultInbox takes what is sent to /in and /in/ without a name: the
	// receiver refuses nothing (decision).
	defaultInbox = "default"
	// bodyPatience is how long a sender may pause inside its body.
	bodyPatience = 60 * time.Second
	pooledBody   = 256 << 10 // larger buffers are left to the collector
	firstBody    = 64 << 10  // a declared length is not trusted beyond this
)

// capture is the room one request is recorded in. It is pooled: an entry may
// be reused once its receipt has been waited for.
type capture struct {
	entry   journal.Entry
	request journal.Message
	hash    hash.Hash
	body    []byte // the pooled buffer; request.Body is a part of it
	rest    []byte // where bytes beyond the kept part are read to
	broken  error  // why the body ended early
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
// entry's URL is the request target byte for byte. What net/http takes out of
// the headers (Host, Transfer-Encoding, trailers) is put back; three of its
// habits remain: names come in canonical spelling (HTTP names have no case),
// "Pragma: no-cache" alone gains a Cache-Control, and a target that is no URL
// ("/%zz" in the path) is answered 400 before any handler sees it.
func (rc *Receiver) ServeCapture(w http.ResponseWriter, r *http.Request) {
	c := rc.rooms.get()
	defer rc.rooms.put(c)
	c.started = time.Now()
	name, below := splitTarget(r.RequestURI)
	box := rc.inboxes.get(name)
	c.entry.Time, c.entry.Kind, c.entry.Inbox = rc.cfg.Now(), journal.Capture, name
	c.describe(r)
	c.readBody(w, r, rc.cfg.MaxBody)
	c.addHeaders(r)
	origin := rc.judge(c, box, r)
	rc.answer(w, r, c, box, below, origin)
}

// answer decides on the reply, records it with the request, and only then
// gives it: what a sender was told is always in the journal.
func (rc *Receiver) answer(w http.ResponseWriter, r *http.Request, c *capture, box *inbox, below string, o Origin) {
	reply := silentOK
	switch {
	case c.broken != nil:
		reply = brokenReply(c.broken)
		c.entry.Error = c.broken.Error()
	case box != nil:
		if reply = box.next(); reply == nil {
			reply = rc.forward.send(r, c, box.forward, below)
		}
	}
	c.entry.Response, c.entry.Fault = reply.record, reply.fault
	c.entry.Took = time.Since(c.started)
	receipt := rc.log.Append(&c.entry)
	if o.Captured != nil && receipt.Seq != 0 {
		o.Captured(receipt.Seq)
	}
	if err := receipt.Wait(); err != nil {
		api.WriteError(w, notKept(err))
		return
	}
	rc.play(w, r, reply)
}

// notKept is the answer when the journal could not take an entry: the sender
// must see a failure, or its delivery would count and leave no trace.
func notKept(err error) *api.Error {
	status, hint := http.StatusInternalServerError, ""
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		status, hint = http.StatusInsufficientStorage, "the disk that holds --data is full"
	case errors.Is(err, journal.ErrClosed):
		status, hint = http.StatusServiceUnavailable, "the sandbox is shutting down"
	}
	return api.Failed(status, "not_kept", hint, "the request was received but could not be kept: %v", err)
}

// splitTarget takes an inbox's name, unescaped, and the raw path below it out
// of a request target in origin or absolute form. The first segment is the
// receiver's prefix however it is spelled on the wire.
func splitTarget(uri string) (name, below string) {
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
		return defaultInbox, below
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

// addHeaders puts back what net/http moved out of the header map. The map is
// this request's own, so it can take them without a copy.
func (c *capture) addHeaders(r *http.Request) {
	if r.Host != "" {
		r.Header["Host"] = []string{r.Host}
	}
	if len(r.TransferEncoding) > 0 {
		r.Header["Transfer-Encoding"] = r.TransferEncoding
	}
	for name, values := range r.Trailer {
		if len(values) > 0 { // announced trailers may stay away
			r.Header[name] = append(r.Header[name], values...)
		}
	}
	c.request.Headers = journal.HeaderOf(r.Header)
}

// readBody keeps the first limit bytes and measures all of them.
func (c *capture) readBody(w http.ResponseWriter, r *http.Request, limit int64) {
	c.body = c.body[:0]
	if r.ContentLength != 0 {
		limits := limitPauses(w, r)
		err := c.fill(r.Body, min(max(r.ContentLength, 512), firstBody), limit)
		if err == nil {
			err = c.drain(r.Body, limits)
		}
		if err != io.EOF {
			c.broken = fmt.Errorf("the body broke off after %d bytes: %w", c.request.Size, err)
		}
		limits.lift()
	}
	c.request.Body = c.body
	if c.request.Truncated {
		c.request.SHA256 = hex.EncodeToString(c.hash.Sum(nil))
	}
}

// bodyDeadline limits how long a sender may pause inside its body.
type bodyDeadline struct{ control *http.ResponseController }

// limitPauses sets the first deadline. A body that fits into the server's buffer
// has mostly come with its headers: it goes without, since a deadline costs a
// twentieth of such a request. Its sender can hold up nobody but itself.
func limitPauses(w http.ResponseWriter, r *http.Request) bodyDeadline {
	if r.ContentLength > 0 && r.ContentLength <= 4096 {
		return bodyDeadline{}
	}
	d := bodyDeadline{http.NewResponseController(w)}
	d.extend()
	return d
}

// extend allows another pause. A connection without deadlines may pause forever.
func (d bodyDeadline) extend() {
	if d.control != nil {
		_ = d.control.SetReadDeadline(time.Now().Add(bodyPatience))
	}
}

// lift ends the limit: later pauses are the reply's affair, and a deadline
// that expires then would look like a sender that hung up.
func (d bodyDeadline) lift() {
	if d.control != nil {
		_ = d.control.SetReadDeadline(time.Time{})
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
func (c *capture) drain(body io.Reader, limits bodyDeadline) error {
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
		limits.extend()
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
func (rc *Receiver) judge(c *capture, box *inbox, r *http.Request) Origin {
	var o Origin
	known := false
	if rc.cfg.Origin != nil {
		o, known = rc.cfg.Origin(r.RemoteAddr)
	}
	e, secret := &c.entry, ""
	if known {
		e.Provider, e.Account, e.Type, e.EventID = o.Provider, o.Account, o.Type, o.EventID
		e.DeliveryID, e.Subscription, e.Attempt, e.Detail = o.DeliveryID, o.Subscription, o.Attempt, o.Detail
	}
	if e.Provider == "" && box != nil && box.verify != nil {
		e.Provider, secret = box.verify.Provider, box.verify.Secret
	}
	if e.Provider != "" {
		rc.verdicts(c, secret)
	}
	return o
}

func (rc *Receiver) verdicts(c *capture, secret string) {
	e := &c.entry
	if c.request.Truncated {
		e.Signature = &journal.Signature{State: "none", Reason: "the body is larger than what is kept (--max-body): its signature cannot be checked"}
		return
	}
	if rc.cfg.Verify != nil {
		e.Signature = rc.cfg.Verify(Origin{Provider: e.Provider, Account: e.Account, Subscription: e.Subscription}, secret, c.request.Headers.HTTP(), c.body)
	}
	if rc.cfg.Check != nil && e.Type != "" {
		e.Contract = rc.cfg.Check(e.Provider, e.Type, c.body)
	}
}
