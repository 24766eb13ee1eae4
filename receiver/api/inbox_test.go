package api

import "testing"

func TestHidePassword(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"http://h/x?a=b%20c":    "http://h/x?a=b%20c",
		"http://me@h/":          "http://me@h/",
		"http://me:s3cret@h/x":  "http://me:xxxxx@h/x",
		"https://:s3cret@h:1/%": "https://:s3cret@h:1/%", // no URL: it was refused
		"":                      "",
	} {
		if got := HidePassword(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
