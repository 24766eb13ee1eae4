package send

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/tidwall/sjson"

	"tacklebox/receiver/api"
	"tacklebox/tui/body"
	"tacklebox/tui/desk"
	"tacklebox/tui/ui"
)

// The fields of a firing.
const (
	SetField   = "changes"
	toField    = "to"
	CountField = "times"
	faultField = "faults"
	FactsField = "facts"
)

// fireForm fills in a firing: values of the payload, where it goes, how often, what
// goes wrong on the way. It begins with what it held the last time.
func fireForm(m *desk.Model, c Choice) *ui.Form {
	sample := body.New(c.Event.Sample, "application/json", "")
	paths, values := sample.Paths()
	var own json.RawMessage // the payload from the editor
	f := &ui.Form{Title: "Fire " + c.Provider + " " + c.Event.Type, Right: c.Event.Evidence, Below: "Payload, changes marked"}
	key := c.Provider + " " + c.Event.Type
	field := func(label, about string, options func(string) []string) {
		x := ui.NewField(label, "", about)
		x.Options, x.Repeats = options, label == SetField
		for i, old := range m.Fire.Values[key][label] {
			if i > 0 {
				f.Fields = append(f.Fields, x)
				next := *x
				x = &next
			}
			x.In = ui.NewInput(old)
		}
		f.Fields = append(f.Fields, x)
	}
	field(SetField, "path=value changes the sample, path:=json any JSON, -path removes; types follow the sample", completePaths(paths, values))
	field(toField, "a URL gets it alone; empty: whoever has subscribed", startsWith(toURLs(m)))
	field(desk.AccountField, "only subscriptions of this account; empty: of all", nil)
	field(CountField, "how often, like 3x; empty: once", nil)
	faults := faultNames(m, c.Provider)
	field(faultField, "what goes wrong, with commas: "+strings.Join(faults, ", "), ui.Among(func() []string { return faults }))
	field(FactsField, aboutFacts(m, c), nil)
	f.Grow()
	keep := func() { m.Fire.Keep(key, f) }
	f.Submit = func(f *ui.Form) tea.Cmd {
		keep()
		req, err := ReadFiring(f, c, own)
		if err != nil {
			return nil // told below its field
		}
		return askMany(m, req, f)
	}
	f.Leave = func() tea.Cmd { keep(); return nil }
	f.Keys = []ui.Hint{{Key: "ctrl+e", About: "payload in $EDITOR"}}
	f.Extra = map[string]func() tea.Cmd{"ctrl+e": func() tea.Cmd {
		doc := own
		if doc == nil {
			doc = c.Event.Sample
		}
		return desk.Edit(m, "payload.json", desk.Indented(doc), func(m *desk.Model, edited []byte) tea.Cmd {
			own = desk.AsJSON(edited)
			f.Below = "Payload from the editor, " + ui.Bytes(int64(len(own))) + " bytes"
			return nil
		})
	}}
	f.Preview = func(width int) []ui.Line { return payload(f, c, own, width) }
	f.Full = true
	return f
}

// completePaths finishes a path of the sample with its value.
func completePaths(paths []string, values map[string]json.RawMessage) func(string) []string {
	return func(value string) (out []string) {
		if value == "" || strings.Contains(value, "=") {
			return nil
		}
		for _, p := range paths {
			if strings.HasPrefix(p, value) {
				out = append(out, p+"="+desk.PlainText(values[p]))
			}
		}
		return out
	}
}

func startsWith(known []string) func(string) []string {
	return func(value string) (out []string) {
		for _, k := range known {
			if strings.HasPrefix(k, value) && k != value {
				out = append(out, k)
			}
		}
		return out
	}
}

// toURLs are what the field to completes to: the last one, then the inboxes here.
func toURLs(m *desk.Model) []string {
	var out []string
	if last := m.Fire.Last; last != nil && last.To != "" {
		out = append(out, last.To)
	}
	return append(out, m.Api.URL()+"/in/"+desk.HelloInbox)
}

func faultNames(m *desk.Model, provider string) []string {
	var out []string
	for _, k := range api.FaultKinds() {
		out = append(out, k.Name)
	}
	if d := m.Catalog.Provider(provider); d != nil {
		out = append(out, d.Faults...)
	}
	return out
}

func aboutFacts(m *desk.Model, c Choice) string {
	var names []string
	if d := m.Catalog.Provider(c.Provider); d != nil {
		for _, fact := range d.Context {
			if len(fact.Types) == 0 || slices.Contains(fact.Types, c.Event.Type) {
				names = append(names, fact.Name+" ("+fact.About+")")
			}
		}
	}
	if len(names) == 0 {
		return "key=value, with commas: facts that decide who gets it; none is known for this type"
	}
	return "key=value, with commas: " + ui.Text(strings.Join(names, ", "))
}

