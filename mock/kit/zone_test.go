package kit

import (
	"testing"
	"time"
	_ "time/tzdata" // to compare with
)

// TestZones: the embedded zones are those of the whole database.
func TestZones(t *testing.T) {
	t.Parallel()
	for name, whole := range map[string]string{"Prague": "Europe/Prague", "New_York": "America/New_York"} {
		want, err := time.LoadLocation(whole)
		if err != nil {
			t.Fatal(err)
		}
		zone := Zone(name)()
		for at := time.Date(1990, 1, 1, 0, 30, 0, 0, time.UTC); at.Year() < 2060; at = at.Add(31 * time.Hour) {
			if got, want := at.In(zone).Format(time.RFC1123Z), at.In(want).Format(time.RFC1123Z); got != want {
				t.Fatalf("%s: %s, want %s", name, got, want)
			}
		}
	}
}

func TestAZoneThatIsNotThere(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a zone of no name is taken")
		}
	}()
	Zone("Atlantis")()
}
