package tui

import (
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"tacklebox/tui/desk"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tacklebox/tui/ui"
)

// TestColours holds the reference of the design: screens with their colours, dark
// and light, at every size.
func TestColours(t *testing.T) {
	for _, size := range [][2]int{{40, 10}, {80, 24}, {120, 40}, {200, 50}} {
		for _, dark := range []bool{true, false} {
			name := map[bool]string{true: "dark", false: "light"}[dark]
			m := scene(t, "delivered", size[0], size[1])
			m.Looks.Dark = dark
			m.Restyle()
			same(t, filepath.Join("testdata", fmt.Sprintf("%s-%dx%d.ansi", name, size[0], size[1])), strings.Join(m.Screen(), "\n")+"\n")
		}
	}
}

func scene(t *testing.T, name string, width, height int) *desk.Model {
	t.Helper()
	for _, s := range scenes() {
		if s.name == name {
			m := s.set(t, width, height)
			press(m, s.keys...)
			return m
		}
	}
	t.Fatalf("no scene %s", name)
	return nil
}

// same compares a text with a file, which UPDATE=1 writes.
func same(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (write it with UPDATE=1)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// TestPicture keeps the picture of the screen, .github/screen.svg, true: it is the
// coloured golden at 120x40, cut where nothing stands.
func TestPicture(t *testing.T) {
	m := scene(t, "delivered", 120, 36)
	press(m, "home", "space")
	answer(m, story())
	same(t, filepath.Join("..", ".github", "screen.svg"), svg(m.Screen()))
}

const (
	cellWidth, cellHeight = 8.4, 18.0
	paper, ink            = "#0b1120", "#e2e8f0"
)

var piece = regexp.MustCompile(`\x1b\[([0-9;]*)m|[^\x1b]+`)

// attributes are what the escape sequences say of a piece of text.
type attributes struct {
	fore, back         string
	bold, under, turns bool
}

func (l attributes) change(codes string) attributes {
	list := strings.Split(codes, ";")
	for i := 0; i < len(list); i++ {
		switch list[i] {
		case "", "0":
			l = attributes{}
		case "1":
			l.bold = true
		case "4":
			l.under = true
		case "7":
			l.turns = true
		case "38", "48":
			if i+4 < len(list) && list[i+1] == "2" {
				var rgb [3]int
				for n := range rgb {
					rgb[n], _ = strconv.Atoi(list[i+2+n])
				}
				c := fmt.Sprintf("#%02x%02x%02x", rgb[0], rgb[1], rgb[2])
				if list[i] == "38" {
					l.fore = c
				} else {
					l.back = c
				}
				i += 4
			}
		}
	}
	return l
}

// svg draws a screen.
func svg(screen []string) string {
	width := ui.Width(escapes.ReplaceAllString(screen[0], ""))
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" role="img" aria-label="The screen of tacklebox: entries at the left, one of them at the right">`+"\n", float64(width)*cellWidth+24, float64(len(screen))*cellHeight+24)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="10" fill="%s"/>`+"\n"+`<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="14" fill="%s" xml:space="preserve">`+"\n", paper, ink)
	for y, line := range screen {
		x, now := 0, attributes{}
		for _, p := range piece.FindAllStringSubmatch(line, -1) {
			if strings.HasPrefix(p[0], "\x1b") {
				now = now.change(p[1])
				continue
			}
			now.draw(&b, p[0], x, y)
			x += ui.Width(p[0])
		}
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

func (l attributes) draw(b *strings.Builder, text string, x, y int) {
	left, top := 12+float64(x)*cellWidth, 12+float64(y)*cellHeight
	if l.turns {
		l.fore, l.back = paper, ink
	}
	if l.back != "" {
		fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n", left, top, float64(ui.Width(text))*cellWidth, cellHeight, l.back)
	}
	if strings.TrimSpace(text) == "" {
		return
	}
	style := ""
	if l.fore != "" {
		style = ` fill="` + l.fore + `"`
	}
	if l.bold {
		style += ` font-weight="bold"`
	}
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" textLength="%.1f"%s>%s</text>`+"\n", left, top+13.5, float64(ui.Width(text))*cellWidth, style, html.EscapeString(text))
}
