package scripts

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// step is what a person does at the screen and then sees.
type step struct {
	keys string // as tmux names them, separated by blanks; a word in quotes is typed
	sees string // all at once, with & between; "" does not look
}

// journeys are short stories, one for each thing that the screen promises: what is
// refused keeps its form, bodies are read by their type, everything is found, set and
// laid out with the keyboard.
var journeys = []struct {
	name  string
	steps []step
}{
	{"a refused fire keeps the form", []step{
		{"f 'shoptet order:create' Enter", "Fire shoptet order:create"},
		{"'nope=1' Enter", "no path"},
		{"", "Fire shoptet order:create"},
		{"Escape", "ctrl+t fire at once"},
		{"Enter", "nope=1"},
	}},
	{"leaving asks", []step{
		{"q", "Stop the sandbox?"},
		{"Escape", "POST /in/json"},
	}},
	{"a form is a table", []step{
		{"'/' C-u 'inbox:form' Enter", "Entries / inbox:form & ⏎ open & name"},
		{"Enter", "copy value"},
		{"", "Ann Lee"},
	}},
	{"XML is read", []step{
		{"'/' C-u 'inbox:xml' Enter", "Entries / inbox:xml & ⏎ open & XML"},
	}},
	{"the detail is searched", []step{
		{"'/' C-u 'inbox:json' Enter", "Entries / inbox:json & ⏎ open & 1 of 3"},
		{"Enter '/' 'note' Enter", "1 of"},
	}},
	{"the palette finds an action", []step{
		{":", "Actions"},
		{"'replay sig'", "signed anew"},
	}},
	{"help is searched", []step{
		{"?", "Move"},
		{"'expectations'", "what has to come"},
	}},
	{"events are found", []step{
		{"f 'order:massPaid'", "[not here]"},
		{"Enter", "Settings of Shoptet"},
	}},
	{"a filter says how many", []step{
		{"'/' C-u 'inbox:json'", "1 of 3"},
		{"Enter", "Entries / inbox:json & ⏎ open"},
		{"'/' C-u 'inbox:nobody' Enter", "Entries / inbox:nobody & ⏎ open & 0 of 3"},
	}},
	{"a provider is set", []step{
		{"p 'shoptet' Enter 'attempts' Enter", "Shoptet: attempts"},
		{"C-u '5' Enter", "attempts is set"},
	}},
	{"a mistake in a setting keeps its form", []step{
		{"p 'shoptet' Enter 'attempts' Enter", "Shoptet: attempts"},
		{"C-u 'many' Enter", "✗"},
		{"", "Shoptet: attempts"},
	}},
	{"an inbox replies", []step{
		{"i", "Inboxes"},
		{"'json' Enter", "json"},
	}},
	{"a fault is set", []step{
		{"!", "Faults"},
		{"C-n", "kind"},
	}},
	{"an expectation waits", []step{
		{"e C-n", "filter"},
		{"'inbox:later' Enter", "inbox:later"},
	}},
	{"a space begins", []step{
		{"a C-n", "name"},
		{"'Job_1' Enter", "✗"},
		{"C-u 'job-1' Enter", "job-1"},
	}},
	{"keys lead to the settings", []step{
		{"S", "Keys and credentials"},
		{"C-o", "Providers"},
	}},
	{"the detail hides", []step{
		{"'\\'", "Entries"},
		{"'\\'", "Body"},
	}},
	{"columns are chosen", []step{
		{"K", "show or hide"},
	}},
	{"a real clock is not moved", []step{
		{"C", "clock"},
	}},
	{"a body has its views", []step{
		{"'/' C-u 'inbox:json' Enter", "Entries / inbox:json & ⏎ open & JSON"},
		{"Enter v", "text"},
		{"V", "hex"},
	}},
}

// TestJourneysInATerminal plays them in real terminals.
func TestJourneysInATerminal(t *testing.T) {
	s, url := openScreen(t, 120, 36)
	for _, sent := range []struct{ inbox, kind, body string }{
		{"json", "application/json", `{"order":{"id":1,"note":"x"}}`},
		{"form", "application/x-www-form-urlencoded", "name=Ann+Lee&n=1"},
		{"xml", "application/xml", "<order><id>1</id></order>"},
	} {
		resp, err := http.Post(url+"/in/"+sent.inbox, sent.kind, strings.NewReader(sent.body))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		s.sees("/in/" + sent.inbox)
	}
	for _, j := range journeys {
		for _, st := range j.steps {
			if st.keys != "" {
				s.types(words(st.keys)...)
			}
			if st.sees != "" {
				s.until(j.name+": "+st.sees, func(lines []string) bool { return all(strings.Join(lines, "\n"), st.sees) })
			}
		}
		s.home()
	}
}

// all reports whether a screen shows everything.
func all(screen, parts string) bool {
	for _, part := range strings.Split(parts, " & ") {
		if !strings.Contains(screen, part) {
			return false
		}
	}
	return true
}

// home closes what is open, until the list stands alone and unfiltered. A key that
// follows escape too soon would be read as alt and the key, so the list has to stand
// for a while.
func (s *screen) home() {
	s.t.Helper()
	for range 30 {
		if s.stands(alone) {
			return
		}
		s.types("Escape")
	}
	s.t.Fatalf("escape does not lead back to the list:\n%s", strings.Join(s.shown(), "\n"))
}

// stands reports whether the terminal goes on to show what is asked for.
func (s *screen) stands(ok func(screen string) bool) bool {
	s.t.Helper()
	const looks, enough = 12, 5
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for n, in := 0, 0; n < looks; n++ {
		if in++; !ok(strings.Join(s.shown(), "\n")) {
			in = 0
		}
		if in == enough {
			return true
		}
		<-again.C
	}
	return false
}

// alone reports whether a screen shows the list with all entries, and nothing over it.
func alone(screen string) bool {
	return all(screen, "? help   q quit & ╭ Entries ─ & /in/json & /in/form & /in/xml")
}

// words cuts keys at blanks; what stands in quotes is one word.
func words(keys string) (list []string) {
	for i, part := range strings.Split(keys, "'") {
		if i%2 == 1 {
			list = append(list, part)
			continue
		}
		list = append(list, strings.Fields(part)...)
	}
	return list
}
