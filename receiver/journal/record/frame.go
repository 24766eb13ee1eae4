package record

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"sync"
	"tacklebox/receiver/journal"
	"time"
)

// A record is a header of fixed size, the head (see head.go) and the two bodies, raw:
//
//	 0 magic          u32   where to look for the next record behind a corrupt one
//	 4 header CRC-32C u32   of bytes 8…56, so that lengths can be trusted alone
//	 8 seq            u64
//	16 time           i64   Unix nanoseconds; noStamp: see the head
//	24 head length    u32
//	28 request body   u32   its length
//	32 response body  u32   its length
//	36 payload CRC    u32   of head and bodies
//	40 kind u8, flags u8, status u16
//	44 six u16 hashes: provider, type, inbox, account, event, delivery
//
// All numbers are little-endian. The header alone is what the index keeps, so
// that opening a journal decodes no head.
const (
	HeaderSize = 56
	Magic      = 0x32584254 // "TBX2"
	NoStamp    = math.MinInt64
	MaxFrame   = 1 << 30 // an entry above this is refused
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Checksum is the CRC-32C of b.
func Checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

var ErrTooLarge = errors.New("entry is larger than 1 GiB")

// Meta is what stays in memory of a record: 32 bytes.
type Meta struct {
	Off    uint32 // in its segment
	Size   uint32 // of the whole record; 0: there is none
	Stamp  int64
	Kind   uint8
	Flags  uint8
	Status uint16
	Keys   [KeyCount]uint16
}

// The fields whose hashes are kept. A hash that differs rules an entry out; one
// that agrees proves nothing.
const (
	KeyProvider = iota
	KeyType
	KeyInbox
	KeyAccount
	KeyEvent
	KeyDelivery
	KeyCount
)

const (
	FlagError     = 1 << 6
	FlagFault     = 1 << 7
	SignatureMask = 7      // 0: no verdict, then states in order, 7: another
	ContractShift = 3      // two bits: 0 no verdict, 1 failed, 2 ok
	FlagTruncated = 1 << 5 // either half
)

var kinds = [...]journal.Kind{"", journal.Call, journal.Event, journal.Attempt, journal.Capture}

var signatureStates = [...]string{"", "valid", "invalid", "missing", "none"}

// KindName is the kind, "" when it has no code.
func (m *Meta) KindName() journal.Kind {
	if int(m.Kind) < len(kinds) {
		return kinds[m.Kind]
	}
	return ""
}

// SignatureState is the verdict on the signature: none where nobody asked for
// one, "" for a word of its own.
func (m *Meta) SignatureState() string {
	switch code := int(m.Flags & SignatureMask); {
	case code == 0:
		return "none"
	case code < len(signatureStates):
		return signatureStates[code]
	}
	return ""
}

// ContractState is the verdict on the payload: ok, fail or "".
func (m *Meta) ContractState() string {
	return [...]string{"", "fail", "ok", ""}[m.Flags>>ContractShift&3]
}

func kindCode(k journal.Kind) uint8 {
	for i, known := range kinds {
		if k == known && i > 0 {
			return uint8(i)
		}
	}
	return 0
}

func signatureCode(state string) uint8 {
	for i, known := range signatureStates {
		if state == known && i > 0 {
			return uint8(i)
		}
	}
	return SignatureMask
}

// stampOf is t in Unix nanoseconds, noStamp when it has none.
func Stamp(t time.Time) int64 {
	if y := t.Year(); y < 1679 || y > 2261 {
		return NoStamp
	}
	return t.UnixNano()
}

// hashSeveral stands for the event and the type of a request with several: one
// hash cannot rule it out.
const HashSeveral = math.MaxUint16

// hash16 is FNV-1a over the lower-case bytes, folded to 16 bits.
func Hash(s string) uint16 {
	h := uint32(2166136261)
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		h = (h ^ uint32(c)) * 16777619
	}
	return uint16(h ^ h>>16)
}

func MetaOf(e *journal.Entry) Meta {
	m := Meta{Stamp: Stamp(e.Time), Kind: kindCode(e.Kind), Flags: FlagsOf(e)}
	if e.Response != nil {
		m.Status = math.MaxUint16 // does not fit: the entry knows
		if n := e.Response.Status; n >= 0 && n < math.MaxUint16 {
			m.Status = uint16(n)
		}
	}
	m.Keys = [KeyCount]uint16{
		Hash(e.Provider), Hash(e.Type), Hash(e.Inbox),
		Hash(e.Account), Hash(e.EventID), Hash(e.DeliveryID),
	}
	if e.Several() {
		m.Keys[KeyType], m.Keys[KeyEvent] = HashSeveral, HashSeveral
	}
	return m
}

