package wire

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"time"
)

// part is what the next byte of a connection belongs to.
type part int

const (
	inHead part = iota
	inBody
	inChunkSize
	inChunk
	inChunkEnd
	inTrailer
	passed // what comes is not HTTP/1
)

// framing follows where requests begin and end (RFC 9112, section 6), as
// net/http does. It keeps nothing of a body.
type framing struct {
	part   part
	left   int64 // bytes of the body or the chunk
	digits int64 // of a chunk's size
	sized  bool  // the size is read; an extension may follow
	blank  bool  // the line of the trailer is empty so far

	length  int64
	chunked bool
	old     bool // HTTP/1.0, where Transfer-Encoding has no meaning
}

func (f *framing) inBody() bool { return f.part != inHead && f.part != passed }

// field looks at one line of a head.
func (f *framing) field(line []byte, first bool) {
	if first {
		f.length, f.chunked = 0, false
		f.old = bytes.HasSuffix(bytes.TrimRight(line, "\r\n"), []byte(" HTTP/1.0"))
		if string(bytes.TrimRight(line, "\r\n")) == "PRI * HTTP/2.0" {
			f.part = passed
		}
		return
	}
	switch line[0] | 0x20 {
	case 'c':
		if value, ok := valueOf(line, "content-length"); ok {
			f.length, _ = strconv.ParseInt(value, 10, 64)
		}
	case 't':
		if value, ok := valueOf(line, "transfer-encoding"); ok {
			f.chunked = value != ""
		}
	}
}

func valueOf(line []byte, name string) (string, bool) {
	if len(line) <= len(name) || line[len(name)] != ':' || !bytes.EqualFold(line[:len(name)], []byte(name)) {
		return "", false
	}
	return string(bytes.Trim(line[len(name)+1:], " \t\r\n")), true
}

// begin goes on behind a head.
func (f *framing) begin() {
	switch {
	case f.chunked && !f.old:
		f.part, f.digits, f.sized = inChunkSize, 0, false
	case f.length > 0:
		f.part, f.left = inBody, f.length
	}
}

// skip passes over a piece of a body and returns what lies behind it.
func (f *framing) skip(p []byte) []byte {
	switch f.part {
	case inChunkSize:
		f.size(p[0])
	case inTrailer:
		f.trailer(p[0])
	case inChunkEnd:
		if p[0] == '\n' {
			f.part, f.digits, f.sized = inChunkSize, 0, false
		}
	default:
		return f.content(p)
	}
	return p[1:]
}

func (f *framing) content(p []byte) []byte {
	n := min(int64(len(p)), f.left)
	if f.left -= n; f.left == 0 {
		if f.part == inBody {
			f.part = inHead
		} else {
			f.part = inChunkEnd
		}
	}
	return p[n:]
}

// size reads one byte of a chunk's size line.
func (f *framing) size(b byte) {
	switch digit := hexDigit(b); {
	case b == '\n' && f.digits > 0:
		f.part, f.left = inChunk, f.digits
	case b == '\n':
		f.part, f.blank = inTrailer, true
	case digit >= 0 && !f.sized && f.digits < 1<<58:
		f.digits = f.digits<<4 | int64(digit)
	default:
		f.sized = true
	}
}

func hexDigit(b byte) int {
	switch {
	case b >= '0' && b <= '9':
		return int(b - '0')
	case b|0x20 >= 'a' && b|0x20 <= 'f':
		return int(b|0x20-'a') + 10
	}
	return -1
}

// trailer reads one byte of the lines behind the last chunk.
func (f *framing) trailer(b byte) {
	switch {
	case b == '\n' && f.blank:
		f.part = inHead
	case b == '\n':
		f.blank = true
	case b != '\r':
		f.blank = false
	}
}

// pacedBody ends the body of an HTTP/2 request whose sender stopped.
type pacedBody struct {
	io.ReadCloser
	control  *http.ResponseController
	pause    time.Duration
	extended time.Time
}

// Read reads on, for as long as something comes.
func (b *pacedBody) Read(p []byte) (int, error) {
	if now := time.Now(); now.Sub(b.extended) > b.pause/extendParts {
		b.extended = now
		_ = b.control.SetReadDeadline(now.Add(b.pause)) // a stream that is gone shows in Read
	}
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}
