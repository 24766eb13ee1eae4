package contract

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"tacklebox/fixtures"
	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/exit"
)

// Catalogue is what a sandbox knows of its providers' callbacks.
type Catalogue struct {
	names     []string // of the providers
	profiles  map[string]string
	providers map[string]map[string]*eventType
}

// eventType is one type of callback; what it is held against is made on first use.
type eventType struct {
	api.EventType
	schema *Schema // nil: it has none
	known  *fixtures.PathSet
}

// Load asks a sandbox for the catalogue of one provider, or of all.
func Load(ctx context.Context, c *client.Client, only string) (*Catalogue, error) {
	cat := &Catalogue{profiles: map[string]string{}, providers: map[string]map[string]*eventType{}}
	if only != "" {
		cat.names = []string{only}
	} else {
		list, err := c.Providers(ctx)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			cat.names = append(cat.names, p.Name)
		}
	}
	for _, name := range cat.names {
		detail, err := c.Provider(ctx, name)
		if err != nil {
			return nil, err
		}
		cat.profiles[name] = detail.Profile
		cat.providers[name] = map[string]*eventType{}
		for _, e := range detail.Events {
			cat.providers[name][e.Type] = &eventType{EventType: e}
		}
	}
	return cat, nil
}

// types are the event types of a provider, in order.
func (c *Catalogue) types(provider string) []string {
	return slices.Sorted(maps.Keys(c.providers[provider]))
}

// Check finds out what a payload is, unless it says so itself, and tells where it
// drifted from that. Its Provider and Types are set.
func (c *Catalogue) Check(p *Payload) ([]Drift, error) {
	if !json.Valid(p.Body) {
		return nil, fmt.Errorf("%s: it is not JSON", p)
	}
	if err := c.identify(p); err != nil {
		return nil, err
	}
	if t := p.Types[0]; c.providers[p.Provider][t] == nil {
		note := fmt.Sprintf("%s %s has no event type %q%s", p.Provider, c.profiles[p.Provider], t, exit.DidYouMean(t, c.types(p.Provider)))
		return []Drift{{Path: c.place(p.Provider), Kind: Value, Got: t, Note: note}}, nil
	}
	list, err := c.drift(p.Provider, p.Types, p.Body)
	for i := range list[:min(len(list), hinted)] {
		if list[i].Kind == Unknown {
			list[i].Note = c.sibling(p, list[i].Path)
		}
	}
	return list, err
}

// hinted is of how many paths the nearest known one is looked for.
const hinted = 20

// identify names the provider and the types of a payload: as told, as its body
// says, as its file is called, or as it fits best.
func (c *Catalogue) identify(p *Payload) error {
	said := named(p.Body)
	if p.Provider == "" {
		p.Provider = c.providerOf(p.File, p.Body, said)
	}
	types := c.providers[p.Provider]
	switch {
	case p.Provider == "":
		return exit.Usagef("%s: whose payload is it? Give --provider: %s", p, strings.Join(c.names, ", "))
	case types == nil:
		return exit.Usagef("%s: no provider %q%s; known: %s", p, p.Provider, exit.DidYouMean(p.Provider, c.names), strings.Join(c.names, ", "))
	}
	for _, t := range p.Types {
		if types[t] == nil && p.Told {
			return exit.Usagef("%s: %s has no event type %q%s", p, p.Provider, t, exit.DidYouMean(t, c.types(p.Provider)))
		}
	}
	if len(p.Types) > 0 {
		return nil
	}
	place := c.place(p.Provider)
	for _, t := range c.types(p.Provider) {
		if said[t] && (place == "" || gjson.GetBytes(p.Body, place).Str == t) {
			p.Types = append(p.Types, t)
		}
	}
	if at := gjson.GetBytes(p.Body, place); len(p.Types) == 0 && at.Type == gjson.String {
		p.Types = []string{at.Str} // one that the catalogue does not have
		return nil
	}
	if len(p.Types) == 0 {
		p.Types = c.called(p.Provider, p.File)
	}
	if len(p.Types) == 0 {
		p.Types = c.fitting(p.Provider, p.Body)
	}
	if len(p.Types) == 0 {
		return exit.Usagef("%s: no event type of %s fits it; give --type, 'tacklebox events %s' lists them", p, p.Provider, p.Provider)
	}
	return nil
}

