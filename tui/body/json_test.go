package body

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tacklebox/tui/ui"
)

func laid(doc string) string {
	lines, _, _ := layoutJSON([]byte(doc))
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%s%s|", strings.Repeat(">", l.depth), l.line)
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
	if s := lines[1].line.String(); !strings.Contains(s, "… +3002 bytes") || len(s) > 2200 {
		t.Errorf("%d bytes, ends in %q", len(s), s[len(s)-30:])
	}
}

// TestStyles tells names from values.
func TestStyles(t *testing.T) {
	lines, _, _ := layoutJSON([]byte(`{"a":"b","c":[ "d" ],"e":1,"f":null}`))
	got := ""
	for _, l := range lines {
		for _, s := range l.line {
			got += fmt.Sprintf("%s=%d ", s.Text, s.Style)
		}
	}
	for _, want := range []string{fmt.Sprintf(`{=%d "a"=%d : =%d "b"=%d`, ui.Plain, ui.Accent, ui.Dim, ui.Plain), fmt.Sprintf(`"d"=%d`, ui.Plain), fmt.Sprintf("1=%d", ui.Literal), fmt.Sprintf("null=%d", ui.Dim)} {
		if !strings.Contains(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestPathsAndValues: every line knows which value it is about.
func TestPathsAndValues(t *testing.T) {
	b := New([]byte(`{"a":{"b":1,"c.d":"x\ny"},"l":[true,{"z":[]}]}`), "", "")
	var got []string
	for _, l := range b.Show(JSON, 80, "", nil) {
		got = append(got, l.Path+"="+l.Value())
	}
	want := []string{`={"a":{"b":1,"c.d":"x\ny"},"l":[true,{"z":[]}]}`, `a={"b":1,"c.d":"x\ny"}`, "a.b=1", "a.c\\.d=x\ny", `a={"b":1,"c.d":"x\ny"}`, `l=[true,{"z":[]}]`, "l.0=true", `l.1={"z":[]}`, "l.1.z=[]", `l.1={"z":[]}`, `l=[true,{"z":[]}]`}
	want = append(want, want[0])
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	paths, values := b.Paths()
	if strings.Join(paths, " ") != `a.b a.c\.d l.0 l.1.z` || string(values["l.0"]) != "true" {
		t.Errorf("%q %v", paths, values)
	}
}

func shown(b *Body, v View, width int, folded map[string]bool) string {
	var out []string
	for _, l := range b.Show(v, width, "r", folded) {
		out = append(out, strings.TrimRight(l.Line.String(), " "))
	}
	return strings.Join(out, "|")
}

func TestFolding(t *testing.T) {
	b := New([]byte(`{"a":{"b":1,"c":2},"d":[3]}`), "", "")
	for _, c := range []struct {
		folded map[string]bool
		want   string
	}{
		{nil, `▾ {|  ▾ "a": {|      "b": 1,|      "c": 2|    },|  ▾ "d": [|      3|    ]|  }`},
		{map[string]bool{"r:1": true}, `▾ {|  ▸ "a": { … },  2|  ▾ "d": [|      3|    ]|  }`},
		{map[string]bool{"r:0": true, "r:1": true}, `▸ { … }  2`},
	} {
		if got := shown(b, JSON, 60, c.folded); got != c.want {
			t.Errorf("%v:\n got %s\nwant %s", c.folded, got, c.want)
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
			for _, s := range l.line {
				got.WriteString(strings.TrimSuffix(s.Text, " ") + strings.Repeat(" ", trailing(s)))
			}
		}
		var want bytes.Buffer
		if err := json.Compact(&want, doc); err != nil {
			t.Fatalf("%q was laid out: %v", doc, err)
		}
		if strings.ContainsFunc(want.String(), func(r rune) bool { return r > 0x7e }) || want.Len() > ui.LongestText || strings.ContainsAny(want.String(), "\x7f") {
			return // clean changes what is not plain
		}
		if got.String() != want.String() {
			t.Fatalf("%q became %q", want.String(), got.String())
		}
	})
}

// trailing spaces belong to the text of all but the colon.
func trailing(s ui.Span) int {
	if s.Text == ": " || !strings.HasSuffix(s.Text, " ") {
		return 0
	}
	return 1
}
