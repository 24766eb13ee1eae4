package clock

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

func TestScheduleGivesBackInDueOrder(t *testing.T) {
	t.Parallel()
	s := NewSchedule[int]()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		s.Push(start.Add(time.Duration(r.IntN(50))*time.Second), 0)
	}
	before := Item[int]{}
	for _, it := range s.Due(start.Add(time.Hour)) {
		if it.At.Before(before.At) || it.At.Equal(before.At) && it.n < before.n {
			t.Fatalf("item %d at %s after item %d at %s", it.n, it.At, before.n, before.At)
		}
		before = it
	}
	if _, any := s.Peek(); any {
		t.Error("something is left")
	}
}

func TestScheduleLeavesOutWhatWasTakenBack(t *testing.T) {
	t.Parallel()
	s := NewSchedule[int]()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s.Push(start.Add(time.Minute), 0).Store(true)
	s.Push(start.Add(time.Hour), 0)
	if at, ok := s.Peek(); !ok || !at.Equal(start.Add(time.Hour)) {
		t.Errorf("next is %s %v, want the hour", at, ok)
	}
}

// BenchmarkSchedule shows that what one due item costs hardly grows with how
// many there are.
func BenchmarkSchedule(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			s := NewSchedule[int]()
			for i := range n {
				s.Push(start.Add(time.Duration(i*7919%n)*time.Second), 0)
			}
			for b.Loop() {
				at, _ := s.Peek()
				for _, it := range s.Due(at) {
					s.Push(it.At.Add(time.Duration(n)*time.Second), 0)
				}
			}
		})
	}
}
