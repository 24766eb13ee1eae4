package tui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/rows"
	"tacklebox/tui/ui"
)

// link is how the list is kept up: the pages of the journal and the live stream.
type link struct {
	turn    int // counts the filters: answers to an earlier one are late
	feed    *rows.Feed
	loaded  bool // the first page of this filter is there
	paging  bool // a page is on its way
	state   client.State
	trouble string    // why the connection is lost
	retryAt time.Time // when it is tried again, after the stream was refused
	matches int       // how many entries the filter finds, -1: not known
}

// pageRead is a part of the journal.
type pageRead struct {
	turn   int
	way    way
	rows   []*rows.Row
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
func load(m *model) tea.Cmd {
	l := &m.link
	l.turn++
	if l.feed != nil {
		l.feed.Stop()
		l.feed = nil
	}
	l.loaded, l.paging, l.matches, l.retryAt = false, true, -1, time.Time{} // what is shown stays until the answer is there
	m.list.follow, m.list.fresh, m.list.top, m.list.sorted = true, 0, 0, ""
	return tea.Batch(page(m, newest, client.Query{Limit: firstRows}), countMatches(m))
}

// page asks for a page, without bodies.
func page(m *model, to way, query client.Query) tea.Cmd {
	ctx, c, turn := m.ctx, m.api, m.link.turn
	query.Q, query.NoBodies = m.filter.inForce, true
	m.link.paging = true
	return func() tea.Msg {
		p, err := c.Entries(ctx, query)
		if err != nil {
			return pageRead{turn: turn, way: to, err: err}
		}
		return pageRead{turn, to, rows.Of(p.Entries), len(p.Entries) >= query.Limit, p.LastSeq, p.OldestSeq, nil}
	}
}

func (r pageRead) apply(m *model) tea.Cmd {
	l, list := &m.link, &m.list
	if r.turn != l.turn {
		return nil
	}
	l.paging = false
	if r.err != nil {
		l.trouble = whyLost(r.err)
		if r.way == newest && l.feed == nil {
			return listen(m, 0) // the stream waits for the server, then tells to start over
		}
		m.complain(l.trouble)
		return nil
	}
	var next tea.Cmd
	switch r.way {
	case newest:
		if !l.loaded {
			list.win = rows.NewWindow()
		}
		list.win.Replace(r.rows, r.more)
		m.status.oldest = r.oldest
		l.loaded, m.status.last = true, max(m.status.last, r.last)
		if l.feed == nil {
			next = listen(m, r.last)
		}
	case oldest:
		list.win.Jump(r.rows, false)
		list.cursor, list.top = 0, 0
		list.lines = nil // the cursor goes to the first line, whatever it was on
	case older:
		list.win.Prepend(r.rows, r.more)
	case newer:
		list.win.Extend(r.rows, list.follow)
	}
	list.refold()
	return tea.Batch(next, read(m), reach(m))
}

func listen(m *model, after uint64) tea.Cmd {
	m.link.feed = rows.Start(m.ctx, m.api, m.filter.inForce, after, m.link.turn)
	return await(m)
}

// arrived is what the stream brought since the last frame.
type arrived rows.Batch

func await(m *model) tea.Cmd {
	next := m.link.feed.Next(m.ctx)
	return func() tea.Msg {
		if b, ok := next().(rows.Batch); ok {
			return arrived(b)
		}
		return nil
	}
}

func (b arrived) apply(m *model) tea.Cmd {
	l, list := &m.link, &m.list
	if b.Turn != l.turn || l.feed == nil {
		return nil
	}
	l.connection(b, m)
	if b.State == client.Connected && !m.detail.reading.busy {
		m.detail.reading.want = reader{} // what could not be read before can be now
	}
	if b.Done {
		return nil
	}
	var missing tea.Cmd
	if b.Restart || b.State == client.Connected && len(m.catalog.providers) == 0 {
		missing = loadCatalog(m)
	}
	if b.Restart {
		m.status.last, m.status.oldest = 0, 0
	}
	if b.Restart || !l.loaded && b.State == client.Connected {
		return tea.Batch(load(m), missing, refresh(m))
	}
	if b.Missed > 0 {
		m.say(ui.Warn, ui.Count(int(b.Missed), "entry")+" dropped by the journal before they could be shown")
	}
	list.win.Push(b.Rows, list.follow)
	n := len(b.Rows)
	if n > 0 {
		m.status.last = max(m.status.last, b.Rows[n-1].Seq)
		m.status.count(n, m.wall())
		list.refold()
		missing = tea.Batch(missing, refreshSoon(m))
	}
	if l.matches >= 0 {
		l.matches += n
	}
	if !list.follow {
		list.fresh += n
	}
	return tea.Batch(await(m), read(m), missing)
}

// retryAfter is when a stream that was refused is tried again.
const retryAfter = 5 * time.Second

func (l *link) connection(b arrived, m *model) {
	switch {
	case b.Done && b.Err != nil && m.ctx.Err() == nil:
		l.state, l.trouble = client.Lost, whyLost(b.Err)
		l.retryAt = m.wall().Add(retryAfter)
	case b.State == client.Lost && b.Err != nil:
		l.state, l.trouble = b.State, whyLost(b.Err)
	case b.State != "":
		l.state, l.trouble = client.Connected, ""
	}
}

// whyLost words an error of the connection for who looks at the screen.
func whyLost(err error) string {
	var refused *api.Error
	if errors.As(err, &refused) && refused.Status == 401 {
		return "the sandbox wants another token: start the screen with its --token, or set TACKLEBOX_TOKEN"
	}
	return ui.Clean(err.Error(), 300)
}

// reconnect tries a refused stream again when its time has come: also a token that
// was wrong can be right later.
func reconnect(m *model) tea.Cmd {
	if m.link.retryAt.IsZero() || m.wall().Before(m.link.retryAt) {
		return nil
	}
	return load(m)
}

// reach loads what lies beyond the window when the cursor comes near its end.
func reach(m *model) tea.Cmd {
	const near = 50
	list := &m.list
	switch {
	case m.link.paging || len(list.win.Rows) == 0 || list.sorted != "":
		return nil
	case list.win.Newer && list.follow:
		return toTail(m)
	case list.win.Older && list.cursor < near && !list.follow:
		return page(m, older, client.Query{Before: list.win.First(), Limit: rows.PageRows})
	case list.win.Newer && list.cursor > len(list.lines)-near:
		return page(m, newer, client.Query{After: list.win.Last(), Limit: rows.PageRows, Order: "asc"})
	}
	return nil
}

// toTail goes to the newest entry and stays there.
func toTail(m *model) tea.Cmd {
	m.list.follow, m.list.fresh, m.list.sorted = true, 0, ""
	if m.list.win.Newer && !m.link.paging {
		return page(m, newest, client.Query{Limit: firstRows})
	}
	m.list.refold()
	return read(m)
}

// toHead goes to the oldest entry.
func toHead(m *model) tea.Cmd {
	m.list.follow = false
	m.list.cursor = 0
	m.list.clamp()
	if m.list.win.Older && !m.link.paging {
		return page(m, oldest, client.Query{Oldest: true, Limit: rows.PageRows, Order: "asc"})
	}
	return tea.Batch(read(m), reach(m))
}

// counted is how many entries the filter finds in the whole journal.
type counted struct {
	turn, n int
	err     error
}

// countMatches asks how many entries a filter finds: an expectation that cannot be
// met at once says how many it has seen.
func countMatches(m *model) tea.Cmd {
	q, turn, ctx, c := m.filter.inForce, m.link.turn, m.ctx, m.api
	if q == "" {
		return nil
	}
	return func() tea.Msg { return countIn(ctx, c, q, turn) }
}

func countIn(ctx context.Context, c *client.Client, q string, turn int) counted {
	many := 1_000_000 // the most there can be
	result, err := c.Expect(ctx, api.ExpectRequest{Q: q, Count: &many, Within: "0s"})
	if err != nil || result.Seen == nil {
		return counted{turn: turn, err: err, n: -1}
	}
	return counted{turn: turn, n: result.Seen.Matching}
}

func (r counted) apply(m *model) tea.Cmd {
	if r.turn == m.link.turn && r.err == nil {
		m.link.matches = r.n
	}
	return nil
}
