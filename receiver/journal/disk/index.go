package disk

import (
	"bytes"
	"encoding/binary"
	"os"
	"strings"

	"tacklebox/receiver/journal/files"
	"tacklebox/receiver/journal/record"
)

// A segment that is full gets a file of its metas beside it, so that opening a
// large journal reads the heads of these files instead of all records; the metas
// are read when somebody first looks at the segment. It is a copy only: without
// it, or when anything in it disagrees, the segment is read.
//
//	magic u32, version u32, base u64, numbers u64, records u64, bytes of the
//	segment u64, CRC-32C of these; the metas; then the CRC-32C of all before it
const (
	indexMagic   = 0x49584254 // "TBXI"
	indexVersion = 2
	indexHeader  = 44
)

func indexPath(segment string) string { return strings.TrimSuffix(segment, segmentExt) + indexExt }

// indexHead is the head of the index of s.
func (s *segment) indexHead() []byte {
	le := binary.LittleEndian
	b := make([]byte, 0, indexHeader+s.total*record.MetaSize+4)
	b = le.AppendUint32(b, indexMagic)
	b = le.AppendUint32(b, indexVersion)
	for _, n := range []uint64{s.base, uint64(s.total), uint64(s.count), uint64(s.size)} {
		b = le.AppendUint64(b, n)
	}
	return le.AppendUint32(b, record.Checksum(b))
}

// saveIndex writes the index of a full segment. Failing costs only time at the
// next start, so nobody is told.
func (s *segment) saveIndex() {
	b := s.indexHead()
	for i := range s.metas {
		b = s.metas[i].AppendTo(b)
	}
	b = binary.LittleEndian.AppendUint32(b, record.Checksum(b))
	if files.Write(indexPath(s.path), b) != nil {
		os.Remove(indexPath(s.path))
	}
}

// loadIndex takes from the index of s, whose file has size bytes, how much is in
// it, and reports whether it could be used. Where there are holes, or will be, it
// reads the metas too.
func (s *segment) loadIndex(size int64) bool {
	f, err := files.Open(indexPath(s.path), os.O_RDONLY)
	if err != nil {
		return false
	}
	defer f.Close()
	var head [indexHeader]byte
	info, err := f.Stat()
	if err != nil {
		return false
	}
	if _, err := f.ReadAt(head[:], 0); err != nil {
		return false
	}
	le := binary.LittleEndian
	s.total, s.count, s.size = int(le.Uint64(head[16:])), int(le.Uint64(head[24:])), size
	fits := info.Size() == int64(indexHeader+4)+int64(s.total)*record.MetaSize && bytes.Equal(s.indexHead()[:indexHeader], head[:])
	if fits && (s.count < s.total || s.hasForgotten()) {
		s.metas = s.readIndex()
		fits = s.metas != nil
	}
	if !fits {
		s.total, s.count, s.size = 0, 0, 0
	}
	return fits
}

// readIndex reads the metas of s from its index, nil when that is damaged.
func (s *segment) readIndex() []record.Meta {
	b, err := files.Read(indexPath(s.path))
	n := len(b) - indexHeader - 4
	if err != nil || n != s.total*record.MetaSize || binary.LittleEndian.Uint32(b[len(b)-4:]) != record.Checksum(b[:len(b)-4]) {
		return nil
	}
	metas := make([]record.Meta, s.total)
	for i := range metas {
		metas[i].Parse(b[indexHeader+i*record.MetaSize:])
	}
	return metas
}

// index returns the metas of s, which it reads when nobody has looked at the
// segment since it was opened: from its index, and from the records where that is
// damaged. The caller holds s, and does not hold d.mu.
func (d *disk) index(s *segment) ([]record.Meta, error) {
	d.mu.RLock()
	metas, total := s.metas, s.total
	d.mu.RUnlock()
	if metas != nil || total == 0 {
		return metas, nil
	}
	if metas = s.readIndex(); metas == nil {
		again := newSegment(s.base, s.path, s.f)
		if _, err := again.recover(s.size); err != nil {
			return nil, err
		}
		again.put(s.base+uint64(max(total, again.total)), record.Meta{})
		metas = again.metas[:total]
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if s.metas == nil {
		s.metas = metas
	}
	return s.metas, nil
}
