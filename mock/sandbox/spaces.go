package sandbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tacklebox/receiver/api"
	"tacklebox/receiver/journal/files"
)

// spaces are the named sandboxes of a process. A space begins with the first
// request that names it and ends by DELETE /_/spaces/NAME or when its ttl has
// passed without one.
//
// Locks: mu guards the map only. A slot's mutex is held while its space opens
// and closes, so that two requests never open one folder, and a slow space
// never delays another.
type spaces struct {
	process *Sandbox
	limit   int

	mu  sync.Mutex
	all map[string]*slot
}

// slot is a space's place in the map.
type slot struct {
	name string

	mu     sync.Mutex
	space  *Space // nil: not open yet, or ended
	saved  savedSpace
	made   uint64      // revision of its making, among those of many processes
	err    error       // why it cannot be opened: it was on disk, and is broken
	ended  bool        // the slot is no longer in the map
	expiry *time.Timer // nil: no ttl

	used  atomic.Int64 // wall time of the last request, in nanoseconds
	inUse atomic.Int64 // requests being served
}

func newSpaces(process *Sandbox) *spaces {
	return &spaces{process: process, limit: max(process.cfg.Spaces, 0), all: map[string]*slot{}}
}

// serve passes a request on to a space, which begins with it when there is none
// of the name yet.
func (ss *spaces) serve(name string, w http.ResponseWriter, r *http.Request) {
	s, err := ss.use(name, spaceOptions{})
	if err != nil {
		api.WriteError(w, err)
		return
	}
	defer s.release()
	s.space.ServeHTTP(w, r)
}

func (ss *spaces) exists(name string) bool {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	return ss.all[name] != nil
}

// use returns a space that is open, made with the options when it is new, and
// counts the caller as using it until release. Errors: 404 without spaces or for
// a name that cannot be one, 429 at the limit, 503 for one that cannot be opened.
func (ss *spaces) use(name string, options spaceOptions) (*slot, error) {
	for {
		s, err := ss.slot(name)
		if err != nil {
			return nil, err
		}
		s.inUse.Add(1)
		s.touch()
		err = ss.opened(s, options)
		if err == nil {
			return s, nil
		}
		s.inUse.Add(-1)
		if !errors.Is(err, errEnded) {
			return nil, err
		}
	}
}

var errEnded = errors.New("the space has ended")

// release ends what use began.
func (s *slot) release() {
	s.touch()
	s.inUse.Add(-1)
}

func (s *slot) touch() { s.used.Store(time.Now().UnixNano()) }

// slot returns the place of a name, made when there is room.
func (ss *spaces) slot(name string) (*slot, error) {
	switch {
	case ss.limit == 0:
		return nil, notHere("no_spaces", "start without --spaces 0 to have them", "this sandbox has no spaces")
	case !validName(name):
		return nil, notHere("bad_space", "a name is written a-z, 0-9 and -, begins with a letter or a digit and has at most 63 of them", "/~%.80s names no space", name)
	}
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if s := ss.all[name]; s != nil {
		return s, nil
	}
	if len(ss.all) >= ss.limit {
		return nil, api.Failed(http.StatusTooManyRequests, "too_many_spaces", "DELETE /_/spaces/NAME ends one", "there are %d spaces, as many as --spaces allows", len(ss.all))
	}
	s := &slot{name: name}
	ss.all[name] = s
	return s, nil
}

func notHere(code, hint, format string, args ...any) error {
	return api.Failed(http.StatusNotFound, code, hint, format, args...)
}

// opened opens the slot's space unless that was done before.
func (ss *spaces) opened(s *slot, options spaceOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ended:
		return errEnded
	case s.space != nil:
		return nil
	case s.err != nil:
		return api.Failed(http.StatusServiceUnavailable, "space_broken", "DELETE /_/spaces/"+s.name+" forgets it", "%v", s.err)
	}
	err := ss.open(s, savedSpace{options, time.Now().UTC()}, true)
	if err != nil {
		ss.drop(s)
	}
	return err
}

// open composes the space of a slot; the caller holds the slot.
func (ss *spaces) open(s *slot, saved savedSpace, begins bool) error {
	if _, err := saved.check(); err != nil {
		return err
	}
	var err error
	if begins {
		if saved, err = ss.keep(s, saved); err != nil {
			return fmt.Errorf("space %s: %w", s.name, err)
		}
	}
	ttl, err := saved.check()
	if err != nil {
		return err
	}
	cfg := saved.config(ss.process.cfg, ss.folder(s.name))
	sp, err := openSpace(cfg, s.name, ss.process)
	if err != nil {
		return fmt.Errorf("space %s: %w", s.name, err)
	}
	s.space, s.saved = sp, saved
	if bound, serving := ss.process.address(); bound != "" {
		sp.bind(bound)
		if serving {
			ss.process.shared.begin(sp)
		}
	}
	if ttl > 0 {
		s.expiry = time.AfterFunc(ss.process.shared.looksAfter(ttl), func() { ss.expire(s, ttl) })
	}
	return nil
}

