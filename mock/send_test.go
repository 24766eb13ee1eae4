package mock

import (
	"net/url"
	"strings"
	"testing"
)

// A callback URL may hold what a request line cannot: the line must stay one of
// three words, and the rest of the query byte for byte.
func TestTheRequestLineIsAlwaysThreeWords(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"http://h":               "/",
		"http://h?q=1":           "/?q=1",
		"http://h/a?":            "/a?",
		"http://h/a?x=b c":       "/a?x=b%20c",
		"http://h/a b?x=1":       "/a%20b?x=1",
		"http://h/č?x=č":         "/%C4%8D?x=%C4%8D",
		"http://h/a%20b?%c4=%20": "/a%20b?%c4=%20",
		`http://h/x?a="b"<c>%zz`: `/x?a="b"<c>%zz`,
		"http://h/a//b/../c":     "/a//b/../c",
	} {
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		line, _, _ := strings.Cut(string(wireHead(u, &Outgoing{Method: "POST"})), "\r\n")
		if want = "POST " + want + " HTTP/1.1"; line != want {
			t.Errorf("%s is sent as %q, want %q", raw, line, want)
		}
	}
}
