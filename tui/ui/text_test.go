package ui

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
)

func TestClean(t *testing.T) {
	for _, c := range []struct {
		in    string
		limit int
		want  string
	}{
		{"plain", 99, "plain"},
		{"čeština 漢字", 99, "čeština 漢字"},
		{"a\x1b[31mb\n", 99, "a␛[31mb␊"},
		{"a\u202eb", 99, `a\u202eb`},
		{"zero\u200bwidth", 99, `zero\u{200b}width`},
		{"tag\U000e0041", 99, `tag\u{e0041}`},
		{"1\ufe0f\u20e3", 99, "1\u20e3"},
		{"a\u200db", 99, "ab"},
		{"e" + strings.Repeat("\u0301", 9), 99, "e\u0301\u0301\u0301"},
		{"0123456789", 5, "01234…"},
		{"ččč", 3, "č…"},
		{"\xff", 9, `\xff`},
	} {
		if got := Clean(c.in, c.limit); got != c.want {
			t.Errorf("Clean(%q, %d) = %q, want %q", c.in, c.limit, got, c.want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		in    string
		width int
		want  string
		cells int
	}{
		{"abc", 3, "abc", 3}, {"abcd", 3, "ab…", 3}, {"abc", 1, "…", 1}, {"abc", 0, "", 0}, {"", 5, "", 0},
		{"漢字", 4, "漢字", 4}, {"漢字", 3, "漢…", 3}, {"漢字", 2, "…", 1}, {"a漢字", 4, "a漢…", 4}, {"漢", 1, "…", 1},
	} {
		got, n := Cut(c.in, c.width)
		if got != c.want || n != c.cells {
			t.Errorf("Cut(%q, %d) = %q, %d; want %q, %d", c.in, c.width, got, n, c.want, c.cells)
		}
	}
}

// TestRandomText holds clean, pad, padLeft and wrap to their widths, measured by
// ours and by the terminal library's measure.
func TestRandomText(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	alphabet := []rune("ab 漢字é\u0301\u200d\ufe0f🇩🇪👩🏽‼1\u20e3\u0e33한ᄀ\u1160\u11a8\u202e\x1b\x00\u3164ﷺक्षि\u00ad")
	for range 2000 {
		var b strings.Builder
		for range r.IntN(40) {
			b.WriteRune(alphabet[r.IntN(len(alphabet))])
		}
		s, width := Clean(b.String(), r.IntN(200)), 1+r.IntN(30)
		for _, p := range []string{Pad(s, width), PadLeft(s, width)} {
			if Width(p) != width || lipgloss.Width(p) > width {
				t.Fatalf("Pad(%q, %d) has %d cells, or %d", s, width, Width(p), lipgloss.Width(p))
			}
		}
		all := ""
		for _, l := range Wrap(Say(Plain, s).Add(Bad, s), width, r.IntN(9), 1000) {
			if n := Width(l.String()); n > width {
				t.Fatalf("Wrap(%q, %d) made a line of %d cells", s, width, n)
			}
			all += l.String()
		}
		if squeeze(all) != squeeze(s+s) && width > 1 && !strings.Contains(all, "?") {
			t.Fatalf("Wrap(%q, %d) lost text: %q", s, width, all)
		}
	}
}

func squeeze(s string) string { return strings.ReplaceAll(s, " ", "") }

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		line          Line
		width, indent int
		want          string
	}{
		{Say(Plain, "one two three"), 8, 2, "one two|  three"},
		{Say(Plain, "one two three"), 7, 0, "one two|three"},
		{Say(Plain, "one ").Add(Bad, "two").Add(Plain, "three four"), 9, 0, "one|twothree|four"},
		{Say(Plain, "a   b"), 9, 0, "a   b"},
		{Say(Plain, "ab").Add(Bad, "cdefghij"), 4, 1, "abcd| efg| hij"},
		{Say(Plain, "x abcdefghij"), 5, 0, "x abc|defgh|ij"},
		{Say(Plain, "漢字 漢字"), 5, 0, "漢字|漢字"},
	} {
		var got []string
		for _, l := range Wrap(c.line, c.width, c.indent, 99) {
			got = append(got, strings.TrimRight(l.String(), " "))
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%q in %d: %q, want %q", c.line.String(), c.width, strings.Join(got, "|"), c.want)
		}
	}
	lines := Wrap(Say(Plain, "abcdefghij").Add(Bad, "klm nop"), 5, 2, 3)
	if len(lines) != 3 || lines[2].Width() > 5 || !strings.HasSuffix(lines[2].String(), "…") {
		t.Errorf("cut: %q", lines)
	}
	if got := Wrap(Say(Plain, "漢漢"), 1, 0, 9); len(got) != 2 || got[0].String() != "?" {
		t.Errorf("a wide character in one cell: %q", got)
	}
	if got := Wrap(Say(Plain, "abc"), 0, 0, 9); got != nil {
		t.Errorf("no width: %q", got)
	}
	if got := WrapHard(Say(Plain, "a  b c"), 3, 9); len(got) != 2 || got[0].String() != "a  " || got[1].String() != "b c" {
		t.Errorf("hard: %q", got)
	}
}

