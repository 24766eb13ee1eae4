package ui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// Field is one line of a form.
type Field struct {
	Label   string
	In      Input
	About   string                          // what it takes
	Options func(value string) []string     // values that tab completes to, whole
	Repeats bool                            // another empty one of its kind stands below a filled one
	Check   func(value string) (hint error) // looked at while it is typed
	Problem string
	Suggest string // the value that would be right: tab takes it
}

// NewField is a field with a value.
func NewField(label, value, about string) *Field {
	return &Field{Label: label, In: NewInput(value), About: about}
}

// Form asks for some values. Refused, it stays, with the reason below the field
// that is wrong and the cursor on it.
type Form struct {
	Title   string
	Right   string // of its title
	Fields  []*Field
	Submit  func(*Form) tea.Cmd // closes it by Done
	Extra   map[string]func() tea.Cmd
	Keys    []Hint // beside those of every form
	Preview func(width int) []Line
	Below   string // title of the preview
	Busy    string // what runs: esc stops it
	Stop    func()
	Done    bool // it is to be closed
	Full    bool // it takes the whole room
	Leave   func() tea.Cmd

	At      int
	problem string
	top     int
	touched bool
}

// Value is what stands in the first field of a label.
func (f *Form) Value(label string) string {
	for _, x := range f.Fields {
		if x.Label == label {
			return strings.TrimSpace(x.In.Value())
		}
	}
	return ""
}

// Values are those of all fields of a label that are not empty.
func (f *Form) Values(label string) (out []string) {
	for _, x := range f.Fields {
		if v := strings.TrimSpace(x.In.Value()); x.Label == label && v != "" {
			out = append(out, v)
		}
	}
	return out
}

// Changed reports whether something was typed into it.
func (f *Form) Changed() bool { return f.touched }

// Refuse says below the field at i what is wrong with it, and goes there; -1 is no
// field in particular. suggest is what would be right, if that is known.
func (f *Form) Refuse(i int, reason, suggest string) {
	f.Busy = ""
	if i < 0 || i >= len(f.Fields) {
		f.problem = Clean(reason, 1000)
		return
	}
	f.At = i
	f.Fields[i].Problem, f.Fields[i].Suggest = Clean(reason, 1000), suggest
}

// Field finds the field of a label whose value has a text in it, the first of the
// label when none has, and -1 when there is no such label.
func (f *Form) Field(label, with string) int {
	first := -1
	for i, x := range f.Fields {
		if x.Label != label {
			continue
		}
		if first < 0 {
			first = i
		}
		if with != "" && strings.Contains(x.In.Value(), with) {
			return i
		}
	}
	return first
}

// Size is what the fields take, or everything.
func (f *Form) Size(width, height int) (int, int) {
	if f.Full || width < 50 || height < 10 {
		return width, height
	}
	w := min(width-4, 84)
	lines, _ := f.lines(w - 4)
	return w, min(len(lines)+2, height)
}

// lines draws the fields, and says where the one under the cursor ends.
func (f *Form) lines(width int) (out []Line, at int) {
	label := 8
	for _, x := range f.Fields {
		label = min(max(label, Width(x.Label)+2), max(width/3, 4))
	}
	for i, x := range f.Fields {
		st := Dim
		if i == f.At {
			st = Head
		}
		out = append(out, append(Say(st, Pad(x.Label, label)), x.In.Line(max(width-label, 2), i == f.At)...))
		below := func(s Style, text string) {
			for _, l := range Wrap(Say(s, text), max(width-label, 1), 2, 6) {
				out = append(out, append(Say(Plain, strings.Repeat(" ", label)), l...))
			}
		}
		switch {
		case x.Problem != "":
			text := "✗ " + x.Problem
			if x.Suggest != "" {
				text += "   tab takes " + Cell(x.Suggest)
			}
			below(Bad, text)
		case i == f.At && x.About != "":
			below(Dim, x.About)
		}
		if i == f.At {
			at = len(out)
		}
	}
	if f.problem != "" {
		out = append(append(out, Line{}), Wrap(Say(Bad, "✗ "+f.problem), width, 2, 8)...)
	}
	if f.Busy != "" {
		out = append(append(out, Line{}), Say(Warn, f.Busy).Add(Key, "   esc").Add(Dim, " stops"))
	}
	return out, at
}

// Fit keeps the field under the cursor in sight.
func (f *Form) Fit(width, height int) {
	_, at := f.lines(max(width-4, 1))
	f.top = max(at-max(height-2, 1), 0)
}

