package disk

import (
	"encoding/binary"
	"os"
	"strings"
	"tacklebox/receiver/journal/record"
)

// A segment that is full gets a file of its metas beside it, so that opening a
// large journal reads 32 bytes a record instead of all of them. It is a copy
// only: without it, or when anything in it disagrees, the segment is read.
//
//	magic u32, version u32, base u64, records u64, bytes of the segment u64,
//	then the metas, then the CRC-32C of all before it
const (
	indexMagic   = 0x49584254 // "TBXI"
	indexVersion = 1
	indexHeader  = 32
)

func indexPath(segment string) string { return strings.TrimSuffix(segment, segmentExt) + indexExt }

// saveIndex writes the index of a full segment. Failing costs only time at the
// next start, so nobody is told.
func (s *segment) saveIndex() {
	le := binary.LittleEndian
	b := make([]byte, 0, indexHeader+len(s.metas)*record.MetaSize+4)
	b = le.AppendUint32(b, indexMagic)
	b = le.AppendUint32(b, indexVersion)
	b = le.AppendUint64(b, s.base)
	b = le.AppendUint64(b, uint64(len(s.metas)))
	b = le.AppendUint64(b, uint64(s.size))
	for i := range s.metas {
		b = s.metas[i].AppendTo(b)
	}
	b = le.AppendUint32(b, record.Checksum(b))
	if os.WriteFile(indexPath(s.path), b, 0o600) != nil {
		os.Remove(indexPath(s.path))
	}
}

// loadIndex reads the index of s, whose file has size bytes, and reports
// whether it could be used.
func (s *segment) loadIndex(size int64) bool {
	b, err := os.ReadFile(indexPath(s.path))
	n := len(b) - indexHeader - 4
	if err != nil || n < 0 || n%record.MetaSize != 0 {
		return false
	}
	le := binary.LittleEndian
	if le.Uint32(b) != indexMagic || le.Uint32(b[4:]) != indexVersion || le.Uint64(b[8:]) != s.base ||
		le.Uint64(b[16:]) != uint64(n/record.MetaSize) || le.Uint64(b[24:]) != uint64(size) ||
		le.Uint32(b[len(b)-4:]) != record.Checksum(b[:len(b)-4]) {
		return false
	}
	metas := make([]record.Meta, n/record.MetaSize)
	count := 0
	for i := range metas {
		metas[i].Parse(b[indexHeader+i*record.MetaSize:])
		if metas[i].Size > 0 {
			count++
		}
	}
	s.metas, s.count, s.size = metas, count, size
	return true
}
