package record

import (
	"encoding/binary"
	"errors"
	"tacklebox/receiver/journal"
	"time"
)

// A head is everything of an entry but its bodies and what the record's header
// has: a list of fields, each a tag and its value. Texts are a length and their
// bytes, numbers are varints. A field that is empty is left out.
//
//	1…9   texts: provider, account, type, inbox, event, delivery, subscription, error, fault
//	10 kind that has no code · 11 time that has no stamp · 12 attempt · 13 took · 14 next attempt
//	15 signature · 16 contract · 17 capture · 18 detail · 19 request · 20 response
const (
	tagKind = iota + 10
	tagTime
	tagAttempt
	tagTook
	tagNextAttempt
	tagSignature
	tagContract
	tagCapture
	tagDetail
	tagRequest
	tagResponse
)

// texts are the fields with the tags from 1 on.
func texts(e *journal.Entry) [tagKind - 1]*string {
	return [...]*string{&e.Provider, &e.Account, &e.Type, &e.Inbox, &e.EventID, &e.DeliveryID, &e.Subscription, &e.Error, &e.Fault}
}

// appendHead appends the head of e.
func appendHead(b []byte, e *journal.Entry) []byte {
	for i, text := range texts(e) {
		b = appendText(b, byte(i+1), *text)
	}
	if kindCode(e.Kind) == 0 {
		b = appendText(b, tagKind, string(e.Kind))
	}
	if Stamp(e.Time) == NoStamp {
		b = appendTime(b, tagTime, e.Time)
	}
	b = appendNumber(b, tagAttempt, int64(e.Attempt))
	b = appendNumber(b, tagTook, int64(e.Took))
	b = appendTime(b, tagNextAttempt, e.NextAttempt)
	if s := e.Signature; s != nil {
		b = putText(putText(append(b, tagSignature), s.State), s.Reason)
	}
	if c := e.Contract; c != nil {
		b = append(b, tagContract, flag(c.OK))
		b = putList(b, c.Violations)
	}
	b = appendNumber(b, tagCapture, int64(e.CaptureSeq))
	b = appendText(b, tagDetail, string(e.Detail))
	b = appendMessage(b, tagRequest, e.Request)
	return appendMessage(b, tagResponse, e.Response)
}

func appendMessage(b []byte, tag byte, m *journal.Message) []byte {
	if m == nil {
		return b
	}
	b = append(b, tag, flag(m.Truncated))
	for _, s := range [...]string{m.Method, m.URL, m.Proto, m.SHA256, m.Remote} {
		b = putText(b, s)
	}
	b = binary.AppendVarint(binary.AppendVarint(b, int64(m.Status)), m.Size)
	b = binary.AppendUvarint(b, uint64(len(m.Headers)))
	for _, f := range m.Headers {
		b = putText(putText(b, f.Name), f.Value)
	}
	return b
}

func appendText(b []byte, tag byte, s string) []byte {
	if s == "" {
		return b
	}
	return putText(append(b, tag), s)
}

func appendNumber(b []byte, tag byte, n int64) []byte {
	if n == 0 {
		return b
	}
	return binary.AppendVarint(append(b, tag), n)
}

// appendTime keeps the zone too.
func appendTime(b []byte, tag byte, t time.Time) []byte {
	if t.IsZero() {
		return b
	}
	stored, err := t.MarshalBinary()
	if err != nil { // a zone with seconds
		stored, _ = t.UTC().MarshalBinary()
	}
	return putText(append(b, tag), string(stored))
}

func putText(b []byte, s string) []byte { return append(binary.AppendUvarint(b, uint64(len(s))), s...) }

func putList(b []byte, texts []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(texts)))
	for _, s := range texts {
		b = putText(b, s)
	}
	return b
}

func flag(set bool) byte {
	if set {
		return 1
	}
	return 0
}

var errHead = errors.New("its head cannot be read")

// headReader takes fields off a head. After the first fault it reads nothing
// but zero values.
type headReader struct {
	s   string
	bad bool
}

// decodeHead reads a head into e, whose texts are parts of it.
func decodeHead(e *journal.Entry, head string) error {
	r := headReader{s: head}
	all := texts(e)
	for len(r.s) > 0 && !r.bad {
		tag := r.byte()
		if tag > 0 && int(tag) <= len(all) {
			*all[tag-1] = r.text()
			continue
		}
		r.field(e, tag)
	}
	if r.bad {
		return errHead
	}
	return nil
}

func (r *headReader) field(e *journal.Entry, tag byte) {
	switch tag {
	case tagKind:
		e.Kind = journal.Kind(r.text())
	case tagTime:
		e.Time = r.time()
	case tagAttempt:
		e.Attempt = int(r.number())
	case tagTook:
		e.Took = time.Duration(r.number())
	case tagNextAttempt:
		e.NextAttempt = r.time()
	case tagSignature:
		e.Signature = &journal.Signature{State: r.text(), Reason: r.text()}
	case tagContract:
		e.Contract = &journal.Contract{OK: r.byte() == 1, Violations: r.list()}
	case tagCapture:
		e.CaptureSeq = uint64(r.number())
	case tagDetail:
		e.Detail = []byte(r.text())
	case tagRequest:
		e.Request = r.message()
	case tagResponse:
		e.Response = r.message()
	default:
		r.bad = true
	}
}

func (r *headReader) message() *journal.Message {
	m := &journal.Message{Truncated: r.byte() == 1}
	for _, s := range [...]*string{&m.Method, &m.URL, &m.Proto, &m.SHA256, &m.Remote} {
		*s = r.text()
	}
	m.Status, m.Size = int(r.number()), r.number()
	if n := r.count(); n > 0 {
		m.Headers = make(journal.Header, n)
		for i := range m.Headers {
			m.Headers[i] = journal.Field{Name: r.text(), Value: r.text()}
		}
	}
	return m
}

func (r *headReader) byte() byte {
	if len(r.s) == 0 {
		r.bad = true
		return 0
	}
	c := r.s[0]
	r.s = r.s[1:]
	return c
}

// count takes a length, which is never more than bytes are left.
func (r *headReader) count() int {
	n, shift := uint64(0), 0
	for {
		c := r.byte()
		n |= uint64(c&0x7f) << shift
		if shift += 7; c < 0x80 || shift > 56 || r.bad {
			break
		}
	}
	if n > uint64(len(r.s)) {
		r.bad = true
		return 0
	}
	return int(n)
}

func (r *headReader) number() int64 {
	var space [binary.MaxVarintLen64]byte
	n, size := binary.Varint(space[:copy(space[:], r.s)])
	if size <= 0 || size > len(r.s) {
		r.bad = true
		return 0
	}
	r.s = r.s[size:]
	return n
}

func (r *headReader) text() string {
	n := r.count()
	s := r.s[:n]
	r.s = r.s[n:]
	return s
}

func (r *headReader) list() []string {
	n := r.count()
	if n == 0 {
		return nil
	}
	texts := make([]string, n)
	for i := range texts {
		texts[i] = r.text()
	}
	return texts
}

func (r *headReader) time() (t time.Time) {
	if t.UnmarshalBinary([]byte(r.text())) != nil {
		r.bad = true
	}
	return t
}
