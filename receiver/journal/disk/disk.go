package disk

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sort"
	"sync"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/record"
)

// disk is the store on disk: a folder of segments. Appends meet in queue; one
// goroutine writes them in groups; readers see what is in segments.
type disk struct {
	dir          string
	o            Options
	segmentBytes int64
	segmentCount int
	lock         *os.File
	locked       os.FileInfo // which file that is
	queue        *queue
	board        journal.Notifier
	heads        record.Buffers
	rangers      sync.Pool              // of *ranger
	gaps         gaps                   // between segments, as gaps.txt has them
	missing      []journal.TrimmedError // numbers whose segments were lost, as opening found
	warned       sync.Once

	writing  sync.Mutex            // held while files change: a group, Clear, Forget, Close
	lastFile *os.File              // guarded by writing, as the two that follow
	torn     bool                  // the last write left bytes behind that have to be cut off
	ready    bool                  // the last segment is one to append to
	faults   func(op string) error // of tests: what goes wrong

	mu       sync.RWMutex // guards what follows; never held during input or output
	segments []*segment   // in order; the last one is written to
	oldest   uint64       // first number that is kept, last+1 when none is
	last     uint64
	count    int
	size     int64
	failed   error // of the last write, nil when it went well
	closed   bool
}

func (d *disk) active() *segment {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.segments[len(d.segments)-1]
}

// begin adds an empty segment for numbers from base on.
func (d *disk) begin(base uint64) (*segment, error) {
	if err := d.fault("create"); err != nil {
		return nil, err
	}
	s, err := createSegment(d.dir, base)
	if err != nil {
		return nil, err
	}
	if d.o.Sync {
		if err := syncDir(d.dir); err != nil {
			s.drop() // or its name would be taken the next time
			return nil, fmt.Errorf("segment: %w", err)
		}
	}
	d.ready, d.torn = true, false
	d.mu.Lock()
	d.segments = append(d.segments, s)
	d.mu.Unlock()
	return s, nil
}

// trim drops whole oldest segments: by count only as long as Keep entries
// stay, by bytes until the rest fits. The one that is written to always stays.
func (d *disk) trim() {
	drop := 0
	for ; drop < len(d.segments)-1; drop++ {
		s := d.segments[drop]
		if !(d.o.Keep > 0 && d.count-s.count >= d.o.Keep) && !(d.o.KeepBytes > 0 && d.size > d.o.KeepBytes) {
			break
		}
		d.forget(s)
	}
	if drop > 0 {
		d.segments = slices.Clone(d.segments[drop:])
	}
	d.findOldest()
}

// forget takes s out of the sums and removes its file.
func (d *disk) forget(s *segment) {
	d.count -= s.count
	d.size -= s.size
	s.drop()
}

func (d *disk) findOldest() {
	for _, s := range d.segments {
		if seq, ok := s.first(); ok {
			d.oldest = seq
			return
		}
	}
	d.oldest = d.last + 1
}

// find returns the segment that seq would be in, nil if there is none.
func (d *disk) find(seq uint64) *segment {
	i := sort.Search(len(d.segments), func(i int) bool { return d.segments[i].base > seq })
	if i == 0 {
		return nil
	}
	return d.segments[i-1]
}

// Get implements Store.
func (d *disk) Get(seq uint64) (*journal.Entry, error) {
	s, m, err := d.locate(seq)
	if err != nil {
		return nil, err
	}
	defer s.release()
	frame, err := s.read(&m)
	if err != nil {
		return nil, err
	}
	e := &journal.Entry{}
	if err := record.Decode(e, frame); err != nil || e.Seq != seq {
		d.warnCorrupt(seq)
		return nil, fmt.Errorf("entry %d: %w", seq, record.ErrCorrupt)
	}
	return e, nil
}

// locate finds seq in the index and holds its segment.
func (d *disk) locate(seq uint64) (*segment, record.Meta, error) {
	s, err := d.holding(seq)
	if err != nil {
		return nil, record.Meta{}, err
	}
	metas, err := d.index(s)
	if err == nil && metas[seq-s.base].Size == 0 {
		_, last := d.Bounds()
		err = journal.Missing(seq, last)
	}
	if err != nil {
		s.release()
		return nil, record.Meta{}, err
	}
	return s, metas[seq-s.base], nil
}

// holding finds the segment that seq is kept in and holds it.
func (d *disk) holding(seq uint64) (*segment, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return nil, journal.ErrClosed
	}
	s := d.find(seq)
	if s == nil || seq < d.oldest || seq >= s.next() {
		return nil, journal.Missing(seq, d.last)
	}
	s.hold()
	return s, nil
}

// Wait implements Store.
func (d *disk) Wait(ctx context.Context, after uint64) (uint64, error) {
	return d.board.Wait(ctx, after)
}

// Bounds implements Store.
func (d *disk) Bounds() (oldest, last uint64) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.oldest, d.last
}

// Count implements Store.
func (d *disk) Count() uint64 {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return uint64(d.count)
}

// Clear implements Store. The segment that comes next is made first, because
// its name is what keeps the numbers from starting again.
func (d *disk) Clear() error {
	d.writing.Lock()
	defer d.writing.Unlock()
	d.mu.RLock()
	closed, last := d.closed, d.last
	d.mu.RUnlock()
	if closed {
		return journal.ErrClosed
	}
	if !d.ready || d.active().base <= last {
		if _, err := d.begin(last + 1); err != nil {
			return fmt.Errorf("journal %s: clear: %w", d.dir, err)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	n := len(d.segments) - 1
	for _, s := range d.segments[:n] {
		d.forget(s)
	}
	d.segments = []*segment{d.segments[n]}
	d.findOldest()
	return nil
}

// Close implements Store. What was appended before is written; the error is
// that of the last write, if it failed.
func (d *disk) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return journal.ErrClosed
	}
	d.closed = true
	d.mu.Unlock()
	d.queue.close()
	<-d.queue.exited
	d.board.Close()
	d.writing.Lock()
	defer d.writing.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.segments {
		s.release()
	}
	d.segments = nil
	if d.lastFile != nil {
		d.lastFile.Close()
	}
	unlock(d.lock)
	return d.failed
}

// warnCorrupt tells once that a record turned out corrupt when it was read.
func (d *disk) warnCorrupt(seq uint64) {
	d.warned.Do(func() {
		d.warn(fmt.Sprintf("journal %s: entry %d is corrupt and is skipped; later ones are skipped without a word", d.dir, seq))
	})
}

func (d *disk) fault(op string) error {
	if d.faults == nil {
		return nil
	}
	return d.faults(op)
}

func (d *disk) warn(text string) {
	if d.o.Warn != nil {
		d.o.Warn(text)
	}
}
