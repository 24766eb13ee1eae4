package ui

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Rect is a part of the screen.
type Rect struct{ X, Y, W, H int }

// Has reports whether a cell lies in it.
func (r Rect) Has(x, y int) bool { return x >= r.X && x < r.X+r.W && y >= r.Y && y < r.Y+r.H }

// Inner is what a pane's border leaves of its part of the screen.
func (r Rect) Inner() Rect { return Rect{r.X + 1, r.Y + 1, max(r.W-2, 0), max(r.H-2, 0)} }

// Pane is a part of the screen with a rounded border. Its titles stand in the
// border: at the top what is shown, at the bottom how much of it.
type Pane struct {
	Title, Right       Line
	BottomLeft, Bottom Line
	Focused            bool
	Width, Height      int
	Joined             bool // it goes on from the pane above: ├ ┤
}

// Draw puts the border around lines that are as wide as its inside.
func (p Pane) Draw(th *Theme, body []string) []string {
	if p.Height < 2 || p.Width < 4 {
		return th.Lines(nil, p.Width, p.Height)
	}
	edge := Edge
	if p.Focused {
		edge = Accent
	}
	left, right := "╭", "╮"
	if p.Joined {
		left, right = "├", "┤"
	}
	out := []string{th.Draw(p.border(edge, left, right, p.Title, p.Right), p.Width, Bare)}
	side := th.Draw(Say(edge, "│"), 1, Bare)
	for i := range p.Height - 2 {
		line := strings.Repeat(" ", p.Width-2)
		if i < len(body) {
			line = body[i]
		}
		out = append(out, side+line+side)
	}
	return append(out, th.Draw(p.border(edge, "╰", "╯", p.BottomLeft, p.Bottom), p.Width, Bare))
}

// border is a line of the frame with a text at its left and one at its right, which
// goes first where there is no room for both.
func (p Pane) border(edge Style, left, right string, title, more Line) Line {
	room := p.Width - 2
	if more.Width()+title.Width()+5 > room {
		more = nil
	}
	out := Say(edge, left)
	if n := title.Width(); n > 0 && room >= 4 {
		title = cutLine(title, room-2)
		out = append(append(out.Add(Plain, " "), title...), Span{" ", Plain})
		room -= title.Width() + 2
	}
	if n := more.Width(); n > 0 {
		out = append(append(out.Add(edge, strings.Repeat("─", room-n-3)).Add(Plain, " "), more...), Span{" ", Plain}).Add(edge, "─")
		room = 0
	}
	return out.Add(edge, strings.Repeat("─", room)).Add(edge, right)
}

func cutLine(l Line, width int) Line {
	var out Line
	for _, p := range l {
		s, n := Cut(p.Text, width)
		out = out.Add(p.Style, s)
		if width -= n; width <= 0 || s != p.Text {
			break
		}
	}
	return out
}

// Over lays a box onto a screen at a place.
func Over(screen, box []string, x, y int) []string {
	for i, l := range box {
		if y+i < 0 || y+i >= len(screen) {
			continue
		}
		left, _ := split(screen[y+i], x)
		_, right := split(screen[y+i], x+drawnWidth(l))
		screen[y+i] = left + l + right
	}
	return screen
}

// split cuts a drawn line at a cell, by our measure of characters. Each half ends its
// style or begins with it; of a wide character in between blanks are left.
func split(s string, at int) (left, right string) {
	used, style := 0, ""
	for i := 0; i < len(s); {
		if s[i] == '\x1b' {
			n := strings.IndexByte(s[i:], 'm') + 1
			style = s[i : i+n]
			i += n
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		w := cells(r)
		if used+w > at {
			reset := ""
			if style != "" {
				reset = "\x1b[m"
			}
			rest := s[i:]
			if used < at {
				rest = strings.Repeat(" ", used+w-at) + s[i+size:]
			}
			return s[:i] + reset + strings.Repeat(" ", at-used), style + rest
		}
		used += w
		i += size
	}
	return s + strings.Repeat(" ", max(at-used, 0)), ""
}

// drawnWidth is Width of a drawn line.
func drawnWidth(s string) int { return Width(ansi.Strip(s)) }

// Scroll keeps a cursor within n lines and in sight of height lines from top.
func Scroll(cursor, top, n, height int) (at, first int) {
	at = min(max(cursor, 0), max(n-1, 0))
	first = min(max(top, at-max(height, 1)+1), at)
	return at, max(min(first, n-height), 0)
}
