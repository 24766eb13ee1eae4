package tui

import (
	"fmt"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"encoding/json"

	"tacklebox/receiver/client"
)

// fireForm fills in a firing: values of the payload, where it goes, how often,
// what goes wrong on the way.
type fireForm struct {
	of      choice
	sample  flat
	fields  []formField // set lines first, then the others
	at      int
	body    json.RawMessage // instead of the sample, from the editor
	problem string
	back    overlay
	facts   []client.Fact
	kinds   []string
	urls    []string // that the field to completes to
	top     int
}

type formField struct {
	label string
	in    input
}

// The fields below the set lines.
const (
	setField     = "set"
	toField      = "to"
	accountField = "account"
	countField   = "count"
	faultField   = "faults"
	contextField = "context"
)

func newFireForm(m *model, c choice, back overlay) *fireForm {
	f := &fireForm{of: c, sample: flatten(c.event.Sample), back: back}
	f.fields = []formField{{setField, newInput("")}}
	for _, label := range []string{toField, accountField, countField, faultField, contextField} {
		f.fields = append(f.fields, formField{label, newInput("")})
	}
	f.kinds = faultKinds()
	if d := m.catalog.provider(c.provider); d != nil {
		f.facts, f.kinds = d.Context, append(f.kinds, d.Faults...)
	}
	f.urls = []string{m.api.URL() + "/in/" + helloInbox}
	if last := m.again; last != nil && last.To != "" {
		f.urls = append([]string{last.To}, f.urls...)
	}
	return f
}

func (f *fireForm) hint() string {
	return "enter fire  tab complete, next  ↑ ↓ move  ctrl+e edit the payload  esc back"
}

// fit keeps the field under the cursor in sight.
func (f *fireForm) fit(_, height int) {
	f.top = max(f.at+2-max(height, 1), 0)
}

func (f *fireForm) Render(th *theme, width, height int) []string {
	lines := []spans{say(head, "Fire "+clean(f.of.provider+" "+f.of.event.Type, longestCell)).add(dim, "  ["+clean(f.of.event.Evidence, 40)+"]")}
	if f.body != nil {
		lines = append(lines, say(warn, "the payload comes from the editor: "+bytesText(int64(len(f.body)))+" bytes"))
	}
	lines = append(lines, fieldLines(f.fields, f.at, width)...)
	if f.problem != "" {
		lines = append(lines, wrap(say(bad, f.problem), width, 2, 4)...)
	}
	lines = append(lines, wrap(say(dim, f.about()), width, 2, 4)...)
	lines = append(lines, spans{}, say(head, "sample"))
	for _, p := range f.sample.paths {
		lines = append(lines, say(name, "  "+clean(p, longestCell)).add(plain, " = ").add(text, clean(string(f.sample.values[p]), longestCell)))
	}
	return frameLines(th, lines[min(f.top, len(lines)):], width, height)
}

// fieldLines draws fields one below the other.
func fieldLines(fields []formField, at, width int) (lines []spans) {
	for i, field := range fields {
		label, st := "  ", dim
		if i == at {
			label, st = "> ", strong
		}
		line := say(st, label+pad(field.label, 9))
		lines = append(lines, append(line, field.in.spans(max(width-12, 4), i == at)...))
	}
	return lines
}

// about says what the field under the cursor takes.
func (f *fireForm) about() string {
	switch f.fields[f.at].label {
	case setField:
		return "path=value changes the sample, path:=json any JSON, -path removes; types follow the sample"
	case toField:
		return "a URL gets it alone; empty: whoever has subscribed. tab: " + f.urls[0]
	case accountField:
		return "only subscriptions of this account; empty: of all"
	case countField:
		return "how many; empty: 1"
	case faultField:
		return "what goes wrong, with commas: " + strings.Join(f.kinds, ", ")
	}
	var names []string
	for _, fact := range f.facts {
		names = append(names, fact.Name+" ("+fact.About+")")
	}
	if len(names) == 0 {
		return "key=value, with commas: facts that decide who gets it; this provider knows none"
	}
	return "key=value, with commas: " + clean(strings.Join(names, ", "), longestText)
}

