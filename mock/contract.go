package mock

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

// contracts holds callback bodies against the schemas of their types.
type contracts struct {
	mu       sync.Mutex
	compiled map[string]*jsonschema.Schema     // by provider and type; nil: has none
	shared   map[*service]*jsonschema.Compiler // keeps the parts that types share
}

const fixtureScheme = "fixture:///"

// Check holds a callback body against the schema of a provider's event type.
// nil: there is no verdict, for want of a schema or of a body in plain form.
func (e *Engine) Check(provider, typ string, body []byte) *journal.Contract {
	w := e.services[provider]
	if w == nil {
		return nil
	}
	schema := e.contracts.of(w, typ)
	if schema == nil {
		return nil
	}
	if w.provider.Unwrap != nil {
		if body = w.provider.Unwrap(body); body == nil {
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

// Sample returns the catalogue's sample body of an event type.
func (e *Engine) Sample(provider, typ string) (body []byte, ok bool) {
	w := e.services[provider]
	if w == nil {
		return nil, false
	}
	body, err := w.world.Catalogue().Sample(typ)
	return body, err == nil
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

func (c *contracts) of(w *service, typ string) *jsonschema.Schema {
	key := w.provider.Name + "\x00" + typ
	c.mu.Lock()
	defer c.mu.Unlock()
	if s, ok := c.compiled[key]; ok {
		return s
	}
	if c.compiled == nil {
		c.compiled, c.shared = map[string]*jsonschema.Schema{}, map[*service]*jsonschema.Compiler{}
	}
	if c.shared[w] == nil {
		c.shared[w] = jsonschema.NewCompiler()
		c.shared[w].UseLoader(fixtureLoader{w.world.Catalogue()})
	}
	s, err := w.compile(c.shared[w], typ)
	if err != nil {
		w.engine.cfg.Warn(fmt.Sprintf("schema of %s %s: %v", w.provider.Name, typ, err))
	}
	c.compiled[key] = s
	return s
}

// compile makes the schema of a whole callback body.
func (w *service) compile(compiler *jsonschema.Compiler, typ string) (*jsonschema.Schema, error) {
	ev, ok := w.world.Catalogue().Event(typ)
	if !ok || ev.Schema == "" {
		return nil, nil
	}
	root := map[string]any{"$ref": fixtureScheme + ev.Schema}
	if w.provider.Envelope != nil {
		root = w.provider.Envelope(typ, root)
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
