package receiver

import (
	"context"
	"encoding/binary"
	"errors"
	"sort"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/query"
)

const (
	chunkSize = 64 << 10 // what readers write in one call
	ringSize  = 1 << 20  // bytes of frames that a feed holds for its readers

	manyReaders   = 16
	readerTime    = 5 * time.Microsecond // of one wake-up and one small write, measured
	longestGather = 2 * time.Millisecond
)

// appendFrame appends payload as one unmasked WebSocket text frame (RFC 6455,
// section 5.2).
func appendFrame(dst, payload []byte) []byte {
	n := len(payload)
	switch {
	case n < 126:
		dst = append(dst, 0x81, byte(n))
	case n < 1<<16:
		dst = binary.BigEndian.AppendUint16(append(dst, 0x81, 126), uint16(n))
	default:
		dst = binary.BigEndian.AppendUint64(append(dst, 0x81, 127), uint64(n))
	}
	return append(dst, payload...)
}

// source reads the entries that a filter matches as JSON texts, and tells of
// those it can no longer read.
type source struct {
	log    journal.Store
	filter *query.Filter
	text   []byte
}

// read emits what matches in (after, last] in order, until emit returns false,
// and returns the last sequence number that is dealt with. A gap is emitted as
// if it were the entry it ends with.
func (s *source) read(after, last uint64, emit func(seq uint64, text []byte) bool) (uint64, error) {
	stopped := false
	gap := func(from, to uint64) {
		s.text = appendGap(s.text[:0], from, to)
		after = to
		stopped = !emit(to, s.text)
	}
	// A journal takes 0 for "from what is kept"; whoever resumes from it has
	// missed the entries before that all the same.
	if oldest, _ := s.log.Bounds(); after == 0 && oldest > 1 && last > 0 {
		gap(1, min(oldest-1, last))
	}
	for !stopped && after < last {
		err := s.log.Scan(context.Background(), after, last+1, false, s.filter, func(e *journal.Entry) bool {
			s.text = e.AppendJSON(s.text[:0])
			after = e.Seq
			stopped = !emit(e.Seq, s.text)
			return !stopped
		})
		var trimmed *journal.TrimmedError
		switch {
		case errors.As(err, &trimmed):
			gap(trimmed.From, min(trimmed.To, last))
		case err != nil:
			return after, err
		case !stopped:
			after = last
		}
	}
	return after, nil
}

// scanKept reads what is kept of (after, before) in rising order. Entries that
// are dropped meanwhile are passed over: who asks for a list asks for what there is.
func scanKept(log journal.Store, after, before uint64, f *query.Filter, yield func(*journal.Entry) bool) error {
	for {
		err := log.Scan(context.Background(), after, before, false, f, yield)
		var trimmed *journal.TrimmedError
		if !errors.As(err, &trimmed) {
			return err
		}
		after = trimmed.To
	}
}

func appendGap(dst []byte, from, to uint64) []byte {
	dst = strconv.AppendUint(append(dst, `{"gap":{"from":`...), from, 10)
	dst = strconv.AppendUint(append(dst, `,"to":`...), to, 10)
	return append(dst, "}}"...)
}

// feeds are the filters that somebody listens to. Readers of the same filter
// share a feed, so that each entry is encoded once; without readers there is
// no feed, and nothing is encoded.
type feeds struct {
	mu  sync.Mutex
	log journal.Store
	all map[string]*feed
}

// join returns the feed of query and what leaves it again. A new feed begins
// at the newest entry.
func (fs *feeds) join(query string, filter *query.Filter) (*feed, func()) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	f := fs.all[query]
	if f == nil {
		f = newFeed(source{log: fs.log, filter: filter})
		if fs.all == nil {
			fs.all = map[string]*feed{}
		}
		fs.all[query] = f
	}
	f.readers.Add(1)
	return f, func() { fs.leave(query, f) }
}

func (fs *feeds) leave(query string, f *feed) {
	fs.mu.Lock()
	idle := f.readers.Add(-1) == 0
	if idle && fs.all[query] == f {
		delete(fs.all, query)
	}
	fs.mu.Unlock()
	if idle {
		f.stop()
		<-f.stopped
	}
}

// feed encodes what a filter matches into a ring of chunks. It never waits for
// a reader: one that falls out of the ring reads the journal itself.
type feed struct {
	source  source
	pending []mark       // of the frames that are not yet shown
	readers atomic.Int64 // changed under feeds.mu
	stop    context.CancelFunc
	stopped chan struct{}

	mu     sync.Mutex
	chunks []*chunk
	first  int    // number of chunks[0]; numbers only rise
	size   int    // bytes of all chunks
	from   uint64 // the ring holds every match in (from, to]
	to     uint64
	wake   chan struct{} // closed and replaced when there is more
	err    error         // why there will be no more
}

// chunk is a run of frames. Bytes below ready never change, so that readers
// write them to their connections without a copy.
type chunk struct {
	data  []byte
	used  int // written by the feed, not yet shown
	ready int // shown; guarded by feed.mu
	from  uint64
	to    uint64 // last match in data[:ready]
	marks []mark // where the shown frames begin
}

