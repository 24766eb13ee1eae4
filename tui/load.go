package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/client"
)

// pageMsg is a part of the journal.
type pageMsg struct {
	turn   int
	way    way
	rows   []*row
	more   bool // there is more beyond, in the direction of loading
	last   uint64
	oldest uint64
	err    error
}

// way is where a page belongs.
type way int

const (
	newest way = iota
	oldest
	older
	newer
)

// firstRows is how much of the journal is shown at first.
const firstRows = 400

// load asks for the newest page of the filter in force. Everything that was
// there of another filter goes.
func (m *model) load() tea.Cmd {
	m.turn++
	if m.feed != nil {
		m.feed.stop()
		m.feed = nil
	}
	m.loaded, m.paging = false, true // what is shown stays until the answer is there
	m.list.follow, m.list.fresh, m.list.top = true, 0, 0
	return m.page(newest, client.Query{Limit: firstRows})
}

// page asks for a page. Bodies come along, so a page that is too large is asked
// for again in smaller steps.
func (m *model) page(to way, query client.Query) tea.Cmd {
	ctx, api, turn := m.ctx, m.api, m.turn
	query.Q = m.filter.inForce
	return func() tea.Msg {
		for {
			p, err := api.Entries(ctx, query)
			if err != nil && query.Limit > 5 && strings.Contains(err.Error(), "larger than") {
				query.Limit /= 4
				continue
			}
			if err != nil {
				return pageMsg{turn: turn, way: to, err: err}
			}
			return pageMsg{turn, to, rowsOf(p.Entries), len(p.Entries) >= query.Limit, p.LastSeq, p.OldestSeq, nil}
		}
	}
}

func (m *model) tookPage(msg pageMsg) tea.Cmd {
	if msg.turn != m.turn {
		return nil
	}
	m.paging = false
	if m.fail(msg.err) {
		if msg.way == newest && m.feed == nil {
			return m.listen(0) // the stream waits for the server, then tells to start over
		}
		return nil
	}
	var next tea.Cmd
	switch msg.way {
	case newest:
		if !m.loaded {
			m.win = newWindow()
		}
		m.win.replace(msg.rows, msg.more)
		m.oldest = msg.oldest
		m.total = msg.last + 1 - min(msg.oldest, msg.last+1)
		m.loaded, m.last = true, msg.last
		if m.feed == nil {
			next = m.listen(msg.last)
		}
	case oldest:
		m.win.jump(msg.rows, msg.oldest < 2)
		m.list.cursor, m.list.top = 0, 0
		m.list.lines = nil // the cursor goes to the first line, whatever it was on
	case older:
		m.win.prepend(msg.rows, msg.more)
	case newer:
		m.win.extend(msg.rows, m.list.follow)
	}
	m.list.refold(m.win.rows)
	return tea.Batch(next, m.read(), m.reach())
}

func (m *model) listen(after uint64) tea.Cmd {
	m.feed = startFeed(m.ctx, m.api, m.filter.inForce, after, m.turn)
	return m.feed.next(m.ctx)
}

// took applies what came since the last frame.
func (m *model) took(b batchMsg) tea.Cmd {
	if b.turn != m.turn || m.feed == nil {
		return nil
	}
	m.connection(b)
	if b.state == client.Connected && !m.reading.busy {
		m.reading.want = reader{} // what could not be read before can be now
	}
	if b.done {
		return nil
	}
	var missing tea.Cmd
	if b.restart || b.state == client.Connected && len(m.catalog.providers) == 0 {
		missing = m.loadCatalog()
	}
	if b.restart || !m.loaded && b.state == client.Connected {
		return tea.Batch(m.load(), missing)
	}
	if b.missed > 0 {
		m.tell(warn, entries(b.missed)+" dropped by the journal before they could be shown")
	}
	m.win.push(b.rows, m.list.follow)
	if n := len(b.rows); n > 0 {
		m.last = max(m.last, b.rows[n-1].seq)
	}
	if m.filter.inForce == "" {
		m.total += uint64(len(b.rows)) // until the next look at the journal
	}
	if !m.list.follow {
		m.list.fresh += len(b.rows)
	}
	if len(b.rows) > 0 {
		m.list.refold(m.win.rows)
	}
	return tea.Batch(m.feed.next(m.ctx), m.read(), missing)
}

func (m *model) connection(b batchMsg) {
	switch {
	case b.done && b.err != nil && m.ctx.Err() == nil:
		m.conn, m.trouble = client.Lost, clean(b.err.Error(), 300)
	case b.state == client.Lost && b.err != nil:
		m.conn, m.trouble = b.state, clean(b.err.Error(), 300)
	case b.state != "":
		m.conn, m.trouble = client.Connected, ""
	}
}

// reach loads what lies beyond the window when the cursor comes near its end.
func (m *model) reach() tea.Cmd {
	const near = 50
	switch {
	case m.paging || len(m.win.rows) == 0:
		return nil
	case m.win.newer && m.list.follow:
		return m.toTail()
	case m.win.older && m.list.cursor < near && !m.list.follow:
		m.paging = true
		return m.page(older, client.Query{Before: m.win.first(), Limit: pageRows})
	case m.win.newer && m.list.cursor > len(m.list.lines)-near:
		m.paging = true
		return m.page(newer, client.Query{After: m.win.last(), Limit: pageRows, Order: "asc"})
	}
	return nil
}

// toTail goes to the newest entry and stays there.
func (m *model) toTail() tea.Cmd {
	m.list.follow, m.list.fresh = true, 0
	if m.win.newer && !m.paging {
		m.paging = true
		return m.page(newest, client.Query{Limit: firstRows})
	}
	m.list.refold(m.win.rows)
	return m.read()
}

// toHead goes to the oldest entry.
func (m *model) toHead() tea.Cmd {
	m.list.follow = false
	m.list.cursor = 0
	m.list.clamp()
	if m.win.older && !m.paging && m.oldest > 0 {
		m.paging = true
		// What lies after the first entry; the first itself comes with the page
		// before, since a bound of 0 is none.
		return m.page(oldest, client.Query{After: max(m.oldest-1, 1), Limit: pageRows, Order: "asc"})
	}
	return tea.Batch(m.read(), m.reach())
}
