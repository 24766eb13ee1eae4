package catalogue

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"tacklebox/mock/fromfile/document"
)

// Bounds of one event's schema. The library compiles schemas in a time that grows
// with the square of their number: 10,000 take it about two seconds.
const (
	mostSchemas     = 10_000
	mostSchemaBytes = 16 << 20
)

// bundle writes a schema with everything it refers to as one document of JSON
// Schema 2020-12. What OpenAPI 3.0 says in its own way is said in that of JSON
// Schema; what neither knows is left out, so that a description with mistakes
// still judges by the rest.
func bundle(set *document.Set, root document.Node) bundled {
	b := &bundler{set: set, names: map[place]string{}, taken: map[string]int{}}
	b.out.WriteString(`{"$schema":"https://json-schema.org/draft/2020-12/schema"`)
	if root.Value.Type == gjson.False {
		b.out.WriteString(`,"not":{}`)
	}
	b.members(root, true)
	for i := 0; i < len(b.queue); i++ {
		b.out.WriteString([]string{`,`, `,"$defs":{`}[first(i)])
		b.quote(b.queue[i].name)
		b.out.WriteByte(':')
		b.schema(b.queue[i].node)
	}
	if len(b.queue) > 0 {
		b.out.WriteByte('}')
	}
	b.out.WriteByte('}')
	return bundled{b.out.Bytes(), b.notes}
}

func first(i int) int {
	if i == 0 {
		return 1
	}
	return 0
}

type place struct {
	doc   *document.Document
	index int
}

type definition struct {
	name string
	node document.Node
}

type bundler struct {
	set   *document.Set
	out   bytes.Buffer
	names map[place]string
	taken map[string]int // how many asked for a name
	queue []definition
	count int
	full  bool // too large: nothing more is looked at
	notes []string
}

func (b *bundler) note(err error) {
	const most = 20
	if text := err.Error(); len(b.notes) < most && !slices.Contains(b.notes, text) {
		b.notes = append(b.notes, text)
	}
}

func (b *bundler) quote(text string) {
	raw, _ := json.Marshal(text) // a text always can be
	b.out.Write(raw)
}

// schema writes one schema.
func (b *bundler) schema(n document.Node) {
	if b.count++; b.count > mostSchemas || b.out.Len() > mostSchemaBytes {
		if !b.full {
			b.note(n.Errorf("the schema is too large: from here on anything fits"))
		}
		b.full = true
		b.out.WriteString("true")
		return
	}
	switch {
	case n.Value.Type == gjson.False:
		b.out.WriteString("false")
	case !n.Value.IsObject():
		b.out.WriteString("true")
	default:
		b.out.WriteByte('{')
		b.members(n, false)
		b.out.WriteByte('}')
	}
}

// members writes the keywords of a schema. more says that others stand before.
func (b *bundler) members(n document.Node, more bool) {
	n.Each(func(word string, v document.Node) bool {
		start := b.out.Len()
		if more {
			b.out.WriteByte(',')
		}
		if b.keyword(n, word, v) {
			more = true
		} else {
			b.out.Truncate(start)
		}
		return true
	})
}

func (b *bundler) name(word string) {
	b.quote(word)
	b.out.WriteByte(':')
}

// keyword writes one keyword; false when it is left out.
func (b *bundler) keyword(n document.Node, word string, v document.Node) bool {
	b.name(word)
	switch word {
	case "$ref":
		return b.reference(v)
	case "properties", "patternProperties", "dependentSchemas":
		return b.named(word, v)
	case "allOf", "anyOf", "oneOf", "prefixItems":
		return b.listed(v)
	case "items":
		if v.Value.IsArray() { // before 2020-12
			b.out.Truncate(b.out.Len() - len(`"items":`))
			b.name("prefixItems")
			return b.listed(v)
		}
		b.schema(v)
		return true
	case "not", "if", "then", "else", "contains", "additionalProperties", "propertyNames", "unevaluatedProperties", "unevaluatedItems":
		b.schema(v)
		return true
	case "type":
		return b.types(n, v)
	case "enum":
		return b.enum(n, v)
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
		return b.bound(n, word, v)
	case "pattern":
		return b.pattern(v)
	}
	return b.plain(word, v)
}

// reference writes a $ref to a definition of this document, and remembers the
// definition. A reference that is not followed lets anything fit.
func (b *bundler) reference(v document.Node) bool {
	target, err := b.set.Resolve(v, v.Text())
	if err != nil {
		b.note(err)
		return false
	}
	at := place{target.Doc, target.Value.Index}
	name, known := b.names[at]
	if !known {
		name = b.fresh(v.Text())
		b.names[at] = name
		b.queue = append(b.queue, definition{name, target})
	}
	b.quote("#/$defs/" + name)
	return true
}

// fresh is a name for a definition: the last part of the reference, with a
// number where that is taken.
func (b *bundler) fresh(ref string) string {
	base := strings.TrimSuffix(ref[strings.LastIndexAny(ref, "/#")+1:], ".json")
	base = strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, base)
	if base == "" {
		base = "root"
	}
	for {
		name := base
		if b.taken[base]++; b.taken[base] > 1 {
			name = base + "-" + strconv.Itoa(b.taken[base])
			if b.taken[name] > 0 {
				continue
			}
			b.taken[name]++
		}
		return name
	}
}

