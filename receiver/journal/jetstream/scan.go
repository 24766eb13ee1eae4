package jetstream

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/record"
)

const (
	blockSize  = 512 // entries that a backward scan reads at once
	pullAtOnce = 512
	few        = 16 // messages that are read one by one
	resets     = 2  // of a consumer that the servers lost, before the reader is told or begins anew
)

// Scan implements journal.Store: the stream answers for what the cache does not
// hold.
func (j *Journal) Scan(ctx context.Context, after, before uint64, reverse bool, f journal.Matcher, yield func(*journal.Entry) bool) error {
	if j.ctx.Err() != nil {
		return journal.ErrClosed
	}
	oldest, last := j.Bounds()
	if err := journal.Gap(after, oldest, reverse); err != nil {
		return err
	}
	lo, hi := max(after+1, oldest), last
	if before > 0 {
		hi = min(hi, before-1)
	}
	if lo > hi {
		return nil
	}
	r := &reader{Journal: j, ctx: ctx, sift: record.Sieve{Context: ctx, Filter: f, Yield: yield}, reverse: reverse, want: lo, cursor: after > 0}
	held, from, upTo := j.cache.part(max(after, oldest-1), hi+1)
	// Three parts: older than the cache, in it, and so new that it has not come.
	parts := []func() (bool, error){
		func() (bool, error) { return r.read(lo, min(hi, from)) },
		func() (bool, error) { return r.offer(held, lo) },
		func() (bool, error) { return r.read(max(lo, upTo+1), hi) },
	}
	if reverse {
		slices.Reverse(parts)
	}
	for _, part := range parts {
		if more, err := part(); err != nil || !more {
			return err
		}
	}
	if !reverse && r.want <= hi {
		return r.overtaken()
	}
	return ctx.Err()
}

// reader is one scan.
type reader struct {
	*Journal
	ctx     context.Context
	sift    record.Sieve
	reverse bool
	want    uint64 // the next number of a rising scan
	above   uint64 // the number that a falling scan came to last
	cursor  bool   // numbers before it were seen: a gap must be told
}

// take offers one entry; more is false when the reader wants no more.
func (r *reader) take(c *cached) (more bool, err error) {
	if !r.reverse && c.seq > r.want {
		if err := r.overtaken(); err != nil {
			return false, err
		}
	}
	if r.reverse && c.seq+1 < r.above {
		if oldest, _ := r.bounds(); c.seq < oldest {
			return false, nil // retention overtook the reader; the cache still had it
		}
	}
	r.want, r.above, r.cursor = c.seq+1, c.seq, true
	return r.sift.Record(r.sift.Admit(c.seq, &c.meta), c.seq, c.frame), r.sift.Err
}

// overtaken tells a gap that retention or a purge made before the reader came
// there; entries that were forgotten one by one make none.
func (r *reader) overtaken() error {
	oldest, _ := r.bounds()
	if r.cursor && oldest > r.want {
		return &journal.TrimmedError{From: r.want, To: oldest - 1}
	}
	return nil
}

// offer offers entries that are at hand.
func (r *reader) offer(list []cached, lo uint64) (more bool, err error) {
	for i := range list {
		c := &list[i]
		if r.reverse {
			c = &list[len(list)-1-i]
		}
		if c.seq < lo {
			continue
		}
		if more, err := r.take(c); err != nil || !more {
			return false, err
		}
	}
	return true, nil
}

// read offers what the stream has from lo to hi, in blocks from the end when the
// scan falls.
func (r *reader) read(lo, hi uint64) (more bool, err error) {
	if lo > hi {
		return true, nil
	}
	if !r.reverse {
		return r.readUp(r.ctx, lo, hi, r.take)
	}
	for top := hi; ; {
		bottom := lo
		if top-lo >= blockSize {
			bottom = top - blockSize + 1
		}
		var block []cached
		if _, err := r.readUp(r.ctx, bottom, top, func(c *cached) (bool, error) { block = append(block, *c); return true, nil }); err != nil {
			return false, err
		}
		if more, err := r.offer(block, lo); err != nil || !more || bottom == lo {
			return more, err
		}
		top = bottom - 1
	}
}