// folder is where a space keeps its journal and state, "" in memory.
func (ss *spaces) folder(name string) string {
	if ss.process.cfg.Data == "" {
		return ""
	}
	return filepath.Join(ss.process.cfg.Data, "spaces", name)
}

// keep notes what a new space is made with, and returns what it is: another process
// may have been quicker.
func (ss *spaces) keep(s *slot, saved savedSpace) (savedSpace, error) {
	switch dir := ss.folder(s.name); {
	case ss.process.shared != nil:
		return ss.process.shared.keep(s, saved)
	case dir != "":
		return saved, saved.write(dir)
	}
	return saved, nil
}

// forget does away with what a space kept.
func (ss *spaces) forget(name string) error {
	switch dir := ss.folder(name); {
	case ss.process.shared != nil:
		return ss.process.shared.cluster.ForgetSpace(context.Background(), name)
	case dir != "":
		return os.RemoveAll(dir)
	}
	return nil
}

// reopen brings the spaces of the data folder back. One that is broken is said
// and answers 503; the others start.
func (ss *spaces) reopen() error {
	if ss.process.cfg.Data == "" || ss.limit == 0 {
		return nil
	}
	if _, err := os.Lstat(ss.folder("")); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err := files.Folder(ss.folder("")); err != nil {
		return fmt.Errorf("spaces: %w", err)
	}
	folders, err := os.ReadDir(ss.folder(""))
	if err != nil {
		return fmt.Errorf("spaces: %w", err)
	}
	var opening sync.WaitGroup
	atOnce := make(chan struct{}, openedAtOnce)
	for _, f := range folders {
		if !f.IsDir() || !validName(f.Name()) {
			continue
		}
		s := &slot{name: f.Name()}
		s.touch()
		ss.all[s.name] = s
		atOnce <- struct{}{}
		opening.Go(func() {
			ss.restore(s)
			<-atOnce
		})
	}
	opening.Wait()
	return nil
}

const openedAtOnce = 8

func (ss *spaces) restore(s *slot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	saved, err := readSaved(ss.folder(s.name))
	if err == nil {
		err = ss.open(s, saved, false)
	}
	if err != nil {
		s.err = err
		ss.process.cfg.Warn(err.Error())
	}
}

// expire ends a space that was not used for its ttl, and else looks again when
// it could be.
func (ss *spaces) expire(s *slot, ttl time.Duration) {
	idle := time.Now().Sub(time.Unix(0, s.used.Load()))
	idle, ours := ss.process.shared.idle(s, idle, ttl)
	if s.inUse.Load() > 0 || idle < ttl || !ours {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.space != nil {
			s.expiry.Reset(ss.process.shared.looksAfter(max(ttl-idle, time.Millisecond)))
		}
		return
	}
	if err := ss.end(s); err != nil {
		ss.process.cfg.Warn(err.Error())
	}
}

// end closes a space and forgets all it kept.
func (ss *spaces) end(s *slot) error { return ss.leave(s, ss.forget) }

// leave closes a space, and lets forget do away with what it kept.
func (ss *spaces) leave(s *slot, forget func(name string) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return nil
	}
	var err error
	if s.space != nil {
		s.space.quiesceNow()
		err = s.space.close()
	}
	if s.expiry != nil {
		s.expiry.Stop()
	}
	s.space = nil
	if err = errors.Join(err, forget(s.name)); err != nil && ss.process.shared.open() {
		time.AfterFunc(retakeAfter, func() { _ = ss.end(s) }) // it is there until NATS has forgotten it
	} else {
		ss.drop(s)
	}
	if err != nil {
		return fmt.Errorf("ending the space %s: %w", s.name, err)
	}
	return nil
}

// drop takes a slot out of the map; the caller holds the slot.
func (ss *spaces) drop(s *slot) {
	s.ended = true
	ss.mu.Lock()
	defer ss.mu.Unlock()
	delete(ss.all, s.name)
}

// each visits the spaces that are open.
func (ss *spaces) each(visit func(*Space)) {
	for _, s := range ss.list() {
		s.mu.Lock()
		sp := s.space
		s.mu.Unlock()
		if sp != nil {
			visit(sp)
		}
	}
}

func (ss *spaces) list() []*slot {
	if ss == nil {
		return nil
	}
	ss.mu.Lock()
	defer ss.mu.Unlock()
	var all []*slot
	for _, s := range ss.all {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *slot) int { return cmp.Compare(a.name, b.name) })
	return all
}

// close saves and closes every space; they are quiet already.
func (ss *spaces) close() error {
	var mu sync.Mutex
	var closing sync.WaitGroup
	var errs []error
	ss.each(func(sp *Space) {
		closing.Go(func() {
			err := sp.close()
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, err)
		})
	})
	closing.Wait()
	return errors.Join(errs...)
}
