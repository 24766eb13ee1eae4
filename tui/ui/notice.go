package ui

import "time"

// Notice is a line for the user. It goes away on its own, but for an error, which
// stays until a key.
type Notice struct {
	Text  string
	Style Style
	Until time.Time // zero: until a key
}

// How long a notice stays, and how many are shown.
const (
	noticeFor   = 4 * time.Second
	mostNotices = 3
)

// Notices are what was said last, the newest at the end.
type Notices []Notice

// Say adds one.
func (n *Notices) Say(s Style, text string, now time.Time) {
	until := now.Add(noticeFor)
	if s == Bad {
		until = time.Time{}
	}
	*n = append(*n, Notice{Clean(text, 500), s, until})
	*n = (*n)[max(len(*n)-mostNotices, 0):]
}

// Expire drops what was shown long enough.
func (n *Notices) Expire(now time.Time) {
	kept := (*n)[:0]
	for _, x := range *n {
		if x.Until.IsZero() || now.Before(x.Until) {
			kept = append(kept, x)
		}
	}
	*n = kept
}

// Dismiss drops the errors: a key was pressed.
func (n *Notices) Dismiss() {
	kept := (*n)[:0]
	for _, x := range *n {
		if !x.Until.IsZero() {
			kept = append(kept, x)
		}
	}
	*n = kept
}

// Lay puts the notices onto the lower right of a screen, inside of its border.
func (n Notices) Lay(th *Theme, screen []string, width int) []string {
	y := len(screen) - 1
	for i := len(n) - 1; i >= 0; i-- {
		mark := map[Style]string{Good: "✓ ", Bad: "✗ ", Warn: "! "}[n[i].Style]
		lines := Wrap(Say(n[i].Style, mark).Add(Plain, n[i].Text), min(width-6, 70), Width(mark), 6)
		w := 0
		for _, l := range lines {
			w = max(w, l.Width()+4)
		}
		if y -= len(lines) + 2; y < 0 || w+1 > width {
			break
		}
		box := Pane{Width: w, Height: len(lines) + 2, Focused: true}.Draw(th, th.Lines(indented(lines), w-2, len(lines)))
		screen = Over(screen, box, width-w-1, y)
	}
	return screen
}
