package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"tacklebox/mock/fromfile/document"
	"tacklebox/receiver/api/nearest"
)

// reader collects the mistakes of one file.
type reader struct {
	spec     *Spec
	mistakes []*document.Error
	bad      map[string]bool // keys with a mistake of their own
}

func (r *reader) at(line int, format string, args ...any) {
	const most = 50
	if len(r.mistakes) < most {
		r.mistakes = append(r.mistakes, &document.Error{Name: r.spec.Path, Line: line, Text: fmt.Sprintf(format, args...)})
	}
}

// has reports whether one of the keys stands in the file, right or wrong.
func (r *reader) has(keys ...string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { return r.spec.lines[k] > 0 })
}

// field is one key that a map may have.
type field struct {
	name string
	read func(n *yaml.Node)
}

// fields reads a map strictly. where is how messages call it, "" the file.
func (r *reader) fields(n *yaml.Node, where string, known []field) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.MappingNode {
		r.at(n.Line, "%s must be a map of keys and values", orFile(where))
		return
	}
	var names []string
	for _, f := range known {
		names = append(names, f.name)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		at := slices.IndexFunc(known, func(f field) bool { return f.name == key.Value })
		if at < 0 {
			r.unknown(key, where, names)
			continue
		}
		before := len(r.mistakes)
		if where == "" {
			r.spec.lines[key.Value] = key.Line
		}
		known[at].read(value)
		if len(r.mistakes) > before && where == "" {
			r.bad[key.Value] = true
		}
	}
}

func orFile(where string) string {
	if where == "" {
		return "a provider file"
	}
	return where
}

func (r *reader) unknown(key *yaml.Node, where string, names []string) {
	in := ""
	if where != "" {
		in = " in " + where
	}
	hint := "known are " + strings.Join(names, ", ")
	if near := nearest.Word(key.Value, names); near != "" {
		hint = fmt.Sprintf("did you mean %s? %s", near, hint)
	}
	r.at(key.Line, "unknown key %q%s: %s", clip(key.Value), in, hint)
}

func clip(text string) string {
	const most = 80
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// text reads a scalar that is not empty.
func (r *reader) text(n *yaml.Node, what string) (string, bool) {
	switch {
	case n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null":
		r.at(n.Line, "%s must be a text", what)
	case n.Value == "":
		r.at(n.Line, "%s is empty", what)
	case strings.ContainsFunc(n.Value, func(c rune) bool { return c < ' ' || c == 0x7f }):
		r.at(n.Line, "%s holds a control character", what)
	default:
		return n.Value, true
	}
	return "", false
}

// into makes a reader of a text that is checked by a rule, "" where it is fine.
func (r *reader) into(to *string, what string, rule func(string) string) func(n *yaml.Node) {
	return func(n *yaml.Node) {
		value, ok := r.text(n, what)
		if !ok {
			return
		}
		if rule != nil {
			if wrong := rule(value); wrong != "" {
				r.at(n.Line, "%s %q %s", what, clip(value), wrong)
				return
			}
		}
		*to = value
	}
}

// duration reads "5s", "2h", "1d", or a number of seconds.
func (r *reader) duration(n *yaml.Node, what string) (time.Duration, bool) {
	const most = 365 * 24 * time.Hour
	d, err := parseDuration(n.Value)
	switch {
	case n.Kind != yaml.ScalarNode || err != nil:
		r.at(n.Line, "%s %q is no span of time: 5s, 10m, 2h, 1d or a number of seconds", what, clip(n.Value))
	case d < 0 || d > most:
		r.at(n.Line, "%s %s is out of range: from 0 to 365d", what, n.Value)
	default:
		return d, true
	}
	return 0, false
}

func parseDuration(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.ParseFloat(days, 64); err == nil && n >= 0 && n <= 400 {
			return time.Duration(n * float64(24*time.Hour)), nil
		}
	}
	if secs, err := strconv.ParseFloat(text, 64); err == nil && secs >= 0 && secs <= 400*24*3600 {
		return time.Duration(secs * float64(time.Second)), nil
	}
	return time.ParseDuration(text)
}

// count reads a whole number from low to high.
func (r *reader) count(n *yaml.Node, what string, low, high int) (int, bool) {
	v, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || v < low || v > high {
		r.at(n.Line, "%s %q is no whole number from %d to %d", what, clip(n.Value), low, high)
		return 0, false
	}
	return v, true
}

// oneOf says what is allowed instead.
func oneOf(names ...string) func(string) string {
	return func(value string) string {
		if slices.Contains(names, value) {
			return ""
		}
		text := "is none of " + strings.Join(names, ", ")
		if near := nearest.Word(value, names); near != "" {
			text += fmt.Sprintf(": did you mean %s?", near)
		}
		return text
	}
}
