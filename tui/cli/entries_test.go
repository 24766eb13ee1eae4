package cli

import (
	"testing"

	"tacklebox/tui/cli/exit"
)

func TestEntries(t *testing.T) {
	runCases(t, []commandCase{
		{
			name:    "for a person",
			args:    []string{"entries"},
			answers: map[string]string{"GET /_/entries": `200 {"entries":[` + aCapture + `,` + anAttempt + `],"last_seq":12,"oldest_seq":1}`},
			out: lines(
				"    11  09:00:00.200  capture  inbox orders POST /in/orders → 500 signature invalid contract failed",
				"    12  09:00:00.250  attempt  shoptet order:create POST http://127.0.0.1:1/in/orders attempt 1 → 500 1.5ms"),
		},
		{
			name:    "for a program: one JSON line each",
			args:    []string{"entries", "--json", "kind:capture", "inbox:orders", "--after", "3", "--before", "20", "--limit", "5", "--order", "desc"},
			answers: map[string]string{"GET /_/entries?after=3&before=20&limit=5&order=desc&q=kind%3Acapture+inbox%3Aorders": `200 {"entries":[{"seq":11,"time":"2026-01-05T09:00:00Z","kind":"capture","inbox":"orders"}],"last_seq":12,"oldest_seq":1}`},
			out:     `{"seq":11,"time":"2026-01-05T09:00:00Z","kind":"capture","inbox":"orders"}` + "\n",
		},
		{
			name: "all of them, page by page",
			args: []string{"entries", "--all", "--json"},
			answers: map[string]string{
				"GET /_/entries?limit=1000&order=asc":         `200 {"entries":[{"seq":1,"time":"2026-01-05T09:00:00Z","kind":"call"}]}`,
				"GET /_/entries?after=1&limit=1000&order=asc": `200 {"entries":[{"seq":2,"time":"2026-01-05T09:00:00Z","kind":"call"}]}`,
				"GET /_/entries?after=2&limit=1000&order=asc": `200 {"entries":[]}`,
			},
			out: `{"seq":1,"time":"2026-01-05T09:00:00Z","kind":"call"}` + "\n" + `{"seq":2,"time":"2026-01-05T09:00:00Z","kind":"call"}` + "\n",
		},
		{
			name:    "captured text cannot command the terminal",
			args:    []string{"entries"},
			answers: map[string]string{"GET /_/entries": `200 {"entries":[{"seq":1,"time":"2026-01-05T09:00:00Z","kind":"capture","inbox":"a\u001b]0;x\u0007","request":{"method":"GET","url":"/in/\u009b31m"},"error":"\u202egnp"}]}`},
			out:     lines(`     1  09:00:00.000  capture  inbox a␛]0;x␇ GET /in/\u009b31m \u202egnp`),
		},
		{
			name:    "nor can it in JSON",
			args:    []string{"entries", "--json"},
			answers: map[string]string{"GET /_/entries": "200 " + `{"entries":[{"seq":1,"time":"2026-01-05T09:00:00Z","kind":"capture","inbox":"` + "\u009b31m\u202e" + `"}]}`},
			out:     lines(`{"seq":1,"time":"2026-01-05T09:00:00Z","kind":"capture","inbox":"\u009b31m\u202e"}`),
		},
		{
			name: "an order that is none",
			args: []string{"entries", "--order", "descc"},
			err:  `did you mean "desc"?`,
			code: exit.Usage,
		},
		{
			name:    "refused",
			args:    []string{"entries"},
			answers: map[string]string{"GET /_/entries": `401 {"error":{"code":"unauthorized","message":"a token is needed","hint":"--token"}}`},
			err:     "tacklebox: a token is needed (--token)\n",
			code:    exit.Usage,
		},
		{
			name:    "a server in trouble",
			args:    []string{"entries"},
			answers: map[string]string{"GET /_/entries": `500 {"error":{"code":"internal","message":"disk full"}}`},
			err:     "disk full",
			code:    exit.Failure,
		},
	})
}
