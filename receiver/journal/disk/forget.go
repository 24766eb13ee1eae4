package disk

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"strings"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/files"
	"tacklebox/receiver/journal/record"
)

// Entries that were forgotten one by one leave holes. A file beside their segment
// names them: numbers relative to its first, u32 each, and a CRC-32C of all before
// it. The bytes go when their segment does, at once when nothing is left in it.
const forgottenExt = ".del"

func forgottenPath(segment string) string {
	return strings.TrimSuffix(segment, segmentExt) + forgottenExt
}

// Forget implements journal.Store.
func (d *disk) Forget(ctx context.Context, f journal.Matcher) error {
	var seqs []uint64
	err := d.Scan(ctx, 0, 0, false, f, func(e *journal.Entry) bool {
		seqs = append(seqs, e.Seq)
		return true
	})
	if err != nil || len(seqs) == 0 {
		return err
	}
	d.writing.Lock()
	defer d.writing.Unlock()
	d.mu.RLock()
	segments := slices.Clone(d.segments)
	closed := d.closed
	d.mu.RUnlock()
	if closed {
		return journal.ErrClosed
	}
	for i, s := range segments {
		n, _ := slices.BinarySearch(seqs, s.next())
		if n > 0 {
			if err := d.forgetIn(s, seqs[:n], i == len(segments)-1); err != nil {
				return err
			}
		}
		seqs = seqs[n:]
	}
	return nil
}

// forgetIn makes holes of some numbers of s. Readers that are under way see what
// was there: they have the metas of before.
func (d *disk) forgetIn(s *segment, seqs []uint64, active bool) error {
	metas, err := d.index(s)
	if err != nil {
		return err
	}
	metas, gone, bytes := slices.Clone(metas), 0, int64(0)
	for _, seq := range seqs {
		if seq < s.base {
			continue // its segment was dropped meanwhile
		}
		if m := &metas[seq-s.base]; m.Size > 0 {
			*m = record.Meta{}
			gone++
		}
	}
	empty := gone == s.count && !active
	if !empty {
		if err := saveForgotten(s.path, metas); err != nil {
			return d.notKept(fmt.Errorf("forget: %w", err))
		}
	} else {
		bytes = s.size
		d.gaps.add(d.dir, gapForgotten, s.base, s.next()-1)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	s.metas, s.count = metas, s.count-gone
	d.count -= gone
	if empty && bytes > 0 {
		d.segments = slices.DeleteFunc(slices.Clone(d.segments), func(o *segment) bool { return o == s })
		d.forget(s)
	}
	d.findOldest()
	return nil
}

// saveForgotten names all holes of a segment.
func saveForgotten(segment string, metas []record.Meta) error {
	var b []byte
	for i := range metas {
		if metas[i].Size == 0 {
			b = binary.LittleEndian.AppendUint32(b, uint32(i))
		}
	}
	b = binary.LittleEndian.AppendUint32(b, record.Checksum(b))
	path := forgottenPath(segment)
	err := files.Write(path+".new", b)
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		os.Remove(path + ".new")
	}
	return err
}

// hasForgotten reports whether entries of s were forgotten one by one.
func (s *segment) hasForgotten() bool {
	_, err := os.Lstat(forgottenPath(s.path))
	return err == nil
}

// applyForgotten makes the holes again when a segment is opened.
func (s *segment) applyForgotten() {
	b, err := files.Read(forgottenPath(s.path))
	n := len(b) - 4
	if err != nil || n < 0 || n%4 != 0 || binary.LittleEndian.Uint32(b[n:]) != record.Checksum(b[:n]) {
		return
	}
	for ; n > 0; n -= 4 {
		i := binary.LittleEndian.Uint32(b[n-4:])
		if int(i) < len(s.metas) && s.metas[i].Size > 0 {
			s.metas[i] = record.Meta{}
			s.count--
		}
	}
}
