// Package scenario reads and plays scenarios: what happens, in order, and what must
// come of it. fixtures/scenarios/README.md describes the format.
package scenario

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"tacklebox/receiver/api"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/yamlfile"
)

// Scenario is a dialogue to play: what happens, in order, and what must come of
// it. The README describes its YAML.
type Scenario struct {
	Name   string
	About  string
	Vars   map[string]string
	Served bool // by a sandbox: it is no file of this machine
	steps  []step
	file   string
}

// step is one line of a scenario. Its value is decoded when its turn comes,
// since only then its variables are known.
type step struct {
	name  string
	kind  string
	value *yaml.Node
	line  int
}

// The values of the steps that are not requests of the control API as they are.
type (
	callStep struct {
		Method  string            `json:"method"`
		URL     string            `json:"url"` // absolute, or from the sandbox's root
		Headers map[string]string `json:"headers"`
		JSON    json.RawMessage   `json:"json"`
		Body    string            `json:"body"`
		Status  int               `json:"status"` // 0: any 2xx
		Save    map[string]string `json:"save"`   // variable → gjson path in the answer
	}
	settingsStep struct {
		Provider string       `json:"provider"`
		Account  string       `json:"account"`
		Values   api.Settings `json:"values"`
	}
	inboxStep struct {
		Name    string       `json:"name"`
		Reply   string       `json:"reply"` // as --reply takes it
		Forward string       `json:"forward"`
		Verify  *api.Signing `json:"verify"`
	}
	expectStep struct {
		api.ExpectRequest
		As string `json:"as"` // variable that the number of the last matching entry is kept in
	}
	replayStep struct {
		chosen
		api.ReplayRequest
	}
	assertStep struct {
		chosen
		Of      string                     `json:"of"`   // request (default) or response
		Body    map[string]json.RawMessage `json:"body"` // gjson path → value
		Headers map[string]string          `json:"headers"`
		Absent  []string                   `json:"absent"` // gjson paths that lead nowhere
		Schema  json.RawMessage            `json:"schema"` // JSON Schema, or a file of one beside the scenario
	}
	runStep struct {
		Command words             `json:"command"`
		URL     string            `json:"url"` // what it answers at once it is ready; "": ${to}
		Dir     string            `json:"dir"` // "": the scenario's
		Env     map[string]string `json:"env"`
		Within  string            `json:"within"`
	}
	verifyStep struct {
		Provider string               `json:"provider"`
		Secret   string               `json:"secret"`
		Headers  map[string]api.Texts `json:"headers"`
		Body     string               `json:"body"`
		Valid    *bool                `json:"valid"` // nil: true
	}
)

// chosen is the entry that a step is about: the newest that Q matches since the
// scenario began, else Entry, else the last one that an expect step found.
type chosen struct {
	Q     string      `json:"q"`
	Entry json.Number `json:"entry"`
}

// words are a command and its arguments: a list, or one text without quotes.
type words []string

func (w *words) UnmarshalJSON(raw []byte) error {
	var line string
	if json.Unmarshal(raw, &line) == nil {
		*w = strings.Fields(line)
		return nil
	}
	return json.Unmarshal(raw, (*[]string)(w))
}

// stepForms has one zero value for each kind of step; its fields are the keys
// that the step knows.
func stepForms() map[string]any {
	return map[string]any{
		"call": callStep{}, "settings": settingsStep{}, "inbox": inboxStep{}, "fire": api.Firing{}, "verify": verifyStep{},
		"expect": expectStep{}, "clock": api.ClockMove{}, "faults": []api.Fault{}, "reset": false,
		"subscribe": api.NewSubscription{}, "replay": replayStep{}, "assert": assertStep{}, "run": runStep{},
	}
}

// Kinds lists what a step can do, by name.
func Kinds() []string {
	var kinds []string
	for kind := range stepForms() {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}

// Steps is how many steps there are.
func (s *Scenario) Steps() int { return len(s.steps) }

// Starts reports whether a step runs a program of this machine.
func (s *Scenario) Starts() bool {
	return slices.ContainsFunc(s.steps, func(st step) bool { return st.kind == "run" })
}

// Parse reads a scenario. Nothing is sent before all of it is understood.
func Parse(file string, text []byte) (*Scenario, error) {
	root, err := yamlfile.Document(file, text)
	if err != nil {
		return nil, err
	}
	if root == nil {
		return nil, exit.Usagef("%s: no steps", file)
	}
	s := &Scenario{Name: strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)), file: file}
	err = yamlfile.EachKey(file, root, []string{"name", "about", "vars", "steps"}, func(key string, value *yaml.Node) error {
		switch key {
		case "name":
			return yamlfile.Into(file, value, &s.Name)
		case "about":
			return yamlfile.Into(file, value, &s.About)
		case "vars":
			return yamlfile.Into(file, value, &s.Vars)
		}
		return s.readSteps(value)
	})
	if err == nil && len(s.steps) == 0 {
		err = exit.Usagef("%s: no steps", file)
	}
	return s, err
}

