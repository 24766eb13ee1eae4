package cli

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"tacklebox/tui/cli/exit"
)

// evil is what a sender can put into every text of an answer: a window title,
// a colour of C1, a change of direction, a new line that would forge a row, and
// a carriage return that would overwrite one. As JSON, without its quotes.
const evil = `v\u001b]0;t\u0007\u009b31m\u202eX\nforged\rover`

// evilLine is how evil must look where one line is meant.
const evilLine = `v␛]0;t␇\u009b31m\u202eX␊forged␍over`

// commands are what a terminal could obey, and what changes the order in which
// a text is read.
func commands() *regexp.Regexp {
	return regexp.MustCompile("[\x00-\x08\x0b-\x1f\x7f\u0080-\u009f\u202a-\u202e\u2066-\u2069]")
}

// TestHostileAnswers: whatever field of whatever answer is hostile, no command
// hands it on to the terminal, and a line stays a line.
func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	entry := strings.ReplaceAll(`{"seq":3,"time":"2026-01-05T09:00:00Z","kind":"capture","provider":"E","account":"E","type":"E","inbox":"E","event_id":"E","subscription":"E",
		"request":{"method":"E","url":"E","proto":"E","headers":{"E":["E"]}},"response":{"status":200,"headers":{"E":["E"]}},"error":"E","fault":"E",
		"signature":{"state":"E","reason":"E"},"contract":{"ok":false,"violations":["E"]}}`, "E", evil)
	e := func(s string) string { return "200 " + strings.ReplaceAll(s, "EVIL", evil) }
	for _, c := range []struct {
		line    string
		answers map[string]string
		out     []string // the lines of stdout; EVIL stands for how evil must look
	}{
		{"entries", map[string]string{"GET /_/entries": `200 {"entries":[` + entry + `]}`},
			[]string{"     3  09:00:00.000  capture  EVIL EVIL inbox EVIL EVIL EVIL → 200 signature EVIL contract failed EVIL fault EVIL"}},
		{"show 3", map[string]string{"GET /_/entries/3": "200 " + entry}, []string{
			"     3  09:00:00.000  capture  EVIL EVIL inbox EVIL EVIL EVIL → 200 signature EVIL contract failed EVIL fault EVIL",
			"  time          2026-01-05T09:00:00Z", "  account       EVIL", "  subscription  EVIL", "  event         EVIL", "  fault         EVIL", "  error         EVIL",
			"  signature     EVIL: EVIL", "  contract      failed", "    - EVIL", "", "request EVIL EVIL EVIL", "EVIL: EVIL", "", "response 200", "EVIL: EVIL"}},
		{"providers shoptet", map[string]string{
			"GET /_/providers/shoptet":          e(`{"name":"EVIL","title":"EVIL","base_url":"EVIL","profile":"EVIL","events":[],"context":[{"name":"EVIL","about":"EVIL","types":["EVIL"]}],"assumptions":[{"topic":"EVIL","text":"EVIL","evidence":"EVIL","switch":"EVIL"}]}`),
			"GET /_/providers/shoptet/settings": e(`{"EVIL":1}`)}, []string{
			"EVIL  EVIL", "  profile  EVIL", "  events   0, see 'tacklebox events shoptet'", "", "settings", "  EVIL  1", "", "context of fire", "  EVIL  EVIL (EVIL)",
			"", "assumptions", "  EVIL  EVIL  EVIL (setting EVIL)"}},
		{"events shoptet", map[string]string{"GET /_/providers/shoptet": e(`{"events":[{"type":"EVIL","evidence":"EVIL","about":"EVIL"}]}`)}, []string{
			"TYPE" + strings.Repeat(" ", 33) + "EVIDENCE" + strings.Repeat(" ", 29) + "ABOUT", "EVIL  EVIL  EVIL"}},
		{"fire shoptet t", map[string]string{"POST /_/events": e(`{"events":[{"id":"EVIL","type":"EVIL","deliveries":[{"id":"EVIL","url":"EVIL"}],"skipped":[{"subscription":"EVIL","reason":"EVIL"}]}]}`)},
			[]string{"EVIL  EVIL", "  → EVIL", "  skipped EVIL: EVIL"}},
		{"replay 3", map[string]string{"POST /_/entries/3/replay": e(`{"events":[{"id":"EVIL","type":"EVIL","skipped":[{"subscription":"EVIL","reason":"EVIL"}]}]}`)}, []string{"replayed 3", "EVIL  EVIL", "  skipped EVIL: EVIL"}},
		{"inbox orders", map[string]string{"GET /_/inboxes/orders": e(`{"reply":[{"status":200,"delay":"EVIL","fault":"EVIL"}],"forward":"EVIL","verify":{"provider":"EVIL"}}`)},
			[]string{"orders  URL/in/orders", "  reply    200@EVIL!EVIL", "  forward  EVIL", "  verify   EVIL"}},
		{"verify p --explain -", map[string]string{"POST /_/verify": e(`{"valid":true,"reason":"EVIL","tried":["EVIL","EVIL"]}`)},
			[]string{"valid: EVIL", "  tried: EVIL", "  tried: EVIL"}},
		{"import -", map[string]string{"POST /_/entries/import": e(`{"inbox":"EVIL","imported":1,"first_seq":1,"last_seq":1}`)}, []string{"imported 1 into EVIL: entries 1 to 1"}},
		{"clock", map[string]string{"GET /_/clock": e(`{"now":"2026-01-05T09:00:00Z","mode":"EVIL"}`)}, []string{"2026-01-05T09:00:00Z  EVIL"}},
		{"diff 3 4", map[string]string{"GET /_/entries/diff?a=3&b=4": e(`{"request":[{"path":"EVIL","a":1,"volatile":"EVIL"}],"headers":[{"name":"EVIL","b":["EVIL","EVIL"],"volatile":"EVIL"}],"body":{"kind":"text","lines":["-EVIL"]}}`)},
			[]string{"request", "  EVIL (EVIL)", "    - 1", "headers", "  EVIL (EVIL)", "    + EVIL, EVIL", "body", "    -EVIL"}},
		{"scenario --list", map[string]string{"GET /_/scenarios": e(`[{"name":"EVIL","about":"EVIL"}]`)}, []string{"NAME" + strings.Repeat(" ", 33) + "ABOUT", "EVIL  EVIL"}},
	} {
		t.Run(c.line, func(t *testing.T) {
			t.Parallel()
			server := newControl(t, c.answers)
			env := map[string]string{"TACKLEBOX_URL": server.URL, "TZ": "UTC"}
			got := run(t.Context(), new(App), env, "{}", strings.Fields(c.line)...)
			want := strings.ReplaceAll(strings.ReplaceAll(lines(c.out...), "EVIL", evilLine), "URL", server.URL)
			if got.out != want || got.err != "" || got.code != exit.OK {
				t.Errorf("code %d, stderr %q, stdout\n%s\nwant\n%s", got.code, got.err, got.out, want)
			}
			asJSON := run(t.Context(), new(App), env, "{}", append(strings.Fields(c.line), "--json")...)
			if bad := commands().FindString(asJSON.out); bad != "" || asJSON.code != exit.OK {
				t.Errorf("code %d, %q in the JSON %q", asJSON.code, bad, asJSON.out)
			}
			if !json.Valid([]byte(asJSON.out)) || !strings.Contains(asJSON.out, `\u001b]0;t\u0007`) {
				t.Errorf("the JSON lost its value: %s", asJSON.out)
			}
		})
	}
}

