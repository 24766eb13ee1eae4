package mock

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"sync"

	"tacklebox/receiver/journal/files"
)

// State is the one small document that outlives the process beside the journal:
// subscriptions, settings, inbox settings, faults, the clock and the seed, each
// a named section. It is written to a temporary file, synced and renamed at each
// change, changes that come together in one write.
type State struct {
	path string // "": memory only

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

// OpenState reads the document in a folder, "" keeps it in memory. Where it is
// damaged the generation before it is taken (see Repaired); without one it is an
// error that names it: it is never overwritten.
func OpenState(dir string) (*State, error) {
	s := &State{sections: map[string]json.RawMessage{}, later: map[string]func() json.RawMessage{}, beside: map[string][]byte{}}
	if dir == "" {
		return s, nil
	}
	s.path = filepath.Join(dir, "state.json")
	var err error
	s.sections, s.repaired, err = readState(s.path)
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

// writeBeside keeps what is written in a file of its own beside the document.
func (s *State) writeBeside(name string, write func(io.Writer) error) error {
	if s.path != "" {
		return writeFile(filepath.Join(filepath.Dir(s.path), name), write)
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
	if s.path == "" {
		s.mu.Lock()
		b, ok := s.beside[name]
		s.mu.Unlock()
		if !ok {
			return false, nil
		}
		return true, read(io.NewSectionReader(bytes.NewReader(b), 0, int64(len(b))))
	}
	f, err := files.Open(filepath.Join(filepath.Dir(s.path), name), os.O_RDONLY)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return true, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return true, err
	}
	return true, read(io.NewSectionReader(f, 0, info.Size()))
}

// onDisk reports that saving can fail.
func (s *State) onDisk() bool { return s.path != "" }

// begin starts to write; the caller holds s.mu.
func (s *State) begin() *flush {
	if s.path == "" {
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
		f.err = writeState(s.path, doc)
		close(f.done)
	}
}

// writeFile replaces a file in one step that survives a power cut.
func writeFile(path string, write func(io.Writer) error) error {
	tmp := path + stateNew
	err := writeSynced(tmp, write)
	if err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		return fmt.Errorf("state: %w", err)
	}
	return nil
}
