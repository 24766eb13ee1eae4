package cli

import (
	"context"
	"strings"
	"testing"

	"tacklebox/tui/cli/exit"
)

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
