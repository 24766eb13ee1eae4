// Package catalogue reads what a provider's files say about its events: an
// OpenAPI description, a folder of JSON Schemas, a folder of samples. An event's
// schema is put together, and its sample made, when somebody asks for it.
package catalogue

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tacklebox/mock/fromfile/document"
	"tacklebox/mock/fromfile/sample"
)

// Where a sample comes from.
const (
	FromExample  = "example"   // the vendor's or the user's own
	FromSchema   = "generated" // made to fit the schema
	withoutBody  = "{}"
	mostEvents   = 20_000
	longestAbout = 200
)

// Event is one event type of a description.
type Event struct {
	Type     string
	Wire     string // what the receiver reads as the type
	Group    string
	About    string
	Evidence string // FromExample or FromSchema

	at      document.Node // where it is described
	schema  document.Node // of the payload; may not exist
	example document.Node // a payload; may not exist
	raw     []byte        // a sample file that is not JSON or YAML
	isRaw   bool
	set     *document.Set
	seed    uint64

	once   sync.Once
	made   sample.Sample
	bundle sync.Once
	bundled
	compile sync.Once
	judge   *jsonschema.Schema
}

// bundled is a schema that needs no other document.
type bundled struct {
	text  []byte
	notes []string
}

// Catalogue is the events of one provider, by type.
type Catalogue struct {
	Events []*Event
	Notes  []string // what was left out, and why

	index map[string]*Event
}

// New makes a catalogue without events, for Merge.
func New() *Catalogue { return &Catalogue{index: map[string]*Event{}} }

// Event returns the event of a type, nil when there is none.
func (c *Catalogue) Event(typ string) *Event { return c.index[typ] }

// Seed chooses the samples that are generated.
func (c *Catalogue) Seed(seed uint64) {
	for _, e := range c.Events {
		e.seed = seed
	}
}

func (c *Catalogue) note(format string, args ...any) {
	const most = 50
	if len(c.Notes) < most {
		c.Notes = append(c.Notes, fmt.Sprintf(format, args...))
	}
}

// add puts an event in. What an earlier source said stays where this one says
// nothing: sources come in the order description, schemas, samples.
func (c *Catalogue) add(e *Event) error {
	if len(c.Events) >= mostEvents {
		return e.at.Errorf("there are more than %d event types", mostEvents)
	}
	if e.Group == "" {
		e.Group, _, _ = strings.Cut(strings.NewReplacer("/", ".", ":", ".", "_", ".").Replace(e.Type), ".")
	}
	if e.Wire == "" {
		e.Wire = e.Type
	}
	c.Events = append(c.Events, e)
	c.index[e.Type] = e
	return nil
}

// Merge takes the events of a further source in. A schema or a sample of it
// replaces the one that was known.
func (c *Catalogue) Merge(more *Catalogue) {
	c.Notes = append(c.Notes, more.Notes...)
	for _, e := range more.Events {
		old := c.index[e.Type]
		if old == nil {
			c.Events = append(c.Events, e)
			c.index[e.Type] = e
			continue
		}
		if !e.schema.Exists() {
			e.schema, e.set = old.schema, old.set
		}
		if !e.example.Exists() && !e.isRaw && old.Evidence == FromExample {
			e.example, e.raw, e.isRaw, e.Evidence = old.example, old.raw, old.isRaw, old.Evidence
		}
		if e.About == "" {
			e.About = old.About
		}
		e.Wire = old.Wire
		if old.Group != "" {
			e.Group = old.Group
		}
		c.Events[slices.Index(c.Events, old)] = e
		c.index[e.Type] = e
	}
}

// Sample returns the event's payload: the example, else one made to fit the
// schema. notes say what could not be respected.
func (e *Event) Sample() (payload []byte, notes []string) {
	e.once.Do(func() { e.made = e.makeSample() })
	return e.made.JSON, e.made.Notes
}

func (e *Event) makeSample() sample.Sample {
	switch {
	case e.isRaw:
		return sample.Sample{JSON: e.raw}
	case e.example.Exists():
		var b bytes.Buffer
		_ = json.Compact(&b, []byte(e.example.Value.Raw)) // a document holds valid JSON
		return sample.Sample{JSON: b.Bytes()}
	case !e.schema.Exists():
		return sample.Sample{JSON: []byte(withoutBody), Notes: []string{"neither a sample nor a schema is given"}}
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(e.Type))
	return sample.Make(e.set, e.schema, e.seed^h.Sum64(), e.Fits)
}

// Fits reports whether a payload fits the event's schema, which is compiled when
// that is asked first; without a usable one every payload does.
func (e *Event) Fits(payload []byte) bool {
	if !e.schema.Exists() {
		return true
	}
	e.compile.Do(func() {
		text, _ := e.Schema()
		e.judge, _ = Compile(text) // what cannot be compiled judges nothing
	})
	if e.judge == nil {
		return true
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(payload))
	return err == nil && e.judge.Validate(v) == nil
}

// Takes reports whether the event's payload may hold a text at a dotted path: by
// the schema of that member where that says enough, else by the payload's.
func (e *Event) Takes(at, text string, payload []byte) bool {
	n := e.schema
	for part := range strings.SplitSeq(at, ".") {
		if ref := n.Get("$ref"); ref.Text() != "" {
			n, _ = e.set.Resolve(ref, ref.Text()) // of one that leads nowhere nothing is known
		}
		n = n.Get("properties").Get(part)
	}
	if yes, sure := sample.Accepts(n, text); sure {
		return yes
	}
	return e.Fits(payload)
}

// Compile makes a judge of a schema. It reads nothing else.
func Compile(schema []byte) (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(nothing{})
	const at = "event:///payload"
	if err := c.AddResource(at, doc); err != nil {
		return nil, err
	}
	return c.Compile(at)
}

// nothing loads no schema from anywhere.
type nothing struct{}

// Load refuses.
func (nothing) Load(url string) (any, error) {
	return nil, fmt.Errorf("schema %s: nothing is fetched", url)
}

// HasSchema reports whether the payload is described.
func (e *Event) HasSchema() bool { return e.schema.Exists() }

// Schema returns the schema of the payload as one document of JSON Schema
// 2020-12 that needs no other, nil when there is none. notes say what was left
// out of it.
func (e *Event) Schema() (schema []byte, notes []string) {
	if !e.schema.Exists() {
		return nil, nil
	}
	e.bundle.Do(func() { e.bundled = bundle(e.set, e.schema) })
	return e.text, e.bundled.notes
}

// Place returns file:line of the event's description.
func (e *Event) Place() string {
	return fmt.Sprintf("%s:%d", e.at.Doc.Name, e.at.Line())
}