// place is the path at which all samples of a provider name their type, "" when
// there is none.
func (c *Catalogue) place(provider string) string {
	var common []string
	for name, t := range c.providers[provider] {
		own := placesOf(t.Sample, name)
		if common == nil {
			common = own
		}
		common = slices.DeleteFunc(common, func(p string) bool { return !slices.Contains(own, p) })
		if len(common) == 0 {
			return ""
		}
	}
	return slices.Min(common)
}

// placesOf are the paths of a text in a body.
func placesOf(body []byte, text string) (list []string) {
	walk(gjson.ParseBytes(body), nil, func(at []string, v gjson.Result) bool {
		if v.Type == gjson.String && v.Str == text {
			list = append(list, pathOf(at))
		}
		return len(at) < namedWithin
	})
	return list
}

// walk visits a value and, where visit says so, what is in it.
func walk(v gjson.Result, at []string, visit func(at []string, v gjson.Result) bool) {
	if !visit(at, v) || v.Type != gjson.JSON {
		return
	}
	i := 0
	v.ForEach(func(key, value gjson.Result) bool {
		name := key.Str
		if v.IsArray() {
			name = strconv.Itoa(i)
			i++
		}
		walk(value, append(at[:len(at):len(at)], name), visit)
		return true
	})
}

// providerOf is the provider that a folder or file is called after, else the only
// one that a body can be of.
func (c *Catalogue) providerOf(file string, body []byte, said map[string]bool) string {
	parts := strings.FieldsFunc(strings.ToLower(file), func(r rune) bool { return strings.ContainsRune(`/\._- `, r) })
	for _, name := range c.names {
		if len(c.names) == 1 || slices.Contains(parts, name) {
			return name
		}
	}
	for _, sure := range []func(name string) bool{
		func(name string) bool { // its type stands where it belongs
			return c.providers[name][gjson.GetBytes(body, c.place(name)).Str] != nil
		},
		func(name string) bool {
			return slices.ContainsFunc(c.types(name), func(t string) bool { return said[t] })
		},
		func(name string) bool { // it looks like one, more than half
			types := c.fitting(name, body)
			return len(types) > 0 && resembles(c.providers[name][types[0]].Sample, body)
		},
	} {
		if found := slices.DeleteFunc(slices.Clone(c.names), func(name string) bool { return !sure(name) }); len(found) == 1 {
			return found[0]
		}
	}
	return ""
}

// namedWithin is how deep in a body an event type may be named.
const namedWithin = 5

// named are the words of a body that may name its type: keys and texts.
func named(body []byte) map[string]bool {
	words := map[string]bool{}
	walk(gjson.ParseBytes(body), nil, func(at []string, v gjson.Result) bool {
		if len(at) > 0 {
			words[at[len(at)-1]] = true
		}
		if v.Type == gjson.String {
			words[v.Str] = true
		}
		return len(at) < namedWithin
	})
	return words
}

