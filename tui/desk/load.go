package desk

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/detail"
	"tacklebox/tui/rows"
	"tacklebox/tui/ui"
)

// link is how the list is kept up: the pages of the journal and the live stream.
type link struct {
	Turn    int // counts the filters: answers to an earlier one are late
	Feed    *rows.Feed
	loaded  bool // the first page of this filter is there
	paging  bool // a page is on its way
	state   client.State
	trouble string    // why the connection is lost
	retryAt time.Time // when it is tried again, after the stream was refused
	again   time.Time // when it is tried next, whoever does it
	matches int       // how many entries the filter finds, -1: not known
}

// PageRead is a part of the journal.
type PageRead struct {
	Turn   int
	Way    way
	Rows   []*rows.Row
	more   bool // there is more beyond, in the direction of loading
	Last   uint64
	Oldest uint64
	err    error
}

// way is where a page belongs.
type way int

const (
	Newest way = iota
	oldest
	older
	newer
)

// firstRows is how much of the journal is shown at first.
const firstRows = 400

// Load asks for the newest page of the filter in force. Everything that was
// there of another filter goes.
func Load(m *Model) tea.Cmd {
	l := &m.Link
	l.Turn++
	if l.Feed != nil {
		l.Feed.Stop()
		l.Feed = nil
	}
	l.loaded, l.paging, l.matches, l.retryAt = false, true, -1, time.Time{} // what is shown stays until the answer is there
	m.List.Follow, m.List.Fresh, m.List.Top, m.List.Sorted = true, 0, 0, ""
	return tea.Batch(page(m, Newest, client.Query{Limit: firstRows}), countMatches(m))
}

// page asks for a page, without bodies.
func page(m *Model, to way, query client.Query) tea.Cmd {
	ctx, c, turn := m.Ctx, m.Api, m.Link.Turn
	query.Q, query.NoBodies = m.Filter.InForce, true
	m.Link.paging = true
	return func() tea.Msg {
		p, err := c.Entries(ctx, query)
		if err != nil {
			return PageRead{Turn: turn, Way: to, err: err}
		}
		return PageRead{turn, to, rows.Of(p.Entries), len(p.Entries) >= query.Limit, p.LastSeq, p.OldestSeq, nil}
	}
}

// Apply puts a page of entries into the list.
func (r PageRead) Apply(m *Model) tea.Cmd {
	l, list := &m.Link, &m.List
	if r.Turn != l.Turn {
		return nil
	}
	l.paging = false
	if r.err != nil {
		l.trouble = whyLost(r.err)
		if r.Way == Newest && l.Feed == nil {
			return listen(m, 0) // the stream waits for the server, then tells to start over
		}
		m.Complain(l.trouble)
		return nil
	}
	var next tea.Cmd
	switch r.Way {
	case Newest:
		if !l.loaded {
			list.Win = rows.NewWindow()
		}
		list.Win.Replace(r.Rows, r.more)
		m.Status.oldest = r.Oldest
		l.loaded, m.Status.Last = true, max(m.Status.Last, r.Last)
		if l.Feed == nil {
			next = listen(m, r.Last)
		}
	case oldest:
		list.Win.Jump(r.Rows, false)
		list.Cursor, list.Top = 0, 0
		list.Lines = nil // the cursor goes to the first line, whatever it was on
	case older:
		list.Win.Prepend(r.Rows, r.more)
	case newer:
		list.Win.Extend(r.Rows, list.Follow)
	}
	list.Refold()
	return tea.Batch(next, Read(m), Reach(m))
}

func listen(m *Model, after uint64) tea.Cmd {
	m.Link.Feed = rows.Start(m.Ctx, m.Api, m.Filter.InForce, after, m.Link.Turn)
	return await(m)
}

// Arrived is what the stream brought since the last frame.
type Arrived rows.Batch

func await(m *Model) tea.Cmd {
	next := m.Link.Feed.Next(m.Ctx)
	return func() tea.Msg {
		if b, ok := next().(rows.Batch); ok {
			return Arrived(b)
		}
		return nil
	}
}