type mark struct {
	seq uint64
	at  int
}

func newFeed(s source) *feed {
	ctx, stop := context.WithCancel(context.Background())
	_, last := s.log.Bounds()
	f := &feed{source: s, stop: stop, stopped: make(chan struct{}), from: last, to: last, wake: make(chan struct{})}
	go f.run(ctx, last)
	return f
}

func (f *feed) run(ctx context.Context, cursor uint64) {
	defer close(f.stopped)
	for {
		last, err := f.source.log.Wait(ctx, cursor)
		if err == nil {
			cursor, err = f.source.read(cursor, last, func(seq uint64, text []byte) bool {
				f.put(seq, text)
				return ctx.Err() == nil
			})
		}
		f.show(cursor, err)
		if err != nil {
			return
		}
		f.gather(ctx)
	}
}

// gather lets entries come together while the readers are busy with the last
// ones. Waking a hundred readers for each entry costs more than all else; the
// wait is about as long as they need to write, so nobody gets anything later.
func (f *feed) gather(ctx context.Context) {
	n := f.readers.Load()
	if n < manyReaders {
		return
	}
	timer := time.NewTimer(min(time.Duration(n)*readerTime, longestGather))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// put encodes one frame behind the last, not yet shown.
func (f *feed) put(seq uint64, text []byte) {
	need := len(text) + 10
	c := f.tail()
	if c == nil || c.used+need > len(c.data) {
		f.show(seq-1, nil)
		c = f.push(&chunk{data: make([]byte, max(chunkSize, need)), from: seq - 1, to: seq - 1})
	}
	f.pending = append(f.pending, mark{seq, c.used})
	c.used = len(appendFrame(c.data[:c.used], text))
}

// tail is the chunk that is being filled. Only the feed's own goroutine adds
// and removes chunks, so it may look without the lock.
func (f *feed) tail() *chunk {
	if len(f.chunks) == 0 {
		return nil
	}
	return f.chunks[len(f.chunks)-1]
}

// push adds a chunk and drops the oldest beyond the ring's size.
func (f *feed) push(c *chunk) *chunk {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.chunks) > 0 && f.size+len(c.data) > ringSize {
		f.from = max(f.from, f.chunks[0].to)
		f.size -= len(f.chunks[0].data)
		f.chunks[0] = nil
		f.chunks, f.first = f.chunks[1:], f.first+1
	}
	f.chunks, f.size = append(f.chunks, c), f.size+len(c.data)
	return c
}

// show lets readers see what was put: everything up to the cursor is dealt with.
func (f *feed) show(cursor uint64, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.to, f.err = max(f.to, cursor), err
	if len(f.pending) == 0 && err == nil {
		return
	}
	if c := f.tail(); len(f.pending) > 0 {
		c.marks = append(c.marks, f.pending...)
		c.ready, c.to = c.used, f.pending[len(f.pending)-1].seq
		f.pending = f.pending[:0]
	}
	close(f.wake)
	f.wake = make(chan struct{})
}

// cursor is where a reader stands in a feed.
type cursor struct {
	seq   uint64 // everything up to here was given
	chunk int    // number of the chunk it stands in, and the byte there,
	at    int    // when placed
	known bool
	// fresh is a cursor from outside. It is held to the journal first: the
	// ring may still have what was deleted.
	fresh bool
}

// next returns frames to write, or a channel that closes when there may be
// more, or behind when the ring no longer reaches back to the cursor.
func (f *feed) next(cur *cursor) (frames []byte, wait <-chan struct{}, behind bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if cur.fresh || cur.seq < f.from {
		cur.fresh, cur.known = false, false
		return nil, nil, true, nil
	}
	if cur.seq > f.to { // read from the journal, which is ahead of the ring
		cur.known = false
		return nil, f.wake, false, f.err
	}
	if !cur.known || cur.chunk < f.first {
		f.place(cur)
	}
	for i := cur.chunk - f.first; i < len(f.chunks); i++ {
		c := f.chunks[i]
		if cur.at < c.ready {
			frames = c.data[cur.at:c.ready]
			cur.seq, cur.at, cur.chunk = max(cur.seq, c.to), c.ready, f.first+i
			return frames, nil, false, nil
		}
		if i+1 < len(f.chunks) {
			cur.at = 0
			cur.chunk++
		}
	}
	cur.seq = max(cur.seq, f.to)
	return nil, f.wake, false, f.err
}

// place finds the first shown frame beyond the cursor.
func (f *feed) place(cur *cursor) {
	cur.known = true
	i := sort.Search(len(f.chunks), func(i int) bool { return f.chunks[i].to > cur.seq })
	i = min(i, max(len(f.chunks)-1, 0))
	cur.chunk, cur.at = f.first+i, 0
	if len(f.chunks) == 0 {
		return
	}
	c := f.chunks[i]
	cur.at = c.ready
	for _, m := range c.marks {
		if m.seq > cur.seq {
			cur.at = m.at
			break
		}
	}
}
