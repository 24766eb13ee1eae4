package cli

import (
	"os"
	"path/filepath"
	"testing"

	"tacklebox/tui/cli/exit"
)

func TestVerify(t *testing.T) {
	valid := map[string]string{"POST /_/verify": `200 {"valid":true,"tried":["HMAC-SHA1 over the body"]}`, "GET /_/readyz": "200 {}"}
	invalid := map[string]string{"POST /_/verify": `200 {"valid":false,"reason":"digest differs","tried":["HMAC-SHA1 over the body"]}`}
	runCases(t, []commandCase{
		{name: "an entry", args: []string{"verify", "shoptet", "--secret", "k", "-"}, answers: valid,
			stdin: `{"seq":1,"time":"2026-01-05T09:00:00Z","kind":"capture","request":{"method":"POST","url":"/","headers":{"A":["b","c"]},"body":"{\"x\":1}"}}`,
			sent:  []string{`POST /_/verify {"provider":"shoptet","secret":"k","headers":{"A":["b","c"]},"body":"{\"x\":1}","method":"POST","at":"2026-01-05T09:00:00Z"}`}, out: "valid\n"},
		{name: "an HTTP request", args: []string{"verify", "shoptet", "--secret", "k", "-"}, answers: valid,
			stdin: "POST https://x.example/in/a HTTP/1.1\r\nShoptet-Webhook-Signature: ab\r\ncontent-length: 99\r\n\r\n{\"x\":1}\n",
			sent:  []string{`POST /_/verify {"provider":"shoptet","secret":"k","headers":{"Content-Length":"99","Shoptet-Webhook-Signature":"ab"},"body":"{\"x\":1}\n","url":"https://x.example/in/a","method":"POST","at":"2026-01-05T09:00:00Z"}`}, out: "valid\n"},
		{name: "a body and headers", args: []string{"verify", "shoptet", "--secret", "k", "--header", "x-sig: a:b", "-"}, answers: valid,
			stdin: `{"request":5}`,
			sent:  []string{`POST /_/verify {"provider":"shoptet","secret":"k","headers":{"X-Sig":"a:b"},"body":"{\"request\":5}","at":"2026-01-05T09:00:00Z"}`}, out: "valid\n"},
		{name: "not valid", args: []string{"verify", "shoptet", "--secret", "k", "-"}, answers: invalid, out: "invalid: digest differs\n", code: exit.Failure},
		{name: "explained", args: []string{"verify", "shoptet", "--secret", "k", "--explain", "-"}, answers: invalid,
			out: lines("invalid: digest differs", "  tried: HMAC-SHA1 over the body"), code: exit.Failure},
		{name: "as JSON", args: []string{"verify", "shoptet", "--secret", "k", "--json", "-"}, answers: invalid,
			out: lines(`{"valid":false,"reason":"digest differs","tried":["HMAC-SHA1 over the body"]}`), code: exit.Failure},
		{name: "by the sandbox's clock", args: []string{"verify", "shoptet", "--secret", "k", "--clock", "-"}, answers: valid, stdin: "x", out: "valid\n",
			sent: []string{`POST /_/verify {"provider":"shoptet","secret":"k","headers":{},"body":"x"}`}},
		{name: "as of an instant", args: []string{"verify", "shoptet", "--secret", "k", "--at", "2030-01-01T00:00:00Z", "-"}, answers: valid, stdin: "x", out: "valid\n",
			sent: []string{`POST /_/verify {"provider":"shoptet","secret":"k","headers":{},"body":"x","at":"2030-01-01T00:00:00Z"}`}},
		{name: "two clocks", args: []string{"verify", "shoptet", "--clock", "--at", "2030-01-01T00:00:00Z", "-"}, err: "--at and --clock exclude each other", code: exit.Usage},
		{name: "where it went", args: []string{"verify", "twilio", "--secret", "k", "--clock", "--to", "https://a.example/b", "--method", "PUT", "-"}, answers: valid, stdin: "x", out: "valid\n",
			sent: []string{`POST /_/verify {"provider":"twilio","secret":"k","headers":{},"body":"x","url":"https://a.example/b","method":"PUT"}`}},
		{name: "an entry below its host", args: []string{"verify", "twilio", "--clock", "--entry", "12"}, out: "valid\n",
			answers: map[string]string{"POST /_/verify": `200 {"valid":true}`, "GET /_/readyz": "200 {}", "GET /_/entries/12": `200 {"seq":12,"kind":"capture","request":{"method":"PUT","url":"/in/a?b=c","headers":{"Host":["h:1"]},"body":"x"}}`},
			sent:    []string{`POST /_/verify {"provider":"twilio","secret":"","headers":{"Host":"h:1"},"body":"x","url":"http://h:1/in/a?b=c","method":"PUT"}`}},
		{name: "no header", args: []string{"verify", "shoptet", "--header", "x", "-"}, err: "want 'Name: value'", code: exit.Usage},
		{name: "no file", args: []string{"verify", "shoptet", "/nowhere/file"}, err: "open /nowhere/file", code: exit.Usage},
		{name: "a binary body", args: []string{"verify", "github", "--secret", "k", "-"}, answers: valid, stdin: "\xff\x00",
			sent: []string{`POST /_/verify {"provider":"github","secret":"k","headers":{},"body":"","body_base64":"/wA=","at":"2026-01-05T09:00:00Z"}`}, out: "valid\n"},
		{name: "a kept entry", args: []string{"verify", "shoptet", "--entry", "12"}, out: "valid\n",
			answers: map[string]string{"POST /_/verify": `200 {"valid":true}`, "GET /_/readyz": "200 {}", "GET /_/entries/12": `200 {"seq":12,"kind":"capture","account":"acme","request":{"headers":{"A":["b"]},"body":"x"}}`},
			sent:    []string{`POST /_/verify {"provider":"shoptet","secret":"","account":"acme","headers":{"A":"b"},"body":"x","at":"2026-01-05T09:00:00Z"}`}},
		{name: "of another account", args: []string{"verify", "shoptet", "--account", "other", "--header", "C: d", "--entry", "12"}, out: "valid\n",
			answers: map[string]string{"POST /_/verify": `200 {"valid":true}`, "GET /_/readyz": "200 {}", "GET /_/entries/12": `200 {"seq":12,"kind":"capture","account":"acme","request":{"body":"x"}}`},
			sent:    []string{`POST /_/verify {"provider":"shoptet","secret":"","account":"other","headers":{"C":"d"},"body":"x","at":"2026-01-05T09:00:00Z"}`}},
		{name: "a cut entry", args: []string{"verify", "shoptet", "--entry", "12"}, err: "entry 12 kept 1 of 9 bytes", code: exit.Usage,
			answers: map[string]string{"GET /_/entries/12": `200 {"seq":12,"kind":"capture","request":{"body":"x","size":9,"truncated":true}}`}},
		{name: "an entry without request", args: []string{"verify", "shoptet", "--entry", "12"}, err: "entry 12 holds no request", code: exit.Usage,
			answers: map[string]string{"GET /_/entries/12": `200 {"seq":12,"kind":"event"}`}},
		{name: "no such entry", args: []string{"verify", "shoptet", "--entry", "12"}, err: "no answer", code: exit.Usage},
		{name: "no number", args: []string{"verify", "shoptet", "--entry", "x"}, err: "not the number of an entry", code: exit.Usage},
		{name: "entry and file", args: []string{"verify", "shoptet", "--entry", "1", "-"}, err: "FILE and --entry exclude each other", code: exit.Usage},
		{name: "missing file", args: []string{"verify", "shoptet"}, err: "FILE is missing", code: exit.Usage},
	})
}

func TestVerifyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "body.json")
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	runCases(t, []commandCase{{name: "file", args: []string{"verify", "dsco", path}, answers: map[string]string{"POST /_/verify": `200 {"valid":true}`},
		sent: []string{`POST /_/verify {"provider":"dsco","secret":"","headers":{},"body":"{}","at":"2026-01-05T09:00:00Z"}`}, out: "valid\n"}})
}
