package live

import (
	"context"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
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
	ringSize  = 1 << 20  // bytes of frames that a broadcast holds for its readers

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
func (s *source) read(ctx context.Context, after, last uint64, emit func(seq uint64, text []byte) bool) (uint64, error) {
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
		err := s.log.Scan(ctx, after, last+1, false, s.filter, func(e *journal.Entry) bool {
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

func appendGap(dst []byte, from, to uint64) []byte {
	dst = strconv.AppendUint(append(dst, `{"gap":{"from":`...), from, 10)
	dst = strconv.AppendUint(append(dst, `,"to":`...), to, 10)
	return append(dst, "}}"...)
}

// broadcasts are those of the filters that somebody listens to. Readers of the same
// filter share one, so that each entry is encoded once; without readers there is
// none, and nothing is encoded.
type broadcasts struct {
	mu  sync.Mutex
	log journal.Store
	all map[string]*broadcast
}

// join returns the broadcast of query and what leaves it again. A new one begins
// at the newest entry.
func (bs *broadcasts) join(query string, filter *query.Filter) (*broadcast, func()) {
	bs.mu.Lock()
	defer bs.mu.Unlock()
	b := bs.all[query]
	if b == nil {
		b = newBroadcast(source{log: bs.log, filter: filter})
		if bs.all == nil {
			bs.all = map[string]*broadcast{}
		}
		bs.all[query] = b
	}
	b.readers.Add(1)
	return b, func() { bs.leave(query, b) }
}

func (bs *broadcasts) numbers(n *Numbers, last uint64) {
	bs.mu.Lock()
	all := slices.Collect(maps.Values(bs.all))
	bs.mu.Unlock()
	n.Broadcasts = len(all)
	for _, b := range all {
		b.mu.Lock()
		n.Encoding = max(n.Encoding, last-min(b.to, last))
		n.Held += b.size
		b.mu.Unlock()
	}
}

func (bs *broadcasts) leave(query string, b *broadcast) {
	bs.mu.Lock()
	idle := b.readers.Add(-1) == 0
	if idle && bs.all[query] == b {
		delete(bs.all, query)
	}
	bs.mu.Unlock()
	if idle {
		b.stop()
		<-b.stopped
	}
}

// broadcast encodes what a filter matches into a ring of chunks. It never waits for
// a reader: one that falls out of the ring reads the journal itself.
type broadcast struct {
	source  source
	pending []mark        // of the frames that are not yet shown
	readers atomic.Int64  // changed under broadcasts.mu
	shown   atomic.Uint64 // the newest entry that a reader can get: it is behind below that
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
	used  int // written by the broadcast, not yet shown
	ready int // shown; guarded by broadcast.mu
	from  uint64
	to    uint64 // last match in data[:ready]
	marks []mark // where the shown frames begin
}

type mark struct {
	seq uint64
	at  int
}

func newBroadcast(s source) *broadcast {
	ctx, stop := context.WithCancel(context.Background())
	_, last := s.log.Bounds()
	b := &broadcast{source: s, stop: stop, stopped: make(chan struct{}), from: last, to: last, wake: make(chan struct{})}
	b.shown.Store(last)
	go b.run(ctx, last)
	return b
}

func (b *broadcast) run(ctx context.Context, cursor uint64) {
	defer close(b.stopped)
	for {
		last, err := b.source.log.Wait(ctx, cursor)
		if err == nil {
			cursor, err = b.source.read(ctx, cursor, last, func(seq uint64, text []byte) bool {
				b.put(seq, text)
				return ctx.Err() == nil
			})
		}
		b.show(cursor, err)
		if err != nil {
			return
		}
		b.gather(ctx)
	}
}

// gather lets entries come together while the readers are busy with the last
// ones. Waking a hundred readers for each entry costs more than all else; the
// wait is about as long as they need to write, so nobody gets anything later.
func (b *broadcast) gather(ctx context.Context) {
	n := b.readers.Load()
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
func (b *broadcast) put(seq uint64, text []byte) {
	need := len(text) + 10
	c := b.tail()
	if c == nil || c.used+need > len(c.data) {
		b.show(seq-1, nil)
		c = b.push(&chunk{data: make([]byte, max(chunkSize, need)), from: seq - 1, to: seq - 1})
	}
	b.pending = append(b.pending, mark{seq, c.used})
	c.used = len(appendFrame(c.data[:c.used], text))
}

// tail is the chunk that is being filled. Only the broadcast's own goroutine adds
// and removes chunks, so it may look without the lock.
func (b *broadcast) tail() *chunk {
	if len(b.chunks) == 0 {
		return nil
	}
	return b.chunks[len(b.chunks)-1]
}

// push adds a chunk and drops the oldest beyond the ring's size.
func (b *broadcast) push(c *chunk) *chunk {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.chunks) > 0 && b.size+len(c.data) > ringSize {
		b.from = max(b.from, b.chunks[0].to)
		b.size -= len(b.chunks[0].data)
		b.chunks[0] = nil
		b.chunks, b.first = b.chunks[1:], b.first+1
	}
	b.chunks, b.size = append(b.chunks, c), b.size+len(c.data)
	return c
}

// show lets readers see what was put: everything up to the cursor is dealt with.
func (b *broadcast) show(cursor uint64, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.to, b.err = max(b.to, cursor), err
	if len(b.pending) == 0 && err == nil {
		return
	}
	if c := b.tail(); len(b.pending) > 0 {
		c.marks = append(c.marks, b.pending...)
		c.ready, c.to = c.used, b.pending[len(b.pending)-1].seq
		b.pending = b.pending[:0]
		b.shown.Store(c.to)
	}
	close(b.wake)
	b.wake = make(chan struct{})
}

// cursor is where a reader stands in a broadcast.
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
func (b *broadcast) next(cur *cursor) (frames []byte, wait <-chan struct{}, behind bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if cur.fresh || cur.seq < b.from {
		cur.fresh, cur.known = false, false
		return nil, nil, true, nil
	}
	if cur.seq > b.to { // read from the journal, which is ahead of the ring
		cur.known = false
		return nil, b.wake, false, b.err
	}
	if !cur.known || cur.chunk < b.first {
		b.place(cur)
	}
	for i := cur.chunk - b.first; i < len(b.chunks); i++ {
		c := b.chunks[i]
		if cur.at < c.ready {
			frames = c.data[cur.at:c.ready]
			cur.seq, cur.at, cur.chunk = max(cur.seq, c.to), c.ready, b.first+i
			return frames, nil, false, nil
		}
		if i+1 < len(b.chunks) {
			cur.at = 0
			cur.chunk++
		}
	}
	cur.seq = max(cur.seq, b.to)
	return nil, b.wake, false, b.err
}

// place finds the first shown frame beyond the cursor.
func (b *broadcast) place(cur *cursor) {
	cur.known = true
	i := sort.Search(len(b.chunks), func(i int) bool { return b.chunks[i].to > cur.seq })
	i = min(i, max(len(b.chunks)-1, 0))
	cur.chunk, cur.at = b.first+i, 0
	if len(b.chunks) == 0 {
		return
	}
	c := b.chunks[i]
	cur.at = c.ready
	for _, m := range c.marks {
		if m.seq > cur.seq {
			cur.at = m.at
			break
		}
	}
}
