package tui

import (
	"strings"

	"charm.land/lipgloss/v2"
)

// style names what a piece of text is, not how it looks.
type style uint8

// The styles. Colours are the sixteen of the terminal's own palette, so that
// they are readable on its background, and nothing is told by colour alone.
const (
	plain style = iota
	dim
	strong
	good
	bad
	warn
	info
	name   // names of members and headers
	text   // JSON strings
	number // JSON numbers
	word   // JSON true, false, null
	head   // column titles and section titles
	bar    // the status line
	barBad // trouble in the status line
	chosen // the line under the cursor of the focused pane
	faded  // the line under the cursor of the other pane
	match  // what a search found
	styles // how many there are
)

// theme holds what to write before and after a text in each style. The zero
// theme writes nothing.
type theme struct {
	open, close [styles]string
}

func newTheme() *theme {
	on := lipgloss.NewStyle
	looks := [styles]lipgloss.Style{
		plain:  on(),
		dim:    on().Foreground(lipgloss.BrightBlack),
		strong: on().Bold(true),
		good:   on().Foreground(lipgloss.Green),
		bad:    on().Foreground(lipgloss.Red),
		warn:   on().Foreground(lipgloss.Yellow),
		info:   on().Foreground(lipgloss.Blue),
		name:   on().Foreground(lipgloss.Cyan),
		text:   on().Foreground(lipgloss.Green),
		number: on().Foreground(lipgloss.Yellow),
		word:   on().Foreground(lipgloss.Magenta),
		head:   on().Bold(true).Foreground(lipgloss.Cyan),
		bar:    on().Reverse(true),
		barBad: on().Reverse(true).Bold(true).Foreground(lipgloss.Red),
		chosen: on().Reverse(true),
		faded:  on().Underline(true),
		match:  on().Bold(true).Foreground(lipgloss.Yellow),
	}
	t := new(theme)
	for i, look := range looks {
		t.open[i], t.close[i], _ = strings.Cut(look.Render("x"), "x")
	}
	return t
}

// draw writes a line of exactly width cells. over replaces the styles of its
// pieces unless it is plain.
func (t *theme) draw(s spans, width int, over style) string {
	var b strings.Builder
	left := width
	for _, p := range s {
		shown, n := cut(p.text, left)
		if n < widthOf(p.text) && left <= 0 {
			break
		}
		st := p.style
		if over != plain {
			st = over
		}
		t.write(&b, st, shown)
		if left -= n; shown != p.text {
			break
		}
	}
	if left > 0 {
		t.write(&b, over, strings.Repeat(" ", left))
	}
	return b.String()
}

func (t *theme) write(b *strings.Builder, s style, text string) {
	if text == "" {
		return
	}
	b.WriteString(t.open[s])
	b.WriteString(text)
	b.WriteString(t.close[s])
}
