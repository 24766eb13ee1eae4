package state

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"tacklebox/mock/provider"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/files"
)

// folder is a Place on this machine's disk: state.json, written to a temporary
// file, synced and renamed.
type folder string

func (dir folder) path() string { return filepath.Join(string(dir), "state.json") }

func (dir folder) Read() (map[string]json.RawMessage, string, error) { return readState(dir.path()) }

func (dir folder) Write(sections map[string]json.RawMessage) error {
	return writeState(dir.path(), sections)
}

func (dir folder) WriteBeside(name string, write func(io.Writer) error) error {
	return writeFile(filepath.Join(string(dir), name), write)
}

func (dir folder) ReadBeside(name string, read func(*io.SectionReader) error) (found bool, err error) {
	f, err := files.Open(filepath.Join(string(dir), name), os.O_RDONLY)
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

// stateFile is the form of state.json: the sections with a checksum over their
// bytes, so that a flipped bit is noticed and not obeyed.
type stateFile struct {
	Checksum string          `json:"checksum"`
	Sections json.RawMessage `json:"sections"`
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(sections []byte) string {
	return fmt.Sprintf("crc32c:%08x", crc32.Checksum(sections, castagnoli))
}

// The generations beside state.json.
const (
	stateBefore  = ".before"  // what it was before the last write
	stateDamaged = ".damaged" // what could not be read, kept for a person
	stateNew     = ".new"     // being written
)

// readState reads the sections of a state file; where that is damaged or gone, of
// the generation before it, and says so in note. Neither: an error that names the
// file and the way out. A folder without both is empty.
func readState(path string) (sections map[string]json.RawMessage, note string, err error) {
	sections, err = readGeneration(path)
	if err == nil {
		return sections, "", nil
	}
	older, olderErr := readGeneration(path + stateBefore)
	missing := errors.Is(err, fs.ErrNotExist)
	switch {
	case missing && errors.Is(olderErr, fs.ErrNotExist):
		return map[string]json.RawMessage{}, "", nil
	case olderErr == nil:
		note = fmt.Sprintf("state %s: %v; the generation before it is used: what changed last may be missing", path, err)
		if !missing {
			err = os.Rename(path, path+stateDamaged)
			note += ". It is kept as " + path + stateDamaged
		} else {
			err = nil
		}
		return older, note, err
	}
	return nil, "", fmt.Errorf("state %s: %w; move it away to begin without subscriptions and settings, the journal stays", path, err)
}

func readGeneration(path string) (map[string]json.RawMessage, error) {
	raw, err := files.Read(path)
	if err != nil {
		return nil, err
	}
	var file stateFile
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("it is damaged: %w", err)
	}
	if file.Checksum == "" || file.Checksum != checksum(file.Sections) {
		return nil, errors.New("it is damaged: the checksum does not fit")
	}
	sections := map[string]json.RawMessage{}
	if err := json.Unmarshal(file.Sections, &sections); err != nil {
		return nil, fmt.Errorf("it is damaged: %w", err)
	}
	return sections, nil
}

// writeState replaces a state file in one step that survives a power cut, and
// keeps the generation that it replaces.
func writeState(path string, sections map[string]json.RawMessage) error {
	raw := provider.Encode(sections)
	tmp := path + stateNew
	err := writeSynced(tmp, bytesOf(provider.Encode(stateFile{checksum(raw), raw})))
	if err == nil {
		err = keepGeneration(path)
	}
	if err == nil {
		err = os.Rename(tmp, path)
	}
	if err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	if err != nil {
		return notSaved{fmt.Errorf("state: %w", err)}
	}
	return nil
}

// notSaved is a write of the state that failed. For who asked it is what a journal
// is that cannot be written: nothing of the change is in force.
type notSaved struct{ error }

// Is makes it a journal.ErrNotKept, which the APIs answer with 507.
func (notSaved) Is(target error) bool { return target == journal.ErrNotKept }

func (e notSaved) Unwrap() error { return e.error }

// keepGeneration gives a file a second name, in place of an older generation's. At
// every moment the file itself is there.
func keepGeneration(path string) error {
	before := path + stateBefore
	if err := os.Remove(before); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	err := os.Link(path, before)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // the first write
	}
	if err != nil { // a file system without links
		raw, readErr := files.Read(path)
		if readErr != nil {
			return readErr
		}
		return writeSynced(before, bytesOf(raw))
	}
	return nil
}

// bytesOf writes what is there already.
func bytesOf(b []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	}
}

func writeSynced(path string, write func(io.Writer) error) error {
	f, err := files.Open(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(f)
	if err = write(buffered); err == nil {
		err = buffered.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncFolder makes a rename last. Where folders cannot be synced it does nothing.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = f.Sync()
	return f.Close()
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
