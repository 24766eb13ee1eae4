package sandbox

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"tacklebox/receiver/journal"
)

// BenchmarkSpacesOnDisk opens a folder of 1,000 spaces: the time until all can be
// used, and what one costs while nobody does.
func BenchmarkSpacesOnDisk(b *testing.B) {
	const count = 1000
	cfg := keptSpaces(b, count)
	for b.Loop() {
		before, began := inUse(), time.Now()
		sb := opened(b, cfg)
		b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms/start")
		b.ReportMetric(float64(inUse()-before)/count, "B/space")
		closed(b, sb)
	}
}

func TestAnIdleSpaceOnDiskIsSmall(t *testing.T) {
	const count, most = 100, 64 << 10
	cfg := keptSpaces(t, count)
	before := inUse()
	sb := opened(t, cfg)
	defer closed(t, sb)
	if each := (inUse() - before) / count; each > most {
		t.Errorf("a space costs %d bytes; at most %d are allowed", each, most)
	}
}

// keptSpaces makes a data folder of spaces that hold an entry each.
func keptSpaces(t testing.TB, count int) Config {
	t.Helper()
	cfg := Config{Data: t.TempDir(), Spaces: count, Version: "test"}
	sb := opened(t, cfg)
	defer closed(t, sb)
	for i := range count {
		s, err := sb.spaces.use(fmt.Sprintf("s%d", i), spaceOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.space.journal.Append(&journal.Entry{Kind: journal.Capture, Inbox: "x"}).Wait(); err != nil {
			t.Fatal(err)
		}
		s.release()
	}
	return cfg
}

func opened(t testing.TB, cfg Config) *Sandbox {
	t.Helper()
	sb, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return sb
}

func closed(t testing.TB, sb *Sandbox) {
	t.Helper()
	if err := sb.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// inUse returns the bytes of heap and stacks that are in use.
func inUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}
