package journal

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"sync"
	"time"
)

// A record is a binary header, a JSON head and the two bodies, raw:
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
// that opening a journal decodes no JSON.
const (
	headerSize = 56
	magic      = 0x31584254 // "TBX1"
	noStamp    = math.MinInt64
	maxFrame   = 1 << 30 // an entry above this is refused
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var errTooLarge = errors.New("entry is larger than 1 GiB")

// meta is what stays in memory of a record: 32 bytes.
type meta struct {
	off    uint32 // in its segment
	size   uint32 // of the whole record; 0: there is none
	stamp  int64
	kind   uint8
	flags  uint8
	status uint16
	keys   [keyCount]uint16
}

// The fields whose hashes are kept. A hash that differs rules an entry out; one
// that agrees proves nothing.
const (
	keyProvider = iota
	keyType
	keyInbox
	keyAccount
	keyEvent
	keyDelivery
	keyCount
)

const (
	flagError     = 1 << 6
	flagFault     = 1 << 7
	signatureMask = 7      // 0: no verdict, then states in order, 7: another
	contractShift = 3      // two bits: 0 no verdict, 1 failed, 2 ok
	flagTruncated = 1 << 5 // either half
)

var kinds = [...]Kind{"", Call, Event, Attempt, Capture}

var signatureStates = [...]string{"", "valid", "invalid", "missing", "none"}

func kindCode(k Kind) uint8 {
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
	return signatureMask
}

// stampOf is t in Unix nanoseconds, noStamp when it has none.
func stampOf(t time.Time) int64 {
	if y := t.Year(); y < 1679 || y > 2261 {
		return noStamp
	}
	return t.UnixNano()
}

// hashSeveral stands for the event and the type of a request with several: one
// hash cannot rule it out.
const hashSeveral = math.MaxUint16

// hash16 is FNV-1a over the lower-case bytes, folded to 16 bits.
func hash16(s string) uint16 {
	h := uint32(2166136261)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint32(lower(s[i]))) * 16777619
	}
	return uint16(h ^ h>>16)
}

func metaOf(e *Entry) meta {
	m := meta{stamp: stampOf(e.Time), kind: kindCode(e.Kind), flags: flagsOf(e)}
	if e.Response != nil {
		m.status = math.MaxUint16 // does not fit: the entry knows
		if n := e.Response.Status; n >= 0 && n < math.MaxUint16 {
			m.status = uint16(n)
		}
	}
	m.keys = [keyCount]uint16{
		hash16(e.Provider), hash16(e.Type), hash16(e.Inbox),
		hash16(e.Account), hash16(e.EventID), hash16(e.DeliveryID),
	}
	if e.several() {
		m.keys[keyType], m.keys[keyEvent] = hashSeveral, hashSeveral
	}
	return m
}

func flagsOf(e *Entry) (flags uint8) {
	if e.Signature != nil {
		flags = signatureCode(e.Signature.State)
	}
	if e.Contract != nil {
		flags |= 1 << contractShift
		if e.Contract.OK {
			flags += 1 << contractShift
		}
	}
	if e.Request != nil && e.Request.Truncated || e.Response != nil && e.Response.Truncated {
		flags |= flagTruncated
	}
	if e.Error != "" {
		flags |= flagError
	}
	if e.Fault != "" {
		flags |= flagFault
	}
	return flags
}

func (m *Message) body() []byte {
	if m == nil {
		return nil
	}
	return m.Body
}

// appendFrame appends header and head of e's record and returns them with the
// record's meta. The header lacks the sequence number: see seal.
func appendFrame(dst []byte, e *Entry) ([]byte, meta, error) {
	start := len(dst)
	m := metaOf(e)
	dst = append(dst, make([]byte, headerSize)...)
	dst = e.appendHead(dst)
	request, response := e.Request.body(), e.Response.body()
	head := dst[start+headerSize:]
	size := uint64(headerSize+len(head)) + uint64(len(request)) + uint64(len(response))
	if size > maxFrame {
		return dst[:start], m, errTooLarge
	}
	m.size = uint32(size)
	crc := crc32.Update(0, castagnoli, head)
	crc = crc32.Update(crc, castagnoli, request)
	crc = crc32.Update(crc, castagnoli, response)
	h := dst[start:]
	le := binary.LittleEndian
	le.PutUint32(h, magic)
	le.PutUint64(h[16:], uint64(m.stamp))
	le.PutUint32(h[24:], uint32(len(head)))
	le.PutUint32(h[28:], uint32(len(request)))
	le.PutUint32(h[32:], uint32(len(response)))
	le.PutUint32(h[36:], crc)
	h[40], h[41] = m.kind, m.flags
	le.PutUint16(h[42:], m.status)
	for i, k := range m.keys {
		le.PutUint16(h[44+2*i:], k)
	}
	return dst, m, nil
}

