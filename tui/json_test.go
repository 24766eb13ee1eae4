package tui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func laid(doc string) string {
	lines, _, _ := layoutJSON([]byte(doc))
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%s%s|", strings.Repeat(">", l.depth), l.spans)
	}
	return b.String()
}

func TestLayoutJSON(t *testing.T) {
	for doc, want := range map[string]string{
		`1`:                        "1|",
		` "a" `:                    `"a"|`,
		`{}`:                       "{}|",
		`[ ]`:                      "[]|",
		`{"a":1,"b":[true,null]}`:  `{|>"a": 1,|>"b": [|>>true,|>>null|>]|}|`,
		`[{"x":{}},[]]`:            `[|>{|>>"x": {}|>},|>[]|]|`,
		`{"a\"]":"}{"}`:            `{|>"a\"]": "}{"|}|`,
		"\t{\n\"a\" : -1.5e3}\n":   `{|>"a": -1.5e3|}|`,
		`{"k":"` + "\u202e" + `"}`: `{|>"k": "\u202e"|}|`,
	} {
		if got := laid(doc); got != want {
			t.Errorf("%s\n got %s\nwant %s", doc, got, want)
		}
	}
}

func TestLayoutJSONRefuses(t *testing.T) {
	for _, doc := range []string{"", "{", "nope", `{"a":1}x`, strings.Repeat("[", 600) + strings.Repeat("]", 600), strings.Repeat("[", 3_000_000), `"` + strings.Repeat("x", maxJSON) + `"`} {
		if _, _, ok := layoutJSON([]byte(doc)); ok {
			t.Errorf("%.20q (%d bytes) was laid out", doc, len(doc))
		}
	}
	deep := strings.Repeat("[", 500) + strings.Repeat("]", 500)
	if lines, _, ok := layoutJSON([]byte(deep)); !ok || len(lines) != 999 {
		t.Errorf("500 brackets: ok %v, %d lines", ok, len(lines))
	}
	if lines, cut, _ := layoutJSON([]byte("[" + strings.Repeat("1,", 20_000) + "1]")); !cut || len(lines) != mostLines {
		t.Errorf("a long list: %d lines, cut %v", len(lines), cut)
	}
}

func TestLongString(t *testing.T) {
	lines, _, _ := layoutJSON([]byte(`{"a":"` + strings.Repeat("x", 5000) + `"}`))
	if s := lines[1].spans.String(); !strings.Contains(s, "… +3002 bytes") || len(s) > 2200 {
		t.Errorf("%d bytes, ends in %q", len(s), s[len(s)-30:])
	}
}

// TestStyles tells names from values.
func TestStyles(t *testing.T) {
	lines, _, _ := layoutJSON([]byte(`{"a":"b","c":[ "d" ],"e":1,"f":false}`))
	got := ""
	for _, l := range lines {
		for _, s := range l.spans {
			got += fmt.Sprintf("%s=%d ", s.text, s.style)
		}
	}
	want := fmt.Sprintf(`{=%d "a"=%d : =%d "b"=%d`, plain, name, plain, text)
	if !strings.HasPrefix(got, want) || !strings.Contains(got, fmt.Sprintf(`"d"=%d`, text)) || !strings.Contains(got, fmt.Sprintf("1=%d", number)) || !strings.Contains(got, fmt.Sprintf("false=%d", word)) {
		t.Errorf("got %s", got)
	}
}

func TestFolding(t *testing.T) {
	b := newBody([]byte(`{"a":{"b":1,"c":2},"d":[3]}`))
	shown := func(folded map[string]bool) string {
		var out []string
		for _, l := range b.show(pretty, 60, "r", folded) {
			out = append(out, l.spans.String())
		}
		return strings.Join(out, "|")
	}
	if got, want := shown(nil), `{|  "a": {|    "b": 1,|    "c": 2|  },|  "d": [|    3|  ]|}`; got != want {
		t.Errorf("open:\n got %s\nwant %s", got, want)
	}
	if got, want := shown(map[string]bool{"r:1": true}), `{|  "a": { … },  2 lines|  "d": [|    3|  ]|}`; got != want {
		t.Errorf("a folded:\n got %s\nwant %s", got, want)
	}
	if got, want := shown(map[string]bool{"r:0": true, "r:1": true}), `{ … }  7 lines`; got != want {
		t.Errorf("all folded:\n got %s\nwant %s", got, want)
	}
}

func TestBodyViews(t *testing.T) {
	for _, c := range []struct {
		body  string
		mode  bodyMode
		width int
		want  string
	}{
		{"", pretty, 40, "no body"},
		{"ab\ncd\r\n\te", pretty, 40, "ab|cd|    e"},
		{"abcdef", raw, 4, "abcd|ef"},
		{"a\n\nb", raw, 9, "a||b"},
		{`{"a":1}`, raw, 40, `{"a":1}`},
		{"\x00\x01\x02\xff", pretty, 80, "000000 00 01 02 ff                                     ...."},
		{"hi", hexes, 20, "000000 68 69 hi"},
		{"\x1b[2J", raw, 40, "␛[2J"},
	} {
		var got []string
		for _, l := range newBody([]byte(c.body)).show(c.mode, c.width, "r", nil) {
			got = append(got, l.spans.String())
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%q as %s in %d:\n got %q\nwant %q", c.body, c.mode, c.width, strings.Join(got, "|"), c.want)
		}
	}
	for _, mode := range []bodyMode{raw, hexes} {
		lines := newBody(bytes.Repeat([]byte("x"), mostBody+500)).show(mode, 80, "r", nil)
		if s := lines[len(lines)-1].spans.String(); !strings.Contains(s, "500 more") {
			t.Errorf("%s: a long body ends in %q", mode, s)
		}
	}
}

// FuzzLayoutJSON holds that a layout says the same as the document: its text
// without line ends is the document without white space.
func FuzzLayoutJSON(f *testing.F) {
	for _, doc := range []string{`{"a":[1,{"b":null}],"c":""}`, `[[[]],{}]`, `"x"`, `{"é":"漢\u0000"}`, `[1e9,-0]`, `{"a":"\\","b":"\""}`} {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		lines, cut, ok := layoutJSON(doc)
		if !ok || cut {
			return
		}
		var got strings.Builder
		for i, l := range lines {
			if l.close > 0 && (l.close <= i || l.close >= len(lines) || lines[l.close].depth != l.depth) {
				t.Fatalf("line %d of %q closes at %d", i, doc, l.close)
			}
			for _, s := range l.spans {
				got.WriteString(strings.TrimSuffix(s.text, " ") + strings.Repeat(" ", trailing(s)))
			}
		}
		var want bytes.Buffer
		if err := json.Compact(&want, doc); err != nil {
			t.Fatalf("%q was laid out: %v", doc, err)
		}
		if !ascii(want.String()) || want.Len() > longestText || strings.ContainsAny(want.String(), "\x7f") {
			return // clean changes what is not plain
		}
		if got.String() != want.String() {
			t.Fatalf("%q became %q", want.String(), got.String())
		}
	})
}

// trailing spaces belong to the text of all but the colon.
func trailing(s span) int {
	if s.text == ": " || !strings.HasSuffix(s.text, " ") {
		return 0
	}
	return 1
}
