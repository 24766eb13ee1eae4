package mock

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestStateIsReadBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := OpenState(dir)
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
	again, err := OpenState(dir)
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
	if _, err := OpenState(dir); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("error %v, want one that names %s", err, file)
	}
	if b, _ := os.ReadFile(file); string(b) != `{"clock":` {
		t.Errorf("the file was changed to %s", b)
	}
}

func TestStateThatCannotBeWrittenSaysSo(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "gone")
	s, err := OpenState(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Save("a", []byte("1")); err == nil {
		t.Error("saving into a folder that is not there succeeded")
	}
}
