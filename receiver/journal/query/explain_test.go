package query

import (
	"errors"
	"net/http"
	"strings"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/journaltest"
	"testing"
	"time"
)

// TestExplainEveryKey holds the sentence of every key to its words: a failed
// expectation shows them.
func TestExplainEveryKey(t *testing.T) {
	t.Parallel()
	full, bare := attemptEntry(), &journal.Entry{}
	plain := &journal.Entry{Kind: journal.Capture, Request: &journal.Message{}, Response: &journal.Message{Status: 201}, Time: journaltest.Day.Add(-time.Hour), Attempt: 1, CaptureSeq: 9, Took: time.Microsecond,
		Signature: &journal.Signature{State: "valid"}, Contract: &journal.Contract{OK: true}}
	asked := map[string]bool{}
	for _, c := range []struct {
		q    string
		of   *journal.Entry
		want string
	}{
		{"kind:call", full, "kind is attempt, wanted call"},
		{"kind:call", bare, "there is no kind, wanted call"},
		{"provider:dsco", full, "provider is shoptet, wanted dsco"},
		{"provider:dsco", bare, "there is no provider, wanted dsco"},
		{"type:order:paid*", full, "type is order:create, wanted order:paid*"},
		{"type:*", bare, "there is no type, wanted *"},
		{"inbox:b", full, "inbox is in, wanted b"},
		{"account:b", full, "account is acc, wanted b"},
		{"subscription:b", full, "subscription is sub, wanted b"},
		{"event:b", full, "event is ev, wanted b"},
		{"delivery:b", full, "delivery is del, wanted b"},
		{"method:GET", full, "method is POST, wanted GET"},
		{"method:GET", bare, "there is no method, wanted GET"},
		{"path:/in/*", full, "path is /webhooks/orders, wanted /in/*"},
		{"path:/in/*?a", full, "path is /webhooks/orders?shop=1&x=a%20b, wanted /in/*?a"},
		{"path:/in/*", bare, "there is no path, wanted /in/*"},
		{"status:2xx", full, "status is 503, wanted 2xx"},
		{"status:200..299", full, "status is 503, wanted 200..299"},
		{"status:>=400", plain, "status is 201, wanted >=400"},
		{"status:200", bare, "there is no status, wanted 200"},
		{"signature:valid", full, "signature is invalid, wanted valid"},
		{"signature:valid", bare, "signature is none, wanted valid"},
		{"contract:ok", full, "contract is fail, wanted ok"},
		{"contract:fail", plain, "contract is ok, wanted fail"},
		{"contract:fail", bare, "there is no contract, wanted fail"},
		{"fault:drop", full, "fault is slow, wanted drop"},
		{"fault:drop", bare, "there is no fault, wanted drop"},
		{"seq:>100", full, "seq is 42, wanted >100"},
		{"attempt:1", full, "attempt is 3, wanted 1"},
		{"attempt:1", bare, "there is no attempt, wanted 1"},
		{"capture:8", full, "capture is 7, wanted 8"},
		{"capture:8", bare, "there is no capture, wanted 8"},
		{"since:2026-03-04T06:00:00Z", full, "time is 2026-03-04T05:06:07Z, wanted since 2026-03-04T06:00:00Z"},
		{"since:5m", plain, "time is 2026-03-04T04:06:07Z, wanted since 2026-03-04T05:05:07Z"},
		{"took:<100ms", full, "took is 150ms, wanted <100ms"},
		{"took:>1s", plain, "took is 1µs, wanted >1s"},
		{"took:0", bare, "there is no took, wanted 0"},
		{"size:<1k", full, "size is 102400, wanted <1k"},
		{"size:>1", plain, "size is 0, wanted >1"},
		{"size:>1", bare, "there is no size, wanted >1"},
		{"header.Retry-After=1", full, "header Retry-After is 120, wanted 1"},
		{"header.x-shop-id!=77", full, "header x-shop-id is 77, 78, wanted !=77"},
		{"header.x-shop-id>100", full, "header x-shop-id is 77, 78, wanted >100"},
		{`header.nope="a b"`, full, `there is no header nope, wanted "a b"`},
		{"header.nope~^a", full, "there is no header nope, wanted ~^a"},
		{"body.order.total<10", full, "body.order.total is 19.90, wanted <10"},
		{"body.order.tags=old", full, "body.order.tags is new, VIP, wanted old"},
		{"body.items.#.sku=B", full, "body.items.#.sku is A B, C, wanted B"},
		{"body.error.code=gone", full, "body.error.code is busy, wanted gone"},
		{"body.nope", full, "there is no body.nope, wanted any"},
		{"body.a=1", bare, "there is no body.a, wanted 1"},
		{`"no such"`, full, `"no such" is nowhere in request line, headers and body`},
		{`"http://x"`, bare, `"http://x" is nowhere in request line, headers and body`},
		{"has:next", plain, "there is no next"},
		{"has:error", plain, "there is no error"},
		{"has:fault", plain, "there is no fault"},
		{"has:truncated", plain, "there is no truncated"},
		{"has:body", plain, "there is no body"},
		{"has:signature", bare, "there is no signature"},
		{"has:contract", bare, "there is no contract"},
		{"has:request", bare, "there is no request"},
		{"has:response", bare, "there is no response"},
		{"has:capture", bare, "there is no capture"},
	} {
		f := parsed(t, c.q)
		journaltest.Equal(t, c.q, f.Explain(c.of), []string{c.want})
		journaltest.Equal(t, "-("+c.q+") of what does not match", parsed(t, "-("+c.q+")").Explain(c.of), []string(nil))
		journaltest.Equal(t, "-(-"+c.q+")", parsed(t, "-(-"+c.q+")").Explain(c.of), []string{"it matches -" + f.root.String()})
		asked[c.q] = true
		asked[strings.FieldsFunc(c.q, func(r rune) bool { return r == ':' || r == '.' })[0]] = true
	}
	for _, k := range Keys() {
		if name := strings.TrimRight(k.Name, ":."); !asked[name] {
			t.Errorf("%s has no sentence here", name)
		}
	}
	for _, h := range presences() {
		if !asked["has:"+h.name] {
			t.Errorf("has:%s has no sentence here", h.name)
		}
	}
}

