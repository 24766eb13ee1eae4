package prefs

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestSaved(t *testing.T) {
	home := t.TempDir()
	dir := ConfigFolder(func(name string) string { return map[string]string{"HOME": home}[name] })
	path := filepath.Join(dir, SavedName)
	if ConfigFolder(func(string) string { return "" }) != "" || !strings.HasSuffix(path, filepath.Join(".config", "tacklebox", "filters.json")) {
		t.Errorf("the path is %q", path)
	}
	if s, err := ReadSaved(path); err != nil || len(s.Saved) != 0 {
		t.Errorf("no file: %v, %v", s, err)
	}
	want := Saved{Saved: []string{"kind:call"}, History: []string{"x", "y"}}
	if err := WriteAtomically(path, want); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadSaved(path); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	if err := os.WriteFile(path, []byte("nope"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadSaved(path); err == nil {
		t.Error("a broken file is no error")
	}
}

// TestSettings: what is wrong in the user's file is named, and nothing of it is taken.
func TestSettings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tui.json")
	for doc, want := range map[string]string{
		``: "tui.json",
		`{"theme":"dark","split":40,"columns":["TIME"],"keys":{"fire":["f2"]},"colors":{"accent":"#00ffAA"}}`: "",
		`{"theme":"blue"}`:                "want dark, light or auto",
		`{"colors":{"accnt":"#000000"}}`:  "known are",
		`{"colors":{"accent":"#00000"}}`:  "want #rrggbb",
		`{"colors":{"accent":"#00000g"}}`: "want #rrggbb",
		`{"keys":{"fir":["x"]}}`:          `did you mean "fire"?`,
		`{"columns":["WHEN"]}`:            "is none of them",
		`{"them":"dark"}`:                 "them",
	} {
		if err := os.WriteFile(path, []byte(doc), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := ReadSettings(path, []string{"fire", "quit"}, []string{"TIME", "WHAT"})
		switch {
		case want == "" && (err != nil || got.Split != 40):
			t.Errorf("%s: %+v, %v", doc, got, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || !reflect.DeepEqual(got, Settings{})):
			t.Errorf("%s: %+v, %v; want %q", doc, got, err, want)
		}
	}
	if got, err := ReadSettings(path+".none", nil, nil); err != nil || !reflect.DeepEqual(got, Settings{}) {
		t.Errorf("without a file: %+v, %v", got, err)
	}
}
