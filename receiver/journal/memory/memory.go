package memory

import (
	"context"
	"sync"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/record"
)

// MemoryLimit bounds a store in memory; whatever is reached first counts.
type Limit struct {
	Count int   // entries; 0: no bound
	Bytes int64 // of entries and index together; 0: 256 MiB
}

const (
	defaultMemoryBytes = 256 << 20
	entryOverhead      = 64 // index and slice header of one record
)

// memory keeps records in the form that segments have on disk: one allocation
// each, exactly accounted, and one way to filter and decode them.
type memory struct {
	limit Limit
	board journal.Notifier

	mu     sync.RWMutex
	closed bool
	oldest uint64 // of ring[start]
	last   uint64
	start  int
	ring   []stored // in order from start; what is before start is dropped
	count  int      // of those that are kept and not forgotten
	bytes  int64
}

type stored struct {
	meta  record.Meta
	frame []byte
}

func (r *stored) cost() int64 { return int64(len(r.frame)) + entryOverhead }

// NewMemory returns a store that keeps the newest entries within limit in
// memory. The newest one is kept whatever its size.
func New(limit Limit) journal.Store {
	if limit.Bytes <= 0 {
		limit.Bytes = defaultMemoryBytes
	}
	return &memory{limit: limit, oldest: 1}
}

// Append implements Store. The entry is readable when it returns.
func (s *memory) Append(e *journal.Entry) journal.Receipt {
	frame, m, err := record.Whole(0, e)
	if err != nil {
		return journal.Refused(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return journal.Refused(journal.ErrClosed)
	}
	s.last++
	e.Seq = s.last
	record.Seal(frame, s.last)
	s.ring = append(s.ring, stored{meta: m, frame: frame})
	s.bytes += int64(len(frame)) + entryOverhead
	s.count++
	s.trim()
	s.board.Announce(s.last)
	return journal.Receipt{Seq: s.last}
}

func (s *memory) trim() {
	for s.count > 1 && (s.bytes > s.limit.Bytes || s.limit.Count > 0 && s.count > s.limit.Count) {
		s.dropOldest()
	}
	s.skipHoles()
	if s.start > 64 && s.start > len(s.ring)/2 {
		n := copy(s.ring, s.ring[s.start:])
		clear(s.ring[n:])
		s.ring, s.start = s.ring[:n], 0
	}
}

// dropOldest lets go of the entry at the start of the ring, or of the hole there.
func (s *memory) dropOldest() {
	r := &s.ring[s.start]
	if r.meta.Size > 0 {
		s.count--
	}
	s.bytes -= r.cost()
	*r = stored{}
	s.start++
	s.oldest++
}

// skipHoles lets the ring begin with an entry.
func (s *memory) skipHoles() {
	for s.start < len(s.ring) && s.ring[s.start].meta.Size == 0 {
		s.dropOldest()
	}
}

// Get implements Store.
func (s *memory) Get(seq uint64) (*journal.Entry, error) {
	s.mu.RLock()
	if s.closed {
		s.mu.RUnlock()
		return nil, journal.ErrClosed
	}
	if seq < s.oldest || seq > s.last {
		defer s.mu.RUnlock()
		return nil, journal.Missing(seq, s.last)
	}
	frame := s.ring[s.start+int(seq-s.oldest)].frame
	last := s.last
	s.mu.RUnlock()
	if frame == nil {
		return nil, journal.Missing(seq, last)
	}
	e := &journal.Entry{}
	if err := record.Decode(e, frame); err != nil {
		return nil, err
	}
	return e.Clone(), nil
}

// batch copies up to len(buf) kept records from seq on (downwards when reverse).
func (s *memory) batch(buf []stored, seq, before uint64, reverse bool) (n int, from uint64, err error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return 0, 0, journal.ErrClosed
	}
	end := s.last + 1
	if before > 0 {
		end = min(end, before)
	}
	if reverse {
		from = min(seq, end)
		for ; n < len(buf) && from > s.oldest; n++ {
			from--
			buf[n] = s.ring[s.start+int(from-s.oldest)]
		}
		return n, from, nil
	}
	if seq < s.oldest {
		return 0, s.oldest, nil
	}
	for from = seq; n < len(buf) && from < end; n++ {
		buf[n] = s.ring[s.start+int(from-s.oldest)]
		from++
	}
	return n, from, nil
}

