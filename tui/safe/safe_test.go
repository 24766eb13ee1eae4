package safe_test

import (
	"encoding/json"
	"testing"
	"unicode"
	"unicode/utf8"

	"tacklebox/tui/safe"
)

func TestText(t *testing.T) {
	for _, c := range []struct{ name, in, text, line string }{
		{"plain", "plain text", "plain text", "plain text"},
		{"empty", "", "", ""},
		{"other scripts stay", "žluťoučký кот 猫 🐈‍⬛", "žluťoučký кот 猫 🐈‍⬛", "žluťoučký кот 猫 🐈‍⬛"},
		{"lines", "a\n\tb", "a\n\tb", "a␊␉b"},
		{"colour", "\x1b[31mred\x1b[0m", "␛[31mred␛[0m", "␛[31mred␛[0m"},
		{"clipboard", "\x1b]52;c;aGk=\a", "␛]52;c;aGk=␇", "␛]52;c;aGk=␇"},
		{"overwrite the line", "evil\rgood", "evil␍good", "evil␍good"},
		{"nul and del", "a\x00b\x7f", "a␀b␡", "a␀b␡"},
		{"C1 as UTF-8", "\u009b31m", `\u009b31m`, `\u009b31m`},
		{"C1 as a byte", "\x9b31m", `\x9b31m`, `\x9b31m`},
		{"right to left", "a\u202egpj.exe", `a\u202egpj.exe`, `a\u202egpj.exe`},
		{"isolate", "\u2066x\u2069\u200f\u061c", `\u2066x\u2069\u200f\u061c`, `\u2066x\u2069\u200f\u061c`},
		{"line separator", "a\u2028b", `a\u2028b`, `a\u2028b`},
		{"not UTF-8", "\xff\xfe", `\xff\xfe`, `\xff\xfe`},
		{"cut rune", "\xe2\x82", `\xe2\x82`, `\xe2\x82`},
		{"surrogate", "\xed\xa0\x80", `\xed\xa0\x80`, `\xed\xa0\x80`},
		{"a real replacement character", "\ufffd", "\ufffd", "\ufffd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := safe.Text(c.in); got != c.text {
				t.Errorf("Text(%q) = %q, want %q", c.in, got, c.text)
			}
			if got := safe.Line(c.in); got != c.line {
				t.Errorf("Line(%q) = %q, want %q", c.in, got, c.line)
			}
		})
	}
}

func TestJSONKeepsTheValue(t *testing.T) {
	for in, want := range map[string]string{
		`{"a":"plain"}`:             `{"a":"plain"}`,
		"{\"a\":\"\u009b31m\"}":     `{"a":"\u009b31m"}`,
		"{\"a\":\"x\x7f\u202e\"}":   `{"a":"x\u007f\u202e"}`,
		"{\"a\":\r\n1}":             "{\"a\": \n1}",
		"{\"a\":\"\xff\"}":          `{"a":"\ufffd"}`,
		"{\"a\":\"\\u001b[31m\"}\n": "{\"a\":\"\\u001b[31m\"}\n",
	} {
		if got := string(safe.JSON([]byte(in))); got != want {
			t.Errorf("JSON(%q) = %q, want %q", in, got, want)
		}
	}
}

// obeyed reports whether a terminal could take r for more than a character.
func obeyed(r rune, lines bool) bool {
	if lines && (r == '\n' || r == '\t') {
		return false
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
}

func FuzzSafe(f *testing.F) {
	for _, s := range []string{"", "a\nb", "\x1b[2J", "\u009b", "\xc2", "\u202e", `{"a":"\u001b"}`, "{\"a\":\"\u0085\"}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		check(t, "Text", s, safe.Text, true)
		check(t, "Line", s, safe.Line, false)
		if !json.Valid([]byte(s)) {
			return
		}
		out := safe.JSON([]byte(s))
		var before, after any
		if json.Unmarshal([]byte(s), &before) == nil {
			if err := json.Unmarshal(out, &after); err != nil {
				t.Fatalf("JSON(%q) = %q: %v", s, out, err)
			}
			a, _ := json.Marshal(before)
			b, _ := json.Marshal(after)
			if string(a) != string(b) {
				t.Fatalf("JSON(%q) changed the value to %q", s, out)
			}
		}
		check(t, "JSON", s, func(s string) string { return string(safe.JSON([]byte(s))) }, true)
	})
}

func check(t *testing.T, name, in string, f func(string) string, lines bool) {
	t.Helper()
	out := f(in)
	if !utf8.ValidString(out) {
		t.Fatalf("%s(%q) = %q is not UTF-8", name, in, out)
	}
	for _, r := range out {
		if obeyed(r, lines) {
			t.Fatalf("%s(%q) = %q lets %U through", name, in, out, r)
		}
	}
	if again := f(out); again != out {
		t.Fatalf("%s is not stable: %q, then %q", name, out, again)
	}
}
