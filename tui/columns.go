package tui

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"tacklebox/tui/rows"
	"tacklebox/tui/ui"
)

// column is one column of the list.
type column struct {
	title string
	width int // 0: what is left
	need  int // the narrowest list that shows it unasked
	right bool
	cell  func(l rows.Line, v view) ui.Span
	order func(a, b *rows.Group) int // nil: the list cannot be sorted by it
}

// view is what the cells need to know.
type view struct {
	loc      *time.Location
	now      time.Time // on the sandbox clock
	open     map[string]bool
	provider bool // it has a column of its own
	replays  map[string]string
}

func columns() []column {
	by := func(key func(g *rows.Group) string) func(a, b *rows.Group) int {
		return func(a, b *rows.Group) int { return cmp.Compare(key(a), key(b)) }
	}
	number := func(key func(r *rows.Row) int64) func(a, b *rows.Group) int {
		return func(a, b *rows.Group) int {
			return cmp.Compare(key(rows.Line{Group: b}.Main()), key(rows.Line{Group: a}.Main()))
		}
	}
	return []column{
		{title: "#", width: 7, need: 96, right: true, cell: func(l rows.Line, _ view) ui.Span { return ui.Span{Text: ui.Utoa(l.Top().Seq), Style: ui.Dim} }},
		{title: "TIME", width: 8, need: 40, cell: func(l rows.Line, v view) ui.Span {
			return ui.Span{Text: l.Top().At.In(v.loc).Format("15:04:05"), Style: ui.Dim}
		}},
		{title: "AGE", width: 4, need: 90, right: true, cell: func(l rows.Line, v view) ui.Span {
			return ui.Span{Text: ui.Age(v.now.Sub(l.Top().At)), Style: ui.Dim}
		}},
		{title: "PROVIDER", width: 10, need: 76, cell: func(l rows.Line, _ view) ui.Span { return ui.Span{Text: l.Main().Provider, Style: ui.Info} },
			order: by(func(g *rows.Group) string { return g.Last.Provider })},
		{title: "WHAT", cell: what, order: by(func(g *rows.Group) string { return g.Last.Type + g.Last.Path })},
		{title: "INBOX", width: 9, need: 46, cell: func(l rows.Line, _ view) ui.Span { return ui.Span{Text: l.Main().Inbox} },
			order: by(func(g *rows.Group) string { return rows.Line{Group: g}.Main().Inbox })},
		{title: "STATUS", width: 7, cell: statusCell, order: number(func(r *rows.Row) int64 { return int64(r.Status) })},
		{title: "SIG", width: 3, need: 34, cell: signatureCell, order: by(func(g *rows.Group) string { return rows.Line{Group: g}.Main().Signature })},
		{title: "CON", width: 3, need: 58, cell: contractCell, order: number(func(r *rows.Row) int64 { return int64(r.Violations) })},
		{title: "SIZE", width: 5, need: 70, right: true, cell: func(l rows.Line, _ view) ui.Span { return ui.Span{Text: sizeText(l.Main()), Style: ui.Dim} },
			order: number(func(r *rows.Row) int64 { return r.Size })},
		{title: "TOOK", width: 6, need: 84, right: true, cell: func(l rows.Line, _ view) ui.Span { return ui.Span{Text: ui.Took(l.Main().Took), Style: ui.Dim} },
			order: number(func(r *rows.Row) int64 { return int64(r.Took) })},
	}
}

// what is the type of an event, the request of anything else.
func what(l rows.Line, v view) ui.Span {
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
		label += dueIn + ui.Age(l.Next.Sub(v.now))
	}
	if f := l.Last.Fault; f != "" {
		label += " !" + f
	}
	return ui.Span{Text: mark + label}
}

// child names one row of an open group.
func child(r *rows.Row, v view) string {
	switch r.Kind {
	case "attempt":
		text := "try " + ui.Pad(ui.Itoa(r.Attempt), 2)
		if note := v.replays[r.Delivery]; note != "" {
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

func statusCell(l rows.Line, _ view) ui.Span {
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

func signatureCell(l rows.Line, _ view) ui.Span {
	s := l.Main().Signature
	if s == "" {
		return ui.Span{}
	}
	letter, st := signature(s)
	return ui.Span{Text: letter, Style: st}
}

func contractCell(l rows.Line, _ view) ui.Span {
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
const gutter = 5

// fitting chooses the columns for a width: the user's, or those that fit.
func (l *list) fitting(width int) []column {
	var shown []column
	all := columns()
	for _, title := range l.chosen {
		if i := slices.IndexFunc(all, func(c column) bool { return c.title == title }); i >= 0 {
			shown = append(shown, all[i])
		}
	}
	if len(shown) == 0 {
		shown = slices.DeleteFunc(all, func(c column) bool { return width < c.need })
	}
	for len(shown) > 1 && flexible(shown, width) < 8 { // what the user chose may be too much
		last := len(shown) - 1
		if shown[last].width == 0 {
			last--
		}
		shown = slices.Delete(shown, last, last+1)
	}
	return shown
}

// flexible is what is left for the column without a width.
func flexible(shown []column, width int) int {
	left := width - gutter
	for i, c := range shown {
		if c.width > 0 {
			left -= c.width
		}
		if i > 0 {
			left--
		}
	}
	return max(left, 0)
}

// fit pads a cell to its column. A path loses its beginning, the rest its end.
func (c column) fit(s string, shown []column, width int) string {
	w := c.width
	if w == 0 {
		w = flexible(shown, width)
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

// render draws the titles and the visible lines.
func (l *list) render(th *ui.Theme, width, height int, v view, inside bool) []string {
	shown := l.fitting(width)
	v.open = l.open
	v.provider = slices.ContainsFunc(shown, func(c column) bool { return c.title == "PROVIDER" })
	titles := ui.Say(ui.Plain, strings.Repeat(" ", gutter))
	for i, c := range shown {
		if i > 0 {
			titles = titles.Add(ui.Plain, " ")
		}
		st := ui.Dim
		if c.title == l.sorted {
			st = ui.Accent
		}
		titles = titles.Add(st, c.fit(c.title, shown, width))
	}
	out := []string{th.Draw(titles, width, ui.Bare)}
	for i := l.top; i < len(l.lines) && len(out) < height; i++ {
		ground := ui.Bare
		switch {
		case i == l.cursor && inside:
			ground = ui.Faded
		case i == l.cursor:
			ground = ui.Chosen
		}
		out = append(out, th.Draw(l.cells(i, shown, width, v), width, ground))
	}
	return out
}

func (l *list) cells(i int, shown []column, width int, v view) ui.Line {
	n := l.lines[i]
	mark := " "
	switch {
	case i == l.cursor:
		mark = "▌"
	case l.mark > 0 && n.Holds(l.mark):
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
