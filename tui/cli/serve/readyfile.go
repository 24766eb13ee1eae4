package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Ready tells programs where a sandbox answers.
type Ready struct {
	URL     string `json:"url"`
	TLSURL  string `json:"tls_url,omitempty"`
	PID     int    `json:"pid"`
	Version string `json:"version"`
}

// readyPath is where the instance that owns a data folder leaves its address.
func ReadyPath(data string) string { return filepath.Join(data, "ready.json") }

// write puts the file in place in one step: a reader sees all of it or nothing.
// Only the user may read it, like the rest of the data folder.
func (r Ready) Write(path string) error {
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
func (r Ready) Remove(path string) {
	if there, err := ReadReady(path); err == nil && there.PID == r.PID && there.URL == r.URL {
		_ = os.Remove(path)
	}
}

func ReadReady(path string) (Ready, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Ready{}, fmt.Errorf("ready file: %w", err)
	}
	var r Ready
	if err := json.Unmarshal(text, &r); err != nil || r.URL == "" {
		return Ready{}, fmt.Errorf("ready file %s is damaged", path)
	}
	return r, nil
}

// alive reports whether a process exists. After a kill -9 the file stays; it
// must not send anybody to an address where something else may listen by now.
func Alive(pid int) bool {
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
