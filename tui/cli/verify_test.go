package cli

import (
	"os"
	"path/filepath"
	"testing"
)

func TestVerify(t *testing.T) {
	valid := map[string]string{"POST /_/verify": `200 {"valid":true,"tried":["HMAC-SHA1 over the body"]}`, "GET /_/readyz": "200 {}"}
	invalid := map[string]string{"POST /_/verify": `200 {"valid":false,"reason":"digest differs","tried":["HMAC-SHA1 over the body"]}`}
	runCases(t, []commandCase{
		{name: "an entry", args: []string{"verify", "shoptet", "--secret", "k", "-"}, answers: valid,
			stdin: `{"seq":1,"time":"2026-01-05T09:00:00Z","kind":"capture","request":{"method":"POST","url":"/","headers":{"A":["b","c"]},"body":"{\"x\":1}"}}`,
			sent:  []string{`POST /_/verify {"provider":"shoptet","secret":"k","headers":{"A":["b","c"]},"body":"{\"x\":1}"}`}, out: "valid\n"},
		{name: "an HTTP request", args: []string{"verify", "shoptet", "--secret", "k", "-"}, answers: valid,
			stdin: "POST /in/a HTTP/1.1\r\nShoptet-Webhook-Signature: ab\r\ncontent-length: 99\r\n\r\n{\"x\":1}\n",
			sent:  []string{`POST /_/verify {"provider":"shoptet","secret":"k","headers":{"Content-Length":["99"],"Shoptet-Webhook-Signature":["ab"]},"body":"{\"x\":1}\n"}`}, out: "valid\n"},
		{name: "a body and headers", args: []string{"verify", "shoptet", "--secret", "k", "--header", "x-sig: a:b", "-"}, answers: valid,
			stdin: `{"request":5}`,
			sent:  []string{`POST /_/verify {"provider":"shoptet","secret":"k","headers":{"X-Sig":["a:b"]},"body":"{\"request\":5}"}`}, out: "valid\n"},
		{name: "not valid", args: []string{"verify", "shoptet", "--secret", "k", "-"}, answers: invalid, out: "invalid: digest differs\n", code: ExitFailed},
		{name: "explained", args: []string{"verify", "shoptet", "--secret", "k", "--explain", "-"}, answers: invalid,
			out: lines("invalid: digest differs", "  tried: HMAC-SHA1 over the body"), code: ExitFailed},
		{name: "as JSON", args: []string{"verify", "shoptet", "--secret", "k", "--json", "-"}, answers: invalid,
			out: lines(`{"valid":false,"reason":"digest differs","tried":["HMAC-SHA1 over the body"]}`), code: ExitFailed},
		{name: "no header", args: []string{"verify", "shoptet", "--header", "x", "-"}, err: "want 'Name: value'", code: ExitUsage},
		{name: "no file", args: []string{"verify", "shoptet", "/nowhere/file"}, err: "open /nowhere/file", code: ExitUsage},
		{name: "missing file", args: []string{"verify", "shoptet"}, err: "FILE is missing", code: ExitUsage},
	})
}

func TestVerifyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "body.json")
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	runCases(t, []commandCase{{name: "file", args: []string{"verify", "dsco", path}, answers: map[string]string{"POST /_/verify": `200 {"valid":true}`},
		sent: []string{`POST /_/verify {"provider":"dsco","secret":"","headers":{},"body":"{}"}`}, out: "valid\n"}})
}

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
		if fromEntry(text) == nil && fromHTTP(text) == nil && req.Body != string(text) {
			t.Fatalf("parseSigned(%q) changed the body to %q", text, req.Body)
		}
	})
}
