package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/client"
)

// model is the whole state of the screen. Update changes it, View draws it,
// commands do what takes time.
type model struct {
	ctx  context.Context
	api  *client.Client
	opt  Options
	th   *theme
	loc  *time.Location
	wall func() time.Time // for what a person waits for
	keys []binding

	width, height int

	win     *window
	list    list
	detail  detail
	open    bool // the detail is on the screen
	zoom    bool // and fills it
	inside  bool // keys go to the detail
	over    overlay
	filter  filterBar
	turn    int // counts the filters: answers to an earlier one are late
	feed    *feed
	loaded  bool // the first page of this filter is there
	paging  bool // a page is on its way
	reading reading

	conn    client.State
	trouble string // why the connection is lost
	clock   client.Clock
	clockAt time.Time // when the clock was asked
	polling bool
	faults  []client.Fault
	total   uint64 // entries in the journal
	oldest  uint64 // the oldest entry that is kept
	last    uint64 // the newest entry that the screen knows of
	catalog catalog
	hello   bool // the first sample is to be fired when the catalogue is there
	lights  []*light
	again   *client.FireRequest // what was fired last
	notice  notice
}

// reading is the entry that is being loaded for the detail.
type reading struct {
	busy bool
	want reader
}

// reader names what the detail shows: an entry, and how much is known of the
// event it belongs to.
type reader struct {
	seq   uint64
	event string
	known int
}

// notice is a line for the user that goes away on its own.
type notice struct {
	text  string
	style style
	until time.Time
}

const noticeFor = 6 * time.Second

func newModel(ctx context.Context, api *client.Client, opt Options) *model {
	m := &model{
		ctx: ctx, api: api, opt: opt, th: newTheme(), loc: time.Local, wall: time.Now,
		win: newWindow(), list: newList(), width: 80, height: 24,
	}
	m.keys = bindings()
	m.filter = newFilterBar()
	m.detail.want(0)
	return m
}

func (m *model) say(text string)      { m.tell(plain, text) }
func (m *model) complain(text string) { m.tell(bad, text) }

func (m *model) tell(s style, text string) {
	m.notice = notice{clean(text, 500), s, m.wall().Add(noticeFor)}
}

// fail shows an error; nil is none.
func (m *model) fail(err error) bool {
	if err != nil {
		m.complain(err.Error())
	}
	return err != nil
}

// now is the time on the sandbox clock. A real clock goes on between two looks
// at it, the others stand.
func (m *model) now() time.Time {
	if m.clock.Mode == "real" {
		return m.clock.Now.Add(m.wall().Sub(m.clockAt))
	}
	return m.clock.Now
}

// Init starts to load, to listen and to look at the clock.
func (m *model) Init() tea.Cmd {
	return tea.Batch(m.load(), m.poll(), m.loadCatalog(), m.loadSaved(), tick())
}

type tickMsg time.Time

func tick() tea.Cmd { return tea.Tick(time.Second, func(t time.Time) tea.Msg { return tickMsg(t) }) }
