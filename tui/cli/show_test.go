package cli

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"tacklebox/tui/cli/exit"
)

func TestShow(t *testing.T) {
	attempts := map[string]string{
		"GET /_/entries/12": "200 " + anAttempt,
		"GET /_/entries/11": "200 " + aCapture,
		"GET /_/entries?q=kind%3Aattempt+delivery%3A%22dlv1%22": `200 {"entries":[` + anAttempt + `,{"seq":20,"time":"2026-01-05T09:15:00Z","kind":"attempt","attempt":2,"delivery_id":"dlv1","error":"connection refused"}]}`,
	}
	runCases(t, []commandCase{
		{
			name:    "an attempt with its delivery",
			args:    []string{"show", "12"},
			answers: attempts,
			out: lines(
				"    12  09:00:00.250  attempt  shoptet order:create POST http://127.0.0.1:1/in/orders attempt 1 → 500 1.5ms",
				"  time          2026-01-05T09:00:00.25Z",
				"  account       acme",
				"  subscription  7",
				"  event         evt1",
				"  delivery      dlv1",
				"  capture       11",
				"  next attempt  2026-01-05T09:15:00Z",
				"",
				"request POST http://127.0.0.1:1/in/orders HTTP/1.1",
				"Content-Type: application/json",
				"X-Two: a",
				"X-Two: b",
				"",
				"{",
				`  "event": "order:create",`,
				`  "n": 1`,
				"}",
				"",
				"response 500",
				"Server: x",
				"",
				"no",
				"",
				"attempts of this delivery",
				"  1  2026-01-05T09:00:00Z  entry 12 → 500 1.5ms",
				"  2  2026-01-05T09:15:00Z  entry 20 connection refused"),
		},
		{
			name:    "a capture with its verdicts",
			args:    []string{"show", "11"},
			answers: attempts,
			out: lines(
				"    11  09:00:00.200  capture  inbox orders POST /in/orders → 500 signature invalid contract failed",
				"  time          2026-01-05T09:00:00.2Z",
				"  signature     invalid: another key",
				"  contract      failed",
				"    - n: is missing",
				"",
				"request POST /in/orders HTTP/1.1",
				"A: b",
				"",
				"hi",
				"",
				"response 500"),
		},
		{
			name: "what waits is said",
			args: []string{"show", "5"},
			answers: map[string]string{
				"GET /_/entries/5": `200 {"seq":5,"time":"2026-01-05T09:00:00Z","kind":"attempt","attempt":1,"delivery_id":"d","error":"refused"}`,
				"GET /_/entries?q=kind%3Aattempt+delivery%3A%22d%22": `200 {"entries":[{"seq":5,"time":"2026-01-05T09:00:00Z","kind":"attempt","attempt":1,"delivery_id":"d","error":"refused","next_attempt":"2026-01-05T09:15:00Z"}]}`,
			},
			out: lines(
				"     5  09:00:00.000  attempt  attempt 1 refused",
				"  time          2026-01-05T09:00:00Z",
				"  delivery      d",
				"  error         refused",
				"",
				"attempts of this delivery",
				"  1  2026-01-05T09:00:00Z  entry 5 refused",
				"  next at 2026-01-05T09:15:00Z"),
		},
		{
			name:    "a cut body is never silent, and bytes are not text",
			args:    []string{"show", "3"},
			answers: map[string]string{"GET /_/entries/3": `200 {"seq":3,"time":"2026-01-05T09:00:00Z","kind":"capture","request":{"method":"POST","url":"/in/a","proto":"HTTP/1.0","body_base64":"AP8=","size":900,"truncated":true}}`},
			out: lines(
				"     3  09:00:00.000  capture  POST /in/a",
				"  time          2026-01-05T09:00:00Z",
				"",
				"request POST /in/a HTTP/1.0",
				"",
				"(2 bytes that are not text; 'tacklebox show SEQ --body > FILE' keeps them)",
				"(cut: 2 of 900 bytes were kept)"),
		},
		{
			name:    "a stray byte in a text is shown",
			args:    []string{"show", "3"},
			answers: map[string]string{"GET /_/entries/3": `200 {"seq":3,"time":"2026-01-05T09:00:00Z","kind":"capture","request":{"method":"POST","url":"/","proto":"HTTP/1.0","body_base64":"Y2Fm6SBhdSBsYWl0","size":12}}`},
			out:     lines("     3  09:00:00.000  capture  POST /", "  time          2026-01-05T09:00:00Z", "", "request POST / HTTP/1.0", "", `caf\xe9 au lait`),
		},
		{
			name:    "escape sequences in headers and bodies",
			args:    []string{"show", "4"},
			answers: map[string]string{"GET /_/entries/4": `200 {"seq":4,"time":"2026-01-05T09:00:00Z","kind":"capture","request":{"method":"POST","url":"/","proto":"HTTP/1.1","headers":{"X":["\u001b[2J"]},"body":"a\u001b]52;c;eA==\u0007\nb\rc"}}`},
			out: lines(
				"     4  09:00:00.000  capture  POST /",
				"  time          2026-01-05T09:00:00Z",
				"",
				"request POST / HTTP/1.1",
				"X: ␛[2J",
				"",
				"a␛]52;c;eA==␇",
				"b␍c"),
		},
		{
			name:    "the body alone, byte for byte",
			args:    []string{"show", "4", "--body"},
			answers: map[string]string{"GET /_/entries/4/body": "200 \x1b[2J\x00"},
			out:     "\x1b[2J\x00",
		},
		{
			name:    "as JSON",
			args:    []string{"show", "4", "--json"},
			answers: map[string]string{"GET /_/entries/4": `200 {"seq":4,"time":"2026-01-05T09:00:00Z","kind":"capture","inbox":"<x>"}`},
			out:     `{"seq":4,"time":"2026-01-05T09:00:00Z","kind":"capture","inbox":"<x>"}` + "\n",
		},
		{name: "no number", args: []string{"show", "twelve"}, err: `"twelve" is not the number of an entry`, code: exit.Usage},
		{name: "zero", args: []string{"show", "0"}, err: "is not the number of an entry", code: exit.Usage},
		{name: "missing", args: []string{"show"}, err: "SEQ is missing\nUsage: tacklebox show SEQ", code: exit.Usage},
		{name: "too many", args: []string{"show", "1", "2"}, err: `unexpected argument "2"`, code: exit.Usage},
		{
			name:    "unknown",
			args:    []string{"show", "99"},
			answers: map[string]string{"GET /_/entries/99": `404 {"error":{"code":"unknown_entry","message":"there is no entry 99","hint":"last_seq is 4"}}`},
			err:     "there is no entry 99 (last_seq is 4)",
			code:    exit.Usage,
		},
	})
}

