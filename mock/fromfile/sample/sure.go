package sample

import (
	"math"
	"slices"

	"github.com/tidwall/gjson"

	"tacklebox/mock/fromfile/document"
)

// doubtful reports whether a keyword asks for something that a value is not made
// by: only a judge can tell whether it came out right. Compiling one for every
// event is what a listing of a large description would spend its time on.
func doubtful(word string, v document.Node) bool {
	switch word {
	case "not", "if", "then", "else", "dependencies", "dependentRequired", "dependentSchemas", "patternProperties", "propertyNames",
		"unevaluatedProperties", "unevaluatedItems", "additionalItems", "prefixItems", "contains", "minContains", "maxContains",
		"maxProperties", "uniqueItems", "multipleOf", "discriminator", "$dynamicRef", "$recursiveRef":
		return true
	case "properties":
		return !v.Value.IsObject()
	case "items":
		return v.Value.IsArray()
	case "enum", "allOf", "anyOf", "oneOf":
		return !v.Value.IsArray()
	}
	return false
}

// trusts reports whether a shape is one that values are made right for, whatever
// the choices: no limits that contradict each other over several schemas.
func (s *shape) trusts() bool {
	bounded := s.closed || len(s.extra) > 0
	known := !s.closed || !slices.ContainsFunc(s.needed, func(name string) bool { return !s.has(name) })
	const exact = 1 << 53
	whole := func(f float64) bool { return math.IsInf(f, 0) || f == math.Trunc(f) && math.Abs(f) < exact }
	return !s.unsure && (!bounded || s.tables <= 1 && known) && len(s.properties) < mostMembers && len(s.patterns) <= 1 &&
		whole(s.min) && whole(s.max) && !s.openMin && !s.openMax
}

// proven reports whether a given value, an example or a member of an
// enumeration, fits by what takes has looked at.
func (s *shape) proven(v gjson.Result) bool {
	switch kind(v) {
	case "object", "array":
		return false
	case "number":
		return math.IsInf(s.min, -1) && math.IsInf(s.max, 1)
	case "string":
		return len(s.patterns) == 0
	}
	return true
}

// single reports whether the other alternatives of every oneOf refuse a value.
func (m *maker) single(s *shape, raw []byte) bool {
	v := gjson.ParseBytes(raw)
	for _, other := range s.others {
		if !m.refuses(other, v, 0) {
			return false
		}
	}
	return m.prove()
}

// refuses reports whether a value certainly does not fit a schema; false is no
// promise that it does.
func (m *maker) refuses(n document.Node, v gjson.Result, depth int) (no bool) {
	if n.Value.Type == gjson.False {
		return true
	}
	if depth > mostDepth || !m.prove() {
		return false
	}
	n.Each(func(word string, w document.Node) bool {
		no = m.refused(n, word, w, v, depth)
		return !no
	})
	return no
}

// prove counts the work of proving; false when there was enough. It is counted by
// itself, so that what is made does not depend on it.
func (m *maker) prove() bool {
	m.proofs++
	return m.proofs < mostSteps
}

// refused reports whether one keyword refuses a value.
func (m *maker) refused(n document.Node, word string, w document.Node, v gjson.Result, depth int) bool {
	switch word {
	case "$ref":
		target, err := m.set.Resolve(w, w.Text())
		return err == nil && m.refuses(target, v, depth+1)
	case "type":
		return !slices.ContainsFunc(typesOf(w, n), func(t string) bool { return isType(v, t) })
	case "const":
		return !alike(v, w.Value)
	case "enum":
		null := v.Type == gjson.Null && n.Get("nullable").Value.Type == gjson.True
		return w.Value.IsArray() && !null && !slices.ContainsFunc(w.Value.Array(), func(one gjson.Result) bool { return alike(v, one) })
	case "required":
		return v.IsObject() && m.lacks(w, v)
	case "properties":
		return v.IsObject() && w.Value.IsObject() && m.wrongMember(w, v, depth)
	case "additionalProperties":
		return v.IsObject() && w.Value.Type == gjson.False && !n.Get("patternProperties").Exists() && stranger(n.Get("properties"), v)
	case "allOf":
		return w.Value.IsArray() && m.count(w, v, depth) > 0
	case "anyOf", "oneOf":
		return w.Value.IsArray() && m.count(w, v, depth) == len(w.Value.Array()) && len(w.Value.Array()) > 0
	}
	return false
}

// count is how many schemas of a list refuse a value.
func (m *maker) count(list document.Node, v gjson.Result, depth int) (n int) {
	list.Each(func(_ string, one document.Node) bool {
		if m.refuses(one, v, depth+1) {
			n++
		}
		return m.prove()
	})
	return n
}

// isType knows the seven types only: of others nobody can tell.
func isType(v gjson.Result, typ string) bool {
	switch typ {
	case "object", "array", "string", "null", "boolean", "number":
		return kind(v) == typ
	case "integer":
		return kind(v) == "number" && v.Num == math.Trunc(v.Num)
	}
	return true
}

// alike reports whether two values may be the same.
func alike(a, b gjson.Result) bool {
	switch kind(a) {
	case "object", "array":
		return kind(a) == kind(b)
	case "number":
		return kind(b) == "number" && a.Num == b.Num
	}
	return same(a, b)
}

func (m *maker) lacks(required document.Node, v gjson.Result) bool {
	names := v.Map()
	seen, missing := map[string]bool{}, false
	sound := required.Value.IsArray()
	required.Each(func(_ string, name document.Node) bool {
		_, there := names[name.Text()]
		sound = sound && name.Value.Type == gjson.String && !seen[name.Text()]
		seen[name.Text()], missing = true, missing || !there
		return sound && m.prove()
	})
	return sound && missing
}

func (m *maker) wrongMember(properties document.Node, v gjson.Result, depth int) (wrong bool) {
	members := v.Map()
	properties.Each(func(name string, schema document.Node) bool {
		if member, there := members[name]; there {
			wrong = m.refuses(schema, member, depth+1)
		}
		return !wrong && m.prove()
	})
	return wrong
}

// stranger reports whether an object has a member that is not described.
func stranger(properties document.Node, v gjson.Result) (found bool) {
	v.ForEach(func(name, _ gjson.Result) bool {
		found = !properties.Get(name.Str).Exists()
		return !found
	})
	return found
}

// Accepts reports whether a schema takes a text, as far as its own keywords say
// so; sure is false where they say more than can be seen here.
func Accepts(n document.Node, text string) (yes, sure bool) {
	yes, sure = true, n.Value.IsObject()
	n.Each(func(word string, v document.Node) bool {
		switch word {
		case "title", "description", "format", "default", "example", "examples", "nullable", "deprecated", "readOnly", "writeOnly":
		case "type":
			yes = yes && slices.Contains(typesOf(v, n), "string")
		case "const":
			yes = yes && v.Text() == text
		case "enum":
			yes = yes && slices.ContainsFunc(v.Value.Array(), func(one gjson.Result) bool { return one.Type == gjson.String && one.Str == text })
		default:
			sure = sure && len(word) > 2 && word[:2] == "x-"
		}
		return true
	})
	return yes, sure
}
