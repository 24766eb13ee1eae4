// Package state keeps the one small document that outlives the process beside the
// journal, whole at every moment: in memory, in a folder, or where many processes
// reach it.
package state

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"sync"
)

// Document is the one small document that outlives the process beside the journal:
// subscriptions, settings, inbox settings, faults, the clock and the seed, each
// a named section. It is written at each change, changes that come together in
// one write.
type Document struct {
	place Place // nil: memory only

	mu       sync.Mutex
	sections map[string]json.RawMessage
	later    map[string]func() json.RawMessage // sections that are made when they are needed
	cur      *Flush
	writing  bool
	repaired string            // what opening had to put right
	beside   map[string][]byte // in memory: files beside the document
}

// Flush is a write of the document under way; nil is one that needs no waiting.
type Flush struct {
	done chan struct{}
	err  error
}

// Place is where a Document is kept: a folder, or somewhere that many processes reach.
type Place interface {
	// Read returns the sections, and what had to be put right.
	Read() (sections map[string]json.RawMessage, repaired string, err error)
	// Write replaces all sections and returns once they are durable.
	Write(sections map[string]json.RawMessage) error
	// WriteBeside keeps what is written apart from the sections; ReadBeside reads it,
	// when there is something.
	WriteBeside(name string, write func(io.Writer) error) error
	ReadBeside(name string, read func(*io.SectionReader) error) (found bool, err error)
}

// Open reads the document in a folder, "" keeps it in memory. Where it is
// damaged the generation before it is taken (see Repaired); without one it is an
// error that names it: it is never overwritten.
func Open(dir string) (*Document, error) {
	if dir == "" {
		return OpenAt(nil)
	}
	return OpenAt(folder(dir))
}

// OpenAt reads the document at a place; nil keeps it in memory.
func OpenAt(place Place) (s *Document, err error) {
	s = &Document{place: place, sections: map[string]json.RawMessage{}, later: map[string]func() json.RawMessage{}, beside: map[string][]byte{}}
	if place != nil {
		s.sections, s.repaired, err = place.Read()
	}
	return s, err
}

// Repaired says what opening had to put right, "" when nothing was.
func (s *Document) Repaired() string { return s.repaired }

// Load returns a section.
func (s *Document) Load(name string) (json.RawMessage, bool) {
	s.settle()
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.sections[name]
	return v, ok
}

// Observe takes the sections as another process has written them.
func (s *Document) Observe(sections map[string]json.RawMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sections = maps.Clone(sections)
}

// Save replaces a section (nil removes it) and returns when it is on disk. One that
// cannot be written is as it was before.
func (s *Document) Save(name string, v json.RawMessage) error {
	before, _ := s.Load(name)
	err := s.put(name, v).Wait()
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.replace(name, before)
	}
	return err
}

// SaveSoon replaces a section and returns before it is on disk. The next Save
// waits for it too.
func (s *Document) SaveSoon(name string, v json.RawMessage) { s.put(name, v) }

// put replaces a section and begins to write; the flush tells when it is done.
func (s *Document) put(name string, v json.RawMessage) *Flush {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.later, name)
	s.replace(name, v)
	return s.begin()
}

// replace puts a section in place, or removes it; the caller holds s.mu.
func (s *Document) replace(name string, v json.RawMessage) {
	if v == nil {
		delete(s.sections, name)
	} else {
		s.sections[name] = v
	}
}

// PutLater replaces a section by what a function makes of it when it is written,
// in memory not before it is asked for: a large section is made once for many
// changes. Nobody may hold what the function locks and wait for the flush.
func (s *Document) PutLater(name string, section func() json.RawMessage) *Flush {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.later[name] = section
	return s.begin()
}

// settle makes the sections that wait to be made.
func (s *Document) settle() {
	s.mu.Lock()
	later := s.later
	s.later = map[string]func() json.RawMessage{}
	s.mu.Unlock()
	for name, section := range later {
		v := section()
		s.mu.Lock()
		s.sections[name] = v
		s.mu.Unlock()
	}
}

// WriteBeside keeps what is written beside the document.
func (s *Document) WriteBeside(name string, write func(io.Writer) error) error {
	if s.place != nil {
		return s.place.WriteBeside(name, write)
	}
	var b bytes.Buffer
	err := write(&b)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.beside[name] = b.Bytes()
	return err
}

// ReadBeside reads what WriteBeside kept, when there is something.
func (s *Document) ReadBeside(name string, read func(*io.SectionReader) error) (found bool, err error) {
	if s.place == nil {
		s.mu.Lock()
		b, ok := s.beside[name]
		s.mu.Unlock()
		if !ok {
			return false, nil
		}
		return true, read(io.NewSectionReader(bytes.NewReader(b), 0, int64(len(b))))
	}
	return s.place.ReadBeside(name, read)
}

// OnDisk reports that saving can fail.
func (s *Document) OnDisk() bool { return s.place != nil }

// begin starts to write; the caller holds s.mu.
func (s *Document) begin() *Flush {
	if s.place == nil {
		return nil
	}
	if s.cur == nil {
		s.cur = &Flush{done: make(chan struct{})}
	}
	f := s.cur
	if !s.writing {
		s.writing = true
		go s.run()
	}
	return f
}

// Wait returns once it is durable, or cannot be.
func (f *Flush) Wait() error {
	if f == nil {
		return nil
	}
	<-f.done
	return f.err
}

// run writes until nothing new has come.
func (s *Document) run() {
	for {
		s.mu.Lock()
		f := s.cur
		s.cur = nil
		if f == nil {
			s.writing = false
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		s.settle()
		s.mu.Lock()
		doc := maps.Clone(s.sections)
		s.mu.Unlock()
		f.err = s.place.Write(doc)
		close(f.done)
	}
}
