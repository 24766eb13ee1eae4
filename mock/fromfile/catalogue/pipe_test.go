//go:build unix

package catalogue

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"tacklebox/mock/fromfile/document"
)

// A pipe that nobody writes to is not waited for.
func TestPipesAreNotWaitedFor(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe := filepath.Join(dir, "a.json")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	if _, err := document.Read(pipe); err == nil || !strings.Contains(err.Error(), "a.json: is empty") {
		t.Errorf("%v", err)
	}
	if _, err := Samples(dir, ""); err == nil || !strings.Contains(err.Error(), "a.json: is no ordinary file") {
		t.Errorf("%v", err)
	}
}
