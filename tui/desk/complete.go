package desk

import (
	"slices"
	"strings"

	"tacklebox/receiver/api"
	"tacklebox/tui/rows"
	"tacklebox/tui/ui"
)

// option is something that may come next in the filter.
type option struct{ Text, about string }

const mostOptions = 12

// Suggest lists what may complete the word before the cursor.
func Suggest(m *Model) {
	f := &m.Filter
	f.chosen = -1
	f.base = f.In.Value()
	_, word := LastWord(f.base)
	f.options = Completions(strings.TrimLeft(word, "-("), m.known)
}

// complete puts the next option in place of the word.
func complete(m *Model, back bool) {
	f := &m.Filter
	if len(f.options) == 0 {
		return
	}
	step := 1
	if back {
		step = len(f.options) - 1
	}
	if f.chosen < 0 && back {
		f.chosen = 0
	}
	f.chosen = (f.chosen + step) % len(f.options)
	rest, word := LastWord(f.base)
	lead := word[:len(word)-len(strings.TrimLeft(word, "-("))]
	f.In.Set(rest + lead + f.options[f.chosen].Text)
	if len(f.options) == 1 {
		Suggest(m) // it is whole: what comes next
	}
}

// LastWord splits a filter before its last term. A space inside of quotes does
// not end a term.
func LastWord(q string) (rest, word string) {
	quoted, at := false, 0
	for i := 0; i < len(q); i++ {
		switch {
		case q[i] == '\\' && quoted:
			i++
		case q[i] == '"':
			quoted = !quoted
		case q[i] == ' ' && !quoted:
			at = i + 1
		}
	}
	at = min(at, len(q))
	return q[:at], q[at:]
}

// Completions of one word: keys, or values of the key that it begins with.
// known gives values that are about.
func Completions(word string, known func(key string) []string) []option {
	var out []option
	add := func(text, about string) {
		has := slices.ContainsFunc(out, func(o option) bool { return o.Text == text })
		if len(out) < mostOptions && !has && text != word && strings.HasPrefix(strings.ToLower(text), strings.ToLower(word)) {
			out = append(out, option{ui.Cell(text), about})
		}
	}
	key, _, valued := strings.Cut(word, ":")
	for _, k := range api.FilterKeys() {
		switch {
		case strings.HasSuffix(k.Name, "."):
			if !valued {
				add(k.Name, k.About)
			}
		case !valued:
			add(k.Name, k.About)
		case strings.EqualFold(k.Name, key+":"):
			for _, v := range slices.Concat(known(strings.ToLower(key)), k.Values) {
				add(k.Name+QuoteTerm(v), "")
			}
		}
	}
	return out
}

// QuoteTerm quotes a value that would not be one term otherwise.
func QuoteTerm(v string) string {
	if !strings.ContainsAny(v, " \"()") {
		return v
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v) + `"`
}

// known lists values of a key that the catalogue or the list has.
func (m *Model) known(key string) []string {
	var out []string
	of := map[string]func(*rows.Row) string{
		"provider": func(r *rows.Row) string { return r.Provider }, "type": func(r *rows.Row) string { return r.Type },
		"inbox": func(r *rows.Row) string { return r.Inbox }, "account": func(r *rows.Row) string { return r.Account },
		"subscription": func(r *rows.Row) string { return r.Subscription }, "fault": func(r *rows.Row) string { return r.Fault },
	}[key]
	if of == nil {
		return nil
	}
	seen := map[string]bool{"": true}
	add := func(v string) {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	for _, r := range m.List.Win.Rows {
		add(of(r))
	}
	for _, p := range m.Catalog.Providers {
		if key == "provider" {
			add(p.Name)
		}
		for _, e := range p.Events {
			if key == "type" {
				add(e.Type)
			}
		}
	}
	return out
}
