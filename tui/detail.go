package tui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/tui/body"
	"tacklebox/tui/rows"
	"tacklebox/tui/ui"
)

// detail is the pane that shows one entry, and the delivery that it belongs to.
type detail struct {
	seq     uint64     // of the entry that is wanted
	entry   *api.Entry // nil while it is loaded
	request *body.Body
	answer  *body.Body
	story   []*rows.Row // what is known of the event: attempts and captures, by number
	sub     *api.Subscription
	problem string // why there is no entry
	reading reading

	tab    int
	chose  body.View // that the user chose; a body that has it not shows what fits
	folded map[string]bool
	cursor int
	top    int
	height int

	asking bool // the search is typed
	in     ui.Input
	term   string
	found  []int // lines that hold the term, one for each place

	lines []body.Line // for width, as of when
	width int
	asOf  time.Time
}

// reading is the entry that is being loaded.
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

// place is what the detail needs from around it.
type place struct {
	now     time.Time // on the sandbox clock
	loc     *time.Location
	replays map[string]string
}

// The pages of the detail.
func tabs() []string { return []string{"Body", "Headers", "Tries"} }

// show takes a loaded entry.
func (d *detail) show(r entryRead) {
	d.entry, d.story, d.sub, d.problem = r.entry, r.story, r.sub, ""
	d.request, d.answer = bodyOf(r.entry.Request), bodyOf(r.entry.Response)
	d.width = 0
}

// want begins to show another entry.
func (d *detail) want(seq uint64) {
	d.seq, d.entry, d.story, d.sub, d.problem = seq, nil, nil, nil, ""
	d.cursor, d.top, d.width = 0, 0, 0
	d.folded = map[string]bool{}
}

func bodyOf(m *api.Message) *body.Body {
	if m == nil {
		return body.New(nil, "", "")
	}
	return body.New(m.Body, m.Headers.Get("Content-Type"), m.Headers.Get("Content-Encoding"))
}

// view is how a body is shown: as the user chose, where it can be, or as fits.
func (d *detail) view(b *body.Body) body.View {
	for _, v := range b.Views() {
		if v == d.chose {
			return v
		}
	}
	return b.Views()[0]
}

// shown is the body that views are chosen for.
func (d *detail) shown() *body.Body {
	if d.request != nil && d.request.Size() == 0 && d.answer.Size() > 0 {
		return d.answer
	}
	return d.request
}

func nextView(m *model) tea.Cmd {
	d := &m.detail
	if d.request == nil {
		return nil
	}
	views := d.shown().Views()
	now := d.view(d.shown())
	for i, v := range views {
		if v == now {
			d.choose(views[(i+1)%len(views)])
			break
		}
	}
	return nil
}

func (d *detail) choose(v body.View) { d.chose, d.width, d.tab = v, 0, 0 }

func chooseView(m *model) tea.Cmd {
	d := &m.detail
	if d.request == nil {
		return nil
	}
	p := ui.NewPicker("View of the body")
	p.Box = true
	var items []ui.Item
	for i, v := range d.shown().Views() {
		note := ""
		if i == 0 {
			note = "fits"
		}
		items = append(items, ui.Item{Label: string(v), Note: note, Style: ui.Dim, Value: v})
	}
	p.Set(items)
	p.Choose = func(it ui.Item) (tea.Cmd, bool) { d.choose(it.Value.(body.View)); return nil, true }
	m.show(p)
	return nil
}

func turnTab(by int) func(*model) tea.Cmd {
	return func(m *model) tea.Cmd {
		d := &m.detail
		d.tab = (d.tab + by + len(tabs())) % len(tabs())
		d.cursor, d.top, d.width = 0, 0, 0
		return nil
	}
}

func (d *detail) move(by int) { d.cursor = min(max(d.cursor+by, 0), max(len(d.lines)-1, 0)) }

func (d *detail) toggle() {
	if d.cursor < len(d.lines) && d.lines[d.cursor].Fold != "" {
		id := d.lines[d.cursor].Fold
		d.folded[id] = !d.folded[id]
		d.width = 0
	}
}

// ask begins a search.
func (d *detail) ask() { d.asking, d.in = true, ui.NewInput(d.term) }

func (d *detail) searchKey(msg tea.Msg) {
	k, _ := msg.(tea.KeyPressMsg)
	switch k.String() {
	case "enter":
		d.asking = false
		d.nextFrom(d.cursor)
	case "esc":
		d.asking = false
		d.search("")
	default:
		if d.in.Take(msg) {
			d.search(d.in.Value())
			d.nextFrom(d.cursor)
		}
	}
}

// search finds the lines that hold a term, whatever the case of its letters.
func (d *detail) search(term string) {
	d.term, d.found = term, nil
	if term == "" {
		return
	}
	for i, l := range d.lines {
		for range strings.Count(strings.ToLower(l.Line.String()), strings.ToLower(term)) {
			d.found = append(d.found, i)
		}
	}
}

// nextFrom goes to the first place at or behind a line, or to the first of all.
func (d *detail) nextFrom(line int) {
	for _, i := range d.found {
		if i >= line {
			d.cursor = i
			return
		}
	}
	if len(d.found) > 0 {
		d.cursor = d.found[0]
	}
}

