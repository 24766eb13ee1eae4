package inbox

import (
	"testing"

	"tacklebox/receiver/api"
)

func FuzzInboxSettings(f *testing.F) {
	for _, s := range []string{`{}`, `{"reply":[{"status":500,"times":2,"delay":"1s","headers":{"A":["b"]},"body":{"a":1}}]}`, `{"forward":"http://a"}`, `{"verify":{"provider":"p","secret":"s"}}`, `{"reply":[[[[`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		box, err := parseSettings([]byte(text), nil)
		if err != nil {
			if api.Of(err).Status >= 500 {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		for range 3 {
			if rep := box.next(); rep == nil && box.forward == nil {
				t.Fatal("no reply")
			}
		}
		if _, err = parseSettings(box.raw, nil); err != nil {
			t.Errorf("what is kept of %q is not valid: %s: %v", text, box.raw, err)
		}
	})
}
