package kit

import (
	"testing"
	"time"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func TestWindowOpensWithItsFirstCall(t *testing.T) {
	t.Parallel()
	memo := map[string]any{}
	for i, c := range []struct {
		after time.Duration
		wait  time.Duration
		ok    bool
	}{{0, 0, true}, {time.Second, 0, true}, {2 * time.Second, 8 * time.Second, false}, {9999 * time.Millisecond, time.Millisecond, false},
		{10 * time.Second, 0, true}, {19 * time.Second, 0, true}, {19 * time.Second, time.Second, false}} {
		wait, ok := Memo[Window](memo, "w").Pass(noon.Add(c.after), 10*time.Second, 2)
		if wait != c.wait || ok != c.ok {
			t.Errorf("call %d: %s %v, want %s %v", i, wait, ok, c.wait, c.ok)
		}
	}
}

func TestRollingForgetsWhatLeftTheSpan(t *testing.T) {
	t.Parallel()
	var r Rolling
	for _, s := range []time.Duration{0, 30, 59, 60} {
		r.Add(noon.Add(s * time.Second))
	}
	for after, want := range map[time.Duration]int{60 * time.Second: 3} {
		if got := r.Count(noon.Add(after), time.Minute); got != want {
			t.Errorf("after %s: %d, want %d", after, got, want)
		}
	}
	if r.Clear(); r.Count(noon, time.Minute) != 0 {
		t.Error("not cleared")
	}
}

func TestBucketLeaks(t *testing.T) {
	t.Parallel()
	day := Rate{Calls: 10000, Span: 24 * time.Hour}
	var b Bucket
	for range day.Calls {
		if b.Wait(noon, day) > 0 {
			t.Fatal("full too early")
		}
		b.Take(noon, day)
	}
	if got := b.Wait(noon, day); got < 8639*time.Millisecond || got > 8641*time.Millisecond {
		t.Errorf("one call leaks in %s, want 8.64s", got)
	}
	if got := b.Level(noon.Add(12*time.Hour), day); got < 4999.9 || got > 5000.1 {
		t.Errorf("level %v after half a day", got)
	}
	if b.Wait(noon.Add(8640*time.Millisecond), day) != 0 {
		t.Error("what just fits is refused")
	}
	if got := b.Level(noon.Add(48*time.Hour), day); got != 0 {
		t.Errorf("level %v after two days", got)
	}
}
