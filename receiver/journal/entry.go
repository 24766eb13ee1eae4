// Package journal is what did happen: one Entry for every call, event, attempt
// and capture, in one append-only log that is read by cursor. It knows no other
// package of this project.
package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
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
	Seq          uint64          `json:"seq"` // assigned by Append; rises, never repeats
	Time         time.Time       `json:"time"`
	Kind         Kind            `json:"kind"`
	Provider     string          `json:"provider"`
	Account      string          `json:"account"`
	Type         string          `json:"type"` // event type in the provider's own spelling
	Inbox        string          `json:"inbox"`
	EventID      string          `json:"event_id"`
	DeliveryID   string          `json:"delivery_id"`
	Attempt      int             `json:"attempt"` // 1 is the first try
	Subscription string          `json:"subscription"`
	Request      *Message        `json:"request"`
	Response     *Message        `json:"response"`
	Error        string          `json:"error"` // why an attempt or a forward failed
	Took         time.Duration   `json:"-"`
	Fault        string          `json:"fault"` // what was done to this entry on purpose
	NextAttempt  time.Time       `json:"next_attempt"`
	Signature    *Signature      `json:"signature"`
	Contract     *Contract       `json:"contract"`
	CaptureSeq   uint64          `json:"capture_seq"` // attempt: the capture it caused
	Detail       json.RawMessage `json:"detail"`      // event: what the engine needs to know it again; a JSON object
}

// Message is one half of an HTTP exchange. Method, URL, Proto and Remote are
// set for requests, Status for responses.
type Message struct {
	Method    string `json:"method"`
	URL       string `json:"url"` // request target as it stood on the wire, or the absolute URL that was called
	Proto     string `json:"proto"`
	Status    int    `json:"status"`
	Headers   Header `json:"headers"` // names spelled as received or sent
	Body      []byte `json:"-"`       // at most the kept part when Truncated
	Size      int64  `json:"size"`    // bytes of the whole body
	SHA256    string `json:"sha256"`  // lower-case hex, of the whole body; requests only. A writer that keeps the whole body may leave it out
	Truncated bool   `json:"truncated"`
	Remote    string `json:"remote"` // "ip:port" of the other end
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

// body returns the bytes of the body, nil when there is no message.
func (m *Message) Content() []byte {
	if m == nil {
		return nil
	}
	return m.Body
}

// seal fills in the digest that a writer left out because it follows from the
// body: most entries are never looked at, and hashing 64 KB costs more than
// keeping them.
func (m *Message) FillDigest() {
	if m != nil && m.Method != "" && m.SHA256 == "" && !m.Truncated && m.Size == int64(len(m.Body)) {
		sum := sha256.Sum256(m.Body)
		m.SHA256 = hex.EncodeToString(sum[:])
	}
}
