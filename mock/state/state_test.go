package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestStateIsReadBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if err := s.Save(fmt.Sprint("section ", i), fmt.Append(nil, i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := s.Save("section 3", nil); err != nil {
		t.Fatal(err)
	}
	again, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		raw, ok := again.Load(fmt.Sprint("section ", i))
		if ok == (i == 3) || ok && string(raw) != fmt.Sprint(i) {
			t.Errorf("section %d is %s, %v", i, raw, ok)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "state.json.new")); err == nil {
		t.Error("the temporary file is left")
	}
}

func TestStateThatCannotBeReadIsNotOverwritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "state.json")
	if err := os.WriteFile(file, []byte(`{"clock":`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("error %v, want one that names %s", err, file)
	}
	if b, _ := os.ReadFile(file); string(b) != `{"clock":` {
		t.Errorf("the file was changed to %s", b)
	}
}

// TestEveryFlippedByte: a state file with any one byte changed, or cut anywhere, is
// never obeyed: the generation before it is used, and that is said.
func TestEveryFlippedByte(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "state.json")
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []string{`{"older":true}`, `{"newer":true}`} {
		if err := s.Save("a", []byte(v)); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	try := func(what string, b []byte) {
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		again, err := Open(dir)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			return
		}
		raw, _ := again.Load("a")
		if string(raw) == `{"newer":true}` && again.Repaired() == "" {
			return // only the spelling of a member's name changed, not what it says
		}
		if string(raw) != `{"older":true}` || !strings.Contains(again.Repaired(), file) {
			t.Errorf("%s: %s is obeyed, %q said", what, raw, again.Repaired())
		}
	}
	for i := range whole {
		for _, bit := range []byte{1, 0x20, 0x80} {
			b := bytes.Clone(whole)
			b[i] ^= bit
			if json.Valid(b) && sameDocument(b, whole) {
				continue // white space at the end
			}
			try(fmt.Sprintf("byte %d with bit %x", i, bit), b)
		}
		try(fmt.Sprintf("cut at %d", i), whole[:min(i, len(whole)-2)])
	}
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if again, err := Open(dir); err != nil || again.Repaired() == "" {
		t.Errorf("a removed file: %v", err)
	}
	for name, damage := range map[string]func() error{
		"both damaged": func() error {
			return errors.Join(os.WriteFile(file, []byte("x"), 0o600), os.WriteFile(file+stateBefore, []byte("x"), 0o600))
		},
	} {
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "move it away") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// sameDocument reports that two documents differ in white space alone.
func sameDocument(a, b []byte) bool {
	var x, y bytes.Buffer
	return json.Compact(&x, a) == nil && json.Compact(&y, b) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}

func TestStateThatCannotBeWrittenSaysSo(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "gone")
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Save("a", []byte("1")); err == nil {
		t.Error("saving into a folder that is not there succeeded")
	}
}

// A section that is made later is made once for many changes, and what is read
// is the newest; in memory nothing is made before somebody reads.
func TestASectionIsMadeWhenItIsNeeded(t *testing.T) {
	t.Parallel()
	s, err := Open("")
	if err != nil {
		t.Fatal(err)
	}
	made := 0
	for i := range 100 {
		if err := s.PutLater("world", func() json.RawMessage { made++; return fmt.Append(nil, i) }).Wait(); err != nil {
			t.Fatal(err)
		}
	}
	if made != 0 {
		t.Errorf("made %d times before anybody asked", made)
	}
	for range 2 {
		if raw, ok := s.Load("world"); !ok || string(raw) != "99" || made != 1 {
			t.Errorf("read %s, %v, made %d times", raw, ok, made)
		}
	}
}

// A change that was waited for is on disk, however many were made together.
func TestASectionMadeLaterIsOnDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	counted := 0
	section := func() json.RawMessage {
		mu.Lock()
		defer mu.Unlock()
		return fmt.Append(nil, counted)
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			mu.Lock()
			counted++
			least := counted
			f := s.PutLater("world", section)
			mu.Unlock()
			if err := f.Wait(); err != nil {
				t.Error(err)
			}
			again, err := Open(dir)
			if err != nil {
				t.Error(err)
				return
			}
			raw, _ := again.Load("world")
			var n int
			if err := json.Unmarshal(raw, &n); err != nil || n < least {
				t.Errorf("%s is on disk after change %d was answered: %v", raw, least, err)
			}
		})
	}
	wg.Wait()
}
