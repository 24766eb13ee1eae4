package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// readyFile tells programs where a sandbox answers.
type readyFile struct {
	URL     string `json:"url"`
	PID     int    `json:"pid"`
	Version string `json:"version"`
}

// readyPath is where the instance that owns a data folder leaves its address.
func readyPath(data string) string { return filepath.Join(data, "ready.json") }

// write puts the file in place in one step: a reader sees all of it or nothing.
// Only the user may read it, like the rest of the data folder.
func (r readyFile) write(path string) error {
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("ready file: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".ready-*")
	if err != nil {
		return fmt.Errorf("ready file: %w", err)
	}
	_, err = f.Write(append(text, '\n'))
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("ready file: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// remove deletes the file if it is still the one that this process wrote.
func (r readyFile) remove(path string) {
	if there, err := readReadyFile(path); err == nil && there.PID == r.PID && there.URL == r.URL {
		_ = os.Remove(path)
	}
}

func readReadyFile(path string) (readyFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return readyFile{}, fmt.Errorf("ready file: %w", err)
	}
	var r readyFile
	if err := json.Unmarshal(text, &r); err != nil || r.URL == "" {
		return readyFile{}, fmt.Errorf("ready file %s is damaged", path)
	}
	return r, nil
}

// alive reports whether a process exists. After a kill -9 the file stays; it
// must not send anybody to an address where something else may listen by now.
func alive(pid int) bool {
	if pid <= 0 {
		return false
	}
	process, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	err = process.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, fs.ErrPermission) || errors.Is(err, errors.ErrUnsupported)
}
