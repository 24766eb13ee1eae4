package ui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/sahilm/fuzzy"
)

// Item is one line of a picker.
type Item struct {
	Label string // searched, and lit where it matches
	Note  string
	Right string // at the right end: a key
	Style Style  // of the note
	Value any
}

// Picker is a list to search in: as much of the product as can be chosen from is
// chosen the same way.
type Picker struct {
	Title   string
	Query   Input
	Empty   string                     // said when there are no items
	Keys    []Hint                     // beside those of every picker
	Choose  func(Item) (tea.Cmd, bool) // closed: the picker goes
	Extra   map[string]func(*Item) tea.Cmd
	Preview func(it Item, width int) []Line
	Box     bool // a box on the screen instead of all of it
	Loading bool // the items are on their way: keys about them wait

	pending []tea.Msg
	items   []Item
	shown   []found // best first
	asked   string
	fresh   bool // shown is of the items as they are
	cursor  int
	top     int
	rows    int
}

// found is an item that matches, and which bytes of its label did.
type found struct {
	item int
	rank int
	lit  []int
}

// NewPicker is an empty list.
func NewPicker(title string) *Picker { return &Picker{Title: title, Query: NewInput("")} }

// Set replaces the items; the cursor stays on its place.
func (p *Picker) Set(items []Item) *Picker {
	p.items, p.fresh, p.Loading = items, false, false
	return p
}

// Pending are the keys that were pressed before the items were there, once.
func (p *Picker) Pending() []tea.Msg {
	keys := p.pending
	p.pending = nil
	return keys
}

// Items are all there are.
func (p *Picker) Items() []Item { return p.items }

// search ranks the items by the query. Every word has to be found.
func (p *Picker) search() {
	q := strings.ToLower(strings.TrimSpace(p.Query.Value()))
	if q == p.asked && p.fresh {
		return
	}
	p.asked, p.fresh, p.shown = q, true, p.shown[:0]
	for i, it := range p.items {
		if rank, lit, ok := match(q, it); ok {
			p.shown = append(p.shown, found{i, rank, lit})
		}
	}
	slices.SortStableFunc(p.shown, func(a, b found) int { return a.rank - b.rank })
	if n := slices.IndexFunc(p.shown, func(f found) bool { return f.rank >= inPieces }); n > 0 {
		p.shown = p.shown[:n] // what was found in pieces only is for when nothing else was
	}
	p.cursor = min(p.cursor, max(len(p.shown)-1, 0))
}

// inPieces is the rank of a word whose letters stand apart.
const inPieces = 500

// match ranks how well the words of q are found in an item; lower is better: the
// whole label, a word of it, the beginning of a word, anywhere, in the note, and
// last in pieces.
func match(q string, it Item) (rank int, lit []int, ok bool) {
	label := strings.ToLower(it.Label)
	if q == label && q != "" {
		return -1, nil, true
	}
	for w := range strings.FieldsSeq(q) {
		at := strings.Index(label, w)
		end := at + len(w)
		switch {
		case at >= 0:
			rank += 10 + min(at, 80)/8
			if at > 0 && !strings.ContainsRune(" :/._-", rune(label[at-1])) {
				rank += 40
			} else if end < len(label) && !strings.ContainsRune(" :/._-", rune(label[end])) {
				rank += 20
			}
			for i := at; i < end; i++ {
				lit = append(lit, i)
			}
		case strings.Contains(strings.ToLower(it.Note), w):
			rank += 100
		default:
			m := fuzzy.Find(w, []string{label})
			if len(m) == 0 {
				return 0, nil, false
			}
			rank += inPieces + 500 - min(m[0].Score, 500)
			lit = append(lit, m[0].MatchedIndexes...)
		}
	}
	return rank, lit, true
}

// Current is the item under the cursor, nil when there is none.
func (p *Picker) Current() *Item {
	p.search()
	if p.cursor >= len(p.shown) {
		return nil
	}
	return &p.items[p.shown[p.cursor].item]
}

// Hints are the keys of this list.
func (p *Picker) Hints() []Hint {
	return append(slices.Clone(p.Keys), Hint{"type", "search"}, Hint{"esc", "close"})
}

// Size is a box for a short list and all there is for one with a preview.
func (p *Picker) Size(width, height int) (int, int) {
	if !p.Box || width < 50 || height < 10 {
		return width, height
	}
	return min(width-4, 92), min(height-2, max(len(p.items)+3, 8), 24)
}

// shape divides the inside of the pane, below the line of the query.
func (p *Picker) shape(width, height int) (list, side Rect) {
	whole := Rect{1, 2, max(width-2, 0), max(height-3, 0)}
	switch {
	case p.Preview == nil || len(p.shown) == 0 || whole.H < 9:
		return whole, Rect{}
	case width < 90:
		half := whole.H / 2
		return Rect{1, 2, whole.W, half}, Rect{1, half + 3, whole.W, whole.H - half - 1}
	}
	left := whole.W * 55 / 100
	return Rect{1, 2, left, whole.H}, Rect{left + 2, 2, whole.W - left - 1, whole.H}
}

// Fit keeps the cursor in sight.
func (p *Picker) Fit(width, height int) {
	p.search()
	list, _ := p.shape(width, height)
	p.rows = max(list.H, 1)
	p.cursor, p.top = Scroll(p.cursor, p.top, len(p.shown), p.rows)
}

