package body

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func packed(t *testing.T, text string, to func(io.Writer) io.WriteCloser) string {
	t.Helper()
	var b bytes.Buffer
	w := to(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestFound finds out what a body is by what is said and by what it is.
func TestFound(t *testing.T) {
	doc := `{"a":1}`
	gz := packed(t, doc, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
	raw := packed(t, doc, func(w io.Writer) io.WriteCloser { f, _ := flate.NewWriter(w, 6); return f })
	for name, c := range map[string]struct {
		body, typ, encoding string
		first               View
		want                string // somewhere in what is shown
	}{
		"nothing":          {"", "", "", Text, "no body"},
		"json":             {doc, "application/json", "", JSON, `"a": 1`},
		"json, unsaid":     {doc, "", "", JSON, `"a": 1`},
		"json, a lie":      {doc, "text/html", "", JSON, `"a": 1`},
		"broken json":      {"{\n\"a\": x}", "application/json", "", Text, "line 2, column 6"},
		"form":             {"a=1&b=x+y%21", "application/x-www-form-urlencoded", "", Form, "x y!"},
		"form, unsaid":     {"a=1&b=2", "", "", Form, "b"},
		"json in a form":   {`payload=%7B%22a%22%3A1%7D`, "application/x-www-form-urlencoded", "", Form, `"a": 1`},
		"xml":              {"<a x=\"1\"><b>t</b></a>", "application/xml", "", XML, "  <b>t</b>"},
		"xml, unsaid":      {"<a><b/></a>", "", "", XML, "</a>"},
		"no xml":           {"<a", "", "", Text, "<a"},
		"lines":            {"{\"a\":1}\n{\"a\":2}\n", "", "", NDJSON, "   2 ▸ {\"a\":2}"},
		"gzip":             {gz, "application/json", "gzip", JSON, "gzip"},
		"gzip, unsaid":     {gz, "", "", JSON, `"a": 1`},
		"deflate":          {packed(t, doc, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }), "", "deflate", JSON, `"a": 1`},
		"raw deflate":      {raw, "", "deflate", JSON, `"a": 1`},
		"br":               {packed(t, doc, func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) }), "", "br", JSON, `"a": 1`},
		"no gzip":          {"hello", "", "gzip", Text, "content encoding gzip"},
		"half a gzip":      {gz[:len(gz)-4], "", "gzip", JSON, "unexpected EOF"},
		"latin":            {"caf\xe9", "text/plain; charset=iso-8859-1", "", Text, "café"},
		"utf-16":           {"\xff\xfeh\x00i\x00", "", "", Text, "hi"},
		"png":              {"\x89PNG\r\n\x1a\n" + strings.Repeat("\x00", 40), "image/png", "", Image, "image/png"},
		"binary":           {"\x00\x01\x02\xff\xfe\xfd\x80\x81", "application/pdf", "", Binary, "sha256"},
		"text":             {"a\tb\r\nc", "text/plain", "", Text, "a    b"},
		"terminal":         {"\x1b[2J", "", "", Text, "␛[2J"},
		"multipart":        {"--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.png\"\r\nContent-Type: image/png\r\n\r\n12345\r\n--B\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\nv\r\n--B--\r\n", "multipart/form-data; boundary=B", "", Multipart, "x.png  image/png  5 bytes"},
		"broken multipart": {"--B\r\nfoo", "multipart/form-data; boundary=B", "", Multipart, "breaks here"},
	} {
		b := New([]byte(c.body), c.typ, c.encoding)
		if b.Views()[0] != c.first {
			t.Errorf("%s: shown as %v, want %s", name, b.Views(), c.first)
		}
		if got := shown(b, b.Views()[0], 100, nil); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q lacks %q", name, got, c.want)
		}
		if c.body != "" && !slices.Contains(b.Views(), Hex) {
			t.Errorf("%s cannot be shown as bytes", name)
		}
		for _, v := range b.Views() {
			for _, width := range []int{1, 7, 40} {
				for _, l := range b.Show(v, width, "r", nil) {
					if strings.ContainsAny(l.Line.String(), "\x1b\n") {
						t.Errorf("%s as %s lets through %q", name, v, l.Line.String())
					}
				}
			}
		}
	}
}

func TestViews(t *testing.T) {
	for _, c := range []struct {
		body  string
		view  View
		width int
		want  string
	}{
		{"abcdef", Text, 4, "abcd|ef"},
		{"a\n\nb", Text, 9, "a||b"},
		{`{"a":1}`, Text, 40, `{"a":1}`},
		{"\x00\x01\x02\xff", Hex, 80, "000000 00 01 02 ff                                     ...."},
		{"hi", Hex, 20, "000000 68 69 hi"},
	} {
		if got := shown(New([]byte(c.body), "", ""), c.view, c.width, nil); got != c.want {
			t.Errorf("%q as %s in %d:\n got %q\nwant %q", c.body, c.view, c.width, got, c.want)
		}
	}
	for _, v := range []View{Text, Hex} {
		if got := shown(New(bytes.Repeat([]byte("x"), mostShown+500), "", ""), v, 80, nil); !strings.Contains(got[len(got)-60:], "500 more") {
			t.Errorf("%s: a long body ends in %q", v, got[len(got)-60:])
		}
	}
}

// TestBomb: what unpacks to gigabytes is cut, and said.
func TestBomb(t *testing.T) {
	bomb := packed(t, strings.Repeat("\x00", 100<<20), func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
	b := New([]byte(bomb), "", "gzip")
	if len(b.Bytes) > 64<<20 || b.Problem == "" {
		t.Errorf("%d bytes, %q", len(b.Bytes), b.Problem)
	}
}

// FuzzBody: whatever a body is and says of itself, it is shown in every view.
func FuzzBody(f *testing.F) {
	for _, s := range [][3]string{{`{"a":1}`, "", ""}, {"a=1&b=%zz", "application/x-www-form-urlencoded", ""}, {"--B\r\n\r\nx", "multipart/form-data; boundary=B", ""}, {"<a><b></a>", "text/xml", ""}, {"{}\n[", "", ""}, {"\x1f\x8b\x08", "", "gzip"}, {"\xff\xfe", "text/plain; charset=utf-16", ""}} {
		f.Add([]byte(s[0]), s[1], s[2])
	}
	f.Fuzz(func(t *testing.T, raw []byte, typ, encoding string) {
		b := New(raw, typ, encoding)
		for _, v := range append(b.Views(), JSON, NDJSON, Form, Multipart, XML, Image) {
			for _, l := range b.Show(v, 30, "r", nil) {
				_ = l.Value()
				if l.Line.Width() > 60 {
					t.Fatalf("%q as %s: a line of %d cells", raw, v, l.Line.Width())
				}
			}
		}
	})
}
