package receiver

import "sync"

// rooms lends captures with their buffers. The collector would take the buffers
// of a sync.Pool away at each turn, and making 64 KB anew costs more than
// keeping them does; what is kept free is bounded instead.
type rooms struct {
	mu    sync.Mutex
	free  []*capture
	bytes int
}

const (
	freeRooms = 256
	freeBytes = 8 << 20
)

func (s *rooms) get() *capture {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := len(s.free) - 1
	if last < 0 {
		return newCapture()
	}
	c := s.free[last]
	s.free[last] = nil
	s.free = s.free[:last]
	s.bytes -= cap(c.body)
	return c
}

func (s *rooms) put(c *capture) {
	c.clear()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.free) < freeRooms && s.bytes+cap(c.body) <= freeBytes {
		s.free = append(s.free, c)
		s.bytes += cap(c.body)
	}
}
