package ultracart

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tacklebox/fixtures"
	"tacklebox/mock/provider"
	"tacklebox/mock/ultracart/jsontree"
)

// catalogue is the fixtures in the form that the mock works with.
type catalogue struct {
	categories []*category // by name
	events     map[string]*eventType
	schemas    schemas
}

// category is one group of event types with the expansions they share.
type category struct {
	name       string
	payload    string // name of the payload object
	expansions []expansion
	available  []string       // names of the expansions, as answers list them
	events     []*eventType   // by name
	full       *jsontree.Node // a full object, source of parts that a sample lacks; nil: none
}

// expansion is a part of a payload that comes only when it is asked for.
type expansion struct {
	Name string `json:"name"`
	Path string `json:"path"`
	path []step
}

// eventType is one of the 43 (documented).
type eventType struct {
	name     string
	category *category
	about    string
	oid      int
	reflow   bool
	ids      []string       // members that tell one object from the next
	sample   *jsontree.Node // the payload object of the sample
}

// column is what catalog.json says of an event type beyond the common fields.
type column struct {
	ID      []string `json:"id"`
	Payload string   `json:"payload"`
	Reflow  bool     `json:"supports_reflow"`
	OID     int      `json:"webhook_event_oid"`
}

// catalogueOf returns the provider's catalogue, read on first use.
func catalogueOf(w *provider.World) *catalogue {
	if cat, ok := w.Memo()["catalogue"].(*catalogue); ok {
		return cat
	}
	cat, err := readCatalogue(w.Catalogue())
	if err != nil {
		panic(err) // the fixtures are ours, or were checked when they were loaded
	}
	w.Memo()["catalogue"] = cat
	return cat
}

// readCatalogue reads categories, event types and schemas out of the fixtures.
func readCatalogue(p *fixtures.Provider) (*catalogue, error) {
	cat := &catalogue{events: map[string]*eventType{}}
	if err := cat.readExpansions(p); err != nil {
		return nil, err
	}
	for i := range p.Events {
		if err := cat.addEvent(p, &p.Events[i]); err != nil {
			return nil, fmt.Errorf("event type %s: %w", p.Events[i].Type, err)
		}
	}
	for _, c := range cat.categories {
		slices.SortFunc(c.events, func(a, b *eventType) int { return cmp.Compare(a.name, b.name) })
	}
	raw, err := p.File("objects/payloads.schema.json")
	if err != nil {
		return nil, err
	}
	cat.schemas, err = readSchemas(raw)
	return cat, err
}

// readExpansions reads expansions.json: the categories in order of their names.
func (cat *catalogue) readExpansions(p *fixtures.Provider) error {
	raw, err := p.File("expansions.json")
	if err != nil {
		return err
	}
	var doc struct {
		Categories []struct {
			Name       string      `json:"event_category"`
			Payload    string      `json:"payload"`
			Expansions []expansion `json:"expansions"`
		} `json:"categories"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		return fmt.Errorf("expansions.json: %w", err)
	}
	for _, in := range doc.Categories {
		c := &category{name: in.Name, payload: in.Payload, expansions: in.Expansions, available: []string{}}
		for i := range c.expansions {
			c.expansions[i].path = steps(c.expansions[i].Path)
			c.available = append(c.available, c.expansions[i].Name)
		}
		if len(c.expansions) > 0 {
			if c.full, err = readNode(p, "objects/"+c.payload+".json"); err != nil {
				return err
			}
		}
		cat.categories = append(cat.categories, c)
	}
	slices.SortFunc(cat.categories, func(a, b *category) int { return cmp.Compare(a.name, b.name) })
	return nil
}

// addEvent adds an event type with its sample to its category.
func (cat *catalogue) addEvent(p *fixtures.Provider, e *fixtures.Event) error {
	var col column
	if err := json.Unmarshal(e.Raw, &col); err != nil {
		return err
	}
	c := cat.category(e.Group)
	if c == nil {
		return fmt.Errorf("no category %q", e.Group)
	}
	body, err := readNode(p, e.Sample)
	if err != nil {
		return err
	}
	sample, err := onlyPayload(body, e.Type)
	if err != nil {
		return fmt.Errorf("%s: %w", e.Sample, err)
	}
	t := &eventType{name: e.Type, category: c, about: e.About, oid: col.OID, reflow: col.Reflow, ids: col.ID, sample: sample}
	cat.events[e.Type] = t
	c.events = append(c.events, t)
	return nil
}

// onlyPayload takes the payload out of a sample, which is a whole body. A sample
// put in its place may be the payload alone.
func onlyPayload(body *jsontree.Node, typ string) (*jsontree.Node, error) {
	payload := body
	if events := body.Get("events"); events != nil && len(events.Items) > 0 {
		payload = events.Items[0].Get(typ)
	}
	if payload == nil || payload.Kind != jsontree.Object {
		return nil, fmt.Errorf(`wants {"events":[{%q:{…}}]}`, typ)
	}
	return payload, nil
}

// readNode reads a JSON file of the fixtures.
func readNode(p *fixtures.Provider, name string) (*jsontree.Node, error) {
	raw, err := p.File(name)
	if err != nil {
		return nil, err
	}
	n, err := jsontree.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return n, nil
}

// category finds a category by its name, nil when there is none.
func (cat *catalogue) category(name string) *category {
	for _, c := range cat.categories {
		if c.name == name {
			return c
		}
	}
	return nil
}

// step is one member on the way to a part; list: the way goes on in every
// element.
type step struct {
	name string
	list bool
}

// steps cuts a path of the expansions into members; a[] goes on in every element
// of a.
func steps(path string) []step {
	var all []step
	for _, s := range strings.Split(path, ".") {
		name, list := strings.CutSuffix(s, "[]")
		all = append(all, step{name, list})
	}
	return all
}
