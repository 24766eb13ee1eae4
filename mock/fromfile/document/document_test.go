package document

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const sampleYAML = `# a description
openapi: 3.1.0
info:
  title: Acme   # with a comment
  version: "1"
list: [1, 2.5, 0x10, true, null, 2024-01-05]
base: &base {a: 1}
copy: *base
odd/name: {"~x": here}
`

func TestYAMLBecomesJSON(t *testing.T) {
	t.Parallel()
	d, err := Parse("acme.yaml", []byte(sampleYAML))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"openapi":"3.1.0","info":{"title":"Acme","version":"1"},"list":[1,2.5,16,true,null,"2024-01-05"],"base":{"a":1},"copy":{"a":1},"odd/name":{"~x":"here"}}`
	if got := d.Root().Value.Raw; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestPointersAndLines(t *testing.T) {
	t.Parallel()
	asJSON := "{\n \"openapi\": \"3.1.0\",\n \"info\": {\n  \"title\": \"Acme\"},\n \"list\": [1,\n  2.5],\n \"odd/name\": {\"~x\": \"here\"}\n}"
	for _, c := range []struct {
		name, text, pointer, want string
		line                      int
	}{
		{"a.yaml", sampleYAML, "/info/title", `"Acme"`, 4},
		{"a.yaml", sampleYAML, "/list/1", `2.5`, 6},
		{"a.yaml", sampleYAML, "/copy/a", `1`, 7},
		{"a.yaml", sampleYAML, "/odd~1name/~0x", `"here"`, 9},
		{"a.yaml", sampleYAML, "/info/none", ``, 0},
		{"a.yaml", sampleYAML, "/list/9", ``, 0},
		{"a.yaml", sampleYAML, "/list/x", ``, 0},
		{"a.json", asJSON, "/info/title", `"Acme"`, 4},
		{"a.json", asJSON, "/list/1", `2.5`, 6},
		{"a.json", asJSON, "/odd~1name/~0x", `"here"`, 7},
		{"a.json", asJSON, "/openapi/x", ``, 0},
	} {
		d, err := Parse(c.name, []byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		n, ok := d.At(c.pointer)
		if n.Value.Raw != c.want || ok != (c.want != "") || ok && n.Line() != c.line {
			t.Errorf("%s %s: %q on line %d, %v", c.name, c.pointer, n.Value.Raw, n.Line(), ok)
		}
	}
}

// Of equal names the last counts, in small objects and in indexed ones.
func TestTheLastOfEqualNames(t *testing.T) {
	t.Parallel()
	for _, pad := range []string{"", strings.Repeat(" ", 5000)} {
		d, err := Parse("a.json", []byte(`{"a":1,`+pad+`"b":2,"a":3}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Root().Get("a").Value.Raw; got != "3" {
			t.Errorf("got %s", got)
		}
	}
}

func TestMistakesHaveAPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"a.json", "", "a.json: is empty"},
		{"a.yaml", "# nothing\n", "a.yaml: is empty"},
		{"a.json", "{\n\n \"a\": }", "a.json:3: is not JSON: invalid character '}'"},
		{"a.json", "hello", "a.json:1: is not JSON"},
		{"a.yaml", "a: 1\nb: [1\n", "a.yaml:"},
		{"a.yaml", "a: 1\na: 2\n", `a.yaml:2: the key "a" stands here twice`},
		{"a.yaml", "? [1]\n: 2\n", "a.yaml:1: a key must be a text"},
		{"a.yaml", "a: .nan\n", "a.yaml:1: .nan is no number of JSON"},
		{"a.json", "\n" + strings.Repeat("[", 1_000_000), "a.json:2: brackets are nested deeper than 512"},
		{"a.json", strings.Repeat(`{"a":`, 1_000_000), "a.json:1: brackets are nested deeper than 512"},
		{"a.yaml", "a: " + strings.Repeat("[", 1_000_000), "a.yaml:1: is nested deeper than 512"},
		{"a.yaml", strings.Repeat("- ", 3000) + "x", "nested deeper than"},
		{"a.yaml", "a:\n" + strings.Repeat("- ", 200_000) + "x", "a.yaml:2: is nested deeper than 512"},
		{"a.yaml", "a: b\n" + strings.Repeat("#", MaxYAML), "a.yaml: is larger than 16 MiB, the most that is read of YAML: JSON may have 64"},
		{"a.yaml", bomb(), "a.yaml:"},
	} {
		if _, err := Parse(c.name, []byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q: %.200v, want %q", c.text, err, c.want)
		}
	}
}

// bomb is a YAML file whose aliases grow to ten to the ninth.
func bomb() string {
	text := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := '1'; i <= '9'; i++ {
		before := "*a" + string(i-1)
		text += "a" + string(i) + ": &a" + string(i) + " [" + strings.Repeat(before+", ", 9) + before + "]\n"
	}
	return text
}

func TestReadNamesTheFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := Read(filepath.Join(dir, "none.json")); err == nil || !strings.Contains(err.Error(), "none.json: no such file") {
		t.Errorf("%v", err)
	}
	if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("%v", err)
	}
	large := filepath.Join(dir, "large.json")
	if err := os.WriteFile(large, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, MaxBytes+10); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(large); err == nil || !strings.Contains(err.Error(), "is larger than 64 MiB") {
		t.Errorf("%v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("a.yaml", sampleYAML, "/info/title")
	f.Add("a.json", `{"a":[1,{"b":"\u00e9"}]}`, "/a/1/b")
	f.Add("a", "- a\n- {b: c}\n", "/1/b")
	f.Add("a.yaml", "a: &a [*a]", "/a/0")
	f.Add("a.yaml", "? &x y\n: !!float 1_0\n<<: {a: 0o17}", "/y")
	f.Fuzz(func(t *testing.T, name, text, pointer string) {
		d, err := Parse(name, []byte(text))
		if err != nil {
			return
		}
		if !json.Valid([]byte(d.Root().Value.Raw)) {
			t.Fatalf("not JSON: %q", d.Root().Value.Raw)
		}
		breaks := strings.NewReplacer("\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n").Replace(text) // as YAML counts them
		if n, ok := d.At(pointer); ok && (n.Line() < 1 || n.Line() > 1+strings.Count(breaks, "\n")) {
			t.Fatalf("line %d", n.Line())
		}
	})
}
