package body

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// packed compresses as a content encoding names.
func packed(t testing.TB, name string, plain []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch name {
	case "gzip", "x-gzip":
		w = gzip.NewWriter(&b)
	case "deflate":
		w = zlib.NewWriter(&b)
	case "bare deflate":
		w, _ = flate.NewWriter(&b, 9)
	case "br":
		w = brotli.NewWriter(&b)
	case "zstd":
		w, _ = zstd.NewWriter(&b)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	const plain = `{"name":"Žluť"}`
	for _, name := range []string{"gzip", "x-gzip", "deflate", "bare deflate", "br", "zstd"} {
		v := Open("application/json", strings.TrimPrefix(name, "bare "), packed(t, name, []byte(plain)))
		if v.Err != nil || string(v.Bytes) != plain || len(v.Encodings) != 1 {
			t.Errorf("%s: %q, %v", name, v.Bytes, v.Err)
		}
	}
	twice := packed(t, "br", packed(t, "gzip", []byte(plain)))
	if v := Open("", "gzip, br", twice); string(v.Bytes) != plain || strings.Join(v.Encodings, " ") != "br gzip" {
		t.Errorf("twice: %q %v %v", v.Bytes, v.Encodings, v.Err)
	}
	for name, raw := range map[string][]byte{"gzip": []byte(plain), "br": {0xff, 0xff}, "zstd": []byte(plain), "rot13": []byte(plain)} {
		if v := Open("", name, raw); v.Err == nil || string(v.Bytes) != string(raw) {
			t.Errorf("%s of what it is not: %q, %v", name, v.Bytes, v.Err)
		}
	}
	deep := []byte(plain)
	for range 5 {
		deep = packed(t, "gzip", deep)
	}
	if v := Open("", "gzip,gzip,gzip,gzip,gzip", deep); v.Err == nil || len(v.Encodings) != mostEncodings {
		t.Errorf("five within each other: %v %v", v.Encodings, v.Err)
	}
	cut := packed(t, "gzip", []byte(strings.Repeat(plain, 1000)))
	if v := Open("", "gzip", cut[:len(cut)-6]); v.Err == nil || !strings.HasPrefix(string(v.Bytes), plain) {
		t.Errorf("cut: %d bytes, %v", len(v.Bytes), v.Err)
	}
}

// TestBombs: a small body that says it is large is read to a bound.
func TestBombs(t *testing.T) {
	t.Parallel()
	zeros := make([]byte, 64<<20)
	for _, name := range []string{"gzip", "deflate", "br", "zstd"} {
		v := Open("", name, packed(t, name, zeros))
		if v.Err == nil || len(v.Bytes) > mostDecoded {
			t.Errorf("%s: %d bytes, %v", name, len(v.Bytes), v.Err)
		}
	}
}

func TestCharsets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ typ, raw, want string }{
		{"text/plain", "\xef\xbb\xbfé", "é"},
		{"application/json", "\xff\xfe{\x00}\x00", "{}"},
		{"application/json", "\xfe\xff\x00{\x00}", "{}"},
		{"application/json; charset=utf-16le", "{\x00}\x00", "{}"},
		{"application/json; charset=UTF-16", "\x00{\x00}", "{}"},
		{"text/plain; charset=ISO-8859-1", "\xe9", "é"},
		{"text/plain; charset=iso-8859-2", "\xb9", "š"},
		{"text/plain; charset=\"Windows-1252\"", "\x80", "€"},
		{"text/plain; charset=latin1", "\x80", "€"},
		{"text/plain; charset=windows-1250", "\x9a", "š"},
		{"text/plain; charset=koi8-r", "\xc1", "а"},
		{"text/plain; charset=utf-8", "é", "é"},
		{"text/plain; charset=us-ascii", "a\xff", "a\xff"},
		{"text/plain; charset=nobody-knows", "\xff", "\xff"},
		{"; ;", "x", "x"},
	} {
		if v := Open(c.typ, "", []byte(c.raw)); string(v.Bytes) != c.want {
			t.Errorf("%s of %q is %q, want %q (%v)", c.typ, c.raw, v.Bytes, c.want, v.Err)
		}
	}
}

func TestFields(t *testing.T) {
	t.Parallel()
	v := Open("application/x-www-form-urlencoded", "", []byte("id=42&name=Ann+%C3%A9&tag=a&tag=b&bad=%zz&&empty="))
	if got := string(v.Document()); got != `{"id":"42","name":"Ann é","tag":["a","b"],"bad":"%zz","empty":""}` {
		t.Error(got)
	}
	raw := "--b\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n7\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b--\r\n"
	v = Open(`multipart/form-data; boundary="b"`, "", []byte(raw))
	if got := string(v.Document()); got != `{"id":"7","file":"hello"}` {
		t.Error(got)
	}
	for typ, doc := range map[string]string{"application/json": "{", "text/plain": `[1]`, "application/problem+json": "x", "application/x-www-form-urlencoded": `{"as":"curl -d"}`} {
		if v := Open(typ, "", []byte(doc)); string(v.Document()) != doc {
			t.Errorf("%s: %s", typ, v.Document())
		}
	}
	if v := Open("text/plain", "", []byte("plain")); v.Document() != nil {
		t.Error("plain text is no document")
	}
}

func TestForeign(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]bool{
		"": false, "Content-Type\x10application/json": false, "Content-Type\x1fapplication/json; charset=utf-8": false, "x; CHARSET=\"UTF-8\"": false,
		"a; charset=iso-8859-1": true, "content-encoding\x04gzip": true, "Accept-Encoding\x04gzip": false, "=": false, "-": false, "x=1 charset=utf-8 charset=x": true,
	} {
		if got := Foreign([]byte(head)); got != want {
			t.Errorf("%q: %v", head, got)
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add("application/json; charset=utf-16", "gzip, br", packed(f, "br", []byte("x")))
	f.Add("multipart/form-data; boundary=b", "", []byte("--b\r\n\r\n"))
	f.Fuzz(func(t *testing.T, typ, encodings string, raw []byte) {
		v := Open(typ, encodings, raw)
		if len(v.Bytes) > 4*mostDecoded {
			t.Errorf("%d bytes", len(v.Bytes))
		}
		v.Document()
	})
}