// askMany asks before a firing that is hard to take back.
func askMany(m *desk.Model, req api.Firing, f *ui.Form) tea.Cmd {
	const many = 1000
	if req.Count <= many {
		return fire(m, req, f)
	}
	m.Show(&ui.Question{Title: "Fire " + ui.Grouped(uint64(req.Count)) + " events?",
		About:   []string{"each is delivered to everybody who subscribed, or to the URL", "esc stops it while it runs"},
		Choices: []ui.Choice{{Key: "y", About: "fire them", Do: func() tea.Cmd { return fire(m, req, f) }}}})
	return nil
}

// ReadFiring reads the fields; what is wrong with one is told below it.
func ReadFiring(f *ui.Form, c Choice, own json.RawMessage) (api.Firing, error) {
	req := api.Firing{Provider: c.Provider, Type: c.Event.Type, Body: own}
	for i, x := range f.Fields {
		value := strings.TrimSpace(x.In.Value())
		if value == "" {
			continue
		}
		if err := ReadField(&req, x.Label, value, c.Event.Sample); err != nil {
			f.Refuse(i, err.Error(), "")
			return req, err
		}
	}
	return req, nil
}

// ReadField reads one field into a firing.
func ReadField(req *api.Firing, label, value string, sample json.RawMessage) (err error) {
	switch label {
	case SetField:
		return Assign(req, value, sample)
	case toField:
		req.To = value
	case desk.AccountField:
		req.Account = value
	case CountField:
		req.Count, err = desk.ReadCount(value)
	case faultField:
		for kind := range strings.SplitSeq(value, ",") {
			req.Faults = append(req.Faults, api.Fault{Kind: strings.TrimSpace(kind)})
		}
	case FactsField:
		return readFacts(req, value)
	}
	return err
}

// Assign reads path=value, path:=json or -path into a firing. The value has the
// type that stands in the sample.
func Assign(req *api.Firing, line string, sample json.RawMessage) error {
	if gone, ok := strings.CutPrefix(line, "-"); ok && !strings.Contains(gone, "=") {
		req.Unset = append(req.Unset, gone)
		return nil
	}
	a, err := api.ParseSet(line)
	if err != nil {
		return fmt.Errorf("%w; -path leaves it out", err)
	}
	v, err := a.In(sample)
	if err != nil {
		return fmt.Errorf("%s: %w", a.Path, err)
	}
	if req.Set == nil {
		req.Set = map[string]json.RawMessage{}
	}
	req.Set[a.Path] = v
	return nil
}

func readFacts(req *api.Firing, value string) error {
	req.Context = map[string]json.RawMessage{}
	for pair := range strings.SplitSeq(value, ",") {
		key, v, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if !ok || key == "" {
			return fmt.Errorf("%q: want key=value", pair)
		}
		req.Context[key] = desk.AsJSON([]byte(v))
	}
	return nil
}

var meant = regexp.MustCompile(`did you mean "([^"]*)"`)
var named = regexp.MustCompile(`"([^"]*)"`)

// refuseFiring puts the sandbox's refusal below the field that it is about.
func refuseFiring(f *ui.Form, err error) {
	var refused *api.Error
	if !errors.As(err, &refused) {
		f.Refuse(-1, err.Error(), "")
		return
	}
	label := map[string]string{
		api.CodeUnknownPath: SetField, "bad_path": SetField, "bad_body": SetField, "bad_merge": SetField,
		api.CodeBadURL: toField, api.CodeForbiddenHost: toField, "bad_count": CountField,
		api.CodeUnknownFault: faultField, "bad_fault": faultField, "impossible_fault": faultField, "unknown_preset": faultField,
		"unknown_context": FactsField, "bad_context": FactsField,
	}[refused.Code]
	wrong := ""
	if found := named.FindStringSubmatch(refused.Message); found != nil {
		wrong = found[1]
	}
	i := f.Field(label, wrong)
	suggest := ""
	if right := meant.FindStringSubmatch(refused.Hint); right != nil && i >= 0 && wrong != "" {
		suggest = strings.Replace(f.Fields[i].In.Value(), wrong, right[1], 1)
	}
	f.Refuse(i, refused.Error(), suggest)
}

// payload is what would be sent, the changed values marked.
func payload(f *ui.Form, c Choice, own json.RawMessage, width int) []ui.Line {
	doc := []byte(c.Event.Sample)
	if own != nil {
		doc = own
	}
	changed := map[string]bool{}
	for _, line := range f.Values(SetField) {
		var req api.Firing
		if Assign(&req, line, c.Event.Sample) != nil {
			continue
		}
		for path, v := range req.Set {
			if api.CheckPath(path) == nil && json.Valid(doc) {
				if next, err := sjson.SetRawBytes(doc, path, v); err == nil {
					doc, changed[path] = next, true
				}
			}
		}
		for _, path := range req.Unset {
			if next, err := sjson.DeleteBytes(doc, path); err == nil {
				doc = next
			}
		}
	}
	b := body.New(doc, "application/json", "")
	var out []ui.Line
	for _, l := range b.Show(b.Views()[0], max(width-2, 1), "", nil) {
		mark := "  "
		if changed[l.Path] {
			mark = "~ "
		}
		out = append(out, append(ui.Say(ui.Warn, mark), l.Line...))
	}
	return out
}
