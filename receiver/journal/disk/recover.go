package disk

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"tacklebox/receiver/journal/record"
)

// damage is what recovering a segment found.
type damage struct {
	cut     int64 // bytes cut off the end
	skipped int   // corrupt places
	at      int64 // of the first of either
}

func (d *damage) note(at int64) {
	if d.cut == 0 && d.skipped == 0 {
		d.at = at
	}
}

// recovery reads a segment record by record, from its beginning.
type recovery struct {
	*segment
	window window
	size   int64 // of the file
	lost   int64 // unreadable bytes since the last good record
	damage damage
}

// recover fills the segment from its file of size bytes. Numbers before least
// are refused. A corrupt record is skipped; what cannot be read up to the end
// is torn, and left for the caller to cut: s.size is the place.
func (s *segment) recover(size int64) (damage, error) {
	r := recovery{segment: s, size: size, window: window{r: s.f, size: size}}
	off := int64(0)
	for off < size {
		next, err := r.step(off)
		if err != nil {
			return r.damage, s.wrap("read", err)
		}
		if next <= off {
			r.damage.note(off)
			r.damage.cut = size - off
			break
		}
		off = next
	}
	s.size = off
	return r.damage, nil
}

// step takes what stands at off and returns where to go on; off itself when
// nothing follows that could be read.
func (r *recovery) step(off int64) (int64, error) {
	b, err := r.window.bytes(off, record.HeaderSize)
	if err != nil {
		return 0, err
	}
	h, ok := record.ParseHeader(b)
	if !ok || !r.plausible(&h) {
		return r.resync(off)
	}
	end := off + int64(h.Size)
	if end > r.size {
		r.put(h.Seq, record.Meta{})
		return off, nil
	}
	frame, err := r.window.bytes(off, int(h.Size))
	if err != nil {
		return 0, err
	}
	if !h.Intact(frame) {
		r.put(h.Seq, record.Meta{}) // its number was given away: a hole, never a repeat
		if end == r.size {
			return off, nil
		}
		r.damage.note(off)
		r.damage.skipped++
		return end, nil
	}
	if off > maxOffset {
		return off, nil
	}
	h.Off = uint32(off)
	r.put(h.Seq, h.Meta)
	r.lost = 0
	return end, nil
}

const maxOffset = 1<<32 - 1

// plausible reports whether h can be the next record: numbers rise one by one,
// and skip at most as many as fit into the bytes that could not be read.
func (r *recovery) plausible(h *record.Header) bool {
	next := r.next()
	return h.Seq >= next && h.Seq-next <= uint64(r.lost)/record.HeaderSize
}

// resync looks for the next header behind a place that has none.
func (r *recovery) resync(off int64) (int64, error) {
	mark := binary.LittleEndian.AppendUint32(nil, record.Magic)
	start, lost := off, r.lost
	for at := off + 1; at+record.HeaderSize <= r.size; {
		b, err := r.window.bytes(at, int(min(r.size-at, 64<<10)))
		if err != nil {
			return 0, err
		}
		i := bytes.Index(b, mark)
		if i < 0 {
			at += int64(len(b) - len(mark) + 1)
			continue
		}
		at += int64(i)
		b, err = r.window.bytes(at, int(min(r.size-at, record.HeaderSize)))
		if err != nil {
			return 0, err
		}
		r.lost = lost + at - start
		if h, ok := record.ParseHeader(b); ok && r.plausible(&h) {
			r.damage.note(start)
			r.damage.skipped++
			return at, nil
		}
		at++
	}
	r.lost = lost
	return off, nil
}

// describe words a damage for a person.
func (d damage) describe(path string) string {
	switch {
	case d.skipped == 0:
		return fmt.Sprintf("cut %d bytes of a torn record at %s:%d", d.cut, path, d.at)
	case d.cut == 0:
		return fmt.Sprintf("skipped %d corrupt records, the first at %s:%d", d.skipped, path, d.at)
	}
	return fmt.Sprintf("skipped %d corrupt records and cut %d bytes of a torn one, the first at %s:%d", d.skipped, d.cut, path, d.at)
}

// window is a part of a file in memory that moves along as it is read.
type window struct {
	r    io.ReaderAt
	size int64 // of the file
	buf  []byte
	lo   int64 // offset of buf[0]
}

const windowBytes = 256 << 10

// bytes returns up to n bytes at off, fewer at the end of the file. They are
// valid until the next call.
func (w *window) bytes(off int64, n int) ([]byte, error) {
	n = int(min(int64(n), w.size-off))
	if off < w.lo || off+int64(n) > w.lo+int64(len(w.buf)) {
		if err := w.fill(off, int(min(int64(max(n, windowBytes)), w.size-off))); err != nil {
			return nil, err
		}
	}
	from := int(off - w.lo)
	return w.buf[from : from+n : from+n], nil
}

func (w *window) fill(off int64, n int) error {
	if cap(w.buf) < n {
		w.buf = make([]byte, n)
	}
	w.buf, w.lo = w.buf[:n], off
	if _, err := w.r.ReadAt(w.buf, off); err != nil {
		w.buf = w.buf[:0]
		return err
	}
	return nil
}
