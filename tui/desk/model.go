// Package desk is the screen's state and what changes it: the list and the detail,
// the filter, the link to the sandbox, what lies over them. The model is the root; a
// command that takes time ends in a Result, a named message that knows what it
// changes. What can be done at the desk is in the packages above: panel, send and tui.
package desk

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/detail"
	"tacklebox/tui/listing"
	"tacklebox/tui/ui"
)

// Model is the whole state of the screen. Update changes it, View draws it,
// commands do what takes time and end in a result.
type Model struct {
	session
	Width, Height int

	List    listing.List
	Detail  detail.Detail
	Panes   panes
	Filter  filterBar
	Link    link
	Status  Status
	Catalog Catalog
	Fire    firing
	Expects []*Expectation
	Done    Undo

	LeftRunning bool // the user left, and the sandbox that this process serves is to go on

	Overs   []ui.Overlay // the last one has the keys
	Notices ui.Notices
	Looks   looks
	Actions []Action
	hooks   Hooks
}

// Hooks are what the program above gives: its own keys and panels.
type Hooks struct {
	Hints func(m *Model) []ui.Hint
	Hello func(m *Model) tea.Cmd
	Quit  func(m *Model) tea.Cmd
	Mouse func(m *Model, msg tea.MouseMsg) tea.Cmd
}

// session is what does not change while the program runs, but for the space.
type session struct {
	Ctx  context.Context
	Api  *client.Client
	Root *client.Client // the sandbox without a space
	Opt  Options
	Loc  *time.Location
	Wall func() time.Time // for what a person waits for
}

// panes says how the screen is divided.
type panes struct {
	Open   bool // a narrow screen shows the detail
	hidden bool // a wide one does not
	Zoom   bool // the detail fills the screen
	Inside bool // keys go to the detail
	Split  int  // per cent of the width that the list has; 0: what fits
	Drag   bool // the mouse holds the border between them
}

// Build makes the state of a screen that nothing was loaded for yet.
func Build(ctx context.Context, c *client.Client, opt Options, table []Action, h Hooks) *Model {
	m := &Model{session: session{Ctx: ctx, Api: c, Root: c, Opt: opt, Loc: time.Local, Wall: time.Now},
		Width: 80, Height: 24, List: listing.NewList(), Filter: newFilterBar()}
	m.Looks = looks{Dark: true, profile: fullColour}
	m.Actions, m.hooks = table, h
	m.Restyle()
	m.Detail.Want(0)
	return m
}

// Say shows a notice for some seconds.
func (m *Model) Say(s ui.Style, text string) { m.Notices.Say(s, text, m.Wall()) }

// Complain shows what went wrong until a key is pressed.
func (m *Model) Complain(text string) { m.Say(ui.Bad, text) }

// Fail shows an error; nil is none.
func (m *Model) Fail(err error) bool {
	if err != nil {
		m.Complain(err.Error())
	}
	return err != nil
}

// Over is the overlay that has the keys, nil when the panes have them.
func (m *Model) Over() ui.Overlay {
	if len(m.Overs) == 0 {
		return nil
	}
	return m.Overs[len(m.Overs)-1]
}

// Show puts an overlay on top.
func (m *Model) Show(o ui.Overlay) { m.Overs = append(m.Overs, o) }

// Drop takes an overlay away, wherever it is.
func (m *Model) Drop(o ui.Overlay) {
	for i, x := range m.Overs {
		if x == o {
			m.Overs = append(m.Overs[:i:i], m.Overs[i+1:]...)
			return
		}
	}
}

// Shows reports whether an overlay is still there.
func (m *Model) Shows(o ui.Overlay) bool {
	for _, x := range m.Overs {
		if x == o {
			return true
		}
	}
	return false
}

// Now is the time on the sandbox clock. A real clock goes on between two looks
// at it, the others stand.
func (m *Model) Now() time.Time {
	if m.Status.Clock.Mode == "real" {
		return m.Status.Clock.Now.Add(m.Wall().Sub(m.Status.Asked))
	}
	return m.Status.Clock.Now
}

// Init starts to load and to listen, and asks what the terminal looks like.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(tea.RequestBackgroundColor, Load(m), Refresh(m), LoadCatalog(m), loadSettings(m), tick())
}

// TickMsg lets a second pass on the screen: countdowns and notices.
type TickMsg time.Time

func tick() tea.Cmd { return tea.Tick(time.Second, func(t time.Time) tea.Msg { return TickMsg(t) }) }

