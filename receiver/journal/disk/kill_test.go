package disk

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"

	"tacklebox/receiver/journal/journaltest"
)

// TestKilledProcess kills a process in the middle of appending: what it said
// was kept is there, whole, and the lock is free.
func TestKilledProcess(t *testing.T) {
	if dir := os.Getenv("JOURNAL_KILL_DIR"); dir != "" {
		appendForever(dir)
	}
	t.Parallel()
	dir := t.TempDir()
	child := exec.Command(os.Args[0], "-test.run=^TestKilledProcess$")
	child.Env = append(os.Environ(), "JOURNAL_KILL_DIR="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var answered []uint64
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if seq, err := strconv.ParseUint(lines.Text(), 10, 64); err == nil {
			answered = append(answered, seq)
		}
		if len(answered) == 500 {
			child.Process.Kill()
		}
	}
	_ = child.Wait()
	if len(answered) < 500 {
		t.Fatalf("the process answered only %d appends", len(answered))
	}
	s, warning := reopen(t, dir, Options{})
	t.Logf("%d answered, warned %q", len(answered), warning)
	for _, seq := range answered {
		e, err := s.Get(seq)
		if err != nil {
			t.Fatalf("entry %d was answered and is gone: %v", seq, err)
		}
		journaltest.Equal(t, "body", int64(len(e.Request.Body)), e.Request.Size)
	}
	journaltest.Put(t, s, journaltest.Sample(1, 10))
}

// appendForever prints each sequence number whose receipt was released.
func appendForever(dir string) {
	s, err := Open(dir, Options{SegmentBytes: 256 << 10})
	if err != nil {
		panic(err)
	}
	var out sync.Mutex
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			for i := 0; ; i++ {
				r := s.Append(journaltest.Sample(w, i%10*2000))
				if err := r.Wait(); err != nil {
					panic(err)
				}
				out.Lock()
				fmt.Println(r.Seq)
				out.Unlock()
			}
		})
	}
	all.Wait()
}
