// Package journal is what did happen: one Entry for every call, event, attempt
// and capture, in one append-only log that is read by cursor. It knows no other
// package of this project.
package journal

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// Kind says what an Entry records.
type Kind string

// The four things that can happen.
const (
	Call    Kind = "call"    // a request to a mock API
	Event   Kind = "event"   // something fired
	Attempt Kind = "attempt" // one HTTP try of one delivery
	Capture Kind = "capture" // what the receiver got
)

// Entry is one thing that happened. The zero value of a field means that it
// does not apply, and is left out of the JSON. Entries are never changed once
// they are appended.
type Entry struct {
	Seq          uint64 // assigned by Append; rises, never repeats
	Time         time.Time
	Kind         Kind
	Provider     string
	Account      string
	Type         string // event type in the provider's own spelling
	Inbox        string
	EventID      string
	DeliveryID   string
	Attempt      int // 1 is the first try
	Subscription string
	Request      *Message
	Response     *Message
	Error        string // why an attempt or a forward failed
	Took         time.Duration
	Fault        string // what was done to this entry on purpose
	NextAttempt  time.Time
	Signature    *Signature
	Contract     *Contract
	CaptureSeq   uint64          // attempt: the capture it caused
	Detail       json.RawMessage // event: what the engine needs to know it again; a JSON object
}

// Message is one half of an HTTP exchange. Method, URL, Proto and Remote are
// set for requests, Status for responses.
type Message struct {
	Method    string
	URL       string // request target as it stood on the wire, or the absolute URL that was called
	Proto     string
	Status    int
	Headers   http.Header // names spelled as received or sent
	Body      []byte      // at most the kept part when Truncated
	Size      int64       // bytes of the whole body
	SHA256    string      // lower-case hex, of the whole body; requests only. A writer that keeps the whole body may leave it out
	Truncated bool
	Remote    string // "ip:port" of the other end
}

// Signature is the verdict on a request's signature.
type Signature struct {
	State  string `json:"state"` // valid, invalid, missing or none
	Reason string `json:"reason,omitempty"`
}

// Contract is the verdict on a payload against its schema.
type Contract struct {
	OK         bool     `json:"ok"`
	Violations []string `json:"violations,omitempty"`
}

// Clone returns a copy that shares no memory with e that anybody may change.
func (e *Entry) Clone() *Entry {
	if e == nil {
		return nil
	}
	c := *e
	c.Request = e.Request.clone()
	c.Response = e.Response.clone()
	c.Detail = bytes.Clone(e.Detail)
	if e.Signature != nil {
		s := *e.Signature
		c.Signature = &s
	}
	if e.Contract != nil {
		c.Contract = &Contract{OK: e.Contract.OK, Violations: slices.Clone(e.Contract.Violations)}
	}
	return &c
}

func (m *Message) clone() *Message {
	if m == nil {
		return nil
	}
	c := *m
	c.Headers = m.Headers.Clone()
	c.Body = bytes.Clone(m.Body)
	return &c
}
