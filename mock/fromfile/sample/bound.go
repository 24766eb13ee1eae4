package sample

import (
	"math"

	"github.com/tidwall/gjson"

	"tacklebox/mock/fromfile/document"
)

// members takes in the keywords that speak of members and items.
func (m *maker) members(s *shape, n document.Node, word string, v document.Node) {
	switch word {
	case "properties":
		s.tables++
		v.Each(func(name string, schema document.Node) bool {
			s.property(name, schema)
			return m.step()
		})
	case "required":
		if !v.Value.IsArray() {
			return // draft 3 and mistakes
		}
		v.Each(func(_ string, name document.Node) bool {
			s.require(name.Text())
			return m.step()
		})
	case "additionalProperties":
		s.closed = s.closed || v.Value.Type == gjson.False
		if !n.Get("properties").Exists() {
			s.tables++ // it limits the members of all others
		}
		if v.Value.IsObject() {
			s.extra = append(s.extra, v)
		}
	case "items":
		if v.Value.IsArray() {
			s.listed(v)
		} else {
			s.items = append(s.items, v)
		}
	case "prefixItems":
		s.listed(v)
	case "contains":
		s.contains = append(s.contains, v)
	}
}

func (s *shape) listed(v document.Node) {
	if len(s.prefix) == 0 {
		v.Each(func(_ string, n document.Node) bool {
			s.prefix = append(s.prefix, n)
			return len(s.prefix) < mostItems
		})
	}
}

func (s *shape) property(name string, schema document.Node) {
	if i, ok := s.known[name]; ok {
		s.properties[i].schemas = append(s.properties[i].schemas, schema)
		return
	}
	if len(s.properties) < mostMembers {
		s.known[name] = len(s.properties)
		s.properties = append(s.properties, property{name, []document.Node{schema}})
	}
}

func (s *shape) has(name string) bool {
	_, ok := s.known[name]
	return ok
}

func (s *shape) require(name string) {
	if s.required[name] {
		return
	}
	s.required[name] = true
	if s.needed = append(s.needed, name); len(s.needed) > mostMembers {
		s.broken = true
	}
}

// bound takes in a keyword that limits numbers, lengths and counts.
func (s *shape) bound(word string, v document.Node) {
	if v.Value.Type == gjson.Number {
		s.limit(word, v.Value.Num)
		return
	}
	switch word {
	case "uniqueItems":
		s.unique = s.unique || v.Value.Type == gjson.True
	case "exclusiveMinimum": // a truth value in OpenAPI 3.0
		s.openMin = s.openMin || v.Value.Type == gjson.True
	case "exclusiveMaximum":
		s.openMax = s.openMax || v.Value.Type == gjson.True
	case "pattern":
		s.patterns = append(s.patterns, v.Text())
	case "format":
		if s.format == "" {
			s.format = v.Text()
		}
	}
}

func (s *shape) limit(word string, f float64) {
	raise := func(p *float64) { *p = math.Max(*p, f) }
	lower := func(p *float64) { *p = math.Min(*p, f) }
	switch word {
	case "minimum":
		raise(&s.min)
	case "maximum":
		lower(&s.max)
	case "exclusiveMinimum":
		if f >= s.min {
			s.min, s.openMin = f, true
		}
	case "exclusiveMaximum":
		if f <= s.max {
			s.max, s.openMax = f, true
		}
	case "multipleOf":
		s.multiples = append(s.multiples, f)
	case "minLength":
		raise(&s.minLength)
	case "maxLength":
		lower(&s.maxLength)
	case "minItems":
		raise(&s.minItems)
	case "maxItems":
		lower(&s.maxItems)
	case "minProperties":
		raise(&s.minProps)
	}
}
