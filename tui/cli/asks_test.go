package cli

import (
	"strings"
	"testing"

	"tacklebox/tui/cli/exit"
)

// TestFireAsks: what each flag of fire makes of the request, and which of them
// need the sample.
func TestFireAsks(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"--to http://h/x":                    `"to":"http://h/x"`,
		"--to http://h/x --account acme":     `"to":"http://h/x","account":"acme"`,
		"--count 3":                          `"count":3`,
		"--count 0":                          ``,
		"--unset items.0 --unset paid":       `"unset":["items.0","paid"]`,
		"--merge {\"a\":[1]}":                `"merge":{"a":[1]}`,
		"--merge -":                          `"merge":{"from":"stdin"}`,
		"--body -":                           `"body":{"from":"stdin"}`,
		"--body null":                        `"body":null`,
		"--body a=1&b=2":                     `"body":"a=1\u0026b=2"`,
		"--body [] --set 0:=1":               `"set":{"0":1},"body":[]`,
		"--set id=-0.5e3":                    `"set":{"id":-0.5e3}`,
		"--set paid=false":                   `"set":{"paid":false}`,
		"--set name=":                        `"set":{"name":""}`,
		"--set name=a=b":                     `"set":{"name":"a=b"}`,
		"--set items={\"a\":1}":              `"set":{"items":{"a":1}}`,
		"--set items.#(price=1.5).price=2":   `"set":{"items.#(price=1.5).price":"2"}`,
		"--set id=1 --set id=2":              `"set":{"id":2}`,
		"--set none:=null":                   `"set":{"none":null}`,
		"--context a=":                       `"context":{"a":""}`,
		"--context a=true --context b=\"1\"": `"context":{"a":true,"b":"1"}`,
		"--context a=x=y":                    `"context":{"a":"x=y"}`,
		"--fault drop":                       `"faults":[{"kind":"drop"}]`,
		"--fault \"drop\"":                   `"faults":[{"kind":"drop"}]`,
		"--fault {\"kind\":\"slow\",\"for\":\"2s\"} --fault old_key": `"faults":[{"kind":"slow","for":"2s"},{"kind":"old_key"}]`,
	} {
		if want != "" {
			want = "," + want
		}
		runCases(t, []commandCase{{name: line, args: append([]string{"fire", "shoptet", "order:create"}, strings.Fields(line)...), stdin: `{"from":"stdin"}`,
			answers: map[string]string{"GET /_/providers/shoptet": shop, "POST /_/events": fired("")},
			sent:    []string{`POST /_/events {"provider":"shoptet","type":"order:create"` + want + `}`}, out: lines("order:create  evt1", "  → http://h/cb")}})
	}
}

// TestFireTells what became of several events, deliveries and attempts.
func TestFireTells(t *testing.T) {
	t.Parallel()
	two := `202 {"events":[{"id":"e1","type":"a","deliveries":[{"id":"d1","url":"http://h/1"},{"id":"d2","url":"http://h/2"}]},{"id":"e2","type":"b","skipped":[{"subscription":"9","reason":"disabled"}]},{"id":"e3","type":"c"}]}`
	attempted := map[string]string{"POST /_/events": two, "POST /_/expect": `200 {"met":true,"entries":[12]}`,
		"GET /_/entries/12": `200 {"seq":12,"time":"2026-01-05T09:00:00Z","kind":"attempt","delivery_id":"d1","error":"connection refused","fault":"reset"}`}
	runCases(t, []commandCase{
		{name: "without waiting", args: []string{"fire", "p", "a"}, answers: attempted,
			out: lines("a  e1", "  → http://h/1", "  → http://h/2", "b  e2", "  skipped 9: disabled", "c  e3", "  nobody is subscribed; --to URL sends it to one place")},
		{name: "after waiting", args: []string{"fire", "p", "a", "--wait", "1ms"}, answers: attempted, code: exit.Failure,
			out: lines("a  e1", "  → http://h/1 connection refused fault reset", "  → http://h/2 not attempted yet", "b  e2", "  skipped 9: disabled", "c  e3", "  nobody is subscribed; --to URL sends it to one place")},
		{name: "attempts as JSON", args: []string{"fire", "p", "a", "--wait", "1ms", "--json"}, code: exit.Failure,
			answers: map[string]string{"POST /_/events": fired(""), "POST /_/expect": `200 {"met":true,"entries":[12]}`, "GET /_/entries/12": `200 {"seq":12,"time":"2026-01-05T09:00:00Z","kind":"attempt","delivery_id":"dlv1"}`},
			out:     lines(`{"events":[{"id":"evt1","type":"order:create","deliveries":[{"id":"dlv1","subscription":"7","url":"http://h/cb"}],"skipped":[]}],"attempts":[{"seq":12,"time":"2026-01-05T09:00:00Z","kind":"attempt","delivery_id":"dlv1"}]}`)},
		{name: "the attempt is gone by then", args: []string{"fire", "p", "a", "--wait", "1ms"}, code: exit.Usage, err: "no longer kept",
			answers: map[string]string{"POST /_/events": fired(""), "POST /_/expect": `200 {"met":true,"entries":[12]}`, "GET /_/entries/12": `404 {"error":{"message":"entry 12 is no longer kept"}}`}},
		{name: "the sandbox ends while it waits", args: []string{"fire", "p", "a", "--wait", "1ms"}, code: exit.Failure, err: "shutting down",
			answers: map[string]string{"POST /_/events": fired(""), "POST /_/expect": `503 {"error":{"message":"shutting down"}}`}},
		{name: "a refusal about something else keeps its words", args: []string{"fire", "shoptet", "order:create"}, code: exit.Usage, err: "tacklebox: too many at once\n",
			answers: map[string]string{"GET /_/providers/shoptet": shop, "POST /_/events": `422 {"error":{"message":"too many at once"}}`}},
	})
}

