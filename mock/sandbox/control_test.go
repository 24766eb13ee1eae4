package sandbox

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestControlRefusals: every refusal of the control API has a fitting status,
// the one error shape, and words of JSON.
func TestControlRefusals(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	r.Reply("x", `{"reply":[{"status":200}]}`)
	if status, _ := r.call("POST", "/in/x", []byte(`{"id":1}`)); status != 200 {
		t.Fatal(status)
	}
	for _, c := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/_/events", "", 405, `"hint":"allowed: POST"`},
		{"POST", "/_/providers", "", 405, `"hint":"allowed: GET"`},
		{"PATCH", "/_/clock", "", 405, `"hint":"allowed: GET, POST"`},
		{"DELETE", "/_/providers/tiny/settings", "", 405, `"hint":"allowed: GET, PUT"`},
		{"POST", "/_/livez", "", 405, `"hint":"allowed: GET"`},
		{"GET", "/_/reset", "", 405, `"hint":"allowed: POST"`},
		{"POST", "/_/", "", 405, `"hint":"allowed: GET"`},
		{"PATCH", "/_/entries", "", 405, `"hint":"allowed: DELETE, GET"`},
		{"GET", "/_/nothing", "", 404, `"code":"not_found"`},
		{"GET", "/_/subscriptions?acount=a", "", 400, `known are provider, account`},
		{"PUT", "/_/providers/tiny/settings?acount=a", "{}", 400, `known are account`},
		{"GET", "/_/clock?now", "", 400, `there are none here`},
		{"POST", "/_/events", "[]", 400, `the body: a list where an object is wanted`},
		{"POST", "/_/events", `{"count":"2"}`, 400, `count: a text where a whole number is wanted`},
		{"POST", "/_/events", `{"account":7}`, 400, `account: a number where a text is wanted`},
		{"POST", "/_/events", `{"faults":"delay"}`, 400, `faults: a text where a list is wanted`},
		{"POST", "/_/events", `{"typ":"a"}`, 400, `known are provider, type, set, unset, merge, body, to, account, context, count, faults`},
		{"POST", "/_/events", `{`, 400, `ends too early`},
		{"POST", "/_/events", ``, 400, `the body is empty`},
		{"POST", "/_/events", `{} {}`, 400, `text after the JSON document`},
		{"POST", "/_/events", `{"provider":"tiny","type":"thing.made","set":{"zzzzzzzz":1}}`, 422, `known are colour, id, name, parts, parts.0`},
		{"POST", "/_/events", `{"provider":"tiny","type":"thing.made","set":{"":1}}`, 422, `no path`},
		{"POST", "/_/events", `{"provider":"tiny","type":"thing.made","merge":[1]}`, 422, `merge must be a JSON object`},
		{"PUT", "/_/faults", `{}`, 400, `the body: an object where a list is wanted`},
		{"PUT", "/_/faults", `[1]`, 400, `a number where an object is wanted`},
		{"PUT", "/_/faults", `[{"kid":"delay"}]`, 400, `known are kind, preset, q, probability, times, for, bytes`},
		{"PUT", "/_/providers/tiny/settings", `[]`, 400, `the body: a list where an object is wanted`},
		{"POST", "/_/entries/x/replay", `{}`, 404, `an entry has a number, not \"x\"`},
		{"POST", "/_/entries/99/replay", `{}`, 404, `no entry 99`},
	} {
		t.Run(c.method+" "+c.path+" "+c.body, func(t *testing.T) {
			status, answer := r.call(c.method, c.path, []byte(c.body))
			if status != c.status || !strings.Contains(answer, c.want) {
				t.Errorf("%s, want %d with %s", answer, c.status, c.want)
			}
			var shape struct {
				Error struct{ Code, Message string }
			}
			if err := json.Unmarshal([]byte(answer[4:]), &shape); err != nil || shape.Error.Code == "" || shape.Error.Message == "" {
				t.Errorf("not an error of the control API: %s", answer)
			}
			for _, word := range []string{"mock.", "json:", "Go ", "strconv"} {
				if strings.Contains(answer, word) {
					t.Errorf("%s speaks of %q", answer, word)
				}
			}
		})
	}
}

// TestNullMeansAbsent: programs that write every member of a firing write null
// for those that say nothing.
func TestNullMeansAbsent(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	doc := fmt.Sprintf(`{"provider":"tiny","type":"thing.made","to":%q,"set":null,"unset":null,"merge":null,"body":null,"context":null,"faults":null}`, r.Inbox("x"))
	if status, answer := r.call("POST", "/_/events", []byte(doc)); status != 202 {
		t.Fatal(answer)
	}
	sample := r.Expect(t, "kind:capture inbox:x", 1)[0]
	if !strings.Contains(string(sample.Request.Body), `"name"`) {
		t.Errorf("body %q, want the sample", sample.Request.Body)
	}
}