// Scan implements Store. It works on batches, so that a slow reader holds up
// nobody.
func (s *memory) Scan(ctx context.Context, after, before uint64, reverse bool, f journal.Matcher, yield func(*journal.Entry) bool) error {
	oldest, last := s.Bounds()
	if err := journal.Gap(after, oldest, reverse); err != nil {
		return s.orClosed(err)
	}
	sift := record.Sieve{Context: ctx, Filter: f, Yield: yield}
	if reverse {
		return s.scanDown(after, before, last, &sift)
	}
	if after >= last {
		return s.orClosed(nil)
	}
	return s.scanUp(after, max(after+1, oldest), before, &sift)
}

func (s *memory) scanUp(after, seq, before uint64, sift *record.Sieve) error {
	var buf [64]stored
	for cursor := after > 0; ; cursor = true {
		n, next, err := s.batch(buf[:], seq, before, false)
		if err != nil {
			return err
		}
		if n == 0 && next > seq && cursor { // the ring caught up with the reader
			return &journal.TrimmedError{From: seq, To: next - 1}
		}
		for i := range buf[:n] {
			at := seq + uint64(i)
			if !sift.Record(sift.Admit(at, &buf[i].meta), at, buf[i].frame) {
				return sift.Err
			}
		}
		if n == 0 && next == seq {
			return nil
		}
		seq = next
	}
}

func (s *memory) scanDown(after, before, last uint64, sift *record.Sieve) error {
	var buf [64]stored
	for seq := last + 1; ; {
		n, next, err := s.batch(buf[:], seq, before, true)
		if err != nil || n == 0 {
			return err
		}
		for i := range buf[:n] {
			at := next + uint64(n-1-i)
			if at <= after || !sift.Record(sift.Admit(at, &buf[i].meta), at, buf[i].frame) {
				return sift.Err
			}
		}
		seq = next
	}
}

func (s *memory) orClosed(err error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return journal.ErrClosed
	}
	return err
}

// Wait implements Store.
func (s *memory) Wait(ctx context.Context, after uint64) (uint64, error) {
	return s.board.Wait(ctx, after)
}

// Bounds implements Store.
func (s *memory) Bounds() (oldest, last uint64) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.oldest, s.last
}

// Count implements Store.
func (s *memory) Count() uint64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return uint64(s.count)
}

// Clear implements Store.
func (s *memory) Clear() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return journal.ErrClosed
	}
	s.ring, s.start, s.count, s.bytes, s.oldest = nil, 0, 0, 0, s.last+1
	return nil
}

// Forget implements Store. What was forgotten leaves a hole, and none at the
// beginning.
func (s *memory) Forget(ctx context.Context, f journal.Matcher) error {
	var seqs []uint64
	err := s.Scan(ctx, 0, 0, false, f, func(e *journal.Entry) bool { seqs = append(seqs, e.Seq); return true })
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, seq := range seqs {
		if seq >= s.oldest { // not dropped meanwhile
			s.forget(&s.ring[s.start+int(seq-s.oldest)])
		}
	}
	s.skipHoles()
	return nil
}

// forget makes a hole of an entry.
func (s *memory) forget(r *stored) {
	if r.meta.Size > 0 {
		s.count--
	}
	s.bytes -= int64(len(r.frame))
	*r = stored{}
}

// Health implements Store.
func (s *memory) Health() error { return s.orClosed(nil) }

// Close implements Store.
func (s *memory) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return journal.ErrClosed
	}
	s.closed, s.ring = true, nil
	s.board.Close()
	return nil
}
