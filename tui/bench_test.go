package tui

import (
	"fmt"
	"runtime"
	"tacklebox/tui/desk"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
	"tacklebox/tui/rows"
)

// busy makes entries of a busy sandbox: every third is an event, its attempt and
// its capture follow.
func busy(from, n int) []*rows.Row {
	list := make([]*rows.Row, 0, n)
	for i := from; i < from+n; i++ {
		e := api.Entry{Seq: uint64(i + 1), Time: noon, Kind: []journal.Kind{"event", "capture", "attempt"}[i%3], Provider: "shoptet", Account: "default",
			Type: "order:create", EventID: fmt.Sprint("evt_", i/3), DeliveryID: fmt.Sprint("dlv_", i/3), Attempt: 1, Inbox: "orders",
			Request:  &api.Message{Method: "POST", URL: "/in/orders", Body: make([]byte, 2048), Size: 2048},
			Response: &api.Message{Status: 200}, Took: time.Millisecond}
		list = append(list, rows.New(&e))
	}
	return list
}

// loaded is a model that was shown 100,000 entries.
func loaded(t testing.TB) *desk.Model {
	m := filled(t, 120, 40)
	const all, step = 100_000, 700
	for i := 10; i < all; i += step {
		m.Take(desk.Arrived{Turn: 1, Rows: busy(i, step)})
	}
	m.Arrange()
	return m
}

// TestMemory: after 100,000 entries the program holds a window of them and not
// more.
func TestMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	m := loaded(t)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 16<<20 {
		t.Errorf("%d MiB for 100,000 entries", grown>>20)
	}
	if len(m.List.Win.Rows) > rows.WindowRows || len(m.List.Lines) < rows.WindowRows/4 {
		t.Errorf("%d rows, %d lines", len(m.List.Win.Rows), len(m.List.Lines))
	}
	runtime.KeepAlive(m)
}

// TestFrame: a key is answered within a frame, also with the window full and a
// body of a megabyte in the detail. The limit is ten frames, for slow machines.
func TestFrame(t *testing.T) {
	m := loaded(t)
	big := api.Entry{Seq: 5, Kind: "capture", Request: &api.Message{Body: []byte(`[` + fmt.Sprintf("%0*d", 1<<20, 1)[:1] + "]")}}
	big.Request.Body = append([]byte(`["`), make([]byte, 0, 1<<20)...)
	for range 1 << 16 {
		big.Request.Body = append(big.Request.Body, `x","y漢字abcdef","`...)
	}
	big.Request.Body = append(big.Request.Body, `"]`...)
	m.Update(desk.EntryRead{Entry: &big})
	worst := time.Duration(0)
	for i := range 50 {
		began := time.Now()
		press(m, []string{"up", "down", "v", "space", "pgup"}[i%5])
		_ = m.View()
		worst = max(worst, time.Since(began))
	}
	if worst > 330*time.Millisecond {
		t.Errorf("a key took %s", worst)
	}
	t.Logf("the slowest key took %s", worst)
}

func BenchmarkKey(b *testing.B) {
	m := loaded(b)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		m.Update(keyMsgs([]string{"up", "down"}[i%2])[0])
		_ = m.View()
	}
}

func BenchmarkBatch(b *testing.B) {
	m := loaded(b)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		b.StopTimer()
		more := busy(100_000+i*70, 70)
		b.StartTimer()
		m.Take(desk.Arrived{Turn: 1, Rows: more})
		m.Update(tea.KeyPressMsg{})
		_ = m.View()
	}
}