// called are the types that a file is called after, as an export calls it.
func (c *Catalogue) called(provider, file string) (list []string) {
	base := strings.TrimSuffix(path.Base(strings.ReplaceAll(file, `\`, "/")), path.Ext(file))
	for _, t := range c.types(provider) {
		if plain(t) == plain(base) {
			list = append(list, t)
		}
	}
	return list
}

func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(":._- ", r) {
			return '_'
		}
		return r
	}, strings.ToLower(name))
}

// fitting is the type that a body drifted least from; of equals, the one whose
// sample says the same most often. A body that shares nothing with it is none.
func (c *Catalogue) fitting(provider string, body []byte) []string {
	best, fewest, most := "", 0, 0
	for _, t := range c.types(provider) {
		shared := agreement(c.providers[provider][t].Sample, body)
		if shared == 0 {
			continue
		}
		drift, err := c.drift(provider, []string{t}, body)
		if err == nil && (best == "" || len(drift) < fewest || len(drift) == fewest && shared > most) {
			best, fewest, most = t, len(drift), shared
		}
	}
	if best == "" {
		return nil
	}
	return []string{best}
}

// agreement counts the members of a sample that a body has with the same value,
// and once more those that it has at all.
func agreement(sample, body []byte) (n int) {
	gjson.ParseBytes(sample).ForEach(func(key, value gjson.Result) bool {
		if got := gjson.GetBytes(body, strings.ReplaceAll(key.Str, ".", `\.`)); got.Exists() {
			n++
			if value.Type != gjson.JSON && got.Raw == value.Raw {
				n += 2
			}
		}
		return true
	})
	return n
}

// resembles reports whether a body has most members of a sample.
func resembles(sample, body []byte) bool {
	want, got, common := gjson.ParseBytes(sample).Map(), gjson.ParseBytes(body).Map(), 0
	for name := range want {
		if _, ok := got[name]; ok {
			common++
		}
	}
	return 2*common > len(want)
}

// drift holds a body against its types: what the schema of any has against it, and
// the paths that none knows.
func (c *Catalogue) drift(provider string, types []string, body []byte) (list []Drift, err error) {
	var known []*fixtures.PathSet
	for _, name := range types {
		t := c.providers[provider][name]
		if err := t.prepare(); err != nil {
			return nil, fmt.Errorf("catalogue of %s %s: %w", provider, name, err)
		}
		body := t.wrapped(body)
		known = append(known, t.known)
		if t.schema != nil {
			list = append(list, t.schema.Check(body)...)
		}
	}
	list = slices.DeleteFunc(list, func(d Drift) bool { return d.Kind == Unknown }) // told of below, with all the others
	return sorted(append(list, unknown(c.providers[provider][types[0]].wrapped(body), known)...)), nil
}

// prepare reads schema and sample.
func (t *eventType) prepare() (err error) {
	if t.known != nil {
		return nil
	}
	if !empty(t.EventType.Schema) {
		if t.schema, err = Compile(t.EventType.Schema); err != nil {
			return err
		}
	}
	t.known = fixtures.NewPathSet()
	t.known.AddSample(t.Sample)
	var doc any
	if json.Unmarshal(t.EventType.Schema, &doc) == nil {
		t.known.AddSchema(doc, "")
	}
	return nil
}

func empty(raw json.RawMessage) bool {
	return len(bytes.TrimSpace(raw)) == 0 || string(raw) == "null"
}

// wrapped puts a bare list into the one member that callbacks of the type have
// around it.
func (t *eventType) wrapped(body []byte) []byte {
	sample := gjson.ParseBytes(t.Sample)
	if members := sample.Map(); len(members) != 1 || !sample.IsObject() || !gjson.ParseBytes(body).IsArray() {
		return body
	}
	name := sample.Get("@keys.0").Str
	return []byte(`{` + string(api.Raw(name)) + `:` + string(body) + `}`)
}

// unknown are the paths that nobody knows, the outermost of each branch.
func unknown(body []byte, known []*fixtures.PathSet) (list []Drift) {
	walk(gjson.ParseBytes(body), nil, func(at []string, _ gjson.Result) bool {
		p := pathOf(at)
		if p == "" || slices.ContainsFunc(known, func(s *fixtures.PathSet) bool { return s.Has(p) }) {
			return true
		}
		list = append(list, Drift{Path: p, Kind: Unknown})
		return false
	})
	return list
}

// sibling is the nearest name that is known at the same place, "" when none is near.
func (c *Catalogue) sibling(p *Payload, path string) string {
	at := fixtures.Split(path)
	last := len(at) - 1
	for i, name := range at {
		if _, err := strconv.Atoi(name); err == nil && i < last {
			at[i] = "0" // as the set lists an index
		}
	}
	above := strings.Join(append(at[:last:last], ""), ".")
	var names []string
	for _, t := range p.Types {
		for _, known := range c.providers[p.Provider][t].known.List() {
			if name, below := strings.CutPrefix(known, above); below && !strings.Contains(name, ".") {
				names = append(names, name)
			}
		}
	}
	return api.Nearest(at[last], names)
}
