package exchange

import (
	"net/http"
	"strings"
	"testing"

	"tacklebox/receiver/journal"

	"github.com/google/go-cmp/cmp"
)

func TestCurlPieces(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": "''", "a b": "'a b'", "it's": `'it'\''s'`, "'": `''\'''`, "$(x)`y`\\": "'$(x)`y`\\'", "a\x00b": "'ab'"} {
		if got := quote(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	m := &journal.Message{Headers: journal.HeaderOf(http.Header{"Accept": {"*/*"}, "Content-Length": {"3"}, "Transfer-Encoding": {"chunked"}, "Expect": {"100-continue"}, "B": {"2", "1"}, "A": {""}}), Body: []byte("x")}
	if diff := cmp.Diff([]string{"A;", "Accept: */*", "B: 2", "B: 1", "User-Agent:", "Content-Type:", "Expect:"}, curlHeaders(m)); diff != "" {
		t.Error(diff)
	}
}

func TestExportPieces(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{"/in/a": "http://h:1/in/a", "http://other/x": "http://other/x", "/in/a?to=http://b/": "http://h:1/in/a?to=http://b/"} {
		if got := absoluteURL(&journal.Message{URL: url, Headers: journal.HeaderOf(http.Header{"Host": {"h:1"}})}); got != want {
			t.Errorf("%s: %s, want %s", url, got, want)
		}
	}
	if got := absoluteURL(&journal.Message{URL: "/x"}); got != "http://localhost/x" {
		t.Errorf("without a host: %s", got)
	}
	for target, want := range map[string][]harPair{
		"/x": {}, "/x?": {}, "/x?a": {{"a", ""}}, "/x?b=2&a=1&&b=%zz": {{"b", "2"}, {"a", "1"}, {"b", "%zz"}}, "/x?q=a+b%26": {{"q", "a b&"}},
	} {
		if diff := cmp.Diff(want, queryOf(target)); diff != "" {
			t.Errorf("%s: %s", target, diff)
		}
	}
	for body, want := range map[string]bool{"": true, "a\tb\n": true, "ä": true, "\x00": false, "\xff": false, "\x1b[2J": false, "a\rb": false} {
		if isText([]byte(body)) != want {
			t.Errorf("%q: text %v", body, !want)
		}
	}
	for _, e := range []*journal.Entry{{Type: "../../etc/passwd"}, {Type: strings.Repeat("é", 300)}, {Kind: journal.Call, Seq: 7}} {
		if name := fileName(e); strings.ContainsAny(name, "/.\\") || name == "" || len(name) > 100 {
			t.Errorf("file name %q", name)
		}
	}
	for text, want := range map[string]string{"plain": `"plain"`, `{"a":1}`: "`{\"a\":1}`", "a`\"": "\"a`\\\"\"", "a\r\n": `"a\r\n"`, "x\ny": "`x\ny`"} {
		if got := goString(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