// TestPagesThatBreak: what was read before a page fails stands, and the failure
// shows: nobody takes half a journal for the whole.
func TestPagesThatBreak(t *testing.T) {
	t.Parallel()
	runCases(t, []commandCase{
		{name: "the second page", args: []string{"entries", "--all", "--json"}, code: exit.Failure, err: "the disk is gone",
			answers: map[string]string{"GET /_/entries?limit=1000&order=asc": `200 {"entries":[{"seq":1,"time":"2026-01-05T09:00:00Z","kind":"call"}]}`,
				"GET /_/entries?after=1&limit=1000&order=asc": `500 {"error":{"message":"the disk is gone"}}`},
			out: lines(`{"seq":1,"time":"2026-01-05T09:00:00Z","kind":"call"}`)},
		{name: "the attempts of a delivery", args: []string{"show", "5"}, code: exit.Failure, err: "the disk is gone",
			answers: map[string]string{"GET /_/entries/5": `200 {"seq":5,"time":"2026-01-05T09:00:00Z","kind":"event","delivery_id":"d"}`, "GET /_/entries?q=kind%3Aattempt+delivery%3A%22d%22": `500 {"error":{"message":"the disk is gone"}}`},
			out:     lines("     5  09:00:00.000  event    ", "  time          2026-01-05T09:00:00Z", "  delivery      d")},
		{name: "a delivery whose attempts are no longer kept", args: []string{"show", "5"},
			answers: map[string]string{"GET /_/entries/5": `200 {"seq":5,"time":"2026-01-05T09:00:00Z","kind":"event","delivery_id":"d"}`, "GET /_/entries?q=kind%3Aattempt+delivery%3A%22d%22": `200 {"entries":[]}`},
			out:     lines("     5  09:00:00.000  event    ", "  time          2026-01-05T09:00:00Z", "  delivery      d")},
		{name: "faults that were taken and cannot be listed", args: []string{"faults", "drop", "--json"}, code: exit.Usage, err: "body",
			answers: map[string]string{"PUT /_/faults": "200 []", "GET /_/faults": `400 {"error":{"message":"body"}}`}},
		{name: "an inbox that is not taken", args: []string{"inbox", "a", "--forward", "x"}, code: exit.Usage, err: "must be a URL (like http://h)",
			answers: map[string]string{"GET /_/inboxes/a": "200 {}", "PUT /_/inboxes/a": `422 {"error":{"message":"must be a URL","hint":"like http://h"}}`}},
		{name: "settings that cannot be read", args: []string{"providers", "p"}, code: exit.Failure, err: "broken",
			answers: map[string]string{"GET /_/providers/p": `200 {"name":"p"}`, "GET /_/providers/p/settings": `500 {"error":{"message":"broken"}}`}},
		{name: "entries of a HAR that are none", args: []string{"export", "1", "2", "--as", "har"}, code: exit.Failure, err: "entries of a HAR from the server",
			answers: map[string]string{"GET /_/entries/1/as/har": `200 {"log":{"entries":{}}}`, "GET /_/entries/2/as/har": `200 {"log":{"entries":[]}}`}},
	})
}
