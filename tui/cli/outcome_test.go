package cli

import (
	"context"
	"net"
	"testing"
	"time"

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

// TestRetryConnect: fire waits until somebody listens.
func TestRetryConnect(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	if err := listening(t.Context(), []string{"http://" + ln.Addr().String() + "/x", "http://app.localhost:" + port}, 10*time.Second); err != nil {
		t.Error(err)
	}
	closed := nobody(t)
	if err := listening(t.Context(), []string{closed}, 20*time.Millisecond); exit.Code(err) != exit.Timeout {
		t.Errorf("nobody listens: %v", err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if err := listening(gone, []string{closed}, time.Minute); exit.Code(err) != exit.Interrupted {
		t.Errorf("interrupted: %v", err)
	}
	for text, want := range map[string]string{"http://h": "h:80", "https://h/x": "h:443", "http://[::1]:9/": "[::1]:9", "http://a.b.localhost.:7": "localhost:7"} {
		if got, err := dialAddress(text); err != nil || got != want {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	if _, err := dialAddress("/x"); exit.Code(err) != exit.Usage {
		t.Errorf("no host: %v", err)
	}
}

// TestForgetting by the commands that list.
func TestForgetting(t *testing.T) {
	t.Parallel()
	runCases(t, []commandCase{
		{name: "entries that match", args: []string{"entries", "--delete", "inbox:a"}, answers: map[string]string{"DELETE /_/entries?q=inbox%3Aa": "200 {}"}, out: "forgot the entries that match inbox:a\n"},
		{name: "all entries", args: []string{"entries", "--delete"}, answers: map[string]string{"DELETE /_/entries": "200 {}"}, out: "forgot every entry\n"},
		{name: "an inbox", args: []string{"inbox", "orders", "--delete"}, answers: map[string]string{"DELETE /_/inboxes/orders": `200 {}`}, out: lines("orders  URL/in/orders", "  reply    200")},
		{name: "nothing there is said", args: []string{"entries"}, answers: map[string]string{"GET /_/entries": `200 {"entries":[],"last_seq":9,"oldest_seq":5}`}, err: "nothing matches, of 5 entries"},
		{name: "a program sees nothing", args: []string{"entries", "--json"}, answers: map[string]string{"GET /_/entries": `200 {"entries":[],"last_seq":9,"oldest_seq":5}`}},
		{name: "a payload with a byte order mark", args: []string{"fire", "p", "a", "--merge", "-"}, stdin: "\ufeff{\"a\":1}", answers: map[string]string{"POST /_/events": fired("")}, out: "*", sent: []string{`POST /_/events {"provider":"p","type":"a","merge":{"a":1}}`}},
	})
}
