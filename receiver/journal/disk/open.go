package disk

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"tacklebox/receiver/journal"
)

// Options of a journal on disk. The zero value keeps everything it can.
type Options struct {
	Sync         bool         // fdatasync each group before its receipts are released
	Keep         int          // entries that stay at least, before whole segments are dropped; 0: all
	KeepBytes    int64        // bytes of all segments; 0: no bound
	SegmentBytes int64        // a new segment begins above it; 0: 64 MiB
	Warn         func(string) // told what opening had to cut or skip; nil: nobody
}

const (
	defaultSegmentBytes = 64 << 20
	maxSegmentBytes     = 1 << 30 // offsets have 32 bits, and one group may follow
	minSegmentBytes     = 4 << 10
	retentionSteps      = 8 // segments that retention is spread over
)

// LockedError says which process has the journal.
type LockedError struct {
	Dir string
	PID int // 0: unknown
}

func (e *LockedError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("journal %s is in use by another process", e.Dir)
	}
	return fmt.Sprintf("journal %s is in use by process %d", e.Dir, e.PID)
}

// Open opens or creates the journal in dir. A torn last record is cut, corrupt
// ones are skipped, and o.Warn is told once. A *LockedError says that another
// process has it.
func Open(dir string, o Options) (journal.Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("journal %s: %w", dir, err)
	}
	held, err := lock(dir)
	if err != nil {
		return nil, err
	}
	d := &disk{dir: dir, o: o, lock: held}
	d.limits()
	if err := d.load(); err != nil {
		for _, s := range d.segments {
			s.release()
		}
		unlock(held)
		return nil, fmt.Errorf("journal %s: %w", dir, err)
	}
	d.queue = newQueue(d.last + 1)
	d.board.Announce(d.last)
	go d.run()
	return d, nil
}

// limits makes segments small enough that dropping one takes away only a part
// of what is kept.
func (d *disk) limits() {
	d.segmentBytes = d.o.SegmentBytes
	if d.segmentBytes <= 0 {
		d.segmentBytes = defaultSegmentBytes
	}
	if d.o.KeepBytes > 0 {
		d.segmentBytes = min(d.segmentBytes, max(d.o.KeepBytes/retentionSteps, minSegmentBytes))
	}
	d.segmentBytes = min(d.segmentBytes, maxSegmentBytes)
	d.segmentCount = 1 << 30
	if d.o.Keep > 0 {
		d.segmentCount = max(d.o.Keep/retentionSteps, 1)
	}
}

// load opens all segments and begins one where there is none to go on with.
func (d *disk) load() error {
	bases, err := segmentBases(d.dir)
	if err != nil {
		return err
	}
	var found []string
	for i, base := range bases {
		note, err := d.loadSegment(base, i == len(bases)-1)
		if err != nil {
			return err
		}
		if note != "" {
			found = append(found, note)
		}
	}
	if n := len(d.segments); n == 0 || d.segments[n-1].base != bases[len(bases)-1] || d.segments[n-1].endsInHole() {
		if _, err := d.begin(d.last + 1); err != nil {
			return err
		}
	}
	if len(found) > 0 {
		d.warn(fmt.Sprintf("journal %s: %s", d.dir, strings.Join(found, "; ")))
	}
	d.trim()
	return nil
}

// loadSegment opens one segment. The last one is always read and checked, for
// it is the one that a crash leaves torn; a full one is trusted to its index.
func (d *disk) loadSegment(base uint64, last bool) (note string, err error) {
	path := segmentPath(d.dir, base)
	if base <= d.last {
		return fmt.Sprintf("ignored %s, whose numbers are in an earlier segment", path), nil
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return "", err
	}
	s := newSegment(base, path, f)
	d.segments = append(d.segments, s)
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if last {
		err = os.Remove(indexPath(path)) // it is written to again
	}
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	if err == nil && (last || !s.loadIndex(info.Size())) {
		note, err = s.repair(info.Size(), last)
	}
	d.last = max(d.last, s.next()-1)
	d.count += s.count
	d.size += s.size
	return note, err
}

// repair recovers a segment and makes the file end where its records do.
func (s *segment) repair(size int64, last bool) (note string, err error) {
	found, err := s.recover(size)
	if err != nil {
		return "", err
	}
	if found.cut > 0 {
		err = s.f.Truncate(s.size)
	}
	if !last && err == nil {
		s.saveIndex()
	}
	if found.cut > 0 || found.skipped > 0 {
		note = found.describe(s.path)
	}
	return note, err
}
