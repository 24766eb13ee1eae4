// Package detail shows one entry and the delivery it belongs to: its body by what it
// is, its headers, its tries, and what a search finds in them.
package detail

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/tui/body"
	"tacklebox/tui/rows"
	"tacklebox/tui/ui"
)

// Detail is the pane that shows one entry, and the delivery that it belongs to.
type Detail struct {
	Seq     uint64     // of the entry that is wanted
	Entry   *api.Entry // nil while it is loaded
	Request *body.Body
	answer  *body.Body
	story   []*rows.Row // what is known of the event: attempts and captures, by number
	sub     *api.Subscription
	Problem string // why there is no entry
	Reading Reading

	Tab    int
	chose  body.View // that the user chose; a body that has it not shows what fits
	folded map[string]bool
	Cursor int
	Top    int
	Height int

	Asking bool // the search is typed
	In     ui.Input
	Term   string
	found  []int // lines that hold the term, one for each place

	Lines []body.Line // for width, as of when
	Width int
	asOf  time.Time
}

// Reading is the entry that is being loaded.
type Reading struct {
	Busy bool
	Want Reader
}

// Reader names what the detail shows: an entry, and how much is known of the
// event it belongs to.
type Reader struct {
	Seq   uint64
	Event string
	Known int
}

// Place is what the detail needs from around it.
type Place struct {
	Now     time.Time // on the sandbox clock
	Loc     *time.Location
	Replays map[string]string
}

// The pages of the detail.
func Tabs() []string { return []string{"Body", "Headers", "Tries"} }

// Show takes a loaded entry.
func (d *Detail) Show(e *api.Entry, story []*rows.Row, sub *api.Subscription) {
	d.Entry, d.story, d.sub, d.Problem = e, story, sub, ""
	d.Request, d.answer = bodyOf(e.Request), bodyOf(e.Response)
	d.Width = 0
}

// Want begins to show another entry.
func (d *Detail) Want(seq uint64) {
	d.Seq, d.Entry, d.story, d.sub, d.Problem = seq, nil, nil, nil, ""
	d.Cursor, d.Top, d.Width = 0, 0, 0
	d.folded = map[string]bool{}
}

func bodyOf(m *api.Message) *body.Body {
	if m == nil {
		return body.New(nil, "", "")
	}
	return body.New(m.Body, m.Headers.Get("Content-Type"), m.Headers.Get("Content-Encoding"))
}

// View is how a body is shown: as the user chose, where it can be, or as fits.
func (d *Detail) View(b *body.Body) body.View {
	for _, v := range b.Views() {
		if v == d.chose {
			return v
		}
	}
	return b.Views()[0]
}

// Shown is the body that views are chosen for.
func (d *Detail) Shown() *body.Body {
	if d.Request != nil && d.Request.Size() == 0 && d.answer.Size() > 0 {
		return d.answer
	}
	return d.Request
}

// Choose shows the body in one of its views.
func (d *Detail) Choose(v body.View) { d.chose, d.Width, d.Tab = v, 0, 0 }

// Move goes by some lines.
func (d *Detail) Move(by int) { d.Cursor = min(max(d.Cursor+by, 0), max(len(d.Lines)-1, 0)) }

// Toggle folds or unfolds what stands under the cursor.
func (d *Detail) Toggle() {
	if d.Cursor < len(d.Lines) && d.Lines[d.Cursor].Fold != "" {
		id := d.Lines[d.Cursor].Fold
		d.folded[id] = !d.folded[id]
		d.Width = 0
	}
}

// Ask begins a search.
func (d *Detail) Ask() { d.Asking, d.In = true, ui.NewInput(d.Term) }

// SearchKey edits what is searched for.
func (d *Detail) SearchKey(msg tea.Msg) {
	k, _ := msg.(tea.KeyPressMsg)
	switch k.String() {
	case "enter":
		d.Asking = false
		d.NextFrom(d.Cursor)
	case "esc":
		d.Asking = false
		d.Search("")
	default:
		if d.In.Take(msg) {
			d.Search(d.In.Value())
			d.NextFrom(d.Cursor)
		}
	}
}

// Search finds the lines that hold a term, whatever the case of its letters.
func (d *Detail) Search(term string) {
	d.Term, d.found = term, nil
	if term == "" {
		return
	}
	for i, l := range d.Lines {
		for range strings.Count(strings.ToLower(l.Line.String()), strings.ToLower(term)) {
			d.found = append(d.found, i)
		}
	}
}

// NextFrom goes to the first place at or behind a line, or to the first of all.
func (d *Detail) NextFrom(line int) {
	for _, i := range d.found {
		if i >= line {
			d.Cursor = i
			return
		}
	}
	if len(d.found) > 0 {
		d.Cursor = d.found[0]
	}
}

// layout makes the lines for a width. It is repeated when something changed or a
// countdown runs.
func (d *Detail) layout(width int, at Place) {
	now := at.Now.Truncate(time.Second)
	if d.Width == width && (d.asOf.Equal(now) || rows.Due(d.story).IsZero()) {
		return
	}
	d.Width, d.asOf = width, now
	d.Lines = d.document(width, at)
	d.Search(d.Term)
}

// Fit lays the document out for its part of the screen.
func (d *Detail) Fit(width, height int, at Place) {
	d.layout(max(width, 1), at)
	d.Height = max(height, 1)
	d.Cursor, d.Top = ui.Scroll(d.Cursor, d.Top, len(d.Lines), d.Height)
}

// Title says which entry is shown.
func (d *Detail) Title() ui.Line {
	if d.Entry == nil {
		return ui.Say(ui.Head, "Detail")
	}
	e := d.Entry
	title := ui.Say(ui.Head, "#"+ui.Utoa(e.Seq)+" "+ui.Cell(string(e.Kind)))
	what := strings.TrimSpace(ui.Cell(e.Provider) + " " + ui.Cell(e.Type))
	if what != "" {
		title = title.Add(ui.Dim, " · ").Add(ui.Strong, what)
	}
	return title
}

// Footer says what is searched and which view this is.
func (d *Detail) Footer() ui.Line {
	var out ui.Line
	if d.Term != "" && !d.Asking {
		at := 0
		for i, line := range d.found {
			if line <= d.Cursor {
				at = i + 1
			}
		}
		out = out.Add(ui.Accent, "/"+ui.Cell(d.Term)).Add(ui.Dim, "  "+ui.Itoa(max(at, min(1, len(d.found))))+" of "+ui.Itoa(len(d.found))+"   ")
	}
	if d.Tab == 0 && d.Entry != nil {
		out = out.Add(ui.Dim, string(d.View(d.Shown())))
	}
	if n := len(d.Lines); n > d.Height {
		out = out.Add(ui.Dim, "   "+ui.Itoa(d.Cursor+1)+"/"+ui.Itoa(n))
	}
	return out
}

// Marked lights the places of a term in a line.
func Marked(l ui.Line, term string) ui.Line {
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

// ValueAt is the line under the cursor of the detail.
func (d *Detail) ValueAt() (body.Line, bool) {
	if d.Cursor >= len(d.Lines) {
		return body.Line{}, false
	}
	return d.Lines[d.Cursor], true
}

// Previous goes to the place before, or to the last of all.
func (d *Detail) Previous() {
	for i := len(d.found) - 1; i >= 0; i-- {
		if d.found[i] < d.Cursor {
			d.Cursor = d.found[i]
			return
		}
	}
	if n := len(d.found); n > 0 {
		d.Cursor = d.found[n-1]
	}
}
