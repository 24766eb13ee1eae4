package clock

import (
	"container/heap"
	"sync"
	"sync/atomic"
	"time"
)

// Schedule holds what falls due, in due order; what falls due together keeps the
// order it was asked for.
type Schedule[T any] struct {
	mu   sync.Mutex
	heap items[T]
	n    uint64
	bell chan struct{}
}

// Item is something that falls due.
type Item[T any] struct {
	At   time.Time
	What T
	n    uint64
	off  *atomic.Bool
}

type items[T any] []Item[T]

func (h items[T]) Len() int { return len(h) }
func (h items[T]) Less(i, j int) bool {
	if h[i].At.Equal(h[j].At) {
		return h[i].n < h[j].n
	}
	return h[i].At.Before(h[j].At)
}
func (h items[T]) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *items[T]) Push(x any)   { *h = append(*h, x.(Item[T])) }
func (h *items[T]) Pop() any {
	last := len(*h) - 1
	it := (*h)[last]
	(*h)[last] = Item[T]{}
	*h = (*h)[:last]
	return it
}

// NewSchedule makes an empty one.
func NewSchedule[T any]() *Schedule[T] { return &Schedule[T]{bell: make(chan struct{}, 1)} }

// Push asks for an item; storing true in what it returns takes it back.
func (s *Schedule[T]) Push(at time.Time, what T) *atomic.Bool {
	it := Item[T]{At: at, What: what, off: &atomic.Bool{}}
	s.mu.Lock()
	s.n++
	it.n = s.n
	heap.Push(&s.heap, it)
	first := s.heap[0].n == it.n
	s.mu.Unlock()
	if first {
		s.Wake()
	}
	return it.off
}

// Bell is rung when something falls due earlier than before, and by Wake.
func (s *Schedule[T]) Bell() <-chan struct{} { return s.bell }

// Wake rings the bell.
func (s *Schedule[T]) Wake() {
	select {
	case s.bell <- struct{}{}:
	default:
	}
}

// Peek returns when the next thing falls due.
func (s *Schedule[T]) Peek() (time.Time, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.heap) > 0 && s.heap[0].off.Load() {
		heap.Pop(&s.heap)
	}
	if len(s.heap) == 0 {
		return time.Time{}, false
	}
	return s.heap[0].At, true
}

// Due takes everything that fell due by t.
func (s *Schedule[T]) Due(t time.Time) []Item[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Item[T]
	for len(s.heap) > 0 && !s.heap[0].At.After(t) {
		out = append(out, heap.Pop(&s.heap).(Item[T]))
	}
	return out
}

// Clear forgets everything.
func (s *Schedule[T]) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heap = nil
}