func (m *model) nextMatch() tea.Cmd { m.detail.nextFrom(m.detail.cursor + 1); return nil }

func (m *model) previousMatch() tea.Cmd {
	d := &m.detail
	for i := len(d.found) - 1; i >= 0; i-- {
		if d.found[i] < d.cursor {
			d.cursor = d.found[i]
			return nil
		}
	}
	if n := len(d.found); n > 0 {
		d.cursor = d.found[n-1]
	}
	return nil
}

// layout makes the lines for a width. It is repeated when something changed or a
// countdown runs.
func (d *detail) layout(width int, at place) {
	now := at.now.Truncate(time.Second)
	if d.width == width && (d.asOf.Equal(now) || rows.Due(d.story).IsZero()) {
		return
	}
	d.width, d.asOf = width, now
	d.lines = d.document(width, at)
	d.search(d.term)
}

// fit lays the document out for its part of the screen.
func (d *detail) fit(width, height int, at place) {
	d.layout(max(width, 1), at)
	d.height = max(height, 1)
	d.cursor, d.top = ui.Scroll(d.cursor, d.top, len(d.lines), d.height)
}

// detailPane draws the visible lines in their frame.
func detailPane(m *model, p places) []string {
	d, th := &m.detail, m.looks.theme
	in := p.detail.Inner()
	pane := ui.Pane{Title: d.title(), Width: p.detail.W, Height: p.detail.H, Focused: m.panes.inside}
	for i, t := range tabs() {
		st := ui.Dim
		if i == d.tab {
			st = ui.Head
		}
		if i > 0 {
			pane.Right = pane.Right.Add(ui.Edge, " │ ")
		}
		pane.Right = pane.Right.Add(st, t)
	}
	pane.Bottom = d.footer()
	if d.asking {
		pane.BottomLeft = append(ui.Say(ui.Accent, "/"), d.in.Line(max(in.W/2, 4), true)...)
	}
	var out []string
	for i := d.top; i < len(d.lines) && len(out) < in.H; i++ {
		ground, mark := ui.Bare, " "
		if i == d.cursor && m.panes.inside {
			ground, mark = ui.Chosen, "▌"
		}
		line := append(ui.Say(ui.Accent, mark), marked(d.lines[i].Line, d.term)...)
		out = append(out, th.Draw(line, in.W, ground))
	}
	return pane.Draw(th, out)
}

func (d *detail) title() ui.Line {
	if d.entry == nil {
		return ui.Say(ui.Head, "Detail")
	}
	e := d.entry
	title := ui.Say(ui.Head, "#"+ui.Utoa(e.Seq)+" "+ui.Cell(string(e.Kind)))
	what := strings.TrimSpace(ui.Cell(e.Provider) + " " + ui.Cell(e.Type))
	if what != "" {
		title = title.Add(ui.Dim, " · ").Add(ui.Strong, what)
	}
	return title
}

// footer says what is searched and which view this is.
func (d *detail) footer() ui.Line {
	var out ui.Line
	if d.term != "" && !d.asking {
		at := 0
		for i, line := range d.found {
			if line <= d.cursor {
				at = i + 1
			}
		}
		out = out.Add(ui.Accent, "/"+ui.Cell(d.term)).Add(ui.Dim, "  "+ui.Itoa(max(at, min(1, len(d.found))))+" of "+ui.Itoa(len(d.found))+"   ")
	}
	if d.tab == 0 && d.entry != nil {
		out = out.Add(ui.Dim, string(d.view(d.shown())))
	}
	if n := len(d.lines); n > d.height {
		out = out.Add(ui.Dim, "   "+ui.Itoa(d.cursor+1)+"/"+ui.Itoa(n))
	}
	return out
}

// marked lights the places of a term in a line.
func marked(l ui.Line, term string) ui.Line {
	if term == "" {
		return l
	}
	var out ui.Line
	lower := strings.ToLower(term)
	for _, p := range l {
		rest := p.Text
		for {
			folded := strings.ToLower(rest)
			i := strings.Index(folded, lower)
			if i < 0 || len(folded) != len(rest) {
				break
			}
			out = out.Add(p.Style, rest[:i]).Add(ui.Match, rest[i:i+len(term)])
			rest = rest[i+len(term):]
		}
		out = out.Add(p.Style, rest)
	}
	return out
}

// valueAt is the line under the cursor of the detail.
func (d *detail) valueAt() (body.Line, bool) {
	if d.cursor >= len(d.lines) {
		return body.Line{}, false
	}
	return d.lines[d.cursor], true
}

func copyValue(m *model) tea.Cmd {
	if l, ok := m.detail.valueAt(); ok {
		return m.copy(l.Value(), "the value")
	}
	return nil
}

func copyPath(m *model) tea.Cmd {
	l, ok := m.detail.valueAt()
	if !ok || l.Path == "" {
		m.complain("this line has no path: go to a value of the body")
		return nil
	}
	return m.copy(l.Path, "the path "+l.Path)
}
