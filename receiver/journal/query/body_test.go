package query

import (
	"bytes"
	"compress/gzip"
	"errors"
	"strings"
	"testing"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/disk"
)

func zipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.String()
}

// TestDecodedBodies: filters see what a body says, by raw bytes, by index and by
// entry alike.
func TestDecodedBodies(t *testing.T) {
	t.Parallel()
	s := mustOpen(t, t.TempDir(), disk.Options{})
	for i, c := range []struct {
		header  journal.Header
		body    string
		finds   []string
		missing []string
	}{
		{journal.Header{{Name: "content-type", Value: "application/json"}, {Name: "Content-Encoding", Value: "gzip"}}, zipped(`{"a":{"b":"packed"}}`), []string{"body.a.b=packed", "packed", "body.a.b~^p"}, []string{"body.a.b=x", "unpacked", "-packed"}},
		{journal.Header{{Name: "Content-Type", Value: "application/json; charset=iso-8859-2"}}, "{\"a\":\"\xb9\"}", []string{"body.a=š", "š"}, []string{"body.a=s"}},
		{nil, "\xff\xfe{\x00\"\x00a\x00\"\x00:\x001\x00}\x00", []string{"body.a=1", `"\"a\""`}, []string{"body.a=2"}},
		{nil, "\xef\xbb\xbf{\"a\":1}", []string{"body.a=1"}, []string{"body.a=2"}},
		{journal.Header{{Name: "Content-Type", Value: "application/x-www-form-urlencoded"}}, "id=42&name=Ann+B&tag=x&tag=y", []string{"body.id=42.0", `body.name="Ann B"`, "body.tag=y", "body.id>41"}, []string{"body.id=43", "body.nope", "body.tag!=y"}},
		{journal.Header{{Name: "Content-Type", Value: `multipart/form-data; boundary=b`}}, "--b\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n7\r\n--b--\r\n", []string{"body.id=7"}, []string{"body.id=8"}},
		{nil, `{"n":1e400,"big":123456789012345678901234567890,"id":1,"id":2}`, []string{"body.n=10e399", "body.n>1e399", "body.big<123456789012345678901234567891", "body.id=2", "body.id!=1"}, []string{"body.big=123456789012345678901234567891", "body.id=1", "body.n<5"}},
	} {
		e := &journal.Entry{Kind: journal.Capture, Request: &journal.Message{Headers: c.header, Body: []byte(c.body)}}
		if err := s.Append(e).Wait(); err != nil {
			t.Fatal(err)
		}
		for want, list := range map[bool][]string{true: c.finds, false: c.missing} {
			for _, q := range list {
				if got := len(seqs(t, s, uint64(i), 0, false, q)) == 1; got != want || parsed(t, q).Match(e) != want {
					t.Errorf("%s of %d: found %v, matches %v, want %v", q, i, got, parsed(t, q).Match(e), want)
				}
			}
		}
	}
}

// TestBudget: regular expressions are bounded each, in a query and over all
// queries of a request.
func TestBudget(t *testing.T) {
	t.Parallel()
	pattern := "body.a~" + strings.Repeat("x", 4<<10)
	var wrong *SyntaxError
	if _, err := Parse(pattern+"x", nil); !errors.As(err, &wrong) || wrong.Pos != 7 {
		t.Errorf("a long one: %v", err)
	}
	if _, err := Parse(strings.Repeat("header.a~"+strings.Repeat("y", 4<<10)+" ", 15), nil); err != nil {
		t.Error(err)
	}
	var b Budget
	for i := range 17 {
		_, err := b.Parse(pattern, nil)
		if got := err == nil; got != (i < 16) {
			t.Errorf("number %d: %v", i, err)
		}
	}
}
