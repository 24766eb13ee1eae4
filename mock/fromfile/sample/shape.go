package sample

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"tacklebox/mock/fromfile/document"
)

// shape is everything that a list of schemas asks of one value, their
// references and allOf taken in.
type shape struct {
	types      []string // nil: any
	enum       []gjson.Result
	examples   []gjson.Result
	properties []property
	known      map[string]int // where each is
	required   map[string]bool
	needed     []string        // what is required, in order
	extra      []document.Node // additionalProperties, where it is a schema
	closed     bool            // additionalProperties: false
	minProps   float64
	items      []document.Node
	prefix     []document.Node // prefixItems, or items as a list
	contains   []document.Node
	minItems   float64
	maxItems   float64
	unique     bool
	min, max   float64
	openMin    bool
	openMax    bool
	multiples  []float64
	minLength  float64
	maxLength  float64
	patterns   []string
	format     string

	fixed   map[string]string // what a discriminator says a member is
	outer   string            // the first reference that was followed, its last part
	refs    []place
	groups  []group         // anyOf and oneOf, in the order they were met
	others  []document.Node // alternatives of oneOf that were not taken
	tables  int             // schemas that list members, or limit those that others list
	unsure  bool            // something asks for more than values are made by
	choice  []int           // which member of each was taken
	broken  bool            // nothing can fit
	entered map[place]bool
}

// property is one member and every schema that it must fit.
type property struct {
	name    string
	schemas []document.Node
}

// group is one list of alternatives.
type group struct {
	size   int
	chosen int
}

func newShape(choice []int) *shape {
	return &shape{maxItems: math.Inf(1), min: math.Inf(-1), max: math.Inf(1), maxLength: math.Inf(1), choice: choice,
		known: map[string]int{}, required: map[string]bool{}, fixed: map[string]string{}, entered: map[place]bool{}}
}

// gather takes every schema of a list in. choice says which of the alternatives
// on the way are taken; those beyond it are the first that are likely.
func (m *maker) gather(schemas []document.Node, choice []int) *shape {
	s := newShape(choice)
	for _, n := range schemas {
		m.absorb(s, n, 0)
	}
	return s
}

func (s *shape) possible() bool { return !s.broken && (s.types == nil || len(s.types) > 0) }

// next is the next choice of alternatives after this one, nil after the last.
func (s *shape) next() []int {
	choice := make([]int, len(s.groups))
	for i, g := range s.groups {
		choice[i] = g.chosen
	}
	for i := len(choice) - 1; i >= 0; i-- {
		if choice[i]+1 < s.groups[i].size {
			choice[i]++
			return choice[:i+1]
		}
	}
	return nil
}

// absorb takes one schema in.
func (m *maker) absorb(s *shape, n document.Node, depth int) {
	if s.broken || !m.step() || depth > mostDepth {
		s.broken = true
		return
	}
	if n.Value.Type == gjson.False {
		s.broken = true
		return
	}
	at := place{n.Doc, n.Value.Index}
	if s.entered[at] {
		s.unsure = true // it may refer to itself
		return
	}
	s.entered[at] = true
	n.Each(func(word string, v document.Node) bool {
		m.step()
		m.keyword(s, n, word, v, depth)
		return !s.broken && m.left > 0
	})
}

// keyword takes one member of a schema in. What it does not know only judges:
// the check finds out.
func (m *maker) keyword(s *shape, n document.Node, word string, v document.Node, depth int) {
	s.unsure = s.unsure || doubtful(word, v)
	switch word {
	case "$ref":
		m.follow(s, v, depth)
	case "allOf":
		v.Each(func(_ string, part document.Node) bool {
			m.absorb(s, part, depth+1)
			return !s.broken
		})
	case "anyOf", "oneOf":
		m.choose(s, n, word, v, depth)
	case "discriminator":
		if name := v.Get("propertyName").Text(); name != "" && s.outer != "" && !n.Get("oneOf").Exists() && !n.Get("anyOf").Exists() {
			s.fixed[name] = mapped(v.Get("mapping"), s.outer)
		}
	case "type":
		if types := typesOf(v, n); !slices.ContainsFunc(types, unknownType) {
			s.narrow(types, m.loose)
		}
	case "const":
		s.only([]gjson.Result{v.Value})
	case "enum":
		s.only(v.Value.Array())
	case "example", "default":
		s.examples = append(s.examples, v.Value)
	case "examples":
		if v.Value.IsArray() {
			s.examples = append(s.examples, v.Value.Array()...)
		}
	default:
		m.members(s, n, word, v)
		s.bound(word, v)
	}
}

// follow takes in what a reference names. One that is being followed already
// ends here: the value would never end.
func (m *maker) follow(s *shape, ref document.Node, depth int) {
	target, err := m.set.Resolve(ref, ref.Text())
	if err != nil {
		m.note("%s", err)
		return // anything fits what cannot be known
	}
	at := place{target.Doc, target.Value.Index}
	if m.active[at] {
		s.broken = true
		return
	}
	if s.outer == "" {
		s.outer = ref.Text()
	}
	s.refs = append(s.refs, at)
	m.absorb(s, target, depth+1)
}