// TestExplainOfATree: alternatives say why each failed, and only what failed is named.
func TestExplainOfATree(t *testing.T) {
	t.Parallel()
	e := attemptEntry()
	for q, want := range map[string][]string{
		"(kind:call OR kind:event) status:503":             {"kind is attempt, wanted call, kind is attempt, wanted event"},
		"kind:attempt (status:503 inbox:b)":                {"inbox is in, wanted b"},
		"kind:call status:200 -has:error":                  {"kind is attempt, wanted call", "status is 503, wanted 200", "it matches has:error"},
		"-(kind:attempt -status:200)":                      {"it matches (kind:attempt -status:200)"},
		`-"order:create"`:                                  {`it matches "order:create"`},
		"-body.order.id>=42":                               {"it matches body.order.id>=42"},
		`-header.content-type~"json; charset"`:             {`it matches header.content-type~"json; charset"`},
		"inbox:b OR inbox:c OR (account:x subscription:y)": {"inbox is in, wanted b, inbox is in, wanted c, account is acc, wanted x and subscription is sub, wanted y"},
		"--kind:call":                                      {"kind is attempt, wanted call"},
	} {
		journaltest.Equal(t, q, parsed(t, q).Explain(e), want)
	}
}

// TestCaretStandsUnderItsPlace draws an error of every sort. A terminal shows
// exactly two lines, and the caret under the character the sentence names.
func TestCaretStandsUnderItsPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ q, drawn, says string }{
		{"kind:cal", "kind:cal\n     ^", "at character 6"},
		{"status:>x", "status:>x\n        ^", "at character 9"},
		{"(kind:call", "(kind:call\n^", "at character 1 "},
		{"kind:call )", "kind:call )\n          ^", "at character 11"},
		{`kind:call "open`, "kind:call \"open\n          ^", "at character 11"},
		{`type:"é" knd:a`, "type:\"é\" knd:a\n         ^", "at character 10"},
		{"日本 knd:a", "日本 knd:a\n   ^", "at character 4"},
		{"a\n\tknd:a", "a\ufffd\ufffdknd:a\n   ^", "at character 4"},
		{"\u2028\u0085\u200f\ufeff knd:a", "\ufffd\ufffd\ufffd\ufffd knd:a\n     ^", "at character 6"},
		{"header.a~[", "header.a~[\n         ^", "at character 10"},
		{"-", "-\n^", "at character 1 "},
		{"a OR ", "a OR \n     ^", "at character 6"},
		{`body.a|@fromstr`, "body.a|@fromstr\n      ^", "at character 7"},
	} {
		_, err := Parse(c.q, nil)
		var wrong *SyntaxError
		if !errors.As(err, &wrong) {
			t.Errorf("%q: %v", c.q, err)
			continue
		}
		journaltest.Equal(t, c.q, wrong.Caret(), c.drawn)
		if !strings.Contains(err.Error()+" ", c.says) {
			t.Errorf("%q: %v, wanted %s", c.q, err, c.says)
		}
		if n := strings.Count(wrong.Caret(), "\n"); n != 1 {
			t.Errorf("%q is drawn in %d lines", c.q, n+1)
		}
	}
	far := &SyntaxError{Query: "abc", Pos: 99}
	journaltest.Equal(t, "a place behind the end", far.Caret(), "abc\n   ^")
	journaltest.Equal(t, "a place before the beginning", (&SyntaxError{Query: "abc", Pos: -4, Msg: "m"}).Caret(), "abc\n^")
	journaltest.Equal(t, "without a hint", far.Error(), "filter:  at character 4")
}

