package journal

// sieve passes the records that a filter matches on to a reader, looking at as
// little of each as decides it: the index, then the raw bytes, then the entry.
type sieve struct {
	filter *Filter
	yield  func(*Entry) bool
	spare  *Entry // decoded before and shown to nobody
	err    error
}

// record offers one record; false ends the scan.
func (s *sieve) record(seq uint64, m *meta, frame []byte) bool {
	verdict := s.filter.byIndex(seq, m)
	if verdict == no || verdict == maybe && !s.filter.byBytes(frame) {
		return true
	}
	e := s.spare
	if e == nil {
		e = &Entry{}
	}
	s.spare = nil
	if err := decodeFrame(e, frame); err != nil {
		s.err = err
		return false
	}
	if verdict == maybe && !s.filter.Match(e) {
		s.spare = e
		return true
	}
	return s.yield(e)
}
