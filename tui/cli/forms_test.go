package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tacklebox/tui/cli/exit"
)

// unpainted writes a colour as its number: {31 text}.
func unpainted(s string) string {
	return strings.NewReplacer("\x1b[0m", "}", "\x1b[31m", "{31 ", "\x1b[32m", "{32 ", "\x1b[1m", "{1 ", "\x1b[2m", "{2 ").Replace(s)
}

// TestColours: what is good is green, what is bad is red, on a terminal that
// wants colours; and what was coloured is still safe.
func TestColours(t *testing.T) {
	t.Parallel()
	answers := map[string]string{
		"GET /_/entries":                 `200 {"entries":[` + aCapture + `,{"seq":13,"time":"2026-01-05T09:00:00Z","kind":"capture","inbox":"a","response":{"status":204},"signature":{"state":"valid"},"fault":"slow\u001b[0m"}]}`,
		"GET /_/clock":                   `200 {"now":"2026-01-05T09:00:00Z","mode":"manual"}`,
		"POST /_/verify":                 `200 {"valid":false,"reason":"another key"}`,
		"GET /_/entries/diff?a=1&b=2":    `200 {"headers":[{"name":"Date","a":["x"],"b":["y"],"volatile":"header date"}],"body":{"kind":"text","lines":[" a","-b","+c"]}}`,
		"POST /_/events":                 fired(`{"subscription":"9","reason":"disabled"}`),
		"POST /_/expect":                 `417 {"met":false}`,
		"GET /_/readyz":                  "200 {}",
		"GET /_/entries?limit=1":         "200 {}",
		"POST /_/reset":                  "200 {}",
		"GET /_/providers/shoptet":       shop,
		"GET /_/inboxes/orders":          `200 {}`,
		"GET /_/entries/5":               `200 {"seq":5,"time":"2026-01-05T09:00:00Z","kind":"capture","signature":{"state":"missing"},"contract":{"ok":true},"response":{"status":399,"body":"x","truncated":true,"size":9}}`,
		"GET /_/entries/6":               `200 {"seq":6,"time":"2026-01-05T09:00:00Z","kind":"event","detail":{"reason":"\u001b[31m"}}`,
		"GET /_/providers/dsco/settings": `200 {}`,
		"GET /_/providers/dsco":          `200 {"name":"dsco","title":"Dsco","base_url":"http://h"}`,
	}
	for line, want := range map[string]string{
		"entries": lines("    11  09:00:00.200  capture  {1 inbox orders POST /in/orders} {31 → 500} {31 signature invalid} {31 contract failed}",
			"    13  09:00:00.000  capture  {1 inbox a} {32 → 204} {32 signature valid} {2 fault slow␛[0m}"),
		"clock":                                lines("2026-01-05T09:00:00Z  {2 manual}"),
		"verify p -":                           lines("{31 invalid}: another key"),
		"diff 1 2":                             lines("{1 headers}", "  Date{2  (header date)}", "    {31 - x}", "    {32 + y}", "{1 body}", "    {2  a}", "    {31 -b}", "    {32 +c}"),
		"fire shoptet order:create --wait 1ms": lines("{1 order:create}  evt1", "  → http://h/cb {31 not attempted yet}", "  {2 skipped} 9: disabled"),
		"events shoptet order:update":          lines("{1 order:update}  "),
		"inbox orders":                         lines("{1 orders}  URL/in/orders", "  reply    200"),
		"show 5": lines("     5  09:00:00.000  capture   {32 → 399} {31 signature missing}", "  time          2026-01-05T09:00:00Z", "  signature     {32 missing}", "  contract      {32 ok}",
			"", "{2 response} {1 399}", "", "x", "{31 (cut: 1 of 9 bytes were kept)}"),
		"show 6":         lines("     6  09:00:00.000  event    ", "  time          2026-01-05T09:00:00Z", "", "{", `  "reason": "\u001b[31m"`, "}"),
		"providers dsco": lines("{1 Dsco}  http://h", "  profile", "  events   0, see 'tacklebox events dsco'"),
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			server := newControl(t, answers)
			got := run(t.Context(), &App{Terminal: true}, map[string]string{"TACKLEBOX_URL": server.URL, "TZ": "UTC", "TERM": "xterm"}, "{}", strings.Fields(line)...)
			shown := strings.ReplaceAll(unpainted(got.out), server.URL, "URL")
			if shown != want || got.err != "" {
				t.Errorf("stderr %q, stdout\n%s\nwant\n%s", got.err, shown, want)
			}
		})
	}
}