// result is the end of a command: a named message that knows what it changes.
type result interface{ Apply(m *Model) tea.Cmd }

// said is the end of something that can fail and whose success is told.
type said struct {
	text string
	err  error
	then func(m *Model) tea.Cmd // after success
}

func (r said) Apply(m *Model) tea.Cmd {
	if m.Fail(r.err) {
		return Refresh(m)
	}
	if r.text != "" {
		m.Say(ui.Good, r.text)
	}
	if r.then != nil {
		return tea.Batch(r.then(m), Refresh(m))
	}
	return Refresh(m)
}

// Attempt does something beside the screen and tells how it ended.
func Attempt(do func() (text string, err error)) tea.Cmd { return AttemptThen(do, nil) }

// AttemptThen does something beside the screen, says what became of it, and goes on.
func AttemptThen(do func() (string, error), then func(*Model) tea.Cmd) tea.Cmd {
	return func() tea.Msg {
		text, err := do()
		return said{text, err, then}
	}
}

// Undo is what u takes back.
type Undo struct {
	About string
	Do    func(m *Model) tea.Cmd
}

// UndoLast takes back what was deleted or set last.
func UndoLast(m *Model) tea.Cmd {
	if m.Done.Do == nil {
		m.Complain("there is nothing to undo: deleting a subscription or an inbox's settings can be")
		return nil
	}
	last := m.Done
	m.Done = Undo{}
	return last.Do(m)
}

// Status is what the top line tells.
type Status struct {
	Clock   api.Clock
	Asked   time.Time // when the clock was
	Faults  []api.Fault
	oldest  uint64 // the oldest entry that is kept
	Last    uint64 // the newest entry that the screen knows of
	busy    bool
	again   bool // something happened while it was asked
	Looked  time.Time
	Space   string
	arrived [60]int // entries in each of the last seconds
	second  int64
}

// Total is how many entries are kept.
func (s *Status) Total() uint64 { return s.Last + 1 - min(max(s.oldest, 1), s.Last+1) }

// count notes that entries came.
func (s *Status) count(n int, now time.Time) {
	for s.second < now.Unix() {
		if now.Unix()-s.second > 60 {
			s.second, s.arrived = now.Unix(), [60]int{}
			break
		}
		s.second++
		s.arrived[s.second%60] = 0
	}
	s.arrived[now.Unix()%60] += n
}

// minute is what came in each second of the last minute, the newest at the end.
func (s *Status) minute(now time.Time) []int {
	s.count(0, now)
	out := make([]int, 60)
	for i := range out {
		out[i] = s.arrived[(now.Unix()+1+int64(i))%60]
	}
	return out
}

// Looked is what the sandbox says of itself: asked for when something happened, not
// every second.
type Looked struct {
	Clock  *api.Clock
	faults []api.Fault
	kept   api.Kept
	err    error
}

// Refresh asks for what the top line shows.
func Refresh(m *Model) tea.Cmd {
	if m.Status.busy {
		m.Status.again = true
		return nil
	}
	m.Status.busy, m.Status.again, m.Status.Looked = true, false, m.Wall()
	ctx, c := m.Ctx, m.Api
	return func() tea.Msg { return look(ctx, c) }
}

func look(ctx context.Context, c *client.Client) (r Looked) {
	if r.Clock, r.err = c.Clock(ctx); r.err != nil {
		return r
	}
	if r.faults, r.err = c.Faults(ctx); r.err != nil {
		return r
	}
	doc, err := c.Index(ctx)
	var index api.Index
	if r.err = err; err == nil {
		r.err = Decode(doc, &index)
	}
	r.kept = index.Entries
	return r
}

// Apply notes the sandbox's clock and counts.
func (r Looked) Apply(m *Model) tea.Cmd {
	s := &m.Status
	s.busy, s.Looked = false, m.Wall()
	if r.Clock != nil {
		s.Clock, s.Asked = *r.Clock, m.Wall()
	}
	if r.err == nil {
		s.Faults, s.oldest, s.Last = r.faults, r.kept.OldestSeq, max(s.Last, r.kept.LastSeq)
		if m.List.Win.Forget(r.kept.OldestSeq) {
			m.List.Refold()
		}
	}
	if s.again {
		return Refresh(m)
	}
	return Read(m)
}

// refreshSoon looks again when the last look is a second old: entries came, or the
// user is back.
func refreshSoon(m *Model) tea.Cmd {
	if m.Wall().Sub(m.Status.Looked) < time.Second {
		m.Status.again = true // the next tick does it
		return nil
	}
	return Refresh(m)
}
