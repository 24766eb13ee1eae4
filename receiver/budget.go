package receiver

import (
	"io"
	"net/http"
	"sync"

	"tacklebox/receiver/api"
)

const (
	// mostInFlight is how many bytes of request bodies the control API works on at
	// once, over a process: what is made of a body takes several times its size.
	mostInFlight = 128 << 20
	freeBytes    = 64 << 10 // of each body; small ones always pass
)

// Budget bounds the bytes of request bodies in flight. The zero value is ready; a
// nil one has no bound. Receivers of one process share it.
type Budget struct {
	mu   sync.Mutex
	used int64
}

// InUse is how many bytes are in flight.
func (b *Budget) InUse() int64 {
	if b == nil {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
}

// Limit serves next while there is room for the body of a request, and else
// answers 429 at once: the caller can send it again, memory cannot be had again.
func (b *Budget) Limit(next http.Handler) http.Handler {
	if b == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := &countedBody{ReadCloser: r.Body, budget: b}
		defer body.done()
		if r.ContentLength > freeBytes && !b.take(r.ContentLength-freeBytes) {
			w.Header().Set("Retry-After", "1")
			api.WriteError(w, noRoom())
			return
		}
		if r.ContentLength > freeBytes {
			body.taken, body.whole = r.ContentLength-freeBytes, true
		}
		counted := *r
		counted.Body = body
		next.ServeHTTP(w, &counted)
	})
}

func noRoom() *api.Error {
	return api.Failed(http.StatusTooManyRequests, "too_many_bytes", "send it again when the others are done, or in smaller parts",
		"request bodies of %d MiB together are worked on at once, and this one has no room", mostInFlight>>20)
}

// countedBody takes room as it is read, where its length was not said before.
type countedBody struct {
	io.ReadCloser
	budget *Budget
	read   int64
	taken  int64
	whole  bool // room for all of it was taken
}

// Read takes room for what was read; without any it fails with the refusal.
func (c *countedBody) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.read += int64(n)
	if more := c.read - freeBytes - c.taken; !c.whole && more > 0 {
		if !c.budget.take(more) {
			return 0, noRoom()
		}
		c.taken += more
	}
	return n, err
}

func (c *countedBody) done() { c.budget.give(c.taken) }

func (b *Budget) take(n int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.used+n > mostInFlight {
		return false
	}
	b.used += n
	return true
}

func (b *Budget) give(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= n
}
