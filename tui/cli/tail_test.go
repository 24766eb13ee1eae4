package cli

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/exit"
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
			app := &App{Stdout: &out, Stderr: &stderr, Getenv: func(name string) string { return map[string]string{"TZ": "UTC"}[name] }, json: c.json}
			app.out = print.New(app.Stdout, app.Terminal, app.Getenv)
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

func TestTailRefuses(t *testing.T) {
	runCases(t, []commandCase{
		{name: "a filter that does not parse", args: []string{"tail", "kind:capture", "("}, err: "filter: ", code: exit.Usage},
		{name: "a flag that is none", args: []string{"tail", "--folow"}, err: "unknown flag: --folow", code: exit.Usage},
	})
}

// TestTailConnect: without a server tail ends with 4, interrupted with 130.
func TestTailConnect(t *testing.T) {
	env := noneRunning(t)
	if got := run(context.Background(), new(App), env, "", "tail"); got.code != exit.Connect || !strings.Contains(got.err, "tacklebox up") {
		t.Errorf("code %d, stderr %q, want %d and what to do", got.code, got.err, exit.Connect)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, args := range [][]string{{"tail"}, {"expect", "x"}, {"ready", "--wait", "1m"}} {
		if got := run(ctx, new(App), env, "", args...); got.code != exit.Interrupted || got.err != "" {
			t.Errorf("%v interrupted: code %d, stderr %q, want %d and silence", args, got.code, got.err, exit.Interrupted)
		}
	}
}

// TestFilterProblem: the caret stands under the place.
func TestFilterProblem(t *testing.T) {
	for _, c := range []struct {
		q    string
		pos  int
		hint string
		want string
	}{
		{"kind:x (", 7, "close it", "filter: bad\n  kind:x (\n         ^\nclose it"},
		{"žž:", 5, "", "filter: bad\n  žž:\n     ^"},
		{"\x1b:", 1, "", "filter: bad\n  ␛:\n   ^"},
		{"", 99, "", "filter: bad\n  \n  ^"},
		{"a", -1, "", "filter: bad\n  a\n  ^"},
	} {
		got := filterProblem(c.q, &api.SyntaxError{Query: c.q, Pos: c.pos, Msg: "bad", Hint: c.hint}).Error()
		if got != c.want {
			t.Errorf("filterProblem(%q, %d) =\n%s\nwant\n%s", c.q, c.pos, got, c.want)
		}
	}
}