// TestShowReadsBodies: a body is shown as what it says, whatever it is sent as.
func TestShowReadsBodies(t *testing.T) {
	entry := func(contentType, encoding, raw string) map[string]string {
		return map[string]string{"GET /_/entries/1": fmt.Sprintf(`200 {"seq":1,"time":"2026-01-01T00:00:00Z","kind":"capture","request":{"method":"POST","url":"/in/a","proto":"HTTP/1.1","headers":{"Content-Type":[%q],"Content-Encoding":[%q]},"body_base64":%q,"size":9}}`,
			contentType, encoding, base64.StdEncoding.EncodeToString([]byte(raw)))}
	}
	var zipped bytes.Buffer
	zip := gzip.NewWriter(&zipped)
	if _, err := zip.Write([]byte(`{"a":1}`)); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		answers map[string]string
		want    []string
	}{
		"gzip":    {entry("application/json", "gzip", zipped.String()), []string{"(decoded from gzip)", `"a": 1`}},
		"latin-1": {entry("application/json; charset=ISO-8859-1", "", "{\"name\":\"\xc4rger\"}"), []string{"Ärger"}},
		"UTF-16":  {entry("application/json; charset=utf-16le", "", "{\x00}\x00"), []string{"{}"}},
		"binary":  {entry("image/png", "", "\x89PNG\x00\x01\x02\x03"), []string{"bytes that are not text"}},
	} {
		t.Run(name, func(t *testing.T) {
			server := newControl(t, c.answers)
			out := run(t.Context(), new(App), map[string]string{"TACKLEBOX_URL": server.URL}, "", "show", "1").out
			for _, want := range c.want {
				if !strings.Contains(out, want) {
					t.Errorf("%s lacks %q", out, want)
				}
			}
		})
	}
}
