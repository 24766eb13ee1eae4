package listing

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"tacklebox/tui/detail"
	"tacklebox/tui/rows"
	"tacklebox/tui/ui"
)

// Column is one column of the list.
type Column struct {
	Title string
	Width int // 0: what is left
	need  int // the narrowest list that shows it unasked
	right bool
	cell  func(l rows.Line, v View) ui.Span
	Order func(a, b *rows.Group) int // nil: the list cannot be sorted by it
}

// View is what the cells need to know.
type View struct {
	Loc      *time.Location
	Now      time.Time // on the sandbox clock
	open     map[string]bool
	provider bool // it has a column of its own
	Replays  map[string]string
}

// Columns are all that there are, in the order in which they stand at first.
func Columns() []Column {
	by := func(key func(g *rows.Group) string) func(a, b *rows.Group) int {
		return func(a, b *rows.Group) int { return cmp.Compare(key(a), key(b)) }
	}
	number := func(key func(r *rows.Row) int64) func(a, b *rows.Group) int {
		return func(a, b *rows.Group) int {
			return cmp.Compare(key(rows.Line{Group: b}.Main()), key(rows.Line{Group: a}.Main()))
		}
	}
	return []Column{
		{Title: "#", Width: 7, need: 96, right: true, cell: func(l rows.Line, _ View) ui.Span { return ui.Span{Text: ui.Utoa(l.Top().Seq), Style: ui.Dim} }},
		{Title: "TIME", Width: 8, need: 40, cell: func(l rows.Line, v View) ui.Span {
			return ui.Span{Text: l.Top().At.In(v.Loc).Format("15:04:05"), Style: ui.Dim}
		}},
		{Title: "AGE", Width: 4, need: 82, right: true, cell: func(l rows.Line, v View) ui.Span {
			return ui.Span{Text: ui.Age(v.Now.Sub(l.Top().At)), Style: ui.Dim}
		}},
		{Title: "PROVIDER", Width: 10, need: 76, cell: func(l rows.Line, _ View) ui.Span { return ui.Span{Text: l.Main().Provider, Style: ui.Info} },
			Order: by(func(g *rows.Group) string { return g.Last.Provider })},
		{Title: "WHAT", cell: what, Order: by(func(g *rows.Group) string { return g.Last.Type + g.Last.Path })},
		{Title: "INBOX", Width: 9, need: 46, cell: func(l rows.Line, _ View) ui.Span { return ui.Span{Text: l.Main().Inbox} },
			Order: by(func(g *rows.Group) string { return rows.Line{Group: g}.Main().Inbox })},
		{Title: "STATUS", Width: 7, cell: statusCell, Order: number(func(r *rows.Row) int64 { return int64(r.Status) })},
		{Title: "SIG", Width: 3, need: 34, cell: signatureCell, Order: by(func(g *rows.Group) string { return rows.Line{Group: g}.Main().Signature })},
		{Title: "CON", Width: 3, need: 58, cell: contractCell, Order: number(func(r *rows.Row) int64 { return int64(r.Violations) })},
		{Title: "SIZE", Width: 5, need: 70, right: true, cell: func(l rows.Line, _ View) ui.Span { return ui.Span{Text: sizeText(l.Main()), Style: ui.Dim} },
			Order: number(func(r *rows.Row) int64 { return r.Size })},
		{Title: "TOOK", Width: 6, need: 80, right: true, cell: func(l rows.Line, _ View) ui.Span { return ui.Span{Text: ui.Took(l.Main().Took), Style: ui.Dim} },
			Order: number(func(r *rows.Row) int64 { return int64(r.Took) })},
	}
}

// what is the type of an event, the request of anything else.
func what(l rows.Line, v View) ui.Span {
	r := l.Top()
	if !l.First() {
		return ui.Span{Text: "    " + child(l.Row, v)}
	}
	mark := "  "
	if len(l.Rows) > 1 {
		mark = "▸ "
		if v.open[l.Key] {
			mark = "▾ "
		}
	}
	label := r.Type
	switch {
	case r.Kind == "call" || label == "":
		label = strings.TrimSpace(r.Method + " " + r.Path)
	case r.Provider != "" && !v.provider:
		label = r.Provider + " " + label
	}
	if !l.Next.IsZero() {
		label += dueIn + ui.Age(l.Next.Sub(v.Now))
	}
	if f := l.Last.Fault; f != "" {
		label += " !" + f
	}
	return ui.Span{Text: mark + label}
}

// child names one row of an open group.
func child(r *rows.Row, v View) string {
	switch r.Kind {
	case "attempt":
		text := "try " + ui.Pad(ui.Itoa(r.Attempt), 2)
		if note := v.Replays[r.Delivery]; note != "" {
			text = note
		}
		return text + "  → " + r.Where()
	case "capture":
		return "capture #" + ui.Utoa(r.Seq) + " in " + r.Inbox
	case "event":
		return "event   " + r.Event
	}
	return r.Kind + " " + r.Type
}

