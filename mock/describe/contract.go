package describe

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
)

// contract holds callback bodies against the schemas of their types.
type contract struct {
	mu       sync.Mutex
	compiled map[string]*jsonschema.Schema // by type; nil: has none
	shared   *jsonschema.Compiler          // keeps the parts that types share
}

const fixtureScheme = "fixture:///"

// Check holds a callback body against the schema of an event type. nil: there is
// no verdict, for want of a schema or of a body in plain form. It needs no lock of
// the World.
func (d *Description) Check(typ string, body []byte) *journal.Contract {
	schema := d.schema(typ)
	if schema == nil {
		return nil
	}
	if d.provider.Unwrap != nil {
		if body = d.provider.Unwrap(body); body == nil {
			return nil
		}
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return &journal.Contract{Violations: []string{"the body is not JSON"}}
	}
	if err := schema.Validate(doc); err != nil {
		return &journal.Contract{Violations: violations(err)}
	}
	return &journal.Contract{OK: true}
}

// violations lists the innermost causes, one line each.
func violations(err error) []string {
	invalid, ok := err.(*jsonschema.ValidationError)
	if !ok {
		return []string{err.Error()}
	}
	var list []string
	var walk func(*jsonschema.ValidationError)
	walk = func(v *jsonschema.ValidationError) {
		for _, c := range v.Causes {
			walk(c)
		}
		if len(v.Causes) == 0 {
			line := strings.TrimPrefix(v.Error(), "jsonschema validation failed with ")
			if i := strings.LastIndex(line, "\n- "); i >= 0 {
				line = line[i+3:]
			}
			list = append(list, api.Clip(line))
		}
	}
	walk(invalid)
	const most = 20
	return list[:min(len(list), most)]
}

func (d *Description) schema(typ string) *jsonschema.Schema {
	c := &d.contract
	c.mu.Lock()
	defer c.mu.Unlock()
	if s, ok := c.compiled[typ]; ok {
		return s
	}
	if c.compiled == nil {
		c.compiled, c.shared = map[string]*jsonschema.Schema{}, jsonschema.NewCompiler()
		c.shared.UseLoader(fixtureLoader{d.world.Catalogue()})
	}
	s, err := d.compile(c.shared, typ)
	if err != nil {
		d.warn(fmt.Sprintf("schema of %s %s: %v", d.provider.Name, typ, err))
	}
	c.compiled[typ] = s
	return s
}

// compile makes the schema of a whole callback body.
func (d *Description) compile(compiler *jsonschema.Compiler, typ string) (*jsonschema.Schema, error) {
	ev, ok := d.world.Catalogue().Event(typ)
	if !ok || ev.Schema == "" {
		return nil, nil
	}
	root := map[string]any{"$ref": fixtureScheme + ev.Schema}
	if d.provider.Envelope != nil {
		root = d.provider.Envelope(typ, root)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(provider.Encode(root)))
	if err != nil {
		return nil, err
	}
	at := "callback:///" + url.PathEscape(typ)
	if err := compiler.AddResource(at, doc); err != nil {
		return nil, err
	}
	return compiler.Compile(at)
}

// fixtureLoader finds schemas among the provider's fixtures.
type fixtureLoader struct{ cat *provider.Catalogue }

func (l fixtureLoader) Load(at string) (any, error) {
	name, ok := strings.CutPrefix(at, fixtureScheme)
	if !ok {
		return nil, fmt.Errorf("schema %s: nothing is loaded from elsewhere", at)
	}
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	raw, err := l.cat.File(name)
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(raw))
}
