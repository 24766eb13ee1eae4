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
func (d *detail) show(e *api.Entry, story []*rows.Row, sub *api.Subscription) {
	d.entry, d.story, d.sub, d.problem = e, story, sub, ""
	d.request, d.answer = bodyOf(e.Request), bodyOf(e.Response)
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

func (d *detail) choose(v body.View) { d.chose, d.width, d.tab = v, 0, 0 }

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

// previous goes to the place before, or to the last of all.
func (d *detail) previous() {
	for i := len(d.found) - 1; i >= 0; i-- {
		if d.found[i] < d.cursor {
			d.cursor = d.found[i]
			return
		}
	}
	if n := len(d.found); n > 0 {
		d.cursor = d.found[n-1]
	}
}
