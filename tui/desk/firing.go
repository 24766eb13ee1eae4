package desk

import (
	"time"

	"tacklebox/receiver/api"
	"tacklebox/tui/ui"
)

// firing is what is being fired, and what was.
type firing struct {
	Last    *api.Firing                    // the last one that worked
	Values  map[string]map[string][]string // what the form of an event type held
	Left    int                            // events to go, 0: nothing is fired
	All     int
	Began   time.Time
	Stop    bool
	Hello   bool              // the first sample is to be fired when the catalogue is there
	Replays map[string]string // deliveries that this screen replayed, and how
}

// Progress is how far a long firing is.
func (f *firing) Progress(now time.Time) string {
	frames := []rune("⣾⣽⣻⢿⡿⣟⣯⣷")
	at := now.UnixMilli() / 100 % int64(len(frames))
	return string(frames[at]) + " firing " + ui.Grouped(uint64(f.All-f.Left)) + " of " + ui.Grouped(uint64(f.All))
}

// Keep remembers what a form holds.
func (f *firing) Keep(key string, form *ui.Form) {
	if f.Values == nil {
		f.Values = map[string]map[string][]string{}
	}
	held := map[string][]string{}
	for _, x := range form.Fields {
		if x.In.Value() != "" {
			held[x.Label] = append(held[x.Label], x.In.Value())
		}
	}
	f.Values[key] = held
}