func (f *fireForm) take(m *model, msg tea.Msg) tea.Cmd {
	k, _ := msg.(tea.KeyPressMsg)
	f.problem = ""
	switch k.String() {
	case "esc":
		m.over = f.back
	case "enter":
		return f.fire(m)
	case "up", "shift+tab":
		f.at = (f.at + len(f.fields) - 1) % len(f.fields)
	case "down":
		f.at = (f.at + 1) % len(f.fields)
	case "tab":
		if !f.complete() {
			f.at = (f.at + 1) % len(f.fields)
		}
	case "ctrl+e":
		return f.edit(m)
	default:
		f.fields[f.at].in.take(msg)
		f.grow()
	}
	return nil
}

// grow keeps one empty set line below the filled ones.
func (f *fireForm) grow() {
	last := 0
	for f.fields[last+1].label == setField {
		last++
	}
	if f.fields[last].in.Value() != "" && last < 50 {
		f.fields = append(f.fields[:last+1], append([]formField{{setField, newInput("")}}, f.fields[last+1:]...)...)
	}
}

// complete finishes a path of the sample with its value, a URL or a kind of
// fault.
func (f *fireForm) complete() bool {
	field := &f.fields[f.at]
	value := field.in.Value()
	switch field.label {
	case setField:
		for _, p := range f.sample.paths {
			if value != "" && !strings.Contains(value, "=") && strings.HasPrefix(p, value) {
				field.in.set(p + "=" + plainText(f.sample.values[p]))
				f.grow()
				return true
			}
		}
	case toField:
		for _, u := range f.urls {
			if strings.HasPrefix(u, value) && u != value {
				field.in.set(u)
				return true
			}
		}
	case faultField:
		rest, word := value[:strings.LastIndex(value, ",")+1], value[strings.LastIndex(value, ",")+1:]
		for _, k := range f.kinds {
			if word != "" && strings.HasPrefix(k, strings.TrimSpace(word)) && k != strings.TrimSpace(word) {
				field.in.set(rest + k)
				return true
			}
		}
	}
	return false
}

func (f *fireForm) fire(m *model) tea.Cmd {
	req, err := f.request()
	if err != nil {
		f.problem = clean(err.Error(), 500)
		return nil
	}
	m.over = nil
	return m.fire(req)
}

// request reads the fields.
func (f *fireForm) request() (client.FireRequest, error) {
	req := client.FireRequest{Provider: f.of.provider, Type: f.of.event.Type, Body: f.body}
	for _, field := range f.fields {
		value := strings.TrimSpace(field.in.Value())
		if value == "" {
			continue
		}
		if err := f.read(&req, field.label, value); err != nil {
			return req, err
		}
	}
	return req, nil
}

func (f *fireForm) read(req *client.FireRequest, label, value string) (err error) {
	switch label {
	case setField:
		return f.sample.assign(req, value)
	case toField:
		req.To = value
	case accountField:
		req.Account = value
	case countField:
		if req.Count, err = strconv.Atoi(value); err != nil || req.Count < 1 {
			return fmt.Errorf("count %q: want a number from 1", value)
		}
	case faultField:
		for kind := range strings.SplitSeq(value, ",") {
			req.Faults = append(req.Faults, client.Fault{Kind: strings.TrimSpace(kind)})
		}
	case contextField:
		return readFacts(req, value)
	}
	return nil
}

func readFacts(req *client.FireRequest, value string) error {
	req.Context = map[string]json.RawMessage{}
	for pair := range strings.SplitSeq(value, ",") {
		key, v, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if !ok || key == "" {
			return fmt.Errorf("context %q: want key=value", pair)
		}
		req.Context[key] = quoted([]byte(v))
		if json.Valid([]byte(v)) {
			req.Context[key] = json.RawMessage(v)
		}
	}
	return nil
}

// edit opens the payload in the editor; the form comes back with it.
func (f *fireForm) edit(m *model) tea.Cmd {
	doc := f.body
	if doc == nil {
		doc = f.of.event.Sample
	}
	return m.edit("payload.json", indented(doc), func(m *model, edited []byte) tea.Cmd {
		if !json.Valid(edited) {
			edited = quoted(edited)
		}
		f.body = edited
		return nil
	})
}
