package scenario

import (
	"strings"
	"testing"

	"tacklebox/tui/cli/exit"
)

func TestExpandText(t *testing.T) {
	vars := map[string]string{"a": "1", "b": "${a}"}
	for in, want := range map[string]string{"": "", "x": "x", "${a}": "1", "x${a}y${a}": "x1y1", "$a {a}": "$a {a}", "${b}": "${a}", "$${a}": "$1"} {
		if got, err := expandText(in, vars); err != nil || got != want {
			t.Errorf("expandText(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for in, want := range map[string]string{"${c}": `unknown variable "c"; known: a, b`, "${urll}": `unknown variable "urll"`, "${a": "is not closed", "${": "is not closed", "${}": `unknown variable ""`} {
		if _, err := expandText(in, vars); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("expandText(%q): error %v, want %q", in, err, want)
		}
	}
}

func FuzzScenario(f *testing.F) {
	for _, s := range []string{"steps: [{reset: true}]", "steps:\n - fire: {set: {a: &x 1}, type: *x}", "steps: [[]]", "vars: {a: 1}\nsteps: [{clock: next}]", "- a", "steps: [{name: 1}]"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Parse("f.yaml", text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.yaml:") {
				t.Fatalf("Parse(%q): %v does not name the file", text, err)
			}
			return
		}
		for _, st := range s.steps {
			if stepForms()[st.kind] == nil || st.value == nil {
				t.Fatalf("Parse(%q): step %+v", text, st)
			}
		}
	})
}

// TestScenarioPlaces: mistakes deep in a file are named with their own line.
func TestScenarioPlaces(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"deep in a step":    {"steps:\n- call:\n    url: /x\n    status:\n      - 1\n", "f.yaml:5: status: want a whole number, not array"},
		"a key twice":       {"steps:\n- call:\n    url: /x\n    url: /y\n", "f.yaml:4: "},
		"a step of a list":  {"steps:\n- reset: true\n- - a\n", "f.yaml:3: want keys and values"},
		"vars of lists":     {"vars:\n  a: [1]\nsteps: [{reset: true}]\n", "f.yaml:2: "},
		"a name of keys":    {"name: {a: b}\nsteps: [{reset: true}]\n", "f.yaml:1: want a text, not object"},
		"an alias":          {"steps:\n- faults: &f [{kind: drop}]\n- faults: *f\n", "f.yaml:3: aliases are not supported"},
		"two documents":     {"steps: [{reset: true}]\n---\nsteps: []\n", "a second document"},
		"an unknown anchor": {"steps: *x\n", "f.yaml: unknown anchor"},
		"tabs":              {"steps:\n\t- reset: true\n", "f.yaml:2: "},
		"a list":            {"- reset: true\n", "f.yaml:1: want keys and values"},
		"deep in an inbox":  {"steps:\n- inbox:\n    name: a\n    verify:\n      provder: x\n", `f.yaml:5: unknown key "provder" (did you mean "provider"?)`},
		"deep in a list":    {"steps:\n- faults:\n  - kind: drop\n    tmes: 3\n", `f.yaml:4: unknown key "tmes" (did you mean "times"?)`},
		"deep in a firing":  {"steps:\n- fire:\n    faults:\n    - drop\n    - {knd: drop}\n", `f.yaml:5: unknown key "knd" (did you mean "kind"?)`},
		"in what embeds":    {"steps:\n- expect:\n    q: a\n    wthin: 1s\n", `f.yaml:4: unknown key "wthin" (did you mean "within"?)`},
		"control bytes":     {"name: \x00\n", "f.yaml:"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := Parse("f.yaml", []byte(c.text))
			for i := 0; err == nil && i < len(s.steps); i++ { // values are read when their turn comes
				var v any = new(callStep)
				if s.steps[i].kind == "faults" {
					v = new([]any)
				}
				err = s.decode(s.steps[i], nil, v)
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			} else if exit.Code(err) != exit.Usage {
				t.Errorf("exit code %d, want %d", exit.Code(err), exit.Usage)
			}
		})
	}
}

// TestScenarioRefused: nothing is sent before all of a file is understood.
func TestScenarioRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "no steps",
		"name: x\n":                          "no steps",
		"steps: {}\n":                        "f.yaml:1: steps: want a list",
		"setps: []\n":                        `f.yaml:1: unknown key "setps" (did you mean "steps"?)`,
		"steps:\n - fier: {}\n":              `f.yaml:2: unknown key "fier" (did you mean "fire"?)`,
		"steps:\n - fire: {tpe: x}\n":        `f.yaml:2: unknown key "tpe" (did you mean "type"?)`,
		"steps:\n - fire: x\n":               "f.yaml:2: fire: want keys and values",
		"steps:\n - name: x\n":               "f.yaml:2: the step does nothing",
		"steps:\n - {reset: true, fire: {}}": "a step does one thing: reset or fire",
		"steps:\n - x\n":                     "f.yaml:2: want keys and values",
		"vars: [a]\nsteps: []\n":             "f.yaml:1: ",
		"steps:\n - clock: {advnce: 1h}\n":   `unknown key "advnce"`,
		"a: [":                               "f.yaml:1: ",
	} {
		_, err := Parse("f.yaml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) || exit.Code(err) != exit.Usage {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}
