package record

import (
	"context"
	"errors"
	"tacklebox/receiver/journal"
)

// Verdict is what can be said of an entry without reading all of it.
type Verdict uint8

const (
	No Verdict = iota
	Maybe
	Yes
)

// Shortcut is a Matcher that can judge without a whole entry: by what the index
// keeps, and by the raw bytes of a record. What they say, Match would say too.
type Shortcut interface {
	ByIndex(seq uint64, m *Meta) Verdict
	ByBytes(frame []byte) bool
}

// Sieve passes the records that a filter matches on to a reader, looking at as
// little of each as decides it: the index, then the raw bytes, then the entry.
type Sieve struct {
	Context context.Context // whoever reads; nil: for ever
	Filter  journal.Matcher
	Yield   func(*journal.Entry) bool
	Corrupt func(seq uint64) // told of a record that cannot be read; it is skipped
	spare   *journal.Entry   // decoded before and shown to nobody
	seen    int
	Err     error
}

// Admit judges by the index; what is no need not be read.
func (s *Sieve) Admit(seq uint64, m *Meta) Verdict {
	if m.Size == 0 {
		return No
	}
	return s.byIndex(seq, m)
}

// Record offers a record that Admit did not refuse; false ends the scan.
func (s *Sieve) Record(v Verdict, seq uint64, frame []byte) bool {
	if s.seen++; s.seen%betweenLooks == 0 && s.Context != nil && s.Context.Err() != nil {
		s.Err = s.Context.Err()
		return false
	}
	if v == No || v == Maybe && !s.byBytes(frame) {
		return true
	}
	e := s.spare
	if e == nil {
		e = &journal.Entry{}
	}
	s.spare = nil
	err := Decode(e, frame)
	if err != nil || e.Seq != seq {
		return s.skip(seq, err)
	}
	if v == Maybe && !s.match(e) {
		s.spare = e
		return true
	}
	return s.Yield(e)
}

// betweenLooks is how many records pass before the reader is asked whether it is
// still there.
const betweenLooks = 32

func (s *Sieve) skip(seq uint64, err error) bool {
	if s.Corrupt != nil {
		s.Corrupt(seq)
		return true
	}
	s.Err = errors.Join(ErrCorrupt, err)
	return false
}

// byIndex judges by what the index knows.
func (s *Sieve) byIndex(seq uint64, m *Meta) Verdict {
	if f, ok := s.Filter.(Shortcut); ok {
		return f.ByIndex(seq, m)
	}
	if s.Filter == nil {
		return Yes
	}
	return Maybe
}

// byBytes reports whether a record may match, judged by its raw bytes.
func (s *Sieve) byBytes(frame []byte) bool {
	f, ok := s.Filter.(Shortcut)
	return !ok || f.ByBytes(frame)
}

func (s *Sieve) match(e *journal.Entry) bool { return s.Filter == nil || s.Filter.Match(e) }
