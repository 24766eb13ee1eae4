package disk

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"tacklebox/receiver/journal/record"
)

// segment is one file of records. Its name is the first sequence number it can
// hold, so that an empty one still says where numbers go on.
type segment struct {
	base  uint64
	path  string
	f     *os.File
	size  int64         // bytes that are written and readable
	metas []record.Meta // metas[i] is record base+i; holes have size 0. nil: in the index file, see index
	total int           // of numbers: records and holes
	count int           // of records

	refs   atomic.Int32 // the store's own and one per reader
	doomed atomic.Bool  // dropped: the last one out removes the file
}

const (
	segmentExt = ".seg"
	indexExt   = ".idx"
)

func segmentPath(dir string, base uint64) string {
	return filepath.Join(dir, fmt.Sprintf("%020d%s", base, segmentExt))
}

// createSegment makes an empty segment; a file of that name is an error.
func createSegment(dir string, base uint64) (*segment, error) {
	path := segmentPath(dir, base)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("segment: %w", err)
	}
	return newSegment(base, path, f), nil
}

func newSegment(base uint64, path string, f *os.File) *segment {
	s := &segment{base: base, path: path, f: f}
	s.refs.Store(1)
	return s
}

// segmentBases lists the segments of dir in order.
func segmentBases(dir string) ([]uint64, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var bases []uint64
	for _, file := range entries {
		name, ok := strings.CutSuffix(file.Name(), segmentExt)
		if base, err := strconv.ParseUint(name, 10, 64); ok && err == nil && base > 0 && segmentPath(dir, base) == filepath.Join(dir, file.Name()) {
			bases = append(bases, base)
		}
	}
	slices.Sort(bases)
	return bases, nil
}

// next is the sequence number behind the last one of s.
func (s *segment) next() uint64 { return s.base + uint64(s.total) }

// first is the first sequence number that s really has.
func (s *segment) first() (seq uint64, ok bool) {
	if s.count == s.total {
		return s.base, s.count > 0
	}
	for i := range s.metas {
		if s.metas[i].Size > 0 {
			return s.base + uint64(i), true
		}
	}
	return 0, false
}

// endsInHole reports whether the last numbers of s were given away but have no
// record any more. Numbers rise one by one in a file, so the next record, which
// must not repeat them, needs another.
func (s *segment) endsInHole() bool {
	n := len(s.metas)
	return n > 0 && s.metas[n-1].Size == 0
}

// put adds the meta of record seq, leaving a hole for each number in between.
func (s *segment) put(seq uint64, m record.Meta) {
	for s.next() < seq {
		s.metas = append(s.metas, record.Meta{})
		s.total++
	}
	s.metas = append(s.metas, m)
	s.total++
	if m.Size > 0 {
		s.count++
	}
}

// hold keeps the file open for a reader until release.
func (s *segment) hold() { s.refs.Add(1) }

func (s *segment) release() {
	if s.refs.Add(-1) > 0 {
		return
	}
	s.f.Close()
	if s.doomed.Load() {
		os.Remove(s.path) // where an open file cannot be removed, drop failed to
	}
}

// drop removes the file, at once where the system allows it.
func (s *segment) drop() {
	s.doomed.Store(true)
	os.Remove(indexPath(s.path))
	os.Remove(forgottenPath(s.path))
	os.Remove(s.path)
	s.release()
}

// read returns the record that m describes.
func (s *segment) read(m *record.Meta) ([]byte, error) {
	frame := make([]byte, m.Size)
	if _, err := s.f.ReadAt(frame, int64(m.Off)); err != nil {
		return nil, s.wrap("read", err)
	}
	return frame, nil
}

func (s *segment) wrap(what string, err error) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("journal: %s %s: %w", what, s.path, err)
}
