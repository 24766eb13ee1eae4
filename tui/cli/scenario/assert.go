package scenario

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/contract"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/expectation"
)

// soon is how long a step that looks waits for its entry.
const soon = "500ms"

// choose finds the entry that a step is about.
func (p *play) choose(ctx context.Context, c chosen) (uint64, error) {
	if c.Q != "" {
		// An attempt is written down a moment after what it was captured as.
		if _, err := p.client.Expect(ctx, api.ExpectRequest{Q: c.Q, After: &p.start, Within: soon}); err != nil {
			return 0, err
		}
		page, err := p.client.Entries(ctx, client.Query{Q: c.Q, After: p.start, Limit: 1, Order: "desc", NoBodies: true})
		if err != nil {
			return 0, err
		}
		if len(page.Entries) == 0 {
			return 0, exit.With(exit.Failure, fmt.Errorf("no entry since the scenario began matches %s", c.Q))
		}
		return page.Entries[0].Seq, nil
	}
	named := c.Entry.String()
	if named == "" {
		named = p.vars["entry"]
	}
	if named == "" {
		return 0, exit.Usagef("which entry? Give q or entry, or expect one first")
	}
	seq, err := strconv.ParseUint(named, 10, 64)
	if err != nil {
		return 0, exit.Usagef("entry %q: want the number of an entry", named)
	}
	return seq, nil
}

// replay sends an entry again, as it was or changed; ${delivery} is that of the copy.
func (p *play) replay(ctx context.Context, st step) error {
	var r replayStep
	if err := p.scenario.decode(st, p.vars, &r); err != nil {
		return err
	}
	seq, err := p.choose(ctx, r.chosen)
	if err != nil {
		return err
	}
	raw, err := p.client.Replay(ctx, seq, r.ReplayRequest)
	if id := gjson.GetBytes(raw, "events.0.deliveries.0.id"); err == nil && id.Exists() {
		p.vars["delivery"] = id.Str
	}
	return err
}

// subscribe registers through the mock API; ${subscription} is what that made.
func (p *play) subscribe(ctx context.Context, st step) error {
	var s api.NewSubscription
	if err := p.scenario.decode(st, p.vars, &s); err != nil {
		return err
	}
	if s.URL == "" {
		s.URL = p.vars["to"]
	}
	made, err := p.client.Subscribe(ctx, s)
	if err == nil && len(made) > 0 {
		p.vars["subscription"] = made[0].ID
	}
	return err
}

// assert holds the body and the headers of an entry against what is wanted, all
// of it, and tells everything that differs.
func (p *play) assert(ctx context.Context, st step) error {
	var a assertStep
	if err := p.scenario.decode(st, p.vars, &a); err != nil {
		return err
	}
	schema, err := p.scenario.schema(a.Schema)
	if err != nil {
		return err
	}
	seq, err := p.choose(ctx, a.chosen)
	if err != nil {
		return err
	}
	entry, err := p.client.Entry(ctx, seq)
	if err != nil {
		return err
	}
	half, err := a.half(entry)
	if err != nil {
		return err
	}
	found := expectation.Finding{Entry: seq, Diff: a.differences(half)}
	if schema != nil {
		for _, d := range schema.Check(half.Content()) {
			found.Against = append(found.Against, d.String())
		}
	}
	if len(found.Diff)+len(found.Against) == 0 {
		return nil
	}
	p.found = &found
	return exit.With(exit.Failure, errors.New(found.String()))
}

// half is the part of an entry that is looked at.
func (a assertStep) half(e *api.Entry) (*api.Message, error) {
	half := map[string]*api.Message{"": e.Request, "request": e.Request, "response": e.Response}
	m, known := half[a.Of]
	if !known {
		return nil, exit.Usagef("of: %q%s; want request or response", a.Of, exit.DidYouMean(a.Of, []string{"request", "response"}))
	}
	if m == nil {
		return nil, exit.With(exit.Failure, fmt.Errorf("entry %d (%s) has no such half", e.Seq, e.Kind))
	}
	return m, nil
}

// differences are the paths and headers that are not as wanted: A wanted, B got.
func (a assertStep) differences(m *api.Message) (list []api.Change) {
	body := m.Content()
	if !json.Valid(body) {
		body = nil // no path leads anywhere
	}
	for _, path := range slices.Sorted(maps.Keys(a.Body)) {
		got := gjson.GetBytes(body, path)
		if want := a.Body[path]; !equals(want, got) {
			list = append(list, api.Change{Path: path, A: want, B: json.RawMessage(got.Raw)})
		}
	}
	for _, path := range a.Absent {
		if got := gjson.GetBytes(body, path); got.Exists() {
			list = append(list, api.Change{Path: path, B: json.RawMessage(got.Raw)})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(a.Headers)) {
		if got := m.Headers.Get(name); got != a.Headers[name] {
			list = append(list, api.Change{Path: "header " + name, A: quoted(a.Headers[name]), B: quoted(got)})
		}
	}
	return list
}

func quoted(s string) json.RawMessage {
	if s == "" {
		return nil
	}
	raw, _ := json.Marshal(s) // a text always can be
	return raw
}

// equals compares as JSON. A text also fits the number or the word that it spells:
// variables are texts.
func equals(want json.RawMessage, got gjson.Result) bool {
	if !got.Exists() {
		return false
	}
	if wanted := gjson.ParseBytes(want); wanted.Type == gjson.String && got.Type != gjson.JSON {
		return got.Type != gjson.Null && wanted.Str == got.String()
	}
	var a, b any
	return decodeNumbers(want, &a) && decodeNumbers([]byte(got.Raw), &b) && reflect.DeepEqual(a, b)
}

// decodeNumbers reads 1 and 1.0 as the same, and long numbers without loss.
func decodeNumbers(raw []byte, out *any) bool {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if dec.Decode(out) != nil {
		return false
	}
	*out = plainNumbers(*out)
	return true
}

func plainNumbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if f, err := v.Float64(); err == nil && strings.ContainsAny(v.String(), ".eE") {
			return json.Number(strconv.FormatFloat(f, 'f', -1, 64))
		}
	case []any:
		for i := range v {
			v[i] = plainNumbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = plainNumbers(v[k])
		}
	}
	return v
}

// schema reads the one that a step names: inline, or a file beside the scenario.
func (s *Scenario) schema(given json.RawMessage) (*contract.Schema, error) {
	if given == nil {
		return nil, nil
	}
	var name string
	if json.Unmarshal(given, &name) == nil {
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(s.file), name)
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, exit.Usagef("schema: %w", err)
		}
		given = text
	}
	schema, err := contract.Compile(given)
	if err != nil {
		return nil, exit.Misused(err)
	}
	return schema, nil
}