func (s *Scenario) readSteps(list *yaml.Node) error {
	if list.Kind != yaml.SequenceNode {
		return exit.Usagef("%s:%d: steps: want a list", s.file, list.Line)
	}
	for _, n := range list.Content {
		st := step{line: n.Line}
		err := yamlfile.EachKey(s.file, n, append(Kinds(), "name"), func(key string, value *yaml.Node) error {
			if key == "name" {
				return yamlfile.Into(s.file, value, &st.name)
			}
			if st.kind != "" {
				return exit.Usagef("%s:%d: a step does one thing: %s or %s", s.file, value.Line, st.kind, key)
			}
			st.kind, st.value = key, value
			return s.checkKeys(key, value)
		})
		if err != nil {
			return err
		}
		if st.kind == "" {
			return exit.Usagef("%s:%d: the step does nothing; allowed: %s", s.file, n.Line, strings.Join(Kinds(), ", "))
		}
		s.steps = append(s.steps, st)
	}
	return nil
}

// checkKeys refuses keys that a step does not know, before anything is played.
func (s *Scenario) checkKeys(kind string, value *yaml.Node) error {
	form := reflect.TypeOf(stepForms()[kind])
	short := (kind == "clock" || kind == "run") && value.Kind == yaml.ScalarNode
	if form.Kind() == reflect.Struct && value.Kind != yaml.MappingNode && !short {
		return exit.Usagef("%s:%d: %s: want keys and values: %s", s.file, value.Line, kind, strings.Join(jsonKeys(form), ", "))
	}
	return s.known(form, value)
}

// known refuses a key that a form does not have, however deep it stands. What is
// no mapping is judged when it is decoded.
func (s *Scenario) known(form reflect.Type, value *yaml.Node) error {
	switch {
	case form.Kind() == reflect.Pointer:
		return s.known(form.Elem(), value)
	case form.Kind() == reflect.Slice && value.Kind == yaml.SequenceNode:
		for _, n := range value.Content {
			if err := s.known(form.Elem(), n); err != nil {
				return err
			}
		}
	case form.Kind() == reflect.Struct && value.Kind == yaml.MappingNode:
		return yamlfile.EachKey(s.file, value, jsonKeys(form), func(key string, v *yaml.Node) error {
			for _, f := range reflect.VisibleFields(form) {
				if !f.Anonymous && jsonKey(f) == key {
					return s.known(f.Type, v)
				}
			}
			return nil
		})
	}
	return nil
}

func jsonKeys(t reflect.Type) []string {
	var keys []string
	for _, f := range reflect.VisibleFields(t) {
		if !f.Anonymous {
			keys = append(keys, jsonKey(f))
		}
	}
	return keys
}

func jsonKey(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// decode fills out with a step's value, variables replaced.
func (s *Scenario) decode(st step, vars map[string]string, out any) error {
	expanded, err := expand(st.value, vars)
	if err != nil {
		return exit.Usagef("%s:%d: %w", s.file, st.line, err)
	}
	return yamlfile.Into(s.file, expanded, out)
}

// expand returns a copy of a node in which ${name} stands for its value. An
// unknown name is a mistake, never an empty text.
func expand(n *yaml.Node, vars map[string]string) (*yaml.Node, error) {
	out := *n
	if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, "${") {
		value, err := expandText(n.Value, vars)
		if err != nil {
			return nil, err
		}
		out.Value = value
	}
	out.Content = nil
	for _, c := range n.Content {
		child, err := expand(c, vars)
		if err != nil {
			return nil, err
		}
		out.Content = append(out.Content, child)
	}
	return &out, nil
}

func expandText(s string, vars map[string]string) (string, error) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "${")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return "", fmt.Errorf("${%s is not closed", rest)
		}
		value, known := vars[name]
		if !known {
			names := make([]string, 0, len(vars))
			for v := range vars {
				names = append(names, v)
			}
			slices.Sort(names)
			return "", fmt.Errorf("unknown variable %q%s; known: %s", name, exit.DidYouMean(name, names), strings.Join(names, ", "))
		}
		b.WriteString(value)
		s = after
	}
}
