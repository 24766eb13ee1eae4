package disk

import (
	"sync"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/record"
)

// inlineBytes is how large the bodies of an entry may be to be copied into the
// group's buffer; larger ones are written from where they are.
const inlineBytes = 8 << 10

// inlineSpare is the largest buffer that is kept for the next group.
const inlineSpare = 1 << 20

// backlogBytes is how much may wait to be written before Append waits too.
const backlogBytes = 16 << 20

// group is what one write takes to the file: records in order, of which large
// bodies stand apart.
type group struct {
	buf   []byte
	cuts  []cut
	metas []record.Meta // offsets count from the beginning of the group
	first uint64        // sequence number of metas[0]
	size  int64
	err   error         // set before done is closed
	done  chan struct{} // closed when the group is as durable as promised
	wait  func() error  // one for all receipts of the group
}

// cut is a body by reference, written after buf[:at].
type cut struct {
	at   int
	body []byte
}

func newGroup(spare *group) *group {
	g := &group{done: make(chan struct{})}
	if spare != nil && cap(spare.buf) <= inlineSpare {
		clear(spare.cuts) // let go of the callers' bodies
		g.buf, g.cuts, g.metas = spare.buf[:0], spare.cuts[:0], spare.metas[:0]
	}
	g.wait = func() error {
		<-g.done
		return g.err
	}
	return g
}

// add puts a record whose header and head are top into the group.
func (g *group) add(seq uint64, m record.Meta, top []byte, request, response []byte) {
	record.Seal(top, seq)
	if len(g.metas) == 0 {
		g.first = seq
	}
	m.Off = uint32(g.size)
	g.metas = append(g.metas, m)
	g.size += int64(m.Size)
	g.buf = append(g.buf, top...)
	if len(request)+len(response) <= inlineBytes {
		g.buf = append(append(g.buf, request...), response...)
		return
	}
	for _, body := range [][]byte{request, response} {
		if len(body) > 0 {
			g.cuts = append(g.cuts, cut{len(g.buf), body})
		}
	}
}

// pieces is the group in the order of the file.
func (g *group) pieces() [][]byte {
	list := make([][]byte, 0, 2*len(g.cuts)+1)
	from := 0
	for _, c := range g.cuts {
		if c.at > from {
			list = append(list, g.buf[from:c.at])
		}
		list = append(list, c.body)
		from = c.at
	}
	if from < len(g.buf) {
		list = append(list, g.buf[from:])
	}
	return list
}

// queue is where appends meet the one goroutine that writes.
type queue struct {
	mu     sync.Mutex
	room   *sync.Cond // signalled when the backlog is taken
	group  *group
	next   uint64
	err    error // why nothing is taken any more
	kick   chan struct{}
	quit   chan struct{}
	exited chan struct{}
}

func newQueue(next uint64) *queue {
	q := &queue{group: newGroup(nil), next: next, kick: make(chan struct{}, 1), quit: make(chan struct{}), exited: make(chan struct{})}
	q.room = sync.NewCond(&q.mu)
	return q
}

// Append implements Store. What costs time, encoding the head and the checksum
// of the bodies, happens before the lock.
func (d *disk) Append(e *journal.Entry) journal.Receipt {
	buf := d.heads.Get()
	top, m, err := record.Append((*buf)[:0], e)
	if err != nil {
		return journal.Refused(err)
	}
	q := d.queue
	q.mu.Lock()
	for q.err == nil && q.group.size > backlogBytes {
		q.room.Wait()
	}
	if q.err != nil {
		defer q.mu.Unlock()
		return journal.Refused(q.err)
	}
	g := q.group
	e.Seq = q.next
	q.next++
	g.add(e.Seq, m, top, e.Request.Content(), e.Response.Content())
	begin := len(g.metas) == 1
	receipt := journal.NewReceipt(e.Seq, g.wait)
	q.mu.Unlock()
	if begin {
		q.wake()
	}
	d.heads.Put(buf, top)
	return receipt
}

