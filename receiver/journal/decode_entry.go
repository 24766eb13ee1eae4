package journal

import (
	"encoding/base64"
	"encoding/json"
)

// entry reads one object of the shape that fields writes.
func (r *reader) entry(e *Entry) {
	if r.peek() != '{' {
		r.fail("expected an object")
		return
	}
	r.i++
	for first := true; r.more('}', &first); {
		r.member(e, r.key())
	}
	if r.err == nil && r.peek() != 0 {
		r.fail("text after the entry")
	}
}

func (r *reader) member(e *Entry, key string) {
	switch key {
	case "seq":
		e.Seq = r.uint()
	case "time":
		e.Time = r.time()
	case "kind":
		e.Kind = Kind(r.str())
	case "provider":
		e.Provider = r.str()
	case "account":
		e.Account = r.str()
	case "type":
		e.Type = r.str()
	case "inbox":
		e.Inbox = r.str()
	case "event_id":
		e.EventID = r.str()
	case "delivery_id":
		e.DeliveryID = r.str()
	case "attempt":
		e.Attempt = int(r.int())
	case "subscription":
		e.Subscription = r.str()
	default:
		r.outcome(e, key)
	}
}

// outcome reads the members that say how it went.
func (r *reader) outcome(e *Entry, key string) {
	switch key {
	case "request":
		e.Request = r.message()
	case "response":
		e.Response = r.message()
	case "error":
		e.Error = r.str()
	case "took_ms":
		e.Took = r.millis()
	case "fault":
		e.Fault = r.str()
	case "next_attempt":
		e.NextAttempt = r.time()
	case "signature":
		e.Signature = r.signature()
	case "contract":
		e.Contract = r.contract()
	case "capture_seq":
		e.CaptureSeq = r.uint()
	case "detail":
		if !r.null() {
			e.Detail = json.RawMessage(r.raw())
		}
	default:
		r.raw()
	}
}

func (r *reader) message() *Message {
	if !r.open('{') {
		return nil
	}
	m := &Message{}
	for first := true; r.more('}', &first); {
		r.messageMember(m, r.key())
	}
	return m
}

func (r *reader) messageMember(m *Message, key string) {
	switch key {
	case "method":
		m.Method = r.str()
	case "url":
		m.URL = r.str()
	case "proto":
		m.Proto = r.str()
	case "status":
		m.Status = int(r.int())
	case "headers":
		m.Headers = r.headers()
	case "body":
		if s := r.str(); s != "" {
			m.Body = []byte(s)
		}
	case "body_base64":
		if s := r.str(); s != "" {
			m.Body = r.base64(s)
		}
	case "size":
		m.Size = r.int()
	case "sha256":
		m.SHA256 = r.str()
	case "truncated":
		m.Truncated = r.bool()
	case "remote":
		m.Remote = r.str()
	default:
		r.raw()
	}
}

func (r *reader) base64(s string) []byte {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		r.fail("expected base64")
	}
	return b
}

func (r *reader) signature() *Signature {
	if !r.open('{') {
		return nil
	}
	s := &Signature{}
	for first := true; r.more('}', &first); {
		switch r.key() {
		case "state":
			s.State = r.str()
		case "reason":
			s.Reason = r.str()
		default:
			r.raw()
		}
	}
	return s
}

func (r *reader) contract() *Contract {
	if !r.open('{') {
		return nil
	}
	c := &Contract{}
	for first := true; r.more('}', &first); {
		switch r.key() {
		case "ok":
			c.OK = r.bool()
		case "violations":
			c.Violations = r.strings()
		default:
			r.raw()
		}
	}
	return c
}
