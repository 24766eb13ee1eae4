package ui

import (
	"strings"
	"unicode/utf8"
)

// Wrap breaks a line at its blanks into lines of at most width cells, at most most
// of them. Later lines are indented. A word is split only when it fits on no line.
func Wrap(l Line, width, indent, most int) []Line { return wrap(l, width, indent, most, false) }

// WrapHard breaks a line wherever it is full: for text whose blanks matter.
func WrapHard(l Line, width, most int) []Line { return wrap(l, width, 0, most, true) }

// Paragraph is Wrap of one text in one style.
func Paragraph(s Style, text string, width int) []Line { return Wrap(Say(s, text), width, 0, 60) }

func wrap(l Line, width, indent, most int, hard bool) []Line {
	switch {
	case width < 1:
		return nil
	case l.Width() <= width:
		return []Line{l}
	}
	w := wrapper{width: width, indent: min(indent, width/2), most: most}
	for i := 0; i < len(l) && !w.full(); i++ {
		rest := l[i].Text
		for rest != "" && !w.full() {
			word, n := rest, Width(rest)
			blank := false
			if !hard {
				word, blank = nextWord(rest)
				n = Width(word)
			}
			rest = rest[len(word):]
			if !hard && !blank && rest == "" {
				n += glued(l[i+1:], width)
			}
			w.put(Span{word, l[i].Style}, n, blank, hard)
		}
	}
	return w.finish()
}

// nextWord is the run of blanks, or of anything else, that a text begins with.
func nextWord(s string) (word string, blank bool) {
	blank = s[0] == ' '
	for i := 1; i < len(s); i++ {
		if (s[i] == ' ') != blank {
			return s[:i], blank
		}
	}
	return s, blank
}

// glued is the width of what belongs to a word in the pieces behind it.
func glued(l Line, most int) int {
	n := 0
	for _, p := range l {
		word, blank := "", true
		if p.Text != "" {
			word, blank = nextWord(p.Text)
		}
		if blank && p.Text != "" {
			break
		}
		if n += Width(word); len(word) < len(p.Text) || n > most {
			break
		}
	}
	return n
}

// wrapper collects the lines.
type wrapper struct {
	width, indent, most int
	lines               []Line
	now                 Line
	used                int
}

func (w *wrapper) full() bool { return len(w.lines) >= w.most }

// put places a word that, with what is glued to it, is n cells wide.
func (w *wrapper) put(p Span, n int, blank, hard bool) {
	start := len(w.lines) > 0 && w.used <= w.indent
	switch {
	case blank && (start || w.used+n > w.width):
		if !start && w.used < w.width {
			w.used = w.width // the line ends here: what follows begins the next
		}
		return
	case !blank && !hard && w.used+n > w.width && n <= w.width-w.indent && w.used > 0 && !start:
		w.next()
	}
	for p.Text != "" && !w.full() {
		head, n := take(p.Text, w.width-w.used)
		if head == "" {
			if w.used > w.indent || len(w.lines) == 0 && w.used > 0 {
				w.next()
				continue
			}
			_, size := utf8.DecodeRuneInString(p.Text) // wider than the line
			w.now, p.Text = w.now.Add(p.Style, "?"), p.Text[size:]
			w.used++
			continue
		}
		w.now, p.Text = w.now.Add(p.Style, head), p.Text[len(head):]
		w.used += n
	}
}

func (w *wrapper) next() {
	w.lines = append(w.lines, w.now)
	w.now, w.used = Line{{strings.Repeat(" ", w.indent), Plain}}, w.indent
}

func (w *wrapper) finish() []Line {
	if !w.full() {
		return append(w.lines, w.now)
	}
	last := w.lines[w.most-1]
	if last.Width() < w.width {
		w.lines[w.most-1] = last.Add(Dim, "…")
		return w.lines
	}
	end := &last[len(last)-1]
	head, _ := take(end.Text, Width(end.Text)-1)
	w.lines[w.most-1] = append(last[:len(last)-1:len(last)-1], Span{head, end.Style}, Span{"…", Dim})
	return w.lines
}
