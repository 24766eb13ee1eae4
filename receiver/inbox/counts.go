package inbox

import (
	"context"
	"fmt"
	"maps"
	"sync"

	"tacklebox/receiver/api"
	"tacklebox/receiver/entries"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/query"
)

// counts remembers how many captures of each inbox the journal keeps, so that
// asking again looks only at what came since.
type counts struct {
	mu           sync.Mutex
	oldest, last uint64
	forgotten    uint64 // as the log said then
	lines        map[string]api.InboxInfo
}

func (c *counts) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = nil
}

// read counts on from where it was, or afresh when entries were dropped. The
// result is the caller's own.
func (c *counts) read(ctx context.Context, log journal.Store) (map[string]api.InboxInfo, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	oldest, last := log.Bounds()
	if c.lines == nil || oldest != c.oldest || forgotten(log) != c.forgotten {
		c.lines, c.oldest, c.last, c.forgotten = map[string]api.InboxInfo{}, oldest, oldest-1, forgotten(log)
	}
	captures, err := query.Parse("kind:capture", nil)
	if err != nil {
		return nil, err
	}
	err = entries.Kept(ctx, log, c.last, last+1, captures, func(e *journal.Entry) bool {
		if e.Kind == journal.Capture {
			line := c.lines[e.Inbox]
			line.Inbox, line.Captures, line.LastSeq = e.Inbox, line.Captures+1, e.Seq
			c.lines[e.Inbox] = line
		}
		return true
	})
	if err != nil {
		c.lines = nil
		return nil, fmt.Errorf("count captures: %w", err)
	}
	c.last = last
	return maps.Clone(c.lines), nil
}

// forgotten is how many entries were forgotten one by one in a log that other
// processes change too; 0 for any other: there Forgotten is called.
func forgotten(log journal.Store) uint64 {
	if others, ok := log.(interface{ Forgotten() uint64 }); ok {
		return others.Forgotten()
	}
	return 0
}
