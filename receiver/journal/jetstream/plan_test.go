package jetstream

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"tacklebox/receiver/journal/journaltest"
	"tacklebox/receiver/journal/record"
)

// plan is what the decision about many machines reckons with.
type plan struct {
	captures, spaces, inboxes, processes int // a day; of each space
	keep                                 int // entries
	keepBytes                            int64
	peak                                 float64 // times the mean
	copies                               int
	streamRate                           int     // captures a second that one stream takes with three copies
	diskPrice                            float64 // of a GB and month
}

const perMessage = 60 // bytes that JetStream keeps beside a message: lengths, hash, index

// entryBytes is an entry of a body of one kilobyte in its stream.
func entryBytes(t *testing.T) int64 {
	t.Helper()
	e := journaltest.Sample(1, 1000)
	frame, _, err := record.Whole(0, e)
	if err != nil {
		t.Fatal(err)
	}
	j := &Journal{o: Options{Prefix: defaultPrefix, Space: "team-12345"}}
	return int64(len(frame)+len(j.subject(e))) + perMessage
}

// table reckons; the spaces are used by Zipf's law: the second half as much as the
// first, the third a third.
func (p plan) table(size int64) string {
	harmonic := 0.0
	for i := 1; i <= p.spaces; i++ {
		harmonic += 1 / float64(i)
	}
	share := func(i int) float64 { return float64(p.captures) / float64(i) / harmonic } // captures a day
	most := min(float64(p.keep), float64(p.keepBytes/size))
	const days = 30
	kept, full, hourly := 0.0, 0, 0
	for i := 1; i <= p.spaces; i++ {
		kept += min(share(i)*days, most)
		if share(i)*days >= most {
			full++
		}
		if share(i) >= 24 {
			hourly++
		}
	}
	rate := p.peak / 86400
	disk := kept * float64(size) * float64(p.copies) / 1e9
	var b strings.Builder
	line := func(what, format string, args ...any) {
		fmt.Fprintf(&b, "| %s | "+format+" |\n", append([]any{what}, args...)...)
	}
	line("bytes of one entry with a body of 1 kB", "%d", size)
	line("captures a second, mean and at the peak", "%.0f, %.0f", float64(p.captures)/86400, float64(p.captures)*rate)
	line("of the busiest space at the peak", "%.0f, %.0f %% of what a stream takes", share(1)*rate, share(1)*rate/float64(p.streamRate)*100)
	line("of the space in the middle, a day", "%.0f", share(p.spaces/2))
	line("entries kept after a month", "%.0f million, %d spaces at their limit", kept/1e6, full)
	line("disk, in all copies", "%.1f TB", disk/1e3)
	line("disk a month", "%.0f at %.2f a GB", disk*p.diskPrice, p.diskPrice)
	line("streams", "%d, %d replicas", p.spaces+2, (p.spaces+2)*p.copies)
	line("subjects", "%d", p.spaces*p.inboxes)
	line("consumers, where every process serves every space used in the hour", "%d", 2*hourly*p.processes)
	line("network of the servers at the peak", "%.0f MB/s", float64(p.captures)*rate*float64(size)*float64(p.copies+p.processes-1)/1e6)
	return b.String()
}

// TestPlan prints the table of the decision about many machines and holds the page
// to it.
func TestPlan(t *testing.T) {
	t.Parallel()
	p := plan{captures: 100_000_000, spaces: 10_000, inboxes: 5, processes: 3, keep: 1_000_000, keepBytes: 2 << 30, peak: 4, copies: 3, streamRate: 6_000, diskPrice: 0.1}
	table := p.table(entryBytes(t))
	t.Log("\n" + table)
	page, err := os.ReadFile("../../../.github/decisions/0009-many-machines.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), table) {
		t.Error("the decision says something else")
	}
}