// readUp reads the stream's messages from lo to hi.
func (j *Journal) readUp(ctx context.Context, lo, hi uint64, give func(*cached) (bool, error)) (more bool, err error) {
	if hi-lo < few {
		return j.readEach(ctx, lo, hi, give)
	}
	asking, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	consumer, err := (*j.stream.Load()).OrderedConsumer(asking, js.OrderedConsumerConfig{DeliverPolicy: js.DeliverByStartSequencePolicy, OptStartSeq: lo, MaxResetAttempts: resets})
	if err != nil {
		return false, unavailable("read", err)
	}
	if info := consumer.CachedInfo(); info != nil && info.NumPending == 0 {
		return j.readEach(ctx, lo, hi, give)
	}
	messages, err := consumer.Messages(js.PullMaxMessages(pullAtOnce))
	if err != nil {
		return false, unavailable("read", err)
	}
	defer messages.Stop()
	for {
		m, err := next(ctx, messages)
		if err != nil {
			return false, err
		}
		meta, err := m.Metadata()
		if err != nil {
			return false, unavailable("read", err)
		}
		seq := meta.Sequence.Stream
		if seq > hi {
			return true, nil
		}
		if seq < lo {
			continue
		}
		frame, err := j.whole(ctx, m.Data(), m.Headers(), seq)
		if errors.Is(err, ErrUnavailable) {
			return false, err
		}
		if h, ok := record.ParseHeader(frame); err == nil && ok {
			if more, err := give(&cached{seq, h.Meta, frame}); err != nil || !more {
				return false, err
			}
		}
		if seq == hi {
			return true, nil
		}
		if meta.NumPending == 0 {
			return j.readEach(ctx, seq+1, hi, give)
		}
	}
}

// readEach reads one message after the other: the few that have come this moment,
// which a consumer may not know of, since it can be at a server that is behind.
func (j *Journal) readEach(ctx context.Context, lo, hi uint64, give func(*cached) (bool, error)) (more bool, err error) {
	for seq := lo; seq <= hi; seq++ {
		if seq == lo+few && j.nothing(ctx, seq, hi) {
			return true, nil
		}
		frame, err := j.fetch(seq)
		if errors.Is(err, journal.ErrTrimmed) || errors.Is(err, journal.ErrUnknown) {
			continue
		}
		if errors.Is(err, ErrUnavailable) || ctx.Err() != nil {
			return false, err
		}
		if h, ok := record.ParseHeader(frame); err == nil && ok {
			if more, err := give(&cached{seq, h.Meta, frame}); err != nil || !more {
				return false, err
			}
		}
	}
	return true, nil
}

// nothing reports that the stream has none of the numbers from lo to hi: they were
// forgotten. A consumer alone cannot tell: it may be at a server that is behind.
func (j *Journal) nothing(ctx context.Context, lo, hi uint64) bool {
	info, err := (*j.stream.Load()).Info(ctx, js.WithDeletedDetails(true))
	if err != nil {
		return true // reading on would not end better
	}
	lo, hi = max(lo, info.State.FirstSeq), min(hi, info.State.LastSeq)
	if lo > hi {
		return true
	}
	gone := 0
	for _, seq := range info.State.Deleted {
		if seq >= lo && seq <= hi {
			gone++
		}
	}
	return uint64(gone) == hi-lo+1
}

// next waits for a message, no longer than the servers may take or the reader
// wants.
func next(ctx context.Context, messages js.MessagesContext) (js.Msg, error) {
	within, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	m, err := messages.Next(js.NextContext(within))
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, unavailable("read", err)
	}
	return m, nil
}

// follow fills the cache with what comes, of this process and of others, and
// tells those who wait. It goes on after every failure until Close.
func (j *Journal) follow() {
	defer j.tail.Done()
	const pause = 200 * time.Millisecond
	for j.ctx.Err() == nil {
		if stream := j.stream.Load(); stream != nil {
			j.followOnce(*stream)
		} else {
			j.await()
		}
		select {
		case <-j.ctx.Done():
		case <-time.After(pause):
		}
	}
}

// await returns when somebody may have made the stream: whoever does publishes
// into it next.
func (j *Journal) await() {
	heard := make(chan *nats.Msg, 1)
	sub, err := j.conn.ChanSubscribe(j.name()+".>", heard)
	if err != nil {
		return
	}
	defer func() { _ = sub.Unsubscribe() }()
	back := j.conn.StatusChanged(nats.CONNECTED) // what was published meanwhile was not heard
	defer j.conn.RemoveStatusListener(back)
	if j.look(j.ctx) != nil || j.stream.Load() != nil {
		return
	}
	select {
	case <-heard:
		_ = j.look(j.ctx)
	case <-back:
		_ = j.look(j.ctx)
	case <-j.begun:
	case <-j.ctx.Done():
	}
}

func (j *Journal) followOnce(stream js.Stream) {
	_, _, upTo := j.cache.part(0, 0)
	consumer, err := stream.OrderedConsumer(j.ctx, js.OrderedConsumerConfig{DeliverPolicy: js.DeliverByStartSequencePolicy, OptStartSeq: upTo + 1, MaxResetAttempts: resets})
	if err != nil {
		return
	}
	messages, err := consumer.Messages(js.PullMaxMessages(pullAtOnce))
	if err != nil {
		return
	}
	defer messages.Stop()
	for {
		m, err := messages.Next(js.NextContext(j.ctx))
		if err != nil {
			return
		}
		meta, err := m.Metadata()
		if err != nil {
			return
		}
		seq := meta.Sequence.Stream
		frame, err := j.whole(j.ctx, m.Data(), m.Headers(), seq)
		if errors.Is(err, ErrUnavailable) {
			return
		}
		if err == nil {
			j.cache.add(seq, frame)
		}
		j.news.Announce(seq)
	}
}
