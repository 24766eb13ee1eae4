// Package body is what stands in a body as a reader sees it: without its content
// encoding, as UTF-8, and its values by path. The journal keeps bytes as they
// came; who shows, filters or compares them asks here.
package body

import (
	"bytes"
	"fmt"
	"mime"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"tacklebox/receiver/journal"
)

// View is the decoded form of a body.
type View struct {
	Bytes     []byte   // the raw ones where nothing was to be decoded
	Type      string   // media type, lower case, without parameters
	Encodings []string // content encodings that were taken off, the outermost first
	Charset   string   // what Bytes were converted from, "" when they are as sent
	Err       error    // why decoding stopped; Bytes is what was read before
	params    map[string]string
}

// Of decodes the body of m, which may be nil.
func Of(m *journal.Message) View {
	if m == nil || len(m.Body) == 0 {
		return View{}
	}
	return Open(m.Headers.Get("Content-Type"), strings.Join(m.Headers.Values("Content-Encoding"), ","), m.Body)
}

// Open decodes raw as its headers say, within bounds: see mostDecoded.
func Open(contentType, contentEncoding string, raw []byte) View {
	v := View{Bytes: raw}
	v.Type, v.params, _ = mime.ParseMediaType(contentType)
	if v.Type == "" {
		kind, _, _ := strings.Cut(contentType, ";")
		v.Type = strings.ToLower(strings.TrimSpace(kind))
	}
	v.decompress(contentEncoding)
	v.toUTF8(v.params["charset"])
	return v
}

// JSON reports whether the body is named JSON or looks like it.
func (v *View) JSON() bool {
	if v.Type == "application/json" || strings.HasSuffix(v.Type, "+json") {
		return true
	}
	b := bytes.TrimLeft(v.Bytes, " \t\r\n")
	return len(b) > 0 && (b[0] == '{' || b[0] == '[')
}

// toUTF8 takes a byte order mark off and converts from the charset that the
// mark or the header names. What says to be UTF-8 or ASCII stays.
func (v *View) toUTF8(name string) {
	var from encoding.Encoding
	b := v.Bytes
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		v.Bytes = b[3:]
		return
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		name, from = "utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		name, from = "utf-16be", unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	default:
		from = charset(name)
	}
	if from == nil || len(b) == 0 {
		return
	}
	text, err := from.NewDecoder().Bytes(b)
	if err != nil {
		v.fail(fmt.Errorf("charset %s: %w", name, err))
		return
	}
	v.Bytes, v.Charset = text, strings.ToLower(name)
}

func (v *View) fail(err error) {
	if v.Err == nil {
		v.Err = err
	}
}

// charset is the encoding of a name (RFC 2978), nil for UTF-8, ASCII and what is
// not known.
func charset(name string) encoding.Encoding {
	switch name = strings.ToLower(strings.TrimSpace(name)); name {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		return nil
	case "latin1", "l1":
		return charmap.Windows1252 // as browsers do: its superset
	case "utf-16", "utf-16be":
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case "utf-16le":
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	}
	for _, known := range charmap.All {
		if c, ok := known.(*charmap.Charmap); ok && plainName(c.String()) == plainName(name) {
			return c
		}
	}
	return nil
}

// plainName drops what spellings of a charset's name differ in.
func plainName(s string) string {
	return strings.NewReplacer("-", "", " ", "", "_", "").Replace(strings.ToLower(s))
}

// Foreign reports whether the stored head of a record names a content encoding or
// a charset other than UTF-8, so that raw bytes do not say what the body holds.
// It may be wrong on the safe side.
func Foreign(head []byte) bool {
	for rest := head; ; {
		i := bytes.IndexByte(rest, '-')
		if i < 0 {
			break
		}
		if rest = rest[i+1:]; len(rest) > 8 && bytes.EqualFold(rest[:8], []byte("encoding")) && bytes.EqualFold(before(head, len(head)-len(rest)-1, 7), []byte("content")) {
			return true
		}
	}
	for rest := head; ; {
		i := bytes.IndexByte(rest, '=')
		if i < 0 {
			return false
		}
		named := bytes.EqualFold(before(rest, i, 7), []byte("charset"))
		if rest = bytes.TrimLeft(rest[i+1:], `"`); named && !(len(rest) >= 5 && bytes.EqualFold(rest[:5], []byte("utf-8"))) {
			return true
		}
	}
}

// before is the n bytes that end at i, fewer at the beginning.
func before(b []byte, i, n int) []byte { return b[max(i-n, 0):i] }

// Plain reports whether raw can be read as it is: it begins as JSON does, and is
// in no encoding that a byte order mark tells of.
func Plain(raw []byte) bool {
	b := bytes.TrimLeft(raw, " \t\r\n")
	return len(b) > 0 && (b[0] == '{' || b[0] == '[') && !bytes.HasPrefix(raw, []byte{b[0], 0})
}
