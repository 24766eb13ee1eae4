package nearest

import (
	"strings"
	"testing"
)

func TestWord(t *testing.T) {
	known := []string{"expect", "export", "order:create", "order:delete", "up", "fire", "faults", "scenario", "subscriptions", "article.created", "article.deleted", "article.updated"}
	for in, want := range map[string]string{
		"fire":                    "fire",
		"FIRE":                    "fire",
		"fier":                    "fire", // neighbours swapped
		"firre":                   "fire",
		"fault":                   "faults",
		"scenarios":               "scenario",
		"article":                 "article.created", // the first part of the first
		"order:":                  "",                // of two, and no whole part of either
		"exp":                     "",
		"article.create":          "article.created",
		"sub":                     "subscriptions",
		"x":                       "",
		"":                        "",
		"quite something else":    "",
		strings.Repeat("f", 1000): "",
	} {
		if got := Word(in, known); got != want {
			t.Errorf("Word(%.30q) = %q, want %q", in, got, want)
		}
	}
	if got := Word("fire", nil); got != "" {
		t.Errorf("of no words %q", got)
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"abc", "abd", 1}, {"abc", "acb", 1}, {"ab", "ba", 1},
		{"kitten", "sitting", 3}, {"abcdef", "abdcfe", 2}, {"ca", "abc", 3},
	} {
		if got := Distance(c.a, c.b); got != c.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
		if got := Distance(c.b, c.a); got != c.want {
			t.Errorf("Distance(%q, %q) = %d, want %d: it must not depend on the order", c.b, c.a, got, c.want)
		}
	}
}

func FuzzDistance(f *testing.F) {
	f.Add("article", "artikel")
	f.Add("", "\xff")
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a) > 100 || len(b) > 100 {
			return
		}
		d := Distance(a, b)
		if longer := max(len(a), len(b)); d < 0 || d > longer || (d == 0) != (a == b) || d < longer-min(len(a), len(b)) {
			t.Errorf("Distance(%q, %q) = %d", a, b, d)
		}
	})
}
