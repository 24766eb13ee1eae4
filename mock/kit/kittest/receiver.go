package kittest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
)

// Receiver keeps the callbacks that it gets.
type Receiver struct {
	URL string

	mu       sync.Mutex
	statuses []int
	got      []Callback
}

// Callback is one request to a Receiver.
type Callback struct {
	Method, Target, Body string
	Header               http.Header
	Length               int64 // Content-Length
}

// NewReceiver answers with the given statuses in turn, the last one again and
// again; without any with 200.
func NewReceiver(t testing.TB, statuses ...int) *Receiver {
	r := &Receiver{statuses: statuses}
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	r.URL = s.URL
	return r
}

// ServeHTTP takes a callback; a redirect leads elsewhere.
func (r *Receiver) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, Callback{req.Method, req.RequestURI, string(body), req.Header, req.ContentLength})
	status := http.StatusOK
	if len(r.statuses) > 0 {
		status = r.statuses[0]
		r.statuses = r.statuses[min(1, len(r.statuses)-1):]
	}
	if status >= 300 && status < 400 {
		rw.Header().Set("Location", "/elsewhere")
	}
	rw.WriteHeader(status)
	_, _ = io.WriteString(rw, "1") // observed: a public receiver answers a bare number
}

// Callbacks returns what came so far, in order.
func (r *Receiver) Callbacks() []Callback {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}
