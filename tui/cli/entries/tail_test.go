package entries

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/print"
)

// TestTailer feeds the printer of tail what a stream can tell. The stream's own
// promises are tested in receiver/client.
func TestTailer(t *testing.T) {
	entry := &api.Entry{Seq: 3, Kind: "capture", Inbox: "a\x1b[2J"}
	for _, c := range []struct {
		name     string
		json     bool
		limit    int
		events   []client.Event
		out, err string
		enough   bool
	}{
		{"entry", false, 0, []client.Event{{State: client.Connected}, {Entry: entry}}, "     3  00:00:00.000  capture  inbox a␛[2J\n", "", false},
		{"gap", false, 0, []client.Event{{Gap: &api.Gap{From: 4, To: 9}}}, "        entries 4 to 9 are no longer kept\n", "", false},
		{"gap for a program", true, 0, []client.Event{{Gap: &api.Gap{From: 4, To: 9}}}, `{"gap":{"from":4,"to":9}}` + "\n", "", false},
		{"limit", true, 2, []client.Event{{Entry: &api.Entry{Seq: 1}}, {Entry: &api.Entry{Seq: 2}}}, "*", "", true},
		{"a loss is said once, and its end", false, 0,
			[]client.Event{{State: client.Connected}, {State: client.Lost, Err: errors.New("cut\x1b")}, {State: client.Lost, Err: errors.New("refused")}, {State: client.Connected}},
			"", "tacklebox: connection lost (cut␛); trying again\ntacklebox: connected again\n", false},
		{"another sandbox", false, 0, []client.Event{{State: client.Restarted}}, "", "tacklebox: the sandbox started anew; reading from its beginning\n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, stderr bytes.Buffer
			app := &command.App{Stdout: &out, Stderr: &stderr, Getenv: func(name string) string { return map[string]string{"TZ": "UTC"}[name] }, JSON: c.json}
			app.Out = print.New(app.Stdout, app.Terminal, app.Getenv)
			tell := tailRun{app}.tailer(c.limit)
			var last error
			for _, e := range c.events {
				last = tell(e)
			}
			if errors.Is(last, errEnough) != c.enough {
				t.Errorf("error %v, want enough: %t", last, c.enough)
			}
			if c.out != "*" && out.String() != c.out || c.out == "*" && strings.Count(out.String(), "\n") != len(c.events) {
				t.Errorf("stdout %q, want %q", out.String(), c.out)
			}
			if stderr.String() != c.err {
				t.Errorf("stderr %q, want %q", stderr.String(), c.err)
			}
		})
	}
}
