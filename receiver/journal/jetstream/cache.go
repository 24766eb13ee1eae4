package jetstream

import (
	"slices"
	"sort"
	"sync"

	"tacklebox/receiver/journal/record"
)

// cached is one entry in the form that it has in the stream, its number sealed in.
type cached struct {
	seq   uint64
	meta  record.Meta
	frame []byte
}

// cache holds the newest entries without a hole: everything that the stream has
// after from.
type cache struct {
	most int64

	mu    sync.RWMutex
	from  uint64 // entries after this one are here, up to upTo
	upTo  uint64
	list  []cached // rising; readers keep what they were given
	bytes int64
}

// reset empties the cache: it begins after seq.
func (c *cache) reset(seq uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list, c.bytes = nil, 0
	c.from, c.upTo = max(seq, c.upTo), max(seq, c.upTo)
}

// add takes the next entry of the stream; numbers between were never given or are
// forgotten.
func (c *cache) add(seq uint64, frame []byte) {
	h, ok := record.ParseHeader(frame)
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if seq <= c.upTo {
		return
	}
	c.upTo = seq
	c.list = append(c.list, cached{seq, h.Meta, frame})
	c.bytes += int64(len(frame))
	drop := 0
	for c.bytes > c.most && drop < len(c.list)-1 {
		c.bytes -= int64(len(c.list[drop].frame))
		c.from = c.list[drop].seq
		drop++
	}
	if drop > 0 {
		c.list = slices.Clone(c.list[drop:])
	}
}

// get returns one entry.
func (c *cache) get(seq uint64) ([]byte, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if at, ok := c.find(seq); ok {
		return c.list[at].frame, true
	}
	return nil, false
}

func (c *cache) find(seq uint64) (at int, ok bool) {
	at = sort.Search(len(c.list), func(i int) bool { return c.list[i].seq >= seq })
	return at, at < len(c.list) && c.list[at].seq == seq
}

// part returns what the cache has between after and before, both exclusive, and
// which numbers it answers for: those after from, up to upTo.
func (c *cache) part(after, before uint64) (list []cached, from, upTo uint64) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	lo, _ := c.find(after + 1)
	hi, _ := c.find(before)
	return c.list[lo:max(lo, hi)], c.from, c.upTo
}
