package body

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// A body may say that it is small and be large: what is decoded of it ends at a
// hundred times its length, or a megabyte when that is more, and at 16 MiB in any
// case; and only a few encodings lie within each other.
const (
	mostDecoded   = 16 << 20
	leastDecoded  = 1 << 20
	mostRatio     = 100
	mostEncodings = 4
)

// decompress takes off the encodings that header names, the last one first.
func (v *View) decompress(header string) {
	names := strings.Split(header, ",")
	limit := min(mostDecoded, max(leastDecoded, mostRatio*len(v.Bytes)))
	for i := len(names) - 1; i >= 0; i-- {
		name := strings.ToLower(strings.TrimSpace(names[i]))
		if name == "" || name == "identity" {
			continue
		}
		if len(v.Encodings) == mostEncodings {
			v.fail(fmt.Errorf("more than %d content encodings", mostEncodings))
			return
		}
		plain, err := inflate(name, v.Bytes, limit)
		if err != nil {
			v.fail(fmt.Errorf("content encoding %s: %w", name, err))
			if len(plain) == 0 {
				return
			}
		}
		v.Bytes, v.Encodings = plain, append(v.Encodings, name)
	}
}

// inflate decodes raw up to limit bytes. What was read before an error comes
// with it.
func inflate(name string, raw []byte, limit int) ([]byte, error) {
	r, err := reader(name, raw)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	plain, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if len(plain) > limit {
		return plain[:limit], fmt.Errorf("holds more than %d bytes: the rest is not looked at", limit)
	}
	return plain, err
}

func reader(name string, raw []byte) (io.ReadCloser, error) {
	in := bytes.NewReader(raw)
	switch name {
	case "gzip", "x-gzip":
		return gzip.NewReader(in)
	case "deflate": // zlib by RFC 9110, and bare by many who misread it
		if r, err := zlib.NewReader(in); err == nil {
			return r, nil
		}
		return flate.NewReader(bytes.NewReader(raw)), nil
	case "br":
		return io.NopCloser(brotli.NewReader(in)), nil
	case "zstd":
		r, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(mostDecoded))
		if err != nil {
			return nil, err
		}
		return r.IOReadCloser(), nil
	}
	return nil, fmt.Errorf("is not known (gzip, deflate, br, zstd are)")
}
