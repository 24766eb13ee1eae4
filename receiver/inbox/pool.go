package inbox

import "sync"

// capturePool lends captures with their buffers. The collector would take the buffers
// of a sync.Pool away at each turn, and making 64 KB anew costs more than
// keeping them does; what is kept free is bounded instead.
type capturePool struct {
	mu    sync.Mutex
	free  []*capture
	bytes int
}

const (
	freeCaptures = 256
	freeBytes    = 8 << 20
)

func (p *capturePool) get() *capture {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.free) - 1
	if last < 0 {
		return newCapture()
	}
	c := p.free[last]
	p.free[last] = nil
	p.free = p.free[:last]
	p.bytes -= cap(c.body)
	return c
}

func (p *capturePool) put(c *capture) {
	c.clear()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) < freeCaptures && p.bytes+cap(c.body) <= freeBytes {
		p.free = append(p.free, c)
		p.bytes += cap(c.body)
	}
}
