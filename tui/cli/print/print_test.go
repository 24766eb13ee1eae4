package print

import (
	"testing"
	"time"
)

func TestTheZoneIsThePersons(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"UTC": "UTC", "Europe/Prague": "Europe/Prague", "": time.Local.String(), "Nowhere/At All": time.Local.String(), "../../etc/passwd": time.Local.String()} {
		if got := zone(name).String(); got != want {
			t.Errorf("TZ=%s is %s, want %s", name, got, want)
		}
	}
}
