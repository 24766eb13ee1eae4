package journal

import "errors"

// sieve passes the records that a filter matches on to a reader, looking at as
// little of each as decides it: the index, then the raw bytes, then the entry.
type sieve struct {
	filter  *Filter
	yield   func(*Entry) bool
	corrupt func(seq uint64) // told of a record that cannot be read; it is skipped
	spare   *Entry           // decoded before and shown to nobody
	err     error
}

// admit judges by the index; what is no need not be read.
func (s *sieve) admit(seq uint64, m *meta) verdict {
	if m.size == 0 {
		return no
	}
	return s.filter.byIndex(seq, m)
}

// record offers a record that admit did not refuse; false ends the scan.
func (s *sieve) record(v verdict, seq uint64, frame []byte) bool {
	if v == no || v == maybe && !s.filter.byBytes(frame) {
		return true
	}
	e := s.spare
	if e == nil {
		e = &Entry{}
	}
	s.spare = nil
	err := decodeFrame(e, frame)
	if err != nil || e.Seq != seq {
		return s.skip(seq, err)
	}
	if v == maybe && !s.filter.Match(e) {
		s.spare = e
		return true
	}
	return s.yield(e)
}

func (s *sieve) skip(seq uint64, err error) bool {
	if s.corrupt != nil {
		s.corrupt(seq)
		return true
	}
	s.err = errors.Join(errCorrupt, err)
	return false
}