// named writes an object of schemas. A pattern that is no expression is left out.
func (b *bundler) named(word string, v document.Node) bool {
	if !v.Value.IsObject() {
		b.note(v.Errorf("%s must be an object: left out", word))
		return false
	}
	b.out.WriteByte('{')
	more := false
	v.Each(func(name string, schema document.Node) bool {
		if b.full {
			return false
		}
		if word == "patternProperties" {
			if _, err := regexp.Compile(name); err != nil {
				b.note(schema.Errorf("pattern %q is not followed: %v", name, err))
				return true
			}
		}
		if more {
			b.out.WriteByte(',')
		}
		more = true
		b.name(name)
		b.schema(schema)
		return true
	})
	b.out.WriteByte('}')
	return true
}

func (b *bundler) listed(v document.Node) bool {
	if !v.Value.IsArray() || v.Value.Get("0").Raw == "" {
		return false // an empty list is no schema
	}
	b.out.WriteByte('[')
	more := false
	v.Each(func(_ string, schema document.Node) bool {
		if more {
			b.out.WriteByte(',')
		}
		more = true
		b.schema(schema)
		return !b.full
	})
	b.out.WriteByte(']')
	return true
}

// types writes the types that JSON Schema knows; `nullable` of OpenAPI 3.0 adds null.
func (b *bundler) types(n, v document.Node) bool {
	known := []string{"null", "boolean", "object", "array", "number", "string", "integer"}
	var types []string
	for _, t := range v.Value.Array() {
		if !slices.Contains(known, t.Str) {
			b.note(v.Errorf("type %s is none of %s: left out", t.Raw, strings.Join(known, ", ")))
			return false
		}
		if !slices.Contains(types, t.Str) {
			types = append(types, t.Str)
		}
	}
	if nullable(n) && !slices.Contains(types, "null") {
		types = append(types, "null")
	}
	raw, _ := json.Marshal(types)
	if len(types) == 1 {
		raw, _ = json.Marshal(types[0])
	}
	b.out.Write(raw)
	return len(types) > 0
}

func nullable(n document.Node) bool { return n.Get("nullable").Value.Type == gjson.True }

func (b *bundler) enum(n, v document.Node) bool {
	if !v.Value.IsArray() {
		return false
	}
	raw := v.Value.Raw
	values := v.Value.Array()
	if nullable(n) && !slices.ContainsFunc(values, func(r gjson.Result) bool { return r.Type == gjson.Null }) {
		raw = strings.TrimSuffix(strings.TrimSpace(raw), "]")
		if len(values) > 0 {
			raw += ","
		}
		raw += "null]"
	}
	b.out.WriteString(raw)
	return true
}

// bound writes a limit of numbers. In OpenAPI 3.0 exclusiveMinimum is a truth
// value about minimum.
func (b *bundler) bound(n document.Node, word string, v document.Node) bool {
	lower := strings.HasSuffix(word, "inimum")
	exclusive, plain := "exclusiveMaximum", "maximum"
	if lower {
		exclusive, plain = "exclusiveMinimum", "minimum"
	}
	if v.Value.Type == gjson.True && word == exclusive && n.Get(plain).Value.Type == gjson.Number {
		v = n.Get(plain)
	} else if word == plain && n.Get(exclusive).Value.Type == gjson.True {
		return false
	}
	if v.Value.Type != gjson.Number {
		return false
	}
	b.out.WriteString(v.Value.Raw)
	return true
}

func (b *bundler) pattern(v document.Node) bool {
	if _, err := regexp.Compile(v.Text()); err != nil {
		b.note(v.Errorf("pattern %q is not followed: %v", v.Text(), err))
		return false
	}
	b.out.WriteString(v.Value.Raw)
	return true
}

// plain writes a keyword that holds no schema, where its value has the form that
// the keyword asks for.
func (b *bundler) plain(word string, v document.Node) bool {
	ok := false
	switch word {
	case "const", "default":
		ok = true
	case "title", "description", "format", "$comment":
		ok = v.Value.Type == gjson.String
	case "uniqueItems", "deprecated", "readOnly", "writeOnly":
		ok = v.Value.IsBool()
	case "multipleOf":
		ok = v.Value.Type == gjson.Number && v.Value.Num > 0
	case "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains":
		ok = v.Value.Type == gjson.Number && v.Value.Num >= 0 && v.Value.Num == float64(int64(v.Value.Num))
	case "required":
		ok = v.Value.IsArray() && texts(v)
	case "dependentRequired":
		ok = v.Value.IsObject()
		v.Each(func(_ string, list document.Node) bool {
			ok = ok && list.Value.IsArray() && texts(list)
			return ok
		})
	case "examples":
		ok = v.Value.IsArray()
	}
	if ok {
		b.out.WriteString(v.Value.Raw)
	}
	return ok
}

// texts reports whether a list holds different texts only.
func texts(v document.Node) bool {
	seen := map[string]bool{}
	ok := true
	v.Each(func(_ string, item document.Node) bool {
		ok = item.Value.Type == gjson.String && !seen[item.Value.Str]
		seen[item.Value.Str] = true
		return ok
	})
	return ok
}

// Summary is a catalogue in a line: how many events, and where samples come from.
func (c *Catalogue) Summary() string {
	examples := 0
	for _, e := range c.Events {
		if e.Evidence == FromExample {
			examples++
		}
	}
	return fmt.Sprintf("%d event types, %d with an example, %d with a generated sample", len(c.Events), examples, len(c.Events)-examples)
}
