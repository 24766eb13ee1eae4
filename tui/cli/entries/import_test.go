package entries

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestFolder: hidden files and links in a folder do not count.
func TestFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, body := range map[string]string{"b.json": `{"b":1}`, "a.har": `{"log":{}}`, ".hidden": "no", ".git/config": "no"} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(body), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "link.json")); err != nil {
		t.Fatal(err)
	}
	text, err := folder(dir)
	if want := `{"requests":[{"url":"/a.har","body_base64":"eyJsb2ciOnt9fQ=="},{"url":"/b.json","headers":{"Content-Type":"application/json"},"body_base64":"eyJiIjoxfQ=="}]}`; err != nil || string(text) != want {
		t.Errorf("hidden files and links count: %s %v", text, err)
	}
}
