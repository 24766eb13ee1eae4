package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// item is one line of a picker.
type item struct {
	label string // searched
	note  string
	style style // of the note
	value any
}

// picker is a list to search in: as much of the product as can be chosen from
// is chosen the same way.
type picker struct {
	title   string
	query   input
	items   []item
	empty   string // said when there are no items
	keys    string // hint
	choose  func(m *model, it item) tea.Cmd
	extra   map[string]func(m *model, it *item) tea.Cmd
	preview func(it item, width int) []spans

	shown  []int // of items, best first
	asked  string
	known  int // items that shown was made of
	cursor int
	top    int
	rows   int
}

func newPicker(title string) *picker {
	return &picker{title: title, query: newInput(""), known: -1, keys: "type to search  enter choose  esc close"}
}

// search ranks the items by the query. Every word has to be found; in one piece
// is better than in pieces, and early better than late.
func (p *picker) search() {
	q := strings.ToLower(strings.TrimSpace(p.query.Value()))
	if q == p.asked && p.known == len(p.items) {
		return
	}
	p.asked, p.known, p.shown = q, len(p.items), p.shown[:0]
	ranks := map[int]int{}
	for i, it := range p.items {
		if rank, ok := fuzzy(q, strings.ToLower(it.label+" "+it.note)); ok {
			ranks[i] = rank
			p.shown = append(p.shown, i)
		}
	}
	slices.SortStableFunc(p.shown, func(a, b int) int { return ranks[a] - ranks[b] })
	p.cursor = min(p.cursor, max(len(p.shown)-1, 0))
}

// fuzzy ranks how well the words of q are found in s; lower is better.
func fuzzy(q, s string) (rank int, ok bool) {
	for w := range strings.FieldsSeq(q) {
		if at := strings.Index(s, w); at >= 0 {
			rank += at
			if at > 0 && s[at-1] != ' ' && s[at-1] != ':' && s[at-1] != '/' && s[at-1] != '.' && s[at-1] != '_' {
				rank += 20
			}
			continue
		}
		spread, found := pieces(w, s)
		if !found {
			return 0, false
		}
		rank += 1000 + spread
	}
	return rank, true
}

// pieces finds the letters of w in s in order and says how far they spread.
func pieces(w, s string) (spread int, ok bool) {
	first, at := -1, 0
	for _, r := range w {
		i := strings.IndexRune(s[at:], r)
		if i < 0 {
			return 0, false
		}
		if first < 0 {
			first = at + i
		}
		at += i + len(string(r))
	}
	return at - first, true
}

// current is the item under the cursor, nil when there is none.
func (p *picker) current() *item {
	p.search()
	if p.cursor >= len(p.shown) {
		return nil
	}
	return &p.items[p.shown[p.cursor]]
}

func (p *picker) hint() string { return p.keys }

// shape says how the picker divides its part of the screen.
type shape struct {
	list, side rect // below the line of the query
}

func (p *picker) shape(width, height int) shape {
	whole := rect{0, 1, width, max(height-1, 0)}
	switch {
	case p.preview == nil || len(p.shown) == 0 || whole.h < 9:
		return shape{list: whole}
	case width < 90:
		half := whole.h / 2
		return shape{rect{0, 1, width, half}, rect{0, half + 2, width, whole.h - half - 1}}
	}
	left := width * 55 / 100
	return shape{rect{0, 1, left, whole.h}, rect{left + 1, 1, width - left - 1, whole.h}}
}

func (p *picker) fit(width, height int) {
	p.search()
	p.rows = max(p.shape(width, height).list.h, 1)
	p.top = min(max(p.top, p.cursor-p.rows+1), p.cursor)
}

func (p *picker) Render(th *theme, width, height int) []string {
	query := p.query.spans(max(width-widthOf(p.title)-10, 4), true)
	title := append(append(say(head, p.title+"  "), query...), span{"  " + itoa(len(p.shown)), dim})
	out := frameLines(th, []spans{title}, width, min(height, 1))
	s := p.shape(width, height)
	list := p.list(th, s.list.w, s.list.h)
	if s.side.h == 0 {
		return append(out, list...)
	}
	side := frameLines(th, p.preview(p.items[p.shown[p.cursor]], s.side.w), s.side.w, s.side.h)
	if s.side.x == 0 {
		out = append(append(out, list...), th.draw(say(dim, strings.Repeat("─", width)), width, plain))
		return append(out, side...)
	}
	line := th.draw(say(dim, "│"), 1, plain)
	for i := range list {
		out = append(out, list[i]+line+side[i])
	}
	return out
}

func (p *picker) list(th *theme, width, height int) []string {
	if len(p.shown) == 0 {
		text := "nothing is like that"
		if len(p.items) == 0 {
			text = p.empty
		}
		return frameLines(th, wrap(say(dim, "  "+text), width, 2, 4), width, height)
	}
	var out []string
	widest := p.widest()
	for i := p.top; i < len(p.shown) && len(out) < height; i++ {
		it, over, mark := p.items[p.shown[i]], plain, "  "
		if i == p.cursor {
			over, mark = chosen, "> "
		}
		line := say(strong, mark).add(plain, pad(it.label, min(widest, max(width-2, 1)))).add(it.style, "  "+it.note)
		out = append(out, th.draw(line, width, over))
	}
	return append(out, frameLines(th, nil, width, height-len(out))...)
}

func (p *picker) widest() int {
	n := 0
	for _, it := range p.items {
		n = max(n, widthOf(it.label))
	}
	return min(n, 60)
}

func (p *picker) take(m *model, msg tea.Msg) tea.Cmd {
	k, _ := msg.(tea.KeyPressMsg)
	p.search()
	if do := p.extra[k.String()]; do != nil {
		return do(m, p.current())
	}
	switch k.String() {
	case "esc":
		m.over = nil
	case "enter":
		if it := p.current(); it != nil && p.choose != nil {
			return p.choose(m, *it)
		}
	case "up", "ctrl+p":
		p.move(-1)
	case "down", "tab":
		p.move(1)
	case "pgup":
		p.move(-p.rows)
	case "pgdown":
		p.move(p.rows)
	default:
		if p.query.take(msg) {
			p.cursor, p.top = 0, 0
		}
	}
	return nil
}

func (p *picker) move(by int) { p.cursor = min(max(p.cursor+by, 0), max(len(p.shown)-1, 0)) }

func (p *picker) point(m *model, y, by int, clicked bool) tea.Cmd {
	p.move(by)
	i := p.top + y - 1
	if !clicked || y < 1 || i >= len(p.shown) || y > p.rows {
		return nil
	}
	again := p.cursor == i
	p.cursor = i
	if it := p.current(); again && it != nil && p.choose != nil {
		return p.choose(m, *it)
	}
	return nil
}