// choose takes one of several alternatives in.
func (m *maker) choose(s *shape, n document.Node, word string, list document.Node, depth int) {
	var branches []document.Node
	list.Each(func(_ string, b document.Node) bool {
		branches = append(branches, b)
		return m.step()
	})
	if len(branches) == 0 {
		return
	}
	slices.SortStableFunc(branches, func(a, b document.Node) int { return rank(a) - rank(b) })
	pick := 0
	switch i := len(s.groups); {
	case i < len(s.choice):
		pick = s.choice[i]
	case m.vary && len(s.choice) == 0:
		pick = m.rng.IntN(len(branches))
	}
	pick %= len(branches)
	s.groups = append(s.groups, group{len(branches), pick})
	if word == "oneOf" {
		s.others = append(append(s.others, branches[:pick]...), branches[pick+1:]...)
	}
	outer := s.outer
	m.absorb(s, branches[pick], depth+1)
	discriminator := n.Get("discriminator")
	if name, ref := discriminator.Get("propertyName").Text(), branches[pick].Get("$ref").Text(); name != "" && ref != "" {
		s.fixed[name] = mapped(discriminator.Get("mapping"), ref)
	}
	s.outer = outer
}

// rank puts null behind every other alternative.
func rank(n document.Node) int {
	if n.Get("type").Text() == "null" {
		return 1
	}
	return 0
}

// mapped is the value by which a discriminator calls a schema (OpenAPI,
// Discriminator Object): the mapping's name for it, else the last part of the reference.
func mapped(mapping document.Node, ref string) (name string) {
	last := ref[strings.LastIndex(ref, "/")+1:]
	mapping.Each(func(key string, target document.Node) bool {
		if name == "" && (target.Text() == ref || target.Text() == last) {
			name = key
		}
		return true
	})
	if name == "" {
		return last
	}
	return name
}

// typesOf reads `type`, with `nullable` of OpenAPI 3.0 beside it.
func typesOf(v, schema document.Node) (types []string) {
	for _, t := range v.Value.Array() {
		types = append(types, t.String())
	}
	if schema.Get("nullable").Value.Type == gjson.True {
		types = append(types, "null")
	}
	return types
}

// unknownType reports whether a word is none of the seven types: a description
// that says so is taken to say nothing.
func unknownType(word string) bool {
	return !slices.Contains([]string{"null", "boolean", "object", "array", "number", "string", "integer"}, word)
}

// narrow keeps the types that both sides allow; loose: else any of them but null.
func (s *shape) narrow(types []string, loose bool) {
	if s.types == nil {
		s.types = types
		return
	}
	both := []string{}
	for _, t := range s.types {
		switch {
		case slices.Contains(types, t):
			both = append(both, t)
		case t == "number" && slices.Contains(types, "integer"):
			both = append(both, "integer")
		case t == "integer" && slices.Contains(types, "number"):
			both = append(both, t)
		}
	}
	if len(both) == 0 && loose {
		both = slices.DeleteFunc(append(slices.Clone(s.types), types...), func(t string) bool { return t == "null" })
	}
	s.types = both
}

// only keeps the values that both sides allow.
func (s *shape) only(values []gjson.Result) {
	if s.enum != nil {
		values = slices.DeleteFunc(slices.Clone(values), func(v gjson.Result) bool {
			return !slices.ContainsFunc(s.enum, func(w gjson.Result) bool { return same(v, w) })
		})
	}
	s.enum = append([]gjson.Result{}, values...)
	s.broken = s.broken || len(values) == 0
}

func same(a, b gjson.Result) bool {
	if a.Type == gjson.String && b.Type == gjson.String {
		return a.Str == b.Str
	}
	var x, y bytes.Buffer
	return compact(&x, a.Raw) && compact(&y, b.Raw) && bytes.Equal(x.Bytes(), y.Bytes())
}

func compact(out *bytes.Buffer, raw string) bool { return json.Compact(out, []byte(raw)) == nil }

// takes reports whether a given value is of an allowed type and length; the rest
// is for the check.
func (s *shape) takes(v gjson.Result) bool {
	typ := kind(v)
	if typ == "string" {
		n := float64(len([]rune(v.Str)))
		if n < s.minLength || n > s.maxLength {
			return false
		}
	}
	if s.types == nil {
		return true
	}
	return slices.Contains(s.types, typ) || typ == "number" && v.Num == math.Trunc(v.Num) && slices.Contains(s.types, "integer")
}

func kind(v gjson.Result) string {
	switch {
	case v.IsObject():
		return "object"
	case v.IsArray():
		return "array"
	case v.Type == gjson.Null:
		return "null"
	case v.Type == gjson.String:
		return "string"
	case v.Type == gjson.Number:
		return "number"
	}
	return "boolean"
}

// order lists the types in which a value is tried: those that are said, null
// last, or what the other keywords speak of.
func (s *shape) order() []string {
	if s.types != nil {
		types := slices.Clone(s.types)
		slices.SortStableFunc(types, func(a, b string) int { return last(a) - last(b) })
		return types
	}
	switch {
	case len(s.properties) > 0 || len(s.needed) > 0 || len(s.extra) > 0 || s.minProps > 0:
		return []string{"object"}
	case len(s.items) > 0 || len(s.prefix) > 0 || s.minItems > 0 || len(s.contains) > 0:
		return []string{"array"}
	case len(s.multiples) > 0 || !math.IsInf(s.min, 0) || !math.IsInf(s.max, 0):
		return []string{"integer", "number"}
	}
	return []string{"string", "object"}
}

func last(typ string) int {
	if typ == "null" {
		return 1
	}
	return 0
}