func (q *queue) wake() {
	select {
	case q.kick <- struct{}{}:
	default:
	}
}

// take hands over what is queued, nil when nothing is.
func (q *queue) take(spare *group) *group {
	q.mu.Lock()
	defer q.mu.Unlock()
	g := q.group
	if len(g.metas) == 0 {
		return nil
	}
	q.group = newGroup(spare)
	q.room.Broadcast()
	return g
}

// back fails what is queued behind a group that could not be written, and lets
// numbers go on where the file ends: those that were refused were never kept.
func (q *queue) back(err error, next uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	g := q.group
	q.group, q.next = newGroup(nil), next
	if len(g.metas) > 0 {
		g.err = err
		close(g.done)
	}
	q.room.Broadcast()
}

// close takes nothing more and lets the writer end.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.err = journal.ErrClosed
	q.room.Broadcast()
	close(q.quit)
}

// run writes groups until the store is closed, and what is left then.
func (d *disk) run() {
	defer close(d.queue.exited)
	var spare *group
	for open := true; open; {
		select {
		case <-d.queue.kick:
		case <-d.queue.quit:
			open = false
		}
		if g := d.queue.take(spare); g != nil {
			d.commit(g)
			spare = g
		}
	}
}

// commit writes g, makes it readable and releases its receipts. When it cannot be
// written, what was written of it is cut off, and it and what waits behind it are
// refused; the next append tries again.
func (d *disk) commit(g *group) {
	d.writing.Lock()
	defer d.writing.Unlock()
	defer close(g.done)
	err := d.write(g)
	if err != nil {
		g.err = d.notKept(err)
		d.remember(g.err)
		d.queue.back(g.err, g.first)
		return
	}
	d.publish(g)
	d.keepLast(g.first + uint64(len(g.metas)) - 1)
}

func (d *disk) write(g *group) error {
	if err := d.there(); err != nil {
		return err
	}
	s, err := d.room(g)
	if err != nil {
		return err
	}
	if d.torn {
		if err := d.cut(s); err != nil {
			return err
		}
	}
	if err = d.fault("write"); err != nil {
		_, _ = s.f.Write(g.buf[:len(g.buf)/2]) // as a full disk does
	} else if len(g.cuts) == 0 {
		_, err = s.f.Write(g.buf)
	} else {
		err = writeAll(s.f, g.pieces())
	}
	if err == nil && d.o.Sync {
		if err = d.fault("sync"); err == nil {
			err = syncData(s.f)
		}
	}
	if err != nil {
		d.torn = true
		_ = d.cut(s) // or before the next write, or when it is opened
	}
	return err
}

// cut makes the file of s end where its last record does.
func (d *disk) cut(s *segment) error {
	err := d.fault("truncate")
	if err == nil {
		err = s.f.Truncate(s.size)
	}
	if err == nil {
		d.torn = false
	}
	return err
}

// room returns the segment that g goes to, beginning a new one when the
// current one is full.
func (d *disk) room(g *group) (*segment, error) {
	if !d.ready {
		return d.begin(g.first)
	}
	s := d.active()
	if s.size == 0 || s.size+g.size <= d.segmentBytes && s.total+len(g.metas) <= d.segmentCount {
		return s, nil
	}
	if d.torn {
		if err := d.cut(s); err != nil {
			return nil, err
		}
	}
	s.saveIndex()
	return d.begin(g.first)
}

// publish makes the records of g readable.
func (d *disk) publish(g *group) {
	d.mu.Lock()
	s := d.segments[len(d.segments)-1]
	for i := range g.metas {
		g.metas[i].Off += uint32(s.size)
		s.put(g.first+uint64(i), g.metas[i])
	}
	s.size += g.size
	d.size += g.size
	d.count += len(g.metas)
	d.last = g.first + uint64(len(g.metas)) - 1
	d.failed = nil
	d.trim()
	d.mu.Unlock()
	d.board.Announce(g.first + uint64(len(g.metas)) - 1)
}
