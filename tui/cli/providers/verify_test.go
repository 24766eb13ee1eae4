package providers

import (
	"encoding/base64"
	"testing"
)

// FuzzParseSigned: whatever a file holds, its bytes are the body unless they
// have one of the other forms.
func FuzzParseSigned(f *testing.F) {
	for _, s := range []string{"", "{}", "POST / HTTP/1.1\n\nx", "GET / HTTP/1.1", `{"request":{"body":"x"}}`, `{"request":{"headers":null}}`, "A B HTTP/\nx: y\n\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		req := parseSigned(text)
		if req == nil || req.Headers == nil {
			t.Fatalf("parseSigned(%q) = %v", text, req)
		}
		body, err := base64.StdEncoding.DecodeString(req.BodyBase64)
		if got := req.Body + string(body); err != nil || fromEntry(text) == nil && fromHTTP(text) == nil && got != string(text) {
			t.Fatalf("parseSigned(%q) changed the body to %q, %v", text, got, err)
		}
	})
}