// TestEditing: what a person leaves in the editor is what is sent, and nothing
// is sent that is not JSON.
func TestEditing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	editor := func(name, script string) map[string]string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
			t.Fatal(err)
		}
		return map[string]string{"EDITOR": path}
	}
	const done202 = `202 {"events":[{"id":"e","type":"T","skipped":[{"subscription":"s","reason":"r"}]}]}`
	answers := map[string]string{"GET /_/entries/7/body": `200 {"n":1}`, "GET /_/entries/8/body": "200 plain", "POST /_/entries/7/replay": done202, "POST /_/entries/8/replay": done202}
	done := lines("replayed 7", "T  e", "  skipped s: r")
	runCases(t, []commandCase{
		{name: "it begins with the body, indented", args: []string{"replay", "7", "--edit"}, answers: answers, env: editor("cat", "cat \"$1\" >&2; case $1 in *.json) ;; *) exit 1;; esac\n"),
			sent: []string{`POST /_/entries/7/replay {"body":{"n":1}}`}, out: done, err: "{\n  \"n\": 1\n}"},
		{name: "with --set as well", args: []string{"replay", "7", "--edit", "--set", "n=2"}, answers: answers, env: editor("same", "true\n"),
			sent: []string{`POST /_/entries/7/replay {"set":{"n":2},"body":{"n":1}}`}, out: done},
		{name: "broken", args: []string{"replay", "7", "--edit"}, answers: answers, env: editor("broken", "printf '{\\n\"n\": }' > \"$1\"\n"),
			sent: []string{}, err: "the edited body is not JSON: line 2: invalid character '}'", code: exit.Usage},
		{name: "emptied", args: []string{"replay", "7", "--edit"}, answers: answers, env: editor("empty", ": > \"$1\"\n"),
			sent: []string{}, err: "the edited body is not JSON: line 1: unexpected end", code: exit.Usage},
		{name: "removed", args: []string{"replay", "7", "--edit"}, answers: answers, env: editor("remove", "rm \"$1\"\n"), sent: []string{}, err: "no such file", code: exit.Failure},
		{name: "no such editor", args: []string{"replay", "7", "--edit"}, answers: answers, env: map[string]string{"EDITOR": "/nowhere/ed"}, sent: []string{}, err: "editor /nowhere/ed: ", code: exit.Failure},
		{name: "a blank one", args: []string{"replay", "7", "--edit"}, answers: answers, env: map[string]string{"EDITOR": "  "}, sent: []string{}, err: "set VISUAL or EDITOR", code: exit.Usage},
		{name: "a body that is no JSON takes no types", args: []string{"replay", "8", "--set", "n=2"}, answers: answers, sent: []string{`POST /_/entries/8/replay {"set":{"n":"2"}}`}, out: lines("replayed 8", "T  e", "  skipped s: r")},
		{name: "a second that is no number is found before it is sent", args: []string{"replay", "7", "x"}, answers: answers, sent: []string{}, err: `"x" is not the number`, code: exit.Usage},
		{name: "an answer with no event", args: []string{"replay", "9"}, answers: map[string]string{"POST /_/entries/9/replay": "202 {}"}, out: lines("replayed 9")},
	})
}

// TestSignedForms: the three forms of a request to verify, and near misses of
// them, which are bodies.
func TestSignedForms(t *testing.T) {
	t.Parallel()
	valid := map[string]string{"POST /_/verify": `200 {"valid":true}`}
	const body = `POST /_/verify {"provider":"p","secret":"","headers":{},"body":`
	for name, c := range map[string]struct{ stdin, sent string }{
		"empty":                    {"", body + `""}`},
		"an entry with no body":    {`{"kind":"capture","request":{"method":"GET"}}`, body + `"","method":"GET"}`},
		"an entry with bytes":      {`{"kind":"capture","account":"acme","request":{"body_base64":"/wA="}}`, `POST /_/verify {"provider":"p","secret":"","account":"acme","headers":{},"body":"","body_base64":"/wA="}`},
		"a request of null":        {`{"request":null}`, body + `"{\"request\":null}"}`},
		"a request that is a list": {`{"request":[]}`, body + `"{\"request\":[]}"}`},
		"HTTP without headers":     {"POST / HTTP/1.1\n\nx\n", body + `"x\n","method":"POST"}`},
		"HTTP with no end":         {"POST / HTTP/1.1\nA: b", body + `"POST / HTTP/1.1\nA: b"}`},
		"HTTP with a bad header":   {"POST / HTTP/1.1\nA b\n\nx", body + `"POST / HTTP/1.1\nA b\n\nx"}`},
		"HTTP, headers twice":      {"POST / HTTP/2\r\na: 1\r\nA: 2\r\n\r\n", `POST /_/verify {"provider":"p","secret":"","headers":{"A":["1","2"]},"body":"","method":"POST"}`},
		"nearly HTTP":              {"POST / FTP/1.1\n\nx", body + `"POST / FTP/1.1\n\nx"}`},
		"with a new line kept":     {"{}\r\n", body + `"{}\r\n"}`},
	} {
		runCases(t, []commandCase{{name: name, args: []string{"verify", "p", "--clock", "-"}, stdin: c.stdin, answers: valid, sent: []string{c.sent}, out: "valid\n"}})
	}
}
