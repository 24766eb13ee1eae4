package tui

import (
	"time"

	"tacklebox/receiver/api"
	"tacklebox/tui/ui"
)

// firing is what is being fired, and what was.
type firing struct {
	last    *api.Firing                    // the last one that worked
	values  map[string]map[string][]string // what the form of an event type held
	left    int                            // events to go, 0: nothing is fired
	all     int
	began   time.Time
	stop    bool
	hello   bool              // the first sample is to be fired when the catalogue is there
	replays map[string]string // deliveries that this screen replayed, and how
}

// progress is how far a long firing is.
func (f *firing) progress(now time.Time) string {
	frames := []rune("⣾⣽⣻⢿⡿⣟⣯⣷")
	at := now.UnixMilli() / 100 % int64(len(frames))
	return string(frames[at]) + " firing " + ui.Grouped(uint64(f.all-f.left)) + " of " + ui.Grouped(uint64(f.all))
}

// keep remembers what a form holds.
func (f *firing) keep(key string, form *ui.Form) {
	if f.values == nil {
		f.values = map[string]map[string][]string{}
	}
	held := map[string][]string{}
	for _, x := range form.Fields {
		if x.In.Value() != "" {
			held[x.Label] = append(held[x.Label], x.In.Value())
		}
	}
	f.values[key] = held
}
