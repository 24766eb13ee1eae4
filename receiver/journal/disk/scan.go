package disk

import (
	"context"
	"fmt"
	"slices"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/record"
)

// view is what a scan sees of a segment: the records lo to hi-1 of metas, which
// later appends do not touch.
type view struct {
	*segment
	metas  []record.Meta
	lo, hi int
}

// Scan implements Store. It reads what was readable when it began; a segment
// that is dropped meanwhile stays open until the scan has passed it.
func (d *disk) Scan(ctx context.Context, after, before uint64, reverse bool, f journal.Matcher, yield func(*journal.Entry) bool) error {
	views, err := d.views(after, before, reverse)
	if err != nil {
		return err
	}
	defer releaseAll(views)
	r, ok := d.rangers.Get().(*ranger)
	if !ok {
		r = &ranger{} // a short journal never needs a large buffer
	}
	defer d.lendAgain(r)
	r.sieve = record.Sieve{Context: ctx, Filter: f, Yield: yield, Corrupt: d.warnCorrupt}
	if reverse {
		slices.Reverse(views)
	}
	for i := range views {
		if missed := d.between(views, i, after, reverse); missed != nil {
			return missed
		}
		if views[i].metas, err = d.index(views[i].segment); err != nil {
			return err
		}
		if !r.scan(&views[i], reverse) {
			break
		}
	}
	return r.sieve.Err
}

// between is the error of a cursor that comes to numbers whose segment was lost.
// Those that were forgotten on purpose are holes inside of one.
func (d *disk) between(views []view, i int, after uint64, reverse bool) error {
	if reverse || after == 0 {
		return nil
	}
	next := after + 1
	if i > 0 {
		next = max(next, views[i-1].next())
	}
	base := views[i].base
	for _, m := range d.missing {
		if next <= m.To && m.To < base {
			return &journal.TrimmedError{From: max(next, m.From), To: m.To}
		}
	}
	return nil
}

func releaseAll(views []view) {
	for _, v := range views {
		v.release()
	}
}

// views holds the segments that have numbers between after and before.
func (d *disk) views(after, before uint64, reverse bool) ([]view, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return nil, journal.ErrClosed
	}
	if err := journal.Gap(after, d.oldest, reverse); err != nil {
		return nil, err
	}
	var list []view
	for _, s := range d.segments {
		if s.next() <= after || s.total == 0 || before > 0 && s.base >= before {
			continue
		}
		v := view{segment: s, hi: s.total}
		if after >= s.base {
			v.lo = int(after - s.base + 1)
		}
		if before > 0 && before < s.next() {
			v.hi = int(before - s.base)
		}
		s.hold()
		list = append(list, v)
	}
	return list, nil
}

// ranger reads the records that a sieve admits in as few and as large reads as
// makes sense, and nothing of those that it refuses.
type ranger struct {
	sieve record.Sieve
	picks []pick
	buf   []byte
}

// pick is a record to read: its place in the view and what the index said.
type pick struct {
	i int
	v record.Verdict
}

const (
	firstBatch = 16        // records; a reader that wants few pays for few
	lastBatch  = 4096      // records
	rangeBytes = 256 << 10 // of one read, if no record is larger: fits the processor's cache
	gapBytes   = 4 << 10   // of refused records that a read may run over
)

// lendAgain gives r back, unless one large record made its buffer large.
func (d *disk) lendAgain(r *ranger) {
	r.sieve = record.Sieve{}
	if cap(r.buf) <= 4*rangeBytes {
		d.rangers.Put(r)
	}
}

// scan offers the records of v in order; false ends the scan.
func (r *ranger) scan(v *view, reverse bool) bool {
	for size := firstBatch; v.lo < v.hi; size = min(2*size, lastBatch) {
		r.pick(v, size, reverse)
		for at := 0; at < len(r.picks); {
			n, err := r.load(v, r.picks[at:])
			if err != nil {
				r.sieve.Err = v.wrap("read", err)
				return false
			}
			if !r.offer(v, r.picks[at:at+n]) {
				return false
			}
			at += n
		}
	}
	return true
}

// pick takes the next admitted records off v, at most size.
func (r *ranger) pick(v *view, size int, reverse bool) {
	r.picks = r.picks[:0]
	for v.lo < v.hi && len(r.picks) < size {
		i := v.lo
		if reverse {
			v.hi--
			i = v.hi
		} else {
			v.lo++
		}
		if verdict := r.sieve.Admit(v.base+uint64(i), &v.metas[i]); verdict != record.No {
			r.picks = append(r.picks, pick{i, verdict})
		}
	}
}

// load reads the longest run of picks that lie together and returns how many.
// buf[0] is then the beginning of the lowest of them.
func (r *ranger) load(v *view, picks []pick) (n int, err error) {
	first := &v.metas[picks[0].i]
	lo, hi := int64(first.Off), int64(first.Off)+int64(first.Size)
	for n = 1; n < len(picks); n++ {
		m := &v.metas[picks[n].i]
		from, to := min(lo, int64(m.Off)), max(hi, int64(m.Off)+int64(m.Size))
		if to-from > rangeBytes || to-from > hi-lo+int64(m.Size)+gapBytes {
			break
		}
		lo, hi = from, to
	}
	if int64(cap(r.buf)) < hi-lo {
		r.buf = make([]byte, max(hi-lo, min(int64(2*cap(r.buf)), rangeBytes)))
	}
	r.buf = r.buf[:hi-lo]
	if _, err = v.f.ReadAt(r.buf, lo); err != nil {
		return 0, fmt.Errorf("at byte %d: %w", lo, err)
	}
	return n, nil
}

func (r *ranger) offer(v *view, picks []pick) bool {
	low := v.metas[min(picks[0].i, picks[len(picks)-1].i)].Off
	for _, p := range picks {
		m := &v.metas[p.i]
		from := m.Off - low
		if !r.sieve.Record(p.v, v.base+uint64(p.i), r.buf[from:from+m.Size:from+m.Size]) {
			return false
		}
	}
	return true
}
