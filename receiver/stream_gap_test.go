package receiver

import (
	"fmt"
	"net/url"
	"testing"

	"tacklebox/receiver/journal/memory"
)

// TestStreamFiltersAroundGaps: a reader with a filter is told of what is gone
// whether or not it would have matched, and then gets every match and nothing
// else, across the seam of what was kept and what comes.
func TestStreamFiltersAroundGaps(t *testing.T) {
	t.Parallel()
	const kept, before, later = 10, 35, 20
	for q, matches := range map[string]func(seq uint64) bool{
		"":                        func(uint64) bool { return true },
		"odd":                     func(seq uint64) bool { return seq%2 == 1 },
		"-odd":                    func(seq uint64) bool { return seq%2 == 0 },
		"seq:>30 odd":             func(seq uint64) bool { return seq > 30 && seq%2 == 1 },
		"body.n=28 OR body.n>=50": func(seq uint64) bool { return seq == 28 || seq >= 50 },
		"last":                    func(seq uint64) bool { return seq == before+later },
	} {
		for _, after := range []uint64{0, 3, before - kept, 30, before} {
			t.Run(fmt.Sprintf("%s after %d", q, after), func(t *testing.T) {
				t.Parallel()
				g := newRig(t, func(c *Config) { c.Journal = memory.New(memory.Limit{Count: kept + later}) })
				g.add(numbered(1, before-later, before+later)...) // what is forgotten, in part
				g.add(numbered(before-later+1, before, before+later)...)
				oldest, last := g.log.Bounds()
				ear := g.listen("?q=" + url.QueryEscape(q) + fmt.Sprint("&after=", after))
				cursor := after
				if after+1 < oldest {
					h := ear.next()
					if h.Gap == nil || h.Gap.From != after+1 || h.Gap.To != oldest-1 {
						t.Fatalf("first %+v, wanted the gap from %d to %d", h, after+1, oldest-1)
					}
					cursor = h.Gap.To
				}
				for seq := cursor + 1; seq <= last; seq++ {
					if matches(seq) {
						if h := ear.next(); h.Seq != seq {
							t.Fatalf("got %+v, wanted %d", h, seq)
						}
					}
				}
				for i, body := range numbered(before+1, before+later, before+later) {
					g.add(body)
					if seq := uint64(before + 1 + i); matches(seq) {
						if h := ear.next(); h.Seq != seq {
							t.Fatalf("live %+v, wanted %d", h, seq)
						}
					}
				}
			})
		}
	}
}

func numbered(from, to, last int) (bodies []string) {
	for n := from; n <= to; n++ {
		name := [2]string{"even", "odd"}[n%2]
		if n == last {
			name += " last"
		}
		bodies = append(bodies, fmt.Sprintf(`{"n":%d,"name":"%s"}`, n, name))
	}
	return bodies
}
