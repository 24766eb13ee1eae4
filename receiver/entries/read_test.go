package entries

import (
	"context"
	"errors"
	"strings"
	"testing"

	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/memory"
)

func filled(t *testing.T, keep, n int) journal.Store {
	t.Helper()
	log := memory.New(memory.Limit{Count: keep})
	for range n {
		if err := log.Append(&journal.Entry{Kind: journal.Capture, Request: &journal.Message{Method: "POST", URL: "/in/a"}}).Wait(); err != nil {
			t.Fatal(err)
		}
	}
	return log
}

// TestKept: what is gone is passed over, and who has left is not read for.
func TestKept(t *testing.T) {
	t.Parallel()
	log := filled(t, 10, 30)
	var got []uint64
	err := Kept(context.Background(), log, 3, 0, nil, func(e *journal.Entry) bool { got = append(got, e.Seq); return true })
	if err != nil || len(got) != 10 || got[0] != 21 || got[9] != 30 {
		t.Errorf("%v %v", got, err)
	}
	log = filled(t, 5000, 5000)
	ctx, leave := context.WithCancel(context.Background())
	got = nil
	err = Kept(ctx, log, 0, 0, nil, func(e *journal.Entry) bool { got = append(got, e.Seq); leave(); return true })
	if !errors.Is(err, context.Canceled) || len(got) > 1000 {
		t.Errorf("read on to %d for nobody: %v", len(got), err)
	}
}

// TestGet says what numbers there are.
func TestGet(t *testing.T) {
	t.Parallel()
	log := filled(t, 2, 3)
	for seq, want := range map[uint64]struct {
		status int
		hint   string
	}{1: {410, "oldest_seq is 2"}, 4: {404, "last_seq is 3"}} {
		_, err := Get(log, seq)
		if e := api.Of(err); e.Status != want.status || e.Hint != want.hint {
			t.Errorf("%d: %+v", seq, e)
		}
	}
	if e, err := Get(log, 3); err != nil || e.Seq != 3 {
		t.Errorf("%+v %v", e, err)
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]*journal.Entry{
		"event shoptet order:create": {Kind: journal.Event, Provider: "shoptet", Type: "order:create"},
		"capture POST /in/a 200":     {Kind: journal.Capture, Request: &journal.Message{Method: "POST", URL: "/in/a"}, Response: &journal.Message{Status: 200}},
	} {
		if got := Summary(e); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	long := Summary(&journal.Entry{Request: &journal.Message{URL: strings.Repeat("é", 300)}})
	if len(long) > 210 || strings.ToValidUTF8(long, "") != long {
		t.Errorf("%d bytes: %q", len(long), long)
	}
}