// TestHostileBodies: bodies of every kind as show prints them.
func TestHostileBodies(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 513) + strings.Repeat("]", 513)
	for name, c := range map[string]struct{ body, want string }{
		"JSON with escapes of its own": {`"body":"{\"a\":\"\\u001b[2J\"}"`, "{\n  \"a\": \"\\u001b[2J\"\n}"},
		"JSON with raw C1":             {`"body":"{\"a\":\"\u009b2J\"}"`, "{\n  \"a\": \"\\u009b2J\"\n}"},
		"JSON nested too deep":         {`"body":"` + deep + `"`, deep},
		"JSON cut off":                 {`"body":"{\"a\":[1,","truncated":true,"size":99`, "{\"a\":[1,\n(cut: 8 of 99 bytes were kept)"},
		"lines of its own":             {`"body":"a\r\nb\tc\n"`, "a␍\nb\tc"},
		"a form":                       {`"body":"a=1&b=%1b[2J"`, "a=1&b=%1b[2J"},
		"a byte order mark":            {`"body":"\ufeff{}"`, "{}"},
		"only zeroes":                  {`"body_base64":"AAAA"`, "(3 bytes that are not text; 'tacklebox show SEQ --body > FILE' keeps them)"},
		"one zero in a text":           {`"body":"0123456789abcdef\u0000"`, "0123456789abcdef␀"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newControl(t, map[string]string{"GET /_/entries/3": `200 {"seq":3,"time":"2026-01-05T09:00:00Z","kind":"capture","request":{"method":"POST","url":"/","proto":"HTTP/1.1",` + c.body + `}}`})
			got := run(t.Context(), new(App), map[string]string{"TACKLEBOX_URL": server.URL, "TZ": "UTC"}, "", "show", "3")
			_, shown, _ := strings.Cut(got.out, "request POST / HTTP/1.1\n\n")
			if shown != c.want+"\n" || got.code != exit.OK || got.err != "" {
				t.Errorf("code %d, stderr %q, body shown as\n%q\nwant\n%q", got.code, got.err, shown, c.want+"\n")
			}
		})
	}
}
