package mock

import (
	"net/url"
	"testing"
)

func TestRequestTargetIsWhatWasRegistered(t *testing.T) {
	t.Parallel()
	for registered, want := range map[string]string{
		"http://h":                         "/",
		"http://h/":                        "/",
		"http://h?type=ordercreated":       "/?type=ordercreated",
		"http://h?":                        "/?",
		"http://h#top":                     "/",
		"http://h/a/../b//c/?x=/y#top":     "/a/../b//c/?x=/y",
		"http://h/{id}|'\"<>?q={a}":        "/{id}|'\"<>?q={a}",
		"http://h/%7e%2F%C3%A9?a=%20&b=+&": "/%7e%2F%C3%A9?a=%20&b=+&",
		"http://us%2Fer:p%3Fw@h:80/x":      "/x",
		"http://h/caf\u00e9":               "/caf%C3%A9",
	} {
		u, err := url.Parse(registered)
		if err != nil {
			t.Fatal(err)
		}
		if got := requestTarget(u, registered); got != want {
			t.Errorf("%s: %s, want %s", registered, got, want)
		}
	}
}