func statusCell(l rows.Line, _ View) ui.Span {
	r := l.Last
	if l.Row != nil {
		r = l.Row
	}
	word, st := r.Word(), ui.Bad
	if r.OK() {
		st = ui.Good
	}
	if l.Row == nil && l.Attempts > 1 {
		word += " ×" + ui.Itoa(l.Attempts)
	}
	return ui.Span{Text: word, Style: st}
}

func signatureCell(l rows.Line, _ View) ui.Span {
	s := l.Main().Signature
	if s == "" {
		return ui.Span{}
	}
	letter, st := detail.Signature(s)
	return ui.Span{Text: letter, Style: st}
}

func contractCell(l rows.Line, _ View) ui.Span {
	switch r := l.Main(); {
	case !r.Checked:
		return ui.Span{}
	case r.Violations == 0:
		return ui.Span{Text: "ok", Style: ui.Good}
	default:
		return ui.Span{Text: "X" + ui.Itoa(r.Violations), Style: ui.Bad}
	}
}

func sizeText(r *rows.Row) string {
	if r.Size == 0 {
		return ""
	}
	text := ui.Bytes(r.Size)
	if r.Truncated {
		text += "!"
	}
	return text
}

// dueIn stands before when the next try is, which a narrow column keeps.
const dueIn = "  next in "

// gutter is the cursor's place and the state's badge.
const Gutter = 5

// Fitting chooses the columns for a width: the user's, or those that fit.
func (l *List) Fitting(width int) []Column {
	var shown []Column
	all := Columns()
	for _, title := range l.Chosen {
		if i := slices.IndexFunc(all, func(c Column) bool { return c.Title == title }); i >= 0 {
			shown = append(shown, all[i])
		}
	}
	if len(shown) == 0 {
		shown = slices.DeleteFunc(all, func(c Column) bool { return width < c.need })
	}
	for len(shown) > 1 && Flexible(shown, width) < 8 { // what the user chose may be too much
		last := len(shown) - 1
		if shown[last].Width == 0 {
			last--
		}
		shown = slices.Delete(shown, last, last+1)
	}
	return shown
}

// Flexible is what is left for the column without a width.
func Flexible(shown []Column, width int) int {
	left := width - Gutter
	for i, c := range shown {
		if c.Width > 0 {
			left -= c.Width
		}
		if i > 0 {
			left--
		}
	}
	return max(left, 0)
}

// fit pads a cell to its column. A path loses its beginning, the rest its end.
func (c Column) fit(s string, shown []Column, width int) string {
	w := c.Width
	if w == 0 {
		w = Flexible(shown, width)
		if head, due, ok := strings.Cut(s, dueIn); ok && ui.Width(s) > w && w > 16 {
			head, _ = ui.Cut(head, w-ui.Width(dueIn+due))
			s = head + dueIn + due
		}
		if head, path, ok := strings.Cut(s, " /"); ok && ui.Width(s) > w && w-ui.Width(head)-1 > 4 {
			s = head + " " + ui.CutLeft("/"+path, w-ui.Width(head)-1)
		}
	}
	if c.right {
		return ui.PadLeft(s, w)
	}
	return ui.Pad(s, w)
}

// Render draws the titles and the visible lines.
func (l *List) Render(th *ui.Theme, width, height int, v View, inside bool) []string {
	shown := l.Fitting(width)
	v.open = l.open
	v.provider = slices.ContainsFunc(shown, func(c Column) bool { return c.Title == "PROVIDER" })
	titles := ui.Say(ui.Plain, strings.Repeat(" ", Gutter))
	for i, c := range shown {
		if i > 0 {
			titles = titles.Add(ui.Plain, " ")
		}
		st := ui.Dim
		if c.Title == l.Sorted {
			st = ui.Accent
		}
		titles = titles.Add(st, c.fit(c.Title, shown, width))
	}
	out := []string{th.Draw(titles, width, ui.Bare)}
	for i := l.Top; i < len(l.Lines) && len(out) < height; i++ {
		ground := ui.Bare
		switch {
		case i == l.Cursor && inside:
			ground = ui.Faded
		case i == l.Cursor:
			ground = ui.Chosen
		}
		out = append(out, th.Draw(l.cells(i, shown, width, v), width, ground))
	}
	return out
}

func (l *List) cells(i int, shown []Column, width int, v View) ui.Line {
	n := l.Lines[i]
	mark := " "
	switch {
	case i == l.Cursor:
		mark = "▌"
	case l.Mark > 0 && n.Holds(l.Mark):
		mark = "*"
	}
	line := ui.Say(ui.Accent, mark)
	if n.First() {
		line = line.Add(n.State.Badge(), " "+string(n.State)+" ").Add(ui.Plain, " ")
	} else {
		line = line.Add(ui.Dim, "    ")
	}
	for j, c := range shown {
		if j > 0 {
			line = line.Add(ui.Plain, " ")
		}
		s := c.cell(n, v)
		line = line.Add(s.Style, c.fit(s.Text, shown, width))
	}
	return line
}
