package ui

import (
	"image/color"
	"maps"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
)

// Style names what a piece of text is, not how it looks.
type Style uint8

// The styles.
const (
	Plain Style = iota
	Dim
	Strong
	Good
	Bad
	Warn
	Info
	Fault
	Accent  // names of members and headers, the border of the focused pane
	Literal // numbers and literals, by weight
	Head    // titles
	Key     // keys in hints
	Match   // what a search found
	Edge    // borders and dividers
	BadgeGood
	BadgeBad
	BadgeWarn
	BadgeInfo
	BadgeQuiet
	BadgeFault
	Cursor // the character under the cursor of a field
	styles // how many there are
)

// Ground is what a line stands on. It changes the background and leaves the
// styles of the pieces as they are, so that a chosen line keeps its state's colour.
type Ground uint8

// The grounds.
const (
	Bare   Ground = iota
	Chosen        // the line under the cursor of the focused pane
	Faded         // the line under the cursor of another pane
	Alert         // trouble with the connection
	grounds
)

// Theme holds what to write before and after a text in each style on each ground.
// The zero theme writes nothing.
type Theme struct {
	open, close [grounds][styles]string
}

// paint is a colour on dark and on light terminals, and its stand-in of the
// terminal's own sixteen, which is legible on both.
type paint struct {
	dark, light         string
	darkANSI, lightANSI color.Color
}

func palette() map[string]paint {
	none := lipgloss.NoColor{}
	return map[string]paint{
		"accent": {"#2dd4bf", "#0f766e", lipgloss.Cyan, lipgloss.Blue}, "good": {"#4ade80", "#15803d", lipgloss.Green, lipgloss.Green},
		"warn": {"#fbbf24", "#b45309", lipgloss.Yellow, lipgloss.Magenta}, "bad": {"#f87171", "#b91c1c", lipgloss.Red, lipgloss.Red},
		"info": {"#60a5fa", "#1d4ed8", lipgloss.BrightBlue, lipgloss.Blue}, "fault": {"#e879f9", "#a21caf", lipgloss.Magenta, lipgloss.Magenta},
		"dim": {"#94a3b8", "#64748b", lipgloss.BrightBlack, lipgloss.BrightBlack}, "edge": {"#475569", "#cbd5e1", lipgloss.BrightBlack, lipgloss.BrightBlack},
		"chosen": {"#134e4a", "#ccfbf1", none, none}, "faded": {"#1e293b", "#e2e8f0", none, none},
		"match": {"#fde047", "#a16207", lipgloss.Yellow, lipgloss.Magenta}, "ink": {"#0b1120", "#ffffff", lipgloss.Black, lipgloss.BrightWhite},
	}
}

// Colors are the names that a theme file may set, with a colour like "#2dd4bf".
func Colors() []string { return slices.Sorted(maps.Keys(palette())) }

// NewTheme makes the theme for a terminal: its background, what it can show, and
// colours that replace the usual ones.
func NewTheme(dark bool, profile colorprofile.Profile, own map[string]string) *Theme {
	paints := palette()
	pick := lipgloss.Complete(profile)
	c := func(name string) color.Color {
		p := paints[name]
		hex, few := p.light, p.lightANSI
		if dark {
			hex, few = p.dark, p.darkANSI
		}
		if o := own[name]; o != "" {
			hex = o
		}
		return pick(few, lipgloss.Color(hex), lipgloss.Color(hex))
	}
	t := new(Theme)
	looks, few := looks(c), profile <= colorprofile.ANSI
	for g := range grounds {
		for s, look := range looks {
			look = stand(look, g, Style(s), c, few)
			t.open[g][s], t.close[g][s], _ = strings.Cut(look.Render("x"), "x")
		}
	}
	return t
}

func looks(c func(string) color.Color) [styles]lipgloss.Style {
	on := lipgloss.NewStyle
	badge := func(name string) lipgloss.Style { return on().Bold(true).Foreground(c("ink")).Background(c(name)) }
	return [styles]lipgloss.Style{
		Plain: on(), Dim: on().Foreground(c("dim")), Strong: on().Bold(true),
		Good: on().Foreground(c("good")), Bad: on().Foreground(c("bad")), Warn: on().Foreground(c("warn")),
		Info: on().Foreground(c("info")), Fault: on().Foreground(c("fault")),
		Accent: on().Foreground(c("accent")), Literal: on().Bold(true), Head: on().Bold(true).Foreground(c("accent")),
		Key: on().Bold(true).Foreground(c("accent")), Match: on().Bold(true).Underline(true).Foreground(c("match")), Edge: on().Foreground(c("edge")),
		BadgeGood: badge("good"), BadgeBad: badge("bad"), BadgeWarn: badge("warn"), BadgeInfo: badge("info"), BadgeQuiet: badge("dim"), BadgeFault: badge("fault"),
		Cursor: on().Reverse(true),
	}
}

// stand puts a style on a ground. Where there are few colours or none the chosen
// line is reversed, as terminals always did it.
func stand(look lipgloss.Style, g Ground, s Style, c func(string) color.Color, few bool) lipgloss.Style {
	badge := s >= BadgeGood && s <= Cursor
	switch {
	case g == Alert:
		return look.Bold(true).Foreground(c("bad"))
	case g == Bare || badge:
		return look
	case few && g == Chosen:
		return look.Reverse(true)
	case few:
		return look.Bold(true)
	case g == Chosen:
		return look.Background(c("chosen"))
	}
	return look.Background(c("faded"))
}

// Draw writes a line of exactly width cells.
func (t *Theme) Draw(l Line, width int, g Ground) string {
	var b strings.Builder
	left := width
	for _, p := range l {
		shown, n := Cut(p.Text, left)
		t.write(&b, g, p.Style, shown)
		if left -= n; shown != p.Text || left <= 0 {
			break
		}
	}
	if left > 0 {
		t.write(&b, g, Plain, strings.Repeat(" ", left))
	}
	return b.String()
}

func (t *Theme) write(b *strings.Builder, g Ground, s Style, text string) {
	if text == "" {
		return
	}
	b.WriteString(t.open[g][s])
	b.WriteString(text)
	b.WriteString(t.close[g][s])
}

// Lines draws lines one below the other, exactly height of them.
func (t *Theme) Lines(lines []Line, width, height int) []string {
	out := make([]string, 0, max(height, 0))
	for _, l := range lines[:min(len(lines), max(height, 0))] {
		out = append(out, t.Draw(l, width, Bare))
	}
	for len(out) < height {
		out = append(out, strings.Repeat(" ", max(width, 0)))
	}
	return out
}