func FlagsOf(e *journal.Entry) (flags uint8) {
	if e.Signature != nil {
		flags = signatureCode(e.Signature.State)
	}
	if e.Contract != nil {
		flags |= 1 << ContractShift
		if e.Contract.OK {
			flags += 1 << ContractShift
		}
	}
	if e.Request != nil && e.Request.Truncated || e.Response != nil && e.Response.Truncated {
		flags |= FlagTruncated
	}
	if e.Error != "" {
		flags |= FlagError
	}
	if e.Fault != "" {
		flags |= FlagFault
	}
	return flags
}

// appendFrame appends header and head of e's record and returns them with the
// record's meta. The header lacks the sequence number: see seal.
func Append(dst []byte, e *journal.Entry) ([]byte, Meta, error) {
	start := len(dst)
	m := MetaOf(e)
	dst = append(dst, make([]byte, HeaderSize)...)
	dst = appendHead(dst, e)
	request, response := e.Request.Content(), e.Response.Content()
	head := dst[start+HeaderSize:]
	size := uint64(HeaderSize+len(head)) + uint64(len(request)) + uint64(len(response))
	if size > MaxFrame {
		return dst[:start], m, ErrTooLarge
	}
	m.Size = uint32(size)
	crc := crc32.Update(0, castagnoli, head)
	crc = crc32.Update(crc, castagnoli, request)
	crc = crc32.Update(crc, castagnoli, response)
	h := dst[start:]
	le := binary.LittleEndian
	le.PutUint32(h, Magic)
	le.PutUint64(h[16:], uint64(m.Stamp))
	le.PutUint32(h[24:], uint32(len(head)))
	le.PutUint32(h[28:], uint32(len(request)))
	le.PutUint32(h[32:], uint32(len(response)))
	le.PutUint32(h[36:], crc)
	h[40], h[41] = m.Kind, m.Flags
	le.PutUint16(h[42:], m.Status)
	for i, k := range m.Keys {
		le.PutUint16(h[44+2*i:], k)
	}
	return dst, m, nil
}

// Whole returns the record of e as number seq, bodies included. Every number may
// be sealed in later: see Seal.
func Whole(seq uint64, e *journal.Entry) ([]byte, Meta, error) {
	top, m, err := Append(nil, e)
	if err != nil {
		return nil, m, err
	}
	frame := make([]byte, 0, m.Size)
	frame = append(append(append(frame, top...), e.Request.Content()...), e.Response.Content()...)
	Seal(frame, seq)
	return frame, m, nil
}

// Seal gives the record that starts at h its sequence number. It is the only
// part of encoding that has to wait for the order of appends.
func Seal(h []byte, seq uint64) {
	binary.LittleEndian.PutUint64(h[8:], seq)
	binary.LittleEndian.PutUint32(h[4:], crc32.Checksum(h[8:HeaderSize], castagnoli))
}

// OtherFormat names the format of a record that another version wrote, "" when
// it is of this one or none at all.
func OtherFormat(b []byte) string {
	if len(b) < HeaderSize || string(b[:3]) != "TBX" || binary.LittleEndian.Uint32(b) == Magic ||
		binary.LittleEndian.Uint32(b[4:]) != Checksum(b[8:HeaderSize]) {
		return ""
	}
	return string(b[:4])
}

// Header is a record's header, read back.
type Header struct {
	Meta
	Seq                     uint64
	head, request, response uint32
	crc                     uint32
}

// ParseHeader reads the header that b starts with; ok is false when there is none.
func ParseHeader(b []byte) (h Header, ok bool) {
	le := binary.LittleEndian
	if len(b) < HeaderSize || le.Uint32(b) != Magic || le.Uint32(b[4:]) != crc32.Checksum(b[8:HeaderSize], castagnoli) {
		return h, false
	}
	h.Seq, h.Stamp = le.Uint64(b[8:]), int64(le.Uint64(b[16:]))
	h.head, h.request, h.response, h.crc = le.Uint32(b[24:]), le.Uint32(b[28:]), le.Uint32(b[32:]), le.Uint32(b[36:])
	size := HeaderSize + uint64(h.head) + uint64(h.request) + uint64(h.response)
	if size > MaxFrame {
		return h, false
	}
	h.Size = uint32(size)
	h.Kind, h.Flags, h.Status = b[40], b[41], le.Uint16(b[42:])
	for i := range h.Keys {
		h.Keys[i] = le.Uint16(b[44+2*i:])
	}
	return h, true
}

