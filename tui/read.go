package tui

import (
	"context"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/client"
)

// entryMsg is an entry for the detail, with what belongs to it.
type entryMsg struct {
	of    reader
	entry *client.Entry
	story []*row
	sub   *client.Subscription
	err   error
}

// read loads the entry under the cursor when the detail is on the screen. One
// load runs at a time: while the list races by, the ones between are skipped.
func (m *model) read() tea.Cmd {
	l, ok := m.list.current()
	if !m.showsDetail() || !ok {
		return nil
	}
	want := reader{l.main().seq, l.main().event, len(l.rows)}
	if want == m.reading.want || m.reading.busy {
		return nil
	}
	m.reading = reading{true, want}
	if m.detail.seq != want.seq {
		m.detail.seq = want.seq
	}
	ctx, api := m.ctx, m.api
	return func() tea.Msg { return fetch(ctx, api, want) }
}

const mostStory = 100 // attempts and captures of one event that are shown

func fetch(ctx context.Context, api *client.Client, want reader) entryMsg {
	msg := entryMsg{of: want}
	if msg.entry, msg.err = api.Entry(ctx, want.seq); msg.err != nil {
		return msg
	}
	if want.event != "" && msg.entry.EventID != "" {
		page, err := api.Entries(ctx, client.Query{Q: "event:" + strconv.Quote(msg.entry.EventID), Limit: mostStory})
		if err == nil {
			msg.story = rowsOf(page.Entries)
		}
	}
	if id := msg.entry.Subscription; id != "" {
		list, _ := api.Subscriptions(ctx, msg.entry.Provider, msg.entry.Account)
		for i := range list {
			if list[i].ID == id {
				msg.sub = &list[i]
			}
		}
	}
	return msg
}

func (m *model) tookEntry(msg entryMsg) tea.Cmd {
	m.reading.busy = false
	if msg.err != nil {
		m.detail.want(msg.of.seq)
		m.detail.problem = clean(msg.err.Error(), 1000)
	} else {
		if m.detail.entry == nil || m.detail.entry.Seq != msg.entry.Seq {
			m.detail.want(msg.entry.Seq)
		}
		m.detail.show(msg.entry, msg.story, msg.sub)
	}
	return m.read() // the cursor may have moved on
}

// chosen is the entry that actions are about: the one under the cursor.
func (m *model) chosen() *row {
	l, ok := m.list.current()
	if !ok {
		m.complain("nothing is chosen")
		return nil
	}
	return l.main()
}