// Render draws the form.
func (f *Form) Render(th *Theme, width, height int) []string {
	lines, _ := f.lines(max(width-4, 1))
	lines = indented(lines[min(f.top, len(lines)):])
	pane := Pane{Title: Say(Head, Cell(f.Title)), Right: Say(Dim, Cell(f.Right)), Focused: true, Width: width, Height: height}
	if f.Preview == nil || height-len(lines) < 5 {
		return pane.Draw(th, th.Lines(lines, width-2, height-2))
	}
	upper := len(lines) + 1
	pane.Height = upper + 1
	out := pane.Draw(th, th.Lines(lines, width-2, upper-1))[:upper]
	below := Pane{Title: Say(Dim, f.Below), Focused: true, Width: width, Height: height - upper, Joined: true}
	return append(out, below.Draw(th, th.Lines(indented(f.Preview(max(width-4, 1))), width-2, height-upper-2))...)
}

// Hints are the keys of this form.
func (f *Form) Hints() []Hint {
	out := append([]Hint{{"⏎", "do it"}}, f.Keys...)
	if len(f.Fields) > 1 {
		out = append(out, Hint{"↑ ↓", "move"})
	}
	return append(out, Hint{"tab", "complete"}, Hint{"esc", "close"})
}

// Take edits, completes and submits.
func (f *Form) Take(msg tea.Msg) (cmd tea.Cmd, closed bool) {
	k, _ := msg.(tea.KeyPressMsg)
	name := k.String()
	if f.Busy != "" {
		if name == "esc" && f.Stop != nil {
			f.Stop()
		}
		return nil, false
	}
	if do := f.Extra[name]; do != nil {
		return do(), f.Done
	}
	switch name {
	case "esc":
		if f.Leave != nil {
			cmd = f.Leave()
		}
		return cmd, true
	case "enter":
		f.problem = ""
		return f.Submit(f), f.Done
	case "up", "shift+tab":
		f.At = (f.At + len(f.Fields) - 1) % len(f.Fields)
	case "down":
		f.At = (f.At + 1) % len(f.Fields)
	case "tab":
		if !f.complete() {
			f.At = (f.At + 1) % len(f.Fields)
		}
	default:
		if x := f.Fields[f.At]; x.In.Take(msg) {
			f.changed(x)
		}
	}
	return nil, false
}

func (f *Form) changed(x *Field) {
	x.Problem, x.Suggest, f.problem, f.touched = "", "", "", true
	if x.Check != nil {
		if err := x.Check(x.In.Value()); err != nil {
			x.Problem = Clean(err.Error(), 500)
		}
	}
	f.Grow()
}

// Grow keeps one empty field below the filled ones of a kind that repeats.
func (f *Form) Grow() {
	for i := len(f.Fields) - 2; i >= 0; i-- { // what was emptied between
		if x, next := f.Fields[i], f.Fields[i+1]; x.Repeats && i != f.At && next.Label == x.Label && x.In.Value() == "" {
			f.Fields = slices.Delete(f.Fields, i, i+1)
			if f.At > i {
				f.At--
			}
		}
	}
	for i, x := range f.Fields {
		last := x.Repeats && (i+1 == len(f.Fields) || f.Fields[i+1].Label != x.Label)
		if last && x.In.Value() != "" && len(f.Fields) < 60 {
			next := *x
			next.In, next.Problem, next.Suggest = NewInput(""), "", ""
			f.Fields = slices.Insert(f.Fields, i+1, &next)
			return
		}
	}
}

// complete takes what would be right, or else the next of the field's options.
func (f *Form) complete() bool {
	x := f.Fields[f.At]
	if x.Suggest != "" {
		x.In.Set(x.Suggest)
		f.changed(x)
		return true
	}
	if x.Options == nil {
		return false
	}
	for _, o := range x.Options(x.In.Value()) {
		if o != x.In.Value() {
			x.In.Set(o)
			f.changed(x)
			return true
		}
	}
	return false
}

// Among completes the last of values that stand with commas.
func Among(known func() []string) func(string) []string {
	return func(value string) (out []string) {
		cut := strings.LastIndex(value, ",") + 1
		rest, word := value[:cut], strings.TrimSpace(value[cut:])
		for _, k := range known() {
			if word != "" && k != word && strings.HasPrefix(strings.ToLower(k), strings.ToLower(word)) {
				out = append(out, rest+k)
			}
		}
		return out
	}
}

// Ask is a form of one field.
func Ask(title, value string, submit func(value string) (tea.Cmd, error), about ...string) *Form {
	f := &Form{Title: title, Fields: []*Field{NewField("", value, strings.Join(about, ". "))}}
	f.Submit = func(f *Form) tea.Cmd {
		cmd, err := submit(f.Value(""))
		if err != nil {
			f.Refuse(0, err.Error(), "")
			return nil
		}
		f.Done = true
		return cmd
	}
	return f
}