// Render draws the list.
func (p *Picker) Render(th *Theme, width, height int) []string {
	pane := Pane{Title: Say(Head, Cell(p.Title)), Focused: true, Width: width, Height: height}
	pane.Right = Say(Dim, Itoa(len(p.shown))+" of "+Itoa(len(p.items)))
	list, side := p.shape(width, height)
	body := []string{th.Draw(append(Say(Accent, " › "), p.Query.Line(max(width-6, 1), true)...), max(width-2, 0), Bare)}
	lines := p.list(th, list.W, list.H)
	switch {
	case side.H == 0:
		body = append(body, lines...)
	case side.X == 1:
		body = append(append(body, lines...), th.Draw(Say(Edge, strings.Repeat("─", max(width-2, 0))), width-2, Bare))
		body = append(body, th.Lines(p.Preview(*p.Current(), side.W), side.W, side.H)...)
	default:
		edge := th.Draw(Say(Edge, "│"), 1, Bare)
		about := th.Lines(indented(p.Preview(*p.Current(), max(side.W-2, 1))), side.W, side.H)
		for i := range lines {
			body = append(body, lines[i]+edge+about[i])
		}
	}
	return pane.Draw(th, body)
}

func indented(lines []Line) []Line {
	out := make([]Line, len(lines))
	for i, l := range lines {
		out[i] = append(Say(Plain, " "), l...)
	}
	return out
}

func (p *Picker) list(th *Theme, width, height int) []string {
	if len(p.shown) == 0 {
		text := "nothing is like that"
		switch {
		case p.Loading:
			text = "loading …"
		case len(p.items) == 0:
			text = p.Empty
		}
		return th.Lines(indented(Wrap(Say(Dim, text), max(width-2, 1), 0, 8)), width, height)
	}
	var out []string
	widest := p.widest()
	for i := p.top; i < len(p.shown) && len(out) < height; i++ {
		ground, mark := Bare, "  "
		if i == p.cursor {
			ground, mark = Chosen, "▌ "
		}
		it := p.items[p.shown[i].item]
		line := append(Say(Accent, mark), lit(it.Label, p.shown[i].lit, min(widest, max(width-2, 1)))...)
		if room := width - line.Width() - Width(it.Right) - 4; room > 0 {
			line = line.Add(it.Style, "  "+Pad(it.Note, room)).Add(Key, "  "+it.Right)
		}
		out = append(out, th.Draw(line, width, ground))
	}
	return append(out, th.Lines(nil, width, height-len(out))...)
}

// lit pads a label and marks the letters that matched.
func lit(label string, at []int, width int) Line {
	label = Pad(label, width)
	if len(at) == 0 || !ascii(label) && slices.Max(at) >= len(label) {
		return Say(Plain, label)
	}
	slices.Sort(at)
	var out Line
	from := 0
	for _, i := range slices.Compact(at) {
		if i < from || i >= len(label) {
			continue
		}
		_, size := firstRune(label[i:])
		out = out.Add(Plain, label[from:i]).Add(Match, label[i:i+size])
		from = i + size
	}
	return out.Add(Plain, label[from:])
}

func firstRune(s string) (string, int) {
	for i := range s {
		if i > 0 {
			return s[:i], i
		}
	}
	return s, len(s)
}

func (p *Picker) widest() int {
	n := 0
	for _, it := range p.items {
		n = max(n, Width(it.Label))
	}
	return min(n, 60)
}

// Take searches, moves and chooses.
func (p *Picker) Take(msg tea.Msg) (tea.Cmd, bool) {
	k, _ := msg.(tea.KeyPressMsg)
	p.search()
	if p.Loading && k.String() != "esc" && (len(p.pending) > 0 || k.String() == "enter" || p.Extra[k.String()] != nil) {
		p.pending = append(p.pending, msg)
		return nil, false
	}
	if do := p.Extra[k.String()]; do != nil {
		return do(p.Current()), false
	}
	switch k.String() {
	case "esc":
		return nil, true
	case "enter":
		return p.choose()
	case "up", "ctrl+p":
		p.move(-1)
	case "down", "tab":
		p.move(1)
	case "pgup":
		p.move(-p.rows)
	case "pgdown":
		p.move(p.rows)
	default:
		if p.Query.Take(msg) {
			p.cursor, p.top = 0, 0
		}
	}
	return nil, false
}

func (p *Picker) choose() (tea.Cmd, bool) {
	if it := p.Current(); it != nil && p.Choose != nil {
		return p.Choose(*it)
	}
	return nil, false
}

func (p *Picker) move(by int) { p.cursor = min(max(p.cursor+by, 0), max(len(p.shown)-1, 0)) }

// Point chooses with the mouse: a click on the chosen line is enter.
func (p *Picker) Point(y, by int, clicked bool) tea.Cmd {
	p.move(by)
	i := p.top + y - 2
	if !clicked || y < 2 || i >= len(p.shown) || y-2 >= p.rows {
		return nil
	}
	again := p.cursor == i
	if p.cursor = i; !again {
		return nil
	}
	return func() tea.Msg { return tea.KeyPressMsg{Code: tea.KeyEnter} }
}
