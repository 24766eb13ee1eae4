package body

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/andybalholm/brotli"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"tacklebox/tui/ui"
)

// maxUnpacked bounds what a packed body may grow to: a bomb is cut, and said.
const maxUnpacked = 8 << 20

// unpack undoes Content-Encoding, or a gzip that nobody spoke of. What cannot be
// unpacked stays as it is, with the reason.
func (b *Body) unpack(said string) {
	said = strings.ToLower(strings.TrimSpace(said))
	if said == "" && bytes.HasPrefix(b.raw, []byte{0x1f, 0x8b, 8}) {
		said = "gzip"
	}
	var r io.Reader
	var err error
	switch said {
	case "gzip", "x-gzip":
		r, err = gzip.NewReader(bytes.NewReader(b.raw))
	case "deflate":
		if r, err = zlib.NewReader(bytes.NewReader(b.raw)); err != nil {
			r, err = flate.NewReader(bytes.NewReader(b.raw)), nil // what many call deflate
		}
	case "br":
		r = brotli.NewReader(bytes.NewReader(b.raw))
	default:
		return
	}
	if len(b.raw) == 0 {
		return
	}
	var out []byte
	if err == nil {
		out, err = io.ReadAll(io.LimitReader(r, maxUnpacked+1))
	}
	switch {
	case len(out) > maxUnpacked:
		out = out[:maxUnpacked]
		b.Problem = "only the first " + ui.Bytes(maxUnpacked) + " were unpacked"
	case err != nil && (len(out) == 0 || !errors.Is(err, io.ErrUnexpectedEOF)):
		b.Problem = "not " + said + ": " + ui.Clean(err.Error(), 200)
		return
	case err != nil:
		b.Problem = "the " + said + " breaks off"
	}
	b.Packed, b.Bytes = said, out
}

// transcode makes UTF-8 of a text in another charset.
func (b *Body) transcode(charset string) {
	charset = strings.ToLower(charset)
	known := map[string]encoding.Encoding{
		"iso-8859-1": charmap.Windows1252, "latin1": charmap.Windows1252, "windows-1252": charmap.Windows1252,
		"iso-8859-2": charmap.ISO8859_2, "windows-1250": charmap.Windows1250, "windows-1251": charmap.Windows1251, "iso-8859-15": charmap.ISO8859_15,
		"utf-16": unicode.UTF16(unicode.BigEndian, unicode.UseBOM), "utf-16le": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "utf-16be": unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
	}
	if charset == "" && (bytes.HasPrefix(b.Bytes, []byte{0xff, 0xfe}) || bytes.HasPrefix(b.Bytes, []byte{0xfe, 0xff})) && len(b.Bytes)%2 == 0 {
		charset = "utf-16"
	}
	from, ok := known[charset]
	if !ok || strings.HasPrefix(charset, "iso-8859-1") && utf8.Valid(b.Bytes) {
		return
	}
	if text, err := from.NewDecoder().Bytes(b.Bytes); err == nil {
		b.Bytes, b.Charset = text, charset
	}
}
