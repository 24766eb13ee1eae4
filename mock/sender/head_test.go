package sender

import (
	"net/url"
	"strings"
	"testing"

	"tacklebox/mock/provider"
)

// A callback URL may hold what a request line cannot: the line must stay one of
// three words, and the rest of the URL byte for byte.
func TestTheRequestLineIsWhatWasRegistered(t *testing.T) {
	t.Parallel()
	for registered, want := range map[string]string{
		"http://h":                         "/",
		"http://h/":                        "/",
		"http://h?q=1":                     "/?q=1",
		"http://h?type=ordercreated":       "/?type=ordercreated",
		"http://h?":                        "/?",
		"http://h/a?":                      "/a?",
		"http://h#top":                     "/",
		"http://h/a?x=b c":                 "/a?x=b%20c",
		"http://h/a b?x=1":                 "/a%20b?x=1",
		"http://h/č?x=č":                   "/%C4%8D?x=%C4%8D",
		"http://h/a%20b?%c4=%20":           "/a%20b?%c4=%20",
		`http://h/x?a="b"<c>%zz`:           `/x?a="b"<c>%zz`,
		"http://h/a/../b//c/?x=/y#top":     "/a/../b//c/?x=/y",
		"http://h/{id}|'\"<>?q={a}":        "/{id}|'\"<>?q={a}",
		"http://h/%7e%2F%C3%A9?a=%20&b=+&": "/%7e%2F%C3%A9?a=%20&b=+&",
		"http://h/a%2Fb|{c}[d]":            "/a%2Fb|{c}[d]",
		"https://[::1]:8443/x@y:2":         "/x@y:2",
		"http://h/a?to=http://g/":          "/a?to=http://g/",
		"http://us%2Fer:p%3Fw@h:80/x":      "/x",
	} {
		u, err := url.Parse(registered)
		if err != nil {
			t.Fatal(err)
		}
		line, _, _ := strings.Cut(string(wireHead(u, &provider.Outgoing{Method: "POST", URL: registered})), "\r\n")
		if want = "POST " + want + " HTTP/1.1"; line != want {
			t.Errorf("%s is sent as %q, want %q", registered, line, want)
		}
	}
}
