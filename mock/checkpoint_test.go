package mock

import (
	"io"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/mock/state"
)

// TestWhatWaitsOutlivesItsEntries: deleted or no longer kept, a restart still sends
// what waited, and still knows what was settled.
func TestWhatWaitsOutlivesItsEntries(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.sink.answer(200, 500)
	r.subscribe("ann", "s")
	r.fire("a")
	r.idle()
	r.fire("b")
	r.idle()
	if err := r.e.Checkpoint(); err != nil {
		t.Fatal(err)
	}
	if err := r.store.Clear(); err != nil {
		t.Fatal(err)
	}
	r.again()
	if got := r.states("ann"); got != "delivered waiting" {
		t.Errorf("after the restart they are %s", got)
	}
	if s := r.sub("ann", "s"); s.Failures != 1 {
		t.Errorf("%d failures are remembered, want 1", s.Failures)
	}
	r.sink.answer()
	r.advance(time.Hour)
	equal(t, "requests", r.sink.requests(), []string{"/s a", "/s b", "/s b"})
	if got := r.states("ann"); got != "delivered delivered" {
		t.Errorf("at the end they are %s", got)
	}
}

// TestOnlyWhatCameAfterACheckpointIsRead at a start.
func TestOnlyWhatCameAfterACheckpointIsRead(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.subscribe("ann", "s")
	r.fire("a", "b", "c")
	r.idle()
	r.again()
	if _, last := r.store.Bounds(); r.w.folded != last {
		t.Errorf("entries up to %d are in the checkpoint, of %d", r.w.folded, last)
	}
	r.fire("d")
	r.idle()
	r.again()
	if got := r.states("ann"); got != "delivered delivered delivered delivered" {
		t.Errorf("after the restart they are %s", got)
	}
}

// TestACheckpointThatCannotBeReadIsLeftOut, with a word: the journal has it all.
func TestACheckpointThatCannotBeReadIsLeftOut(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.subscribe("ann", "s")
	r.fire("a")
	r.idle()
	if err := r.e.Close(); err != nil {
		t.Fatal(err)
	}
	var good []byte
	if found, err := r.state.ReadBeside(checkpointName, func(f *io.SectionReader) (err error) {
		good, err = io.ReadAll(f)
		return err
	}); !found || err != nil {
		t.Fatalf("%v, %v", found, err)
	}
	for at := 0; at < len(good); at += 7 {
		bad := append([]byte{}, good...)
		bad[at] ^= 1
		if err := r.state.WriteBeside(checkpointName, func(w io.Writer) error {
			_, err := w.Write(bad)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		r.open()
		if got := r.states("ann"); got != "delivered" || !strings.Contains(r.warnings(), "checkpoint") {
			t.Fatalf("with byte %d flipped they are %q; warned: %s", at, got, r.warnings())
		}
		r.e.stop() // as a crash: no new checkpoint
	}
	r.do(func(w *provider.World) {
		if n := len(w.Deliveries("ann")); n != 1 {
			t.Errorf("%d deliveries", n)
		}
	})
}

// TestADamagedCheckpointIsToldOnce: the start that passes it over writes another,
// however it ends.
func TestADamagedCheckpointIsToldOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	var err error
	if r.state, err = state.Open(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	r.again()
	r.subscribe("ann", "s")
	r.fire("a")
	r.idle()
	if err := r.e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := r.state.WriteBeside(checkpointName, func(w io.Writer) error {
		_, err := io.WriteString(w, "[]\n")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		r.open()
		if got := r.states("ann"); got != "delivered" {
			t.Errorf("they are %q", got)
		}
		r.e.stop()
		r.e.wg.Wait()
	}
	if n := strings.Count(r.warnings(), "checkpoint"); n != 1 {
		t.Errorf("told %d times: %s", n, r.warnings())
	}
}
