package mock

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

func TestScheduleGivesBackInDueOrder(t *testing.T) {
	t.Parallel()
	s := newSchedule()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		s.push(item{at: start.Add(time.Duration(r.IntN(50)) * time.Second)})
	}
	before := item{}
	for _, it := range s.due(start.Add(time.Hour)) {
		if it.at.Before(before.at) || it.at.Equal(before.at) && it.n < before.n {
			t.Fatalf("item %d at %s after item %d at %s", it.n, it.at, before.n, before.at)
		}
		before = it
	}
	if _, any := s.peek(); any {
		t.Error("something is left")
	}
}

func TestScheduleLeavesOutWhatWasTakenBack(t *testing.T) {
	t.Parallel()
	s := newSchedule()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s.push(item{at: start.Add(time.Minute)}).Store(true)
	s.push(item{at: start.Add(time.Hour)})
	if at, ok := s.peek(); !ok || !at.Equal(start.Add(time.Hour)) {
		t.Errorf("next is %s %v, want the hour", at, ok)
	}
}

// BenchmarkSchedule shows that what one due item costs hardly grows with how
// many there are.
func BenchmarkSchedule(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			s := newSchedule()
			for i := range n {
				s.push(item{at: start.Add(time.Duration(i*7919%n) * time.Second)})
			}
			for b.Loop() {
				at, _ := s.peek()
				for _, it := range s.due(at) {
					s.push(item{at: it.at.Add(time.Duration(n) * time.Second)})
				}
			}
		})
	}
}