// HeadOf and bodiesOf are the parts of a record, which may be corrupt, but is
// never shorter than a header.
func HeadOf(frame []byte) []byte   { return frame[HeaderSize:bodyOffset(frame)] }
func BodiesOf(frame []byte) []byte { return frame[bodyOffset(frame):] }

// Bodies are the request's and the response's body of a record.
func Bodies(frame []byte) (request, response []byte) {
	both := BodiesOf(frame)
	n := min(uint64(binary.LittleEndian.Uint32(frame[28:])), uint64(len(both)))
	return both[:n], both[n:]
}

func bodyOffset(frame []byte) int {
	n := uint64(HeaderSize) + uint64(binary.LittleEndian.Uint32(frame[24:]))
	return int(min(n, uint64(len(frame))))
}

// Intact reports whether the payload behind the header is what was written.
func (h *Header) Intact(frame []byte) bool {
	return uint64(len(frame)) >= uint64(h.Size) && crc32.Checksum(frame[HeaderSize:h.Size], castagnoli) == h.crc
}

var ErrCorrupt = errors.New("record is corrupt")

// decodeFrame reads a whole record into e, whose bodies become parts of frame.
func Decode(e *journal.Entry, frame []byte) error {
	h, ok := ParseHeader(frame)
	if !ok || !h.Intact(frame) {
		return ErrCorrupt
	}
	return h.decode(e, frame)
}

// decode reads a record that is known to be intact.
func (h *Header) decode(e *journal.Entry, frame []byte) error {
	*e = journal.Entry{Seq: h.Seq}
	e.Kind = h.KindName()
	if h.Stamp != NoStamp {
		e.Time = time.Unix(0, h.Stamp).UTC()
	}
	at := HeaderSize + h.head
	if err := decodeHead(e, string(frame[HeaderSize:at])); err != nil {
		return fmt.Errorf("entry %d: %w", h.Seq, err)
	}
	attach(&e.Request, frame[at:at+h.request:at+h.request])
	e.Request.FillDigest()
	at += h.request
	attach(&e.Response, frame[at:at+h.response:at+h.response])
	return nil
}

func attach(m **journal.Message, body []byte) {
	if len(body) == 0 {
		return
	}
	if *m == nil {
		*m = &journal.Message{}
	}
	(*m).Body = body
}

// spareBytes is the largest buffer that is kept for later.
const spareBytes = 1 << 20

// heads lends the buffers that headers and heads are encoded into.
type Buffers struct{ pool sync.Pool }

func (h *Buffers) Get() *[]byte {
	if b, ok := h.pool.Get().(*[]byte); ok {
		return b
	}
	b := make([]byte, 0, 2<<10)
	return &b
}

// Put takes buf back with what it has grown to, unless that is too much to keep.
func (h *Buffers) Put(buf *[]byte, grown []byte) {
	if cap(grown) <= spareBytes {
		*buf = grown[:0]
		h.pool.Put(buf)
	}
}

// MetaSize is how many bytes AppendTo appends.
const MetaSize = 32

// AppendTo appends the stored form of m.
func (m *Meta) AppendTo(b []byte) []byte {
	le := binary.LittleEndian
	b = le.AppendUint32(b, m.Off)
	b = le.AppendUint32(b, m.Size)
	b = le.AppendUint64(b, uint64(m.Stamp))
	b = append(b, m.Kind, m.Flags)
	b = le.AppendUint16(b, m.Status)
	for _, k := range m.Keys {
		b = le.AppendUint16(b, k)
	}
	return b
}

// Parse reads what AppendTo wrote.
func (m *Meta) Parse(b []byte) {
	le := binary.LittleEndian
	_ = b[MetaSize-1]
	m.Off, m.Size, m.Stamp = le.Uint32(b), le.Uint32(b[4:]), int64(le.Uint64(b[8:]))
	m.Kind, m.Flags, m.Status = b[16], b[17], le.Uint16(b[18:])
	for i := range m.Keys {
		m.Keys[i] = le.Uint16(b[20+2*i:])
	}
}
