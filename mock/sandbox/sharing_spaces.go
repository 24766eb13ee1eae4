package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"tacklebox/mock/sandbox/shared"
)

// The spaces of many processes: the bucket says which there are, each process opens
// those that are asked of it, and the leader all of them, since what waits in them
// is its to send.

// watchSpaces keeps the map of spaces as the bucket has it, until ctx ends.
func (sh *sharing) watchSpaces(ctx context.Context, ss *spaces) {
	for ctx.Err() == nil && ss.limit > 0 {
		if err := sh.cluster.WatchSpaces(ctx, ss.told); err != nil {
			wait(ctx, retakeAfter)
		}
	}
}

// told takes a space into the map that another process has made, or out of it when
// it was ended elsewhere.
func (ss *spaces) told(is shared.Space) {
	ss.mu.Lock()
	s := ss.all[is.Name]
	if s == nil && is.Options != nil && validName(is.Name) {
		s = &slot{name: is.Name}
		s.touch()
		ss.all[is.Name] = s
	}
	ss.mu.Unlock()
	if s == nil {
		return
	}
	if is.Options == nil {
		ss.endedElsewhere(s, is.Revision)
	} else if ss.process.shared.leading() {
		ss.openToLead(s)
	}
}

func (ss *spaces) endedElsewhere(s *slot, revision uint64) {
	s.mu.Lock()
	again := s.made > revision // it was made anew since
	s.mu.Unlock()
	if again {
		return
	}
	if err := ss.leave(s, func(string) error { return nil }); err != nil {
		ss.process.cfg.Warn(err.Error())
	}
}

// openToLead opens a space of the map, which begins to be led with that.
func (ss *spaces) openToLead(s *slot) {
	if err := ss.opened(s, spaceOptions{}); err != nil {
		ss.process.cfg.Warn(err.Error())
	}
}

// leadAll opens and leads every space, some at once.
func (ss *spaces) leadAll(ctx context.Context) {
	var leading sync.WaitGroup
	atOnce := make(chan struct{}, openedAtOnce)
	for _, s := range ss.list() {
		if ctx.Err() != nil {
			break
		}
		atOnce <- struct{}{}
		leading.Go(func() {
			ss.openToLead(s)
			<-atOnce
		})
	}
	leading.Wait()
	ss.each(func(sp *Space) { sp.lead(ctx) }) // those that were open
}

// keep notes in the bucket what a new space is made with.
func (sh *sharing) keep(s *slot, saved savedSpace) (is savedSpace, err error) {
	raw, err := json.Marshal(saved)
	if err != nil {
		return is, err
	}
	kept, err := sh.cluster.KeepSpace(context.Background(), s.name, raw)
	if err != nil {
		return is, err
	}
	s.made = kept.Revision
	if err := json.Unmarshal(kept.Options, &is); err != nil {
		return is, fmt.Errorf("what it was made with: %w", err)
	}
	return is, nil
}

// noted is how often, of its ttl, a process tells the others that a space is used.
const noted = 3

// looksAfter is when to look again whether a space is still used.
func (sh *sharing) looksAfter(ttl time.Duration) time.Duration {
	if sh == nil || sh.leading() {
		return ttl
	}
	return max(ttl/noted, time.Millisecond)
}

// idle is how long a space was not used by any process. Only the leader ends one;
// the others tell it that they use it.
func (sh *sharing) idle(s *slot, idle, ttl time.Duration) (everywhere time.Duration, ours bool) {
	if sh == nil {
		return idle, true
	}
	ctx := context.Background()
	if !sh.leading() {
		if idle < ttl/noted {
			sh.cluster.UseSpace(ctx, s.name)
		}
		return 0, false
	}
	used, err := sh.cluster.UsedSpace(ctx, s.name)
	if err != nil {
		return 0, false
	}
	if !used.IsZero() {
		idle = min(idle, time.Since(used))
	}
	return idle, true
}
