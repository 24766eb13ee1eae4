package tui

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
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
		if got := clean(c.in, c.limit); got != c.want {
			t.Errorf("clean(%q, %d) = %q, want %q", c.in, c.limit, got, c.want)
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
		got, n := cut(c.in, c.width)
		if got != c.want || n != c.cells {
			t.Errorf("cut(%q, %d) = %q, %d; want %q, %d", c.in, c.width, got, n, c.want, c.cells)
		}
	}
}

// TestRandomText holds clean, pad, padLeft and wrap to their widths, measured by
// ours and by the terminal library's measure.
func TestRandomText(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	alphabet := []rune("ab 漢字é\u0301\u200d\ufe0f🇩🇪👩🏽‼1\u20e3\u0e33한ᄀ\u1160\u11a8\u202e\x1b\x00\u3164ﷺक्षि\u00ad")
	for range 5000 {
		var b strings.Builder
		for range r.IntN(40) {
			b.WriteRune(alphabet[r.IntN(len(alphabet))])
		}
		s, width := clean(b.String(), r.IntN(200)), 1+r.IntN(30)
		for _, p := range []string{pad(s, width), padLeft(s, width)} {
			if widthOf(p) != width || lipgloss.Width(p) > width {
				t.Fatalf("pad(%q, %d) has %d cells, or %d", s, width, widthOf(p), lipgloss.Width(p))
			}
		}
		all := ""
		for _, l := range wrap(say(plain, s).add(bad, s), width, r.IntN(9), 1000) {
			if n := widthOf(l.String()); n > width {
				t.Fatalf("wrap(%q, %d) made a line of %d cells", s, width, n)
			}
			all += l.String()
		}
		if squeeze(all) != squeeze(s+s) && width > 1 && !strings.Contains(all, "?") {
			t.Fatalf("wrap(%q, %d) lost text: %q", s, width, all)
		}
	}
}

func squeeze(s string) string { return strings.ReplaceAll(s, " ", "") }

func TestWrap(t *testing.T) {
	lines := wrap(say(plain, "abcdefghij").add(bad, "klm"), 5, 2, 3)
	if len(lines) != 3 || lines[0].String() != "abcde" || lines[1].String() != "  fgh" || lines[2].String() != "  ijk…" {
		t.Errorf("got %q", lines)
	}
	if got := wrap(say(plain, "漢漢"), 1, 0, 9); len(got) != 2 || got[0].String() != "?" {
		t.Errorf("a wide character in one cell: %q", got)
	}
	if got := wrap(say(plain, "abc"), 0, 0, 9); got != nil {
		t.Errorf("no width: %q", got)
	}
}

func TestDraw(t *testing.T) {
	th := newTheme()
	line := th.draw(say(good, "ab").add(plain, "cd"), 6, plain)
	if !strings.Contains(line, "ab") || lipgloss.Width(line) != 6 || !strings.HasPrefix(line, "\x1b[") {
		t.Errorf("got %q", line)
	}
	if line := th.draw(say(good, "abc").add(plain, "def"), 4, chosen); strings.Contains(line, "\x1b[32m") || lipgloss.Width(line) != 4 {
		t.Errorf("a chosen line keeps colours: %q", line)
	}
	if got := new(theme).draw(say(bad, "abc"), 2, plain); got != "a…" {
		t.Errorf("got %q", got)
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1.0k", 1536: "1.5k", 65536: "64k", 1 << 20: "1.0M", 5 << 30: "5.0G", 999 << 40: "999T", 1 << 62: "4194304T"} {
		if got := bytesText(n); got != want {
			t.Errorf("bytesText(%d) = %q, want %q", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{0: "", time.Nanosecond: "1us", 1500 * time.Microsecond: "1.5ms", 120 * time.Millisecond: "120ms", 90 * time.Second: "90s"} {
		if got := tookText(d); got != want {
			t.Errorf("tookText(%s) = %q, want %q", d, got, want)
		}
	}
	for d, want := range map[time.Duration]string{-time.Second: "now", 90 * time.Second: "1m30s", 75 * time.Hour: "3d3h"} {
		if got := leftText(d); got != want {
			t.Errorf("leftText(%s) = %q, want %q", d, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range nasty() {
		s, _ = clip(s, 200)
		f.Add(s, 20)
	}
	f.Fuzz(func(t *testing.T, s string, width int) {
		width = min(max(width, 0), 300)
		c := clean(s, 1000)
		if !utf8.ValidString(c) || clean(c, 1<<20) != c {
			t.Fatalf("clean(%q) = %q is not clean", s, c)
		}
		if p := pad(c, width); widthOf(p) != width || lipgloss.Width(p) > width {
			t.Fatalf("%q is %d cells wide, or %d, want %d", p, widthOf(p), lipgloss.Width(p), width)
		}
	})
}