// seal gives the record that starts at h its sequence number. It is the only
// part of encoding that has to wait for the order of appends.
func seal(h []byte, seq uint64) {
	binary.LittleEndian.PutUint64(h[8:], seq)
	binary.LittleEndian.PutUint32(h[4:], crc32.Checksum(h[8:headerSize], castagnoli))
}

// header is a record's header, read back.
type header struct {
	meta
	seq                     uint64
	head, request, response uint32
	crc                     uint32
}

// parseHeader reads the header that b starts with; ok is false when there is none.
func parseHeader(b []byte) (h header, ok bool) {
	le := binary.LittleEndian
	if len(b) < headerSize || le.Uint32(b) != magic || le.Uint32(b[4:]) != crc32.Checksum(b[8:headerSize], castagnoli) {
		return h, false
	}
	h.seq, h.stamp = le.Uint64(b[8:]), int64(le.Uint64(b[16:]))
	h.head, h.request, h.response, h.crc = le.Uint32(b[24:]), le.Uint32(b[28:]), le.Uint32(b[32:]), le.Uint32(b[36:])
	size := headerSize + uint64(h.head) + uint64(h.request) + uint64(h.response)
	if size > maxFrame {
		return h, false
	}
	h.size = uint32(size)
	h.kind, h.flags, h.status = b[40], b[41], le.Uint16(b[42:])
	for i := range h.keys {
		h.keys[i] = le.Uint16(b[44+2*i:])
	}
	return h, true
}

// headOf and bodiesOf are the parts of a record, which may be corrupt, but is
// never shorter than a header.
func headOf(frame []byte) []byte   { return frame[headerSize:bodyOffset(frame)] }
func bodiesOf(frame []byte) []byte { return frame[bodyOffset(frame):] }

func bodyOffset(frame []byte) int {
	n := uint64(headerSize) + uint64(binary.LittleEndian.Uint32(frame[24:]))
	return int(min(n, uint64(len(frame))))
}

// intact reports whether the payload behind the header is what was written.
func (h *header) intact(frame []byte) bool {
	return uint64(len(frame)) >= uint64(h.size) && crc32.Checksum(frame[headerSize:h.size], castagnoli) == h.crc
}

var errCorrupt = errors.New("record is corrupt")

// decodeFrame reads a whole record into e, whose bodies become parts of frame.
func decodeFrame(e *Entry, frame []byte) error {
	h, ok := parseHeader(frame)
	if !ok || !h.intact(frame) {
		return errCorrupt
	}
	return h.decode(e, frame)
}

// decode reads a record that is known to be intact.
func (h *header) decode(e *Entry, frame []byte) error {
	*e = Entry{Seq: h.seq}
	if int(h.kind) < len(kinds) {
		e.Kind = kinds[h.kind]
	}
	if h.stamp != noStamp {
		e.Time = time.Unix(0, h.stamp).UTC()
	}
	at := headerSize + h.head
	if err := decodeHead(e, string(frame[headerSize:at])); err != nil {
		return fmt.Errorf("entry %d: %w", h.seq, err)
	}
	attach(&e.Request, frame[at:at+h.request:at+h.request])
	e.Request.seal()
	at += h.request
	attach(&e.Response, frame[at:at+h.response:at+h.response])
	return nil
}

// seal fills in the digest that a writer left out because it follows from the
// body: most entries are never looked at, and hashing 64 KB costs more than
// keeping them.
func (m *Message) seal() {
	if m != nil && m.Method != "" && m.SHA256 == "" && !m.Truncated && m.Size == int64(len(m.Body)) {
		sum := sha256.Sum256(m.Body)
		m.SHA256 = hex.EncodeToString(sum[:])
	}
}

func attach(m **Message, body []byte) {
	if len(body) == 0 {
		return
	}
	if *m == nil {
		*m = &Message{}
	}
	(*m).Body = body
}

// heads lends the buffers that headers and heads are encoded into.
type heads struct{ pool sync.Pool }

func (h *heads) get() *[]byte {
	if b, ok := h.pool.Get().(*[]byte); ok {
		return b
	}
	b := make([]byte, 0, 2<<10)
	return &b
}

// put takes buf back with what it has grown to, unless that is too much to keep.
func (h *heads) put(buf *[]byte, grown []byte) {
	if cap(grown) <= spareBytes {
		*buf = grown[:0]
		h.pool.Put(buf)
	}
}
