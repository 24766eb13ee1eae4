package journal

import (
	"context"
	"sync"
)

// MemoryLimit bounds a store in memory; whatever is reached first counts.
type MemoryLimit struct {
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
	limit MemoryLimit
	board board
	heads heads

	mu     sync.RWMutex
	closed bool
	oldest uint64 // of ring[start]
	last   uint64
	start  int
	ring   []record // in order from start; what is before start is dropped
	bytes  int64
}

type record struct {
	meta  meta
	frame []byte
}

func (r *record) cost() int64 { return int64(len(r.frame)) + entryOverhead }

// NewMemory returns a store that keeps the newest entries within limit in
// memory. The newest one is kept whatever its size.
func NewMemory(limit MemoryLimit) Store {
	if limit.Bytes <= 0 {
		limit.Bytes = defaultMemoryBytes
	}
	return &memory{limit: limit, oldest: 1}
}

// Append implements Store. The entry is readable when it returns.
func (s *memory) Append(e *Entry) Receipt {
	buf := s.heads.get()
	top, m, err := appendFrame((*buf)[:0], e)
	if err != nil {
		return refused(err)
	}
	frame := make([]byte, 0, m.size)
	frame = append(frame, top...)
	frame = append(frame, e.Request.body()...)
	frame = append(frame, e.Response.body()...)
	s.heads.put(buf, top)

	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return refused(ErrClosed)
	}
	s.last++
	e.Seq = s.last
	seal(frame, s.last)
	s.ring = append(s.ring, record{meta: m, frame: frame})
	s.bytes += int64(len(frame)) + entryOverhead
	s.trim()
	s.board.announce(s.last)
	return Receipt{Seq: s.last}
}

// refused is the receipt of an entry that was not taken.
func refused(err error) Receipt { return Receipt{wait: func() error { return err }} }

func (s *memory) trim() {
	for n := len(s.ring) - s.start; n > 1 && (s.bytes > s.limit.Bytes || s.limit.Count > 0 && n > s.limit.Count); n-- {
		s.bytes -= s.ring[s.start].cost()
		s.ring[s.start] = record{}
		s.start++
		s.oldest++
	}
	if s.start > 64 && s.start > len(s.ring)/2 {
		n := copy(s.ring, s.ring[s.start:])
		clear(s.ring[n:])
		s.ring, s.start = s.ring[:n], 0
	}
}

// Get implements Store.
func (s *memory) Get(seq uint64) (*Entry, error) {
	s.mu.RLock()
	if s.closed {
		s.mu.RUnlock()
		return nil, ErrClosed
	}
	if seq < s.oldest || seq > s.last {
		defer s.mu.RUnlock()
		return nil, missing(seq, s.last)
	}
	frame := s.ring[s.start+int(seq-s.oldest)].frame
	s.mu.RUnlock()
	e := &Entry{}
	if err := decodeFrame(e, frame); err != nil {
		return nil, err
	}
	return e.Clone(), nil
}

// batch copies up to len(buf) kept records from seq on (downwards when reverse).
func (s *memory) batch(buf []record, seq, before uint64, reverse bool) (n int, from uint64, err error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return 0, 0, ErrClosed
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
func (s *memory) Scan(after, before uint64, reverse bool, f *Filter, yield func(*Entry) bool) error {
	oldest, last := s.Bounds()
	if err := gap(after, oldest, reverse); err != nil {
		return s.orClosed(err)
	}
	sift := sieve{filter: f, yield: yield}
	if reverse {
		return s.scanDown(after, before, last, &sift)
	}
	if after >= last {
		return s.orClosed(nil)
	}
	return s.scanUp(after, max(after+1, oldest), before, &sift)
}

func (s *memory) scanUp(after, seq, before uint64, sift *sieve) error {
	var buf [64]record
	for cursor := after > 0; ; cursor = true {
		n, next, err := s.batch(buf[:], seq, before, false)
		if err != nil {
			return err
		}
		if n == 0 && next > seq && cursor { // the ring caught up with the reader
			return &TrimmedError{From: seq, To: next - 1}
		}
		for i := range buf[:n] {
			at := seq + uint64(i)
			if !sift.record(sift.admit(at, &buf[i].meta), at, buf[i].frame) {
				return sift.err
			}
		}
		if n == 0 && next == seq {
			return nil
		}
		seq = next
	}
}

func (s *memory) scanDown(after, before, last uint64, sift *sieve) error {
	var buf [64]record
	for seq := last + 1; ; {
		n, next, err := s.batch(buf[:], seq, before, true)
		if err != nil || n == 0 {
			return err
		}
		for i := range buf[:n] {
			at := next + uint64(n-1-i)
			if at <= after || !sift.record(sift.admit(at, &buf[i].meta), at, buf[i].frame) {
				return sift.err
			}
		}
		seq = next
	}
}

func (s *memory) orClosed(err error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return ErrClosed
	}
	return err
}

// Wait implements Store.
func (s *memory) Wait(ctx context.Context, after uint64) (uint64, error) {
	return s.board.wait(ctx, after)
}

// Bounds implements Store.
func (s *memory) Bounds() (oldest, last uint64) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.oldest, s.last
}

// Clear implements Store.
func (s *memory) Clear() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	s.ring, s.start, s.bytes, s.oldest = nil, 0, 0, s.last+1
	return nil
}

// Close implements Store.
func (s *memory) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	s.closed, s.ring = true, nil
	s.board.close()
	return nil
}
