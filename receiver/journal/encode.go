package journal

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"
)

// writer appends JSON without reflection: a stream writes one object per entry
// and reader.
type writer struct{ b []byte }

// AppendJSON appends e in the one shape of the journal, the API, the stream and
// --json, on one line. Fields that are empty are left out; headers are sorted
// by name so that equal entries give equal bytes.
func (e *Entry) AppendJSON(dst []byte) []byte {
	w := writer{b: append(dst, '{')}
	w.uint("seq", e.Seq)
	w.time("time", e.Time)
	w.str("kind", string(e.Kind))
	w.fields(e)
	return append(w.b, '}')
}

// MarshalJSON is AppendJSON for encoding/json.
func (e *Entry) MarshalJSON() ([]byte, error) { return e.AppendJSON(nil), nil }

func (w *writer) fields(e *Entry) {
	w.str("provider", e.Provider)
	w.str("account", e.Account)
	w.str("type", e.Type)
	w.str("inbox", e.Inbox)
	w.str("event_id", e.EventID)
	w.str("delivery_id", e.DeliveryID)
	w.int("attempt", int64(e.Attempt))
	w.str("subscription", e.Subscription)
	w.message("request", e.Request)
	w.message("response", e.Response)
	w.str("error", e.Error)
	w.millis("took_ms", e.Took)
	w.str("fault", e.Fault)
	w.time("next_attempt", e.NextAttempt)
	w.signature(e.Signature)
	w.contract(e.Contract)
	w.uint("capture_seq", e.CaptureSeq)
	w.detail(e.Detail)
}

func (w *writer) message(name string, m *Message) {
	if m == nil {
		return
	}
	w.key(name)
	w.b = append(w.b, '{')
	w.str("method", m.Method)
	w.str("url", m.URL)
	w.str("proto", m.Proto)
	w.int("status", int64(m.Status))
	w.headers(m.Headers)
	w.body(m.Body)
	w.int("size", m.Size)
	w.str("sha256", m.SHA256)
	if m.Truncated {
		w.key("truncated")
		w.b = append(w.b, "true"...)
	}
	w.str("remote", m.Remote)
	w.b = append(w.b, '}')
}

// body is text where text can carry it, base64 everywhere else: NUL passes
// through JSON but not through the terminals and shells that read it.
func (w *writer) body(body []byte) {
	if len(body) == 0 {
		return
	}
	if bytes.IndexByte(body, 0) < 0 && utf8.Valid(body) {
		w.key("body")
		w.b = appendString(w.b, body)
		return
	}
	w.key("body_base64")
	w.b = append(w.b, '"')
	w.b = base64.StdEncoding.AppendEncode(w.b, body)
	w.b = append(w.b, '"')
}

func (w *writer) headers(h Header) {
	if len(h) > 0 {
		w.key("headers")
		w.header(h)
	}
}

func (w *writer) header(h Header) {
	w.b = append(w.b, '{')
	h.Each(func(name string, values []string) {
		w.sep()
		w.b = append(appendString(w.b, name), ':')
		w.list(values)
	})
	w.b = append(w.b, '}')
}

func (w *writer) list(values []string) {
	w.b = append(w.b, '[')
	for i, v := range values {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.b = appendString(w.b, v)
	}
	w.b = append(w.b, ']')
}

func (w *writer) signature(s *Signature) {
	if s == nil {
		return
	}
	w.key("signature")
	w.b = append(w.b, `{"state":`...)
	w.b = appendString(w.b, s.State)
	w.str("reason", s.Reason)
	w.b = append(w.b, '}')
}

func (w *writer) contract(c *Contract) {
	if c == nil {
		return
	}
	w.key("contract")
	w.b = append(w.b, `{"ok":`...)
	w.b = strconv.AppendBool(w.b, c.OK)
	if len(c.Violations) > 0 {
		w.key("violations")
		w.list(c.Violations)
	}
	w.b = append(w.b, '}')
}

// detail is somebody else's JSON: kept as it is, but never able to break the
// object or the line that it stands in.
func (w *writer) detail(raw json.RawMessage) {
	if len(raw) == 0 {
		return
	}
	w.key("detail")
	switch {
	case !json.Valid(raw) || !utf8.Valid(raw):
		w.b = appendString(w.b, []byte(raw))
	case bytes.ContainsAny(raw, "\r\n"):
		var line bytes.Buffer
		_ = json.Compact(&line, raw) // valid JSON compacts
		w.b = append(w.b, line.Bytes()...)
	default:
		w.b = append(w.b, raw...)
	}
}

// sep writes the comma that the next member needs.
func (w *writer) sep() {
	if w.b[len(w.b)-1] != '{' {
		w.b = append(w.b, ',')
	}
}

func (w *writer) key(name string) {
	w.sep()
	w.b = append(w.b, '"')
	w.b = append(w.b, name...)
	w.b = append(w.b, '"', ':')
}

func (w *writer) str(name, v string) {
	if v != "" {
		w.key(name)
		w.b = appendString(w.b, v)
	}
}

func (w *writer) int(name string, v int64) {
	if v != 0 {
		w.key(name)
		w.b = strconv.AppendInt(w.b, v, 10)
	}
}

func (w *writer) uint(name string, v uint64) {
	if v != 0 {
		w.key(name)
		w.b = strconv.AppendUint(w.b, v, 10)
	}
}

func (w *writer) time(name string, t time.Time) {
	if !t.IsZero() {
		w.key(name)
		w.b = append(w.b, '"')
		w.b = t.AppendFormat(w.b, time.RFC3339Nano)
		w.b = append(w.b, '"')
	}
}

// millis writes a duration in milliseconds, exact to the nanosecond.
func (w *writer) millis(name string, d time.Duration) {
	if d == 0 {
		return
	}
	w.key(name)
	n := uint64(d)
	if d < 0 {
		w.b = append(w.b, '-')
		n = -n
	}
	w.b = strconv.AppendUint(w.b, n/1e6, 10)
	frac := n % 1e6
	if frac == 0 {
		return
	}
	w.b = append(w.b, '.')
	for unit := uint64(1e5); frac > 0; unit /= 10 {
		w.b = append(w.b, byte('0'+frac/unit))
		frac %= unit
	}
}

const hexDigits = "0123456789abcdef"

// appendString appends s as a JSON string. Only what JSON forbids is escaped:
// the text is for people and programs, not for HTML pages.
func appendString[T string | []byte](b []byte, s T) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			b = appendEscape(append(b, s[from:i]...), c)
			i++
			from = i
			continue
		}
		n := runeLen(s[i:])
		if n > 0 {
			i += n
			continue
		}
		b = utf8.AppendRune(append(b, s[from:i]...), utf8.RuneError)
		i++
		from = i
	}
	b = append(b, s[from:]...)
	return append(b, '"')
}

// runeLen is the length of the rune that s starts with, 0 when it is none.
func runeLen[T string | []byte](s T) int {
	var space [utf8.UTFMax]byte
	n := copy(space[:], s)
	r, size := utf8.DecodeRune(space[:n])
	if r == utf8.RuneError && size <= 1 {
		return 0
	}
	return size
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}
