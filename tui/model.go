package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/ui"
)

// model is the whole state of the screen. Update changes it, View draws it,
// commands do what takes time and end in a result.
type model struct {
	session
	width, height int

	list    list
	detail  detail
	panes   panes
	filter  filterBar
	link    link
	status  status
	catalog catalog
	fire    firing
	expects []*expectation
	done    undo

	overs   []ui.Overlay // the last one has the keys
	notices ui.Notices
	looks   looks
	actions []action
	hooks   hooks
}

// hooks are what the program above gives: its own keys and panels.
type hooks struct {
	hints  func(m *model) []ui.Hint
	hello  func(m *model) tea.Cmd
	quit   func(m *model) tea.Cmd
	mouse  func(m *model, msg tea.MouseMsg) tea.Cmd
	events func(m *model) []ui.Item
}

// session is what does not change while the program runs, but for the space.
type session struct {
	ctx  context.Context
	api  *client.Client
	root *client.Client // the sandbox without a space
	opt  Options
	loc  *time.Location
	wall func() time.Time // for what a person waits for
}

// panes says how the screen is divided.
type panes struct {
	open   bool // a narrow screen shows the detail
	hidden bool // a wide one does not
	zoom   bool // the detail fills the screen
	inside bool // keys go to the detail
	split  int  // per cent of the width that the list has
	drag   bool // the mouse holds the border between them
}

// build makes the state of a screen that nothing was loaded for yet.
func build(ctx context.Context, c *client.Client, opt Options, table []action, h hooks) *model {
	m := &model{session: session{ctx: ctx, api: c, root: c, opt: opt, loc: time.Local, wall: time.Now},
		width: 80, height: 24, list: newList(), filter: newFilterBar(), panes: panes{split: 45}}
	m.looks = looks{dark: true, profile: fullColour}
	m.actions, m.hooks = table, h
	m.restyle()
	m.detail.want(0)
	return m
}

func (m *model) say(s ui.Style, text string) { m.notices.Say(s, text, m.wall()) }

func (m *model) complain(text string) { m.say(ui.Bad, text) }

// fail shows an error; nil is none.
func (m *model) fail(err error) bool {
	if err != nil {
		m.complain(err.Error())
	}
	return err != nil
}

// over is the overlay that has the keys, nil when the panes have them.
func (m *model) over() ui.Overlay {
	if len(m.overs) == 0 {
		return nil
	}
	return m.overs[len(m.overs)-1]
}

// show puts an overlay on top.
func (m *model) show(o ui.Overlay) { m.overs = append(m.overs, o) }

// drop takes an overlay away, wherever it is.
func (m *model) drop(o ui.Overlay) {
	for i, x := range m.overs {
		if x == o {
			m.overs = append(m.overs[:i:i], m.overs[i+1:]...)
			return
		}
	}
}

// shows reports whether an overlay is still there.
func (m *model) shows(o ui.Overlay) bool {
	for _, x := range m.overs {
		if x == o {
			return true
		}
	}
	return false
}

// now is the time on the sandbox clock. A real clock goes on between two looks
// at it, the others stand.
func (m *model) now() time.Time {
	if m.status.clock.Mode == "real" {
		return m.status.clock.Now.Add(m.wall().Sub(m.status.asked))
	}
	return m.status.clock.Now
}

// Init starts to load and to listen, and asks what the terminal looks like.
func (m *model) Init() tea.Cmd {
	return tea.Batch(tea.RequestBackgroundColor, load(m), refresh(m), loadCatalog(m), loadSettings(m), tick())
}

// tickMsg lets a second pass on the screen: countdowns and notices.
type tickMsg time.Time

func tick() tea.Cmd { return tea.Tick(time.Second, func(t time.Time) tea.Msg { return tickMsg(t) }) }

// result is the end of a command: a named message that knows what it changes.
type result interface{ apply(m *model) tea.Cmd }

// said is the end of something that can fail and whose success is told.
type said struct {
	text string
	err  error
	then func(m *model) tea.Cmd // after success
}

func (r said) apply(m *model) tea.Cmd {
	if m.fail(r.err) {
		return refresh(m)
	}
	if r.text != "" {
		m.say(ui.Good, r.text)
	}
	if r.then != nil {
		return tea.Batch(r.then(m), refresh(m))
	}
	return refresh(m)
}

// attempt does something beside the screen and tells how it ended.
func attempt(do func() (text string, err error)) tea.Cmd { return attemptThen(do, nil) }

func attemptThen(do func() (string, error), then func(*model) tea.Cmd) tea.Cmd {
	return func() tea.Msg {
		text, err := do()
		return said{text, err, then}
	}
}

// undo is what u takes back.
type undo struct {
	about string
	do    func(m *model) tea.Cmd
}

func undoLast(m *model) tea.Cmd {
	if m.done.do == nil {
		m.complain("there is nothing to undo: deleting a subscription or an inbox's settings can be")
		return nil
	}
	last := m.done
	m.done = undo{}
	return last.do(m)
}

// status is what the top line tells.
type status struct {
	clock   api.Clock
	asked   time.Time // when the clock was
	faults  []api.Fault
	oldest  uint64 // the oldest entry that is kept
	last    uint64 // the newest entry that the screen knows of
	busy    bool
	again   bool // something happened while it was asked
	looked  time.Time
	space   string
	arrived [60]int // entries in each of the last seconds
	second  int64
}

// total is how many entries are kept.
func (s *status) total() uint64 { return s.last + 1 - min(max(s.oldest, 1), s.last+1) }

// count notes that entries came.
func (s *status) count(n int, now time.Time) {
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
func (s *status) minute(now time.Time) []int {
	s.count(0, now)
	out := make([]int, 60)
	for i := range out {
		out[i] = s.arrived[(now.Unix()+1+int64(i))%60]
	}
	return out
}

// looked is what the sandbox says of itself: asked for when something happened, not
// every second.
type looked struct {
	clock  *api.Clock
	faults []api.Fault
	kept   api.Kept
	err    error
}

// refresh asks for what the top line shows.
func refresh(m *model) tea.Cmd {
	if m.status.busy {
		m.status.again = true
		return nil
	}
	m.status.busy, m.status.again, m.status.looked = true, false, m.wall()
	ctx, c := m.ctx, m.api
	return func() tea.Msg { return look(ctx, c) }
}

func look(ctx context.Context, c *client.Client) (r looked) {
	if r.clock, r.err = c.Clock(ctx); r.err != nil {
		return r
	}
	if r.faults, r.err = c.Faults(ctx); r.err != nil {
		return r
	}
	doc, err := c.Index(ctx)
	var index api.Index
	if r.err = err; err == nil {
		r.err = decode(doc, &index)
	}
	r.kept = index.Entries
	return r
}

func (r looked) apply(m *model) tea.Cmd {
	s := &m.status
	s.busy, s.looked = false, m.wall()
	if r.clock != nil {
		s.clock, s.asked = *r.clock, m.wall()
	}
	if r.err == nil {
		s.faults, s.oldest, s.last = r.faults, r.kept.OldestSeq, max(s.last, r.kept.LastSeq)
		if m.list.win.Forget(r.kept.OldestSeq) {
			m.list.refold()
		}
	}
	if s.again {
		return refresh(m)
	}
	return read(m)
}

// refreshSoon looks again when the last look is a second old: entries came, or the
// user is back.
func refreshSoon(m *model) tea.Cmd {
	if m.wall().Sub(m.status.looked) < time.Second {
		m.status.again = true // the next tick does it
		return nil
	}
	return refresh(m)
}
