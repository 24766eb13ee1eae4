package cli

import (
	"testing"

	"tacklebox/tui/cli/exit"
)

// TestFireWaits holds `fire --wait` to CONTRACT section 9.
func TestFireWaits(t *testing.T) {
	t.Parallel()
	attempt := func(rest string) map[string]string {
		return map[string]string{"POST /_/events": fired(""), "POST /_/expect": `200 {"met":true,"entries":[12]}`,
			"GET /_/entries/12": `200 {"seq":12,"kind":"attempt","delivery_id":"dlv1"` + rest + "}"}
	}
	none := map[string]string{"POST /_/events": `202 {"events":[{"id":"e","type":"a","deliveries":[],"skipped":[]}]}`}
	var cases []commandCase
	for name, c := range map[string]struct {
		answers map[string]string
		flags   []string
		code    int
	}{
		"accepted":                 {attempt(`,"response":{"status":204}`), nil, exit.OK},
		"refused for good":         {attempt(`,"response":{"status":500}`), nil, exit.Failure},
		"refused with a retry":     {attempt(`,"response":{"status":500},"next_attempt":"2026-01-05T09:15:00Z"`), nil, exit.Timeout},
		"not reached":              {attempt(`,"error":"connection refused"`), nil, exit.Failure},
		"lost, and nobody knows":   {attempt(`,"fault":"drop"`), nil, exit.OK},
		"not attempted":            {map[string]string{"POST /_/events": fired(""), "POST /_/expect": `417 {"met":false}`}, nil, exit.Timeout},
		"nobody":                   {none, nil, exit.Failure},
		"nobody, and that is fine": {none, []string{"--allow-none"}, exit.OK},
	} {
		cases = append(cases, commandCase{name: name, args: append([]string{"fire", "p", "a", "--wait", "1ms"}, c.flags...), answers: c.answers, out: "*", code: c.code})
	}
	cases = append(cases, commandCase{name: "without --wait", args: []string{"fire", "p", "a"}, answers: none, out: "*"})
	runCases(t, cases)
}

// TestForgetting by the commands that list.
func TestForgetting(t *testing.T) {
	t.Parallel()
	runCases(t, []commandCase{
		{name: "entries that match", args: []string{"entries", "--delete", "inbox:a"}, answers: map[string]string{"DELETE /_/entries?q=inbox%3Aa": "200 {}"}, out: "forgot the entries that match inbox:a\n"},
		{name: "all entries", args: []string{"entries", "--delete"}, answers: map[string]string{"DELETE /_/entries": "200 {}"}, out: "forgot every entry\n"},
		{name: "an inbox", args: []string{"inbox", "orders", "--delete"}, answers: map[string]string{"DELETE /_/inboxes/orders": `200 {}`}, out: lines("orders  URL/in/orders", "  reply    200")},
		{name: "a password is shown in no list", args: []string{"inbox"}, answers: map[string]string{"GET /_/inboxes": `200 [{"inbox":"a","settings":{"forward":"http://u:p@h/"}}]`}, out: lines("NAME  CAPTURES  REPLY  FORWARD", "a     0         200    http://u:xxxxx@h/")},
		{name: "nothing there is said", args: []string{"entries"}, answers: map[string]string{"GET /_/entries": `200 {"entries":[],"last_seq":9,"oldest_seq":5}`}, err: "nothing matches, of 5 entries"},
		{name: "a program sees nothing", args: []string{"entries", "--json"}, answers: map[string]string{"GET /_/entries": `200 {"entries":[],"last_seq":9,"oldest_seq":5}`}},
		{name: "a payload with a byte order mark", args: []string{"fire", "p", "a", "--merge", "-"}, stdin: "\ufeff{\"a\":1}", answers: map[string]string{"POST /_/events": fired("")}, out: "*", sent: []string{`POST /_/events {"provider":"p","type":"a","merge":{"a":1}}`}},
	})
}
