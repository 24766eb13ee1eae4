package fault

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
)

// TestWhatCannotBeKeptIsNotInForce: refused or not saved, the faults before stay.
func TestWhatCannotBeKeptIsNotInForce(t *testing.T) {
	t.Parallel()
	var full error
	k := &Kept{Now: time.Now, Provider: func(string) *provider.Provider { return nil }, Save: func(json.RawMessage) error { return full }}
	if err := k.Set([]api.Fault{{Kind: "drop"}}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		doc   string
		saved error
		place string // of what is wrong
	}{
		{`[{"kind":"reset"}]`, errors.New("disk full"), ""},
		{`[{"kind":"reset"},{"kind":"none"}]`, nil, "faults.1"},
		{`[{"kin":"reset"}]`, nil, "faults.0"},
		{`{}`, nil, "faults"},
	} {
		full = c.saved
		err := k.SetDocument(json.RawMessage(c.doc))
		if err == nil || !strings.HasPrefix(strings.Join(api.Path(err), "."), c.place) {
			t.Errorf("%s: %v at %v, want %s", c.doc, err, api.Path(err), c.place)
		}
		if list := k.Rules.List(); len(list) != 1 || list[0].Kind != "drop" {
			t.Errorf("after %s these are in force: %v", c.doc, list)
		}
	}
}

// TestASavedFaultThatCannotBeReadIsPutAside with a word, and the others are in force.
func TestASavedFaultThatCannotBeReadIsPutAside(t *testing.T) {
	t.Parallel()
	hub := &provider.Provider{Name: "hub", Title: "Hub"}
	var warned []string
	k := &Kept{Now: time.Now, Provider: func(name string) *provider.Provider {
		if name == "hub" {
			return hub
		}
		return nil
	}, Warn: func(text string) { warned = append(warned, text) }}
	k.Restore(json.RawMessage(`[{"kind":"drop"},{"kind":"gone"},{"kind":"old_key","q":"provider:hub"},{"kind":"old_key","q":"provider:else"},7]`))
	if list := k.Rules.List(); len(list) != 2 || len(warned) != 3 || !strings.Contains(warned[1], "Hub cannot show old_key") {
		t.Errorf("in force %v; warned %q", list, warned)
	}
	k.Restore(json.RawMessage(`{}`))
	if len(warned) != 4 || len(k.Rules.List()) != 2 {
		t.Errorf("no list at all: %q, %v", warned, k.Rules.List())
	}
}