// Apply puts new entries into the list, and notes how the connection is.
func (b Arrived) Apply(m *Model) tea.Cmd {
	l, list := &m.Link, &m.List
	if b.Turn != l.Turn || l.Feed == nil {
		return nil
	}
	l.connection(b, m)
	if b.State == client.Connected && !m.Detail.Reading.Busy {
		m.Detail.Reading.Want = detail.Reader{} // what could not be read before can be now
	}
	if b.Done {
		return nil
	}
	var missing tea.Cmd
	if b.Restart || b.State == client.Connected && len(m.Catalog.Providers) == 0 {
		missing = LoadCatalog(m)
	}
	if b.Restart {
		m.Status.Last, m.Status.oldest = 0, 0
	}
	if b.Restart || !l.loaded && b.State == client.Connected {
		return tea.Batch(Load(m), missing, Refresh(m))
	}
	if b.Missed > 0 {
		m.Say(ui.Warn, ui.Count(int(b.Missed), "entry")+" dropped by the journal before they could be shown")
	}
	list.Win.Push(b.Rows, list.Follow)
	n := len(b.Rows)
	if n > 0 {
		m.Status.Last = max(m.Status.Last, b.Rows[n-1].Seq)
		m.Status.count(n, m.Wall())
		list.Refold()
		missing = tea.Batch(missing, refreshSoon(m))
	}
	if l.matches >= 0 {
		l.matches += n
	}
	if !list.Follow {
		list.Fresh += n
	}
	return tea.Batch(await(m), Read(m), missing)
}

// retryAfter is when a stream that was refused is tried again.
const retryAfter = 5 * time.Second

func (l *link) connection(b Arrived, m *Model) {
	switch {
	case b.Done && b.Err != nil && m.Ctx.Err() == nil:
		l.state, l.trouble = client.Lost, whyLost(b.Err)
		l.retryAt = m.Wall().Add(retryAfter)
		l.again = l.retryAt
	case b.State == client.Lost && b.Err != nil:
		l.state, l.trouble, l.again = b.State, whyLost(b.Err), b.Again
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
func reconnect(m *Model) tea.Cmd {
	if m.Link.retryAt.IsZero() || m.Wall().Before(m.Link.retryAt) {
		return nil
	}
	return Load(m)
}

// Reach loads what lies beyond the window when the cursor comes near its end.
func Reach(m *Model) tea.Cmd {
	const near = 50
	list := &m.List
	switch {
	case m.Link.paging || len(list.Win.Rows) == 0 || list.Sorted != "":
		return nil
	case list.Win.Newer && list.Follow:
		return toTail(m)
	case list.Win.Older && list.Cursor < near && !list.Follow:
		return page(m, older, client.Query{Before: list.Win.First(), Limit: rows.PageRows})
	case list.Win.Newer && list.Cursor > len(list.Lines)-near:
		return page(m, newer, client.Query{After: list.Win.Last(), Limit: rows.PageRows, Order: "asc"})
	}
	return nil
}

// toTail goes to the newest entry and stays there.
func toTail(m *Model) tea.Cmd {
	m.List.Follow, m.List.Fresh, m.List.Sorted = true, 0, ""
	if m.List.Win.Newer && !m.Link.paging {
		return page(m, Newest, client.Query{Limit: firstRows})
	}
	m.List.Refold()
	return Read(m)
}

// toHead goes to the oldest entry.
func toHead(m *Model) tea.Cmd {
	m.List.Follow = false
	m.List.Cursor = 0
	m.List.Clamp()
	if m.List.Win.Older && !m.Link.paging {
		return page(m, oldest, client.Query{Oldest: true, Limit: rows.PageRows, Order: "asc"})
	}
	return tea.Batch(Read(m), Reach(m))
}

// counted is how many entries the filter finds in the whole journal.
type counted struct {
	turn, n int
	err     error
}

// countMatches asks how many entries a filter finds: an expectation that cannot be
// met at once says how many it has seen.
func countMatches(m *Model) tea.Cmd {
	q, turn, ctx, c := m.Filter.InForce, m.Link.Turn, m.Ctx, m.Api
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

func (r counted) Apply(m *Model) tea.Cmd {
	if r.turn == m.Link.Turn && r.err == nil {
		m.Link.matches = r.n
	}
	return nil
}
