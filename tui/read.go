package tui

import (
	"context"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/rows"
	"tacklebox/tui/ui"
)

// entryRead is an entry for the detail, with what belongs to it.
type entryRead struct {
	of    reader
	entry *api.Entry
	story []*rows.Row
	sub   *api.Subscription
	err   error
}

// read loads the entry under the cursor when the detail is on the screen. One
// load runs at a time: while the list races by, the ones between are skipped.
func read(m *model) tea.Cmd {
	d := &m.detail
	l, ok := m.list.current()
	if !ok && m.link.loaded {
		d.want(0)
		d.reading.want = reader{}
	}
	if !m.showsDetail() || !ok {
		return nil
	}
	want := reader{l.Main().Seq, l.Main().Event, len(l.Rows)}
	if want == d.reading.want || d.reading.busy {
		return nil
	}
	d.reading = reading{true, want}
	d.seq = want.seq
	ctx, c := m.ctx, m.api
	return func() tea.Msg { return fetch(ctx, c, want) }
}

const mostStory = 100 // attempts and captures of one event that are shown

func fetch(ctx context.Context, c *client.Client, want reader) entryRead {
	r := entryRead{of: want}
	if r.entry, r.err = c.Entry(ctx, want.seq); r.err != nil {
		return r
	}
	if want.event != "" && r.entry.EventID != "" {
		page, err := c.Entries(ctx, client.Query{Q: "event:" + strconv.Quote(r.entry.EventID), Limit: mostStory, NoBodies: true})
		if err == nil {
			r.story = rows.Of(page.Entries)
		}
	}
	if id := r.entry.Subscription; id != "" {
		list, _ := c.Subscriptions(ctx, r.entry.Provider, r.entry.Account)
		for i := range list {
			if list[i].ID == id {
				r.sub = &list[i]
			}
		}
	}
	return r
}

func (r entryRead) apply(m *model) tea.Cmd {
	d := &m.detail
	d.reading.busy = false
	switch {
	case r.err != nil:
		d.want(r.of.seq)
		d.problem = ui.Clean(r.err.Error(), 1000)
	default:
		if d.entry == nil || d.entry.Seq != r.entry.Seq {
			d.want(r.entry.Seq)
		}
		d.show(r.entry, r.story, r.sub)
	}
	return read(m) // the cursor may have moved on
}

// reread shows the entry anew: what belongs to it was changed.
func reread(m *model) tea.Cmd {
	if !m.detail.reading.busy {
		m.detail.reading.want = reader{}
	}
	return read(m)
}

// current is the entry that actions are about: the one under the cursor.
func (m *model) current() *rows.Row {
	l, ok := m.list.current()
	if !ok {
		m.complain("nothing is chosen")
		return nil
	}
	return l.Main()
}