// TestHostileEntryIsOneLine: whatever an entry holds, its JSON is one line that
// a line reader can split, and UTF-8 throughout.
func TestHostileEntryIsOneLine(t *testing.T) {
	t.Parallel()
	evil := []string{"a\r\nb", "\x00", "\xff\xfe", "\u2028", "\x1b[2J", `"},{"seq":9`, "\xed\xa0\x80", `\u0000`, "</script>", "\x7f", strings.Repeat("\"", 300)}
	for _, v := range evil {
		e := &journal.Entry{
			Seq: 3, Kind: journal.Kind(v), Provider: v, Account: v, Type: v, Inbox: v, EventID: v, DeliveryID: v, Subscription: v, Error: v, Fault: v,
			Request:   &journal.Message{Method: v, URL: v, Proto: v, Headers: journal.HeaderOf(http.Header{v: {v, v}}), Body: []byte(v), SHA256: v, Remote: v},
			Response:  &journal.Message{Headers: journal.HeaderOf(http.Header{v + v: {""}}), Body: []byte(v + v)},
			Signature: &journal.Signature{State: v, Reason: v}, Contract: &journal.Contract{Violations: []string{v, v}}, Detail: []byte(v),
		}
		line := e.AppendJSON(nil)
		if strings.ContainsAny(string(line), "\r\n\x00") || !strings.HasPrefix(string(line), `{"seq":3,`) {
			t.Errorf("%q: %q", v, line)
		}
		var back journal.Entry
		if err := back.UnmarshalJSON(line); err != nil {
			t.Errorf("%q: %v", v, err)
			continue
		}
		journaltest.Equal(t, "request body of "+v, string(back.Request.Body), v)
		journaltest.Equal(t, "response body of "+v, string(back.Response.Body), v+v)
		if again := back.AppendJSON(nil); string(again) != string(line) {
			t.Errorf("%q became %s and then %s", v, line, again)
		}
	}
}
