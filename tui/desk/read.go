package desk

import (
	"context"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/detail"
	"tacklebox/tui/rows"
	"tacklebox/tui/ui"
)

// EntryRead is an entry for the detail, with what belongs to it.
type EntryRead struct {
	Of    detail.Reader
	Entry *api.Entry
	Story []*rows.Row
	sub   *api.Subscription
	err   error
}

// Read loads the entry under the cursor when the detail is on the screen. One
// load runs at a time: while the list races by, the ones between are skipped.
func Read(m *Model) tea.Cmd {
	d := &m.Detail
	l, ok := m.List.Current()
	if !ok && m.Link.loaded {
		d.Want(0)
		d.Reading.Want = detail.Reader{}
	}
	if !m.ShowsDetail() || !ok {
		return nil
	}
	want := detail.Reader{Seq: l.Main().Seq, Event: l.Main().Event, Known: len(l.Rows)}
	if want == d.Reading.Want || d.Reading.Busy {
		return nil
	}
	d.Reading = detail.Reading{Busy: true, Want: want}
	d.Seq = want.Seq
	ctx, c := m.Ctx, m.Api
	return func() tea.Msg { return fetch(ctx, c, want) }
}

const mostStory = 100 // attempts and captures of one event that are shown

func fetch(ctx context.Context, c *client.Client, want detail.Reader) EntryRead {
	r := EntryRead{Of: want}
	if r.Entry, r.err = c.Entry(ctx, want.Seq); r.err != nil {
		return r
	}
	if want.Event != "" && r.Entry.EventID != "" {
		page, err := c.Entries(ctx, client.Query{Q: "event:" + strconv.Quote(r.Entry.EventID), Limit: mostStory, NoBodies: true})
		if err == nil {
			r.Story = rows.Of(page.Entries)
		}
	}
	if id := r.Entry.Subscription; id != "" {
		list, _ := c.Subscriptions(ctx, r.Entry.Provider, r.Entry.Account)
		for i := range list {
			if list[i].ID == id {
				r.sub = &list[i]
			}
		}
	}
	return r
}

// Apply shows an entry in the detail, if it is still the one that is wanted.
func (r EntryRead) Apply(m *Model) tea.Cmd {
	d := &m.Detail
	d.Reading.Busy = false
	switch {
	case r.err != nil:
		d.Want(r.Of.Seq)
		d.Problem = ui.Clean(r.err.Error(), 1000)
	default:
		if d.Entry == nil || d.Entry.Seq != r.Entry.Seq {
			d.Want(r.Entry.Seq)
		}
		d.Show(r.Entry, r.Story, r.sub)
	}
	return Read(m) // the cursor may have moved on
}

// reread shows the entry anew: what belongs to it was changed.
func reread(m *Model) tea.Cmd {
	if !m.Detail.Reading.Busy {
		m.Detail.Reading.Want = detail.Reader{}
	}
	return Read(m)
}

// Current is the entry that actions are about: the one under the cursor.
func (m *Model) Current() *rows.Row {
	l, ok := m.List.Current()
	if !ok {
		m.Complain("nothing is chosen")
		return nil
	}
	return l.Main()
}