// TestNoWordIsSplit: of any text, a word that fits into a line stands whole on one.
func TestNoWordIsSplit(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		var line Line
		var words []string
		for range 1 + r.IntN(12) {
			w := strings.Repeat(string(rune('a'+len(words)%26)), 1+r.IntN(14))
			words = append(words, w)
			cut := r.IntN(len(w) + 1)
			line = line.Add(Plain, w[:cut]).Add(Bad, w[cut:]).Add(Plain, strings.Repeat(" ", 1+r.IntN(2)))
		}
		width, indent := 2+r.IntN(30), r.IntN(6)
		room := width - min(indent, width/2)
		var shown []string
		for _, l := range Wrap(line, width, indent, 1000) {
			if l.Width() > width {
				t.Fatalf("%q is wider than %d", l.String(), width)
			}
			shown = append(shown, strings.Fields(l.String())...)
		}
		at := 0
		for _, w := range words {
			if len(w) <= room {
				if at >= len(shown) || shown[at] != w {
					t.Fatalf("%q in %d, indent %d: %q is split or lost: %q", line.String(), width, indent, w, shown)
				}
				at++
				continue
			}
			got := ""
			for at < len(shown) && len(got) < len(w) {
				got += shown[at]
				at++
			}
			if got != w {
				t.Fatalf("%q in %d: %q became %q", line.String(), width, w, got)
			}
		}
	}
}

func TestCutLeft(t *testing.T) {
	for in, want := range map[string]string{"/api/webhooks": "…webhooks", "short": "short", "漢字漢字漢字": "…漢字漢字"} {
		if got := CutLeft(in, 9); got != want || Width(got) > 9 {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

// TestDraw: a chosen line keeps its pieces' colours on another ground, badges keep
// their own, and nothing is written without a theme.
func TestDraw(t *testing.T) {
	th := NewTheme(true, colorprofile.TrueColor, nil)
	line := th.Draw(Say(Good, "ab").Add(Plain, "cd"), 6, Bare)
	if !strings.Contains(line, "ab") || lipgloss.Width(line) != 6 || !strings.Contains(line, "38;2;74;222;128") {
		t.Errorf("got %q", line)
	}
	line = th.Draw(Say(Good, "abc").Add(BadgeBad, "F"), 6, Chosen)
	if !strings.Contains(line, "38;2;74;222;128") || !strings.Contains(line, "48;2;19;78;74") || !strings.Contains(line, "48;2;248;113;113") || lipgloss.Width(line) != 6 {
		t.Errorf("chosen: %q", line)
	}
	if got := new(Theme).Draw(Say(Bad, "abc"), 2, Bare); got != "a…" {
		t.Errorf("got %q", got)
	}
	own := NewTheme(true, colorprofile.TrueColor, map[string]string{"good": "#010203"})
	if got := own.Draw(Say(Good, "x"), 1, Bare); !strings.Contains(got, "38;2;1;2;3") {
		t.Errorf("an own colour: %q", got)
	}
}

// TestFewColours: with sixteen colours no text is plain yellow or white on a light
// ground, and without any the chosen line is reversed.
func TestFewColours(t *testing.T) {
	light := NewTheme(false, colorprofile.ANSI, nil)
	for s := range styles {
		if got := light.Draw(Say(s, "x"), 1, Bare); strings.Contains(got, "[33m") || strings.Contains(got, "[93m") || strings.Contains(got, "[37m") {
			t.Errorf("style %d on light: %q", s, got)
		}
	}
	none := NewTheme(true, colorprofile.ASCII, nil)
	if got := none.Draw(Say(Plain, "x"), 1, Chosen); !strings.Contains(got, "\x1b[7m") {
		t.Errorf("chosen without colours: %q", got)
	}
}

func TestSparkline(t *testing.T) {
	if got := Sparkline([]int{0, 1, 4, 8}); got != "▁▁▄█" {
		t.Errorf("got %s", got)
	}
	for n, want := range map[uint64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := Grouped(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1.0k", 1536: "1.5k", 65536: "64k", 1 << 20: "1.0M", 5 << 30: "5.0G", 999 << 40: "999T", 1 << 62: "4194304T"} {
		if got := Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %q, want %q", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{0: "", time.Nanosecond: "1us", 1500 * time.Microsecond: "1.5ms", 120 * time.Millisecond: "120ms", 90 * time.Second: "90s"} {
		if got := Took(d); got != want {
			t.Errorf("Took(%s) = %q, want %q", d, got, want)
		}
	}
	for d, want := range map[time.Duration]string{-time.Second: "now", 90 * time.Second: "1m30s", 75 * time.Hour: "3d3h"} {
		if got := Left(d); got != want {
			t.Errorf("Left(%s) = %q, want %q", d, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"\x1b[31m", "漢字", "👩\u200d👩", "e\u0301\u0301", "\xff", "\u202e"} {
		f.Add(s, 20)
	}
	f.Fuzz(func(t *testing.T, s string, width int) {
		width = min(max(width, 0), 300)
		c := Clean(s, 1000)
		if !utf8.ValidString(c) || Clean(c, 1<<20) != c {
			t.Fatalf("Clean(%q) = %q is not clean", s, c)
		}
		if p := Pad(c, width); Width(p) != width || lipgloss.Width(p) > width {
			t.Fatalf("%q is %d cells wide, or %d, want %d", p, Width(p), lipgloss.Width(p), width)
		}
	})
}
