package mock

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"sync"
)

// State is the one small document that outlives the process beside the journal:
// subscriptions, settings, inbox settings, faults, the clock and the seed, each
// a named section. It is written at each change, changes that come together in
// one write.
type State struct {
	place Place // nil: memory only

	mu       sync.Mutex
	sections map[string]json.RawMessage
	later    map[string]func() json.RawMessage // sections that are made when they are needed
	cur      *flush
	writing  bool
	repaired string            // what opening had to put right
	beside   map[string][]byte // in memory: files beside the document
}

type flush struct {
	done chan struct{}
	err  error
}

// Place is where a State is kept: a folder, or somewhere that many processes reach.
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

// OpenState reads the document in a folder, "" keeps it in memory. Where it is
// damaged the generation before it is taken (see Repaired); without one it is an
// error that names it: it is never overwritten.
func OpenState(dir string) (*State, error) {
	if dir == "" {
		return OpenStateAt(nil)
	}
	return OpenStateAt(folder(dir))
}

// OpenStateAt reads the document at a place; nil keeps it in memory.
func OpenStateAt(place Place) (s *State, err error) {
	s = &State{place: place, sections: map[string]json.RawMessage{}, later: map[string]func() json.RawMessage{}, beside: map[string][]byte{}}
	if place != nil {
		s.sections, s.repaired, err = place.Read()
	}
	return s, err
}

// Repaired says what opening had to put right, "" when nothing was.
func (s *State) Repaired() string { return s.repaired }

// Load returns a section.
func (s *State) Load(name string) (json.RawMessage, bool) {
	s.settle()
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.sections[name]
	return v, ok
}

// Observe takes the sections as another process has written them.
func (s *State) Observe(sections map[string]json.RawMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sections = maps.Clone(sections)
}

// Save replaces a section (nil removes it) and returns when it is on disk. One that
// cannot be written is as it was before.
func (s *State) Save(name string, v json.RawMessage) error {
	before, _ := s.Load(name)
	err := s.put(name, v).wait()
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.replace(name, before)
	}
	return err
}

// SaveSoon replaces a section and returns before it is on disk. The next Save
// waits for it too.
func (s *State) SaveSoon(name string, v json.RawMessage) { s.put(name, v) }

// put replaces a section and begins to write; the flush tells when it is done.
func (s *State) put(name string, v json.RawMessage) *flush {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.later, name)
	s.replace(name, v)
	return s.begin()
}

// replace puts a section in place, or removes it; the caller holds s.mu.
func (s *State) replace(name string, v json.RawMessage) {
	if v == nil {
		delete(s.sections, name)
	} else {
		s.sections[name] = v
	}
}

// putLater replaces a section by what a function makes of it when it is written,
// in memory not before it is asked for: a large section is made once for many
// changes. Nobody may hold what the function locks and wait for the flush.
func (s *State) putLater(name string, section func() json.RawMessage) *flush {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.later[name] = section
	return s.begin()
}

// settle makes the sections that wait to be made.
func (s *State) settle() {
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

// writeBeside keeps what is written beside the document.
func (s *State) writeBeside(name string, write func(io.Writer) error) error {
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

// readBeside reads what writeBeside kept, when there is something.
func (s *State) readBeside(name string, read func(*io.SectionReader) error) (found bool, err error) {
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

// onDisk reports that saving can fail.
func (s *State) onDisk() bool { return s.place != nil }

// begin starts to write; the caller holds s.mu.
func (s *State) begin() *flush {
	if s.place == nil {
		return nil
	}
	if s.cur == nil {
		s.cur = &flush{done: make(chan struct{})}
	}
	f := s.cur
	if !s.writing {
		s.writing = true
		go s.run()
	}
	return f
}

func (f *flush) wait() error {
	if f == nil {
		return nil
	}
	<-f.done
	return f.err
}

// run writes until nothing new has come.
func (s *State) run() {
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
