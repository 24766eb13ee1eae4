package cli

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"tacklebox/tui/cli/exit"
)

func TestReplay(t *testing.T) {
	answers := map[string]string{"POST /_/entries/7/replay": `202 {"events":[{"id":"e","type":"T","deliveries":[{"id":"d","url":"http://h/"}]}]}`,
		"POST /_/entries/8/replay": `202 {"events":[{"id":"e","type":"\u001b","deliveries":[{"id":"d","url":"http://h/\u001b"}]}]}`, "POST /_/expect": `200 {"met":true,"entries":[12]}`, "GET /_/entries/12": "200 " + anAttempt, "GET /_/entries/7/body": `200 {"total":1,"name":"x"}`}
	script := filepath.Join(t.TempDir(), "editor")
	write := func(text string) string {
		if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
		return script
	}
	waits := `POST /_/expect {"q":"kind:attempt delivery:d","within":"35s"}`
	edit := write("#!/bin/sh\necho '{\"total\":2}' > \"$2\"\n")
	runCases(t, []commandCase{
		{name: "plain", args: []string{"replay", "7"}, answers: answers, sent: []string{"POST /_/entries/7/replay {}", waits}, out: lines("replayed 7", "T  e", "  → http://h/")},
		{name: "several", args: []string{"replay", "7", "8", "--to", "http://h/"}, answers: answers,
			sent: []string{`POST /_/entries/7/replay {"to":"http://h/"}`, waits, `POST /_/entries/8/replay {"to":"http://h/"}`, waits},
			out:  lines("replayed 7", "T  e", "  → http://h/", "replayed 8", "␛  e", "  → http://h/␛")},
		{name: "changed: types as in the body", args: []string{"replay", "7", "--set", "total=5", "--set", "name=6", "--unset", "a", "--resign", "--new-id", "--json"}, answers: answers,
			sent: []string{`POST /_/entries/7/replay {"set":{"name":"6","total":5},"unset":["a"],"resign":true,"new_id":true}`, waits},
			out:  lines(`{"events":[{"id":"e","type":"T","deliveries":[{"id":"d","url":"http://h/"}]}]}`)},
		{name: "edited", args: []string{"replay", "7", "--edit"}, env: map[string]string{"EDITOR": "false", "VISUAL": edit + " -w"}, answers: answers,
			sent: []string{`POST /_/entries/7/replay {"body":{"total":2}}`, waits}, out: lines("replayed 7", "T  e", "  → http://h/")},
		{name: "not sent", args: []string{"replay", "7"}, err: "7 was not replayed: connection refused", code: exit.Failure,
			answers: changed(answers, "GET /_/entries/12", `200 {"seq":12,"kind":"attempt","error":"connection refused"}`)},
		{name: "not sent, as JSON", args: []string{"replay", "7", "--json"}, out: "*", err: "7 was not replayed: connection refused", code: exit.Failure,
			answers: changed(answers, "GET /_/entries/12", `200 {"seq":12,"kind":"attempt","error":"connection refused"}`)},
		{name: "not yet", args: []string{"replay", "7"}, err: "7 was not replayed: no answer within 35s", code: exit.Timeout, answers: changed(answers, "POST /_/expect", `417 {"met":false}`)},
		{name: "no editor", args: []string{"replay", "7", "--edit"}, answers: answers, err: "set VISUAL or EDITOR", code: exit.Usage},
		{name: "the editor fails", args: []string{"replay", "7", "--edit"}, env: map[string]string{"EDITOR": "false"}, answers: answers, err: "editor false", code: exit.Failure},
		{name: "no number", args: []string{"replay", "x"}, err: "is not the number of an entry", code: exit.Usage},
	})
}

// changed are answers with another one in place of one of them.
func changed(answers map[string]string, call, answer string) map[string]string {
	other := maps.Clone(answers)
	other[call] = answer
	return other
}
