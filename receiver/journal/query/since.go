package query

import (
	"fmt"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/record"
	"time"
)

// sinceTerm compares an entry's time with a fixed time, or with one that moves
// with the clock.
type sinceTerm struct {
	plain
	text string
	at   time.Time
	back time.Duration // before now, when at is zero
	now  func() time.Time
}

func parseSince(p *parser, k *key, v text) (node, error) {
	t := &sinceTerm{text: v.s, now: p.now}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateTime, "2006-01-02 15:04", time.DateOnly} {
		if at, err := time.Parse(layout, v.s); err == nil {
			t.at = at
			return t, nil
		}
	}
	n, err := p.number(k, v, duration)
	t.back = time.Duration(n)
	return t, err
}

func (t *sinceTerm) from() time.Time {
	if t.at.IsZero() {
		return t.now().Add(-t.back)
	}
	return t.at
}

func (t *sinceTerm) match(e *journal.Entry) bool { return !e.Time.Before(t.from()) }

func (t *sinceTerm) byIndex(_ uint64, m *record.Meta) record.Verdict {
	from := record.Stamp(t.from())
	if m.Stamp == record.NoStamp || from == record.NoStamp {
		return record.Maybe
	}
	if m.Stamp >= from {
		return record.Yes
	}
	return record.No
}

func (t *sinceTerm) String() string { return "since:" + quoted(t.text) }

func (t *sinceTerm) why(e *journal.Entry) string {
	return fmt.Sprintf("time is %s, wanted since %s", e.Time.Format(time.RFC3339), t.from().Format(time.RFC3339))
}
