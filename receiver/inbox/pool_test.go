package inbox

import "testing"

func TestThePoolKeepABoundedStock(t *testing.T) {
	t.Parallel()
	var s capturePool
	for range 2 * freeCaptures {
		c := newCapture()
		c.body = make([]byte, 0, 64<<10)
		s.put(c)
	}
	if s.bytes > freeBytes || len(s.free) == 0 {
		t.Errorf("%d rooms with %d bytes are kept, want some and at most %d bytes", len(s.free), s.bytes, freeBytes)
	}
	for n := len(s.free); n > 0; n-- {
		if c := s.get(); cap(c.body) == 0 {
			t.Error("a kept room has lost its buffer")
		}
	}
	if s.bytes != 0 || s.get() == nil {
		t.Errorf("%d bytes are counted when nothing is kept", s.bytes)
	}
}

func TestThePoolLetGoOfGiantBuffers(t *testing.T) {
	t.Parallel()
	var s capturePool
	c := newCapture()
	c.body = make([]byte, 0, 2*pooledBody)
	s.put(c)
	if s.bytes != 0 {
		t.Errorf("%d bytes are kept of a giant body", s.bytes)
	}
}
