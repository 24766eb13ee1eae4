// Package sample makes example values of JSON Schemas. The same schema and the
// same seed give the same bytes. It is bounded: whatever a schema says, the
// answer comes after a limited number of steps.
package sample

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/tidwall/gjson"

	"tacklebox/mock/fromfile/document"
)

// Bounds of one sample.
const (
	mostSteps  = 300_000 // keywords and values looked at; beyond, nothing more is tried
	richValues = 2_000   // values after which only what is required is made
	mostBytes  = 1 << 20
	richDepth  = 10 // nesting below which only what is required is made
	mostDepth  = 64
	attempts   = 12 // samples made until one passes the check
)

// Sample is a value and what could not be respected in making it.
type Sample struct {
	JSON  []byte
	Notes []string
	OK    bool // the check passed, or there was none
}

// Make makes a value of a schema. check, when not nil, decides whether it is
// right where that is not certain by how it was made: several ways of making one
// are tried until it says so.
func Make(set *document.Set, schema document.Node, seed uint64, check func([]byte) bool) Sample {
	var best *Sample
	for i := range attempts {
		m := newMaker(set, seed, i)
		s := m.sample(schema)
		if s.OK && (check == nil || !m.doubt && m.left > 0 || check(s.JSON)) && !m.loose {
			return s
		}
		if best == nil || s.OK && !best.OK {
			s.Notes = append(s.Notes, first(best).Notes...)
			best = &s
		}
		if m.left <= 0 {
			break // no other way will be shorter
		}
	}
	if check != nil {
		best.Notes = append(best.Notes, "the sample does not fit its own schema")
	}
	best.OK = false
	return *best
}

func first(s *Sample) Sample {
	if s == nil {
		return Sample{}
	}
	return *s
}

// newMaker sets up the i-th attempt: first as the schema is written, then with
// other choices, with less, and at last without minding contradictions.
func newMaker(set *document.Set, seed uint64, i int) *maker {
	return &maker{set: set, rng: rand.New(rand.NewPCG(seed, uint64(i))), left: mostSteps, active: map[place]bool{},
		plain: i%2 == 1, vary: i > 1, lean: i > 7 && i < attempts-1, loose: i == attempts-1}
}

// maker is one attempt.
type maker struct {
	set    *document.Set
	rng    *rand.Rand
	out    bytes.Buffer
	left   int            // steps
	values int            // made so far
	active map[place]bool // references that are being followed on the way down
	plain  bool           // examples within the schema are not used
	vary   bool           // alternatives are chosen by chance, not the first
	lean   bool           // only what is required
	loose  bool           // of types that contradict each other one is taken
	doubt  bool           // that the value fits is not certain
	proofs int            // steps of finding that out
	notes  []string
}

// place is where a schema stands: what makes two the same.
type place struct {
	doc   *document.Document
	index int
}

func (m *maker) sample(schema document.Node) Sample {
	ok := m.value([]document.Node{schema}, 0)
	if !ok {
		m.out.Reset()
		m.out.WriteString("null")
		if m.left <= 0 {
			m.note("the schema is too large: the search for a sample was ended")
		} else {
			m.note("no value ends: the schema contradicts itself or refers to itself without end")
		}
	}
	return Sample{JSON: m.out.Bytes(), Notes: m.notes, OK: ok}
}

func (m *maker) note(format string, args ...any) {
	const most = 20
	if text := fmt.Sprintf(format, args...); len(m.notes) < most && !slices.Contains(m.notes, text) {
		m.notes = append(m.notes, text)
	}
}

// step counts work; false when there was enough.
func (m *maker) step() bool {
	m.left--
	return m.left > 0
}

// value writes a value that fits all schemas of a list at once; false, and
// nothing written, when there is none that ends.
func (m *maker) value(schemas []document.Node, depth int) bool {
	if depth > mostDepth || m.out.Len() > mostBytes || !m.step() {
		return false
	}
	choice := []int{}
	for range 24 { // choices of alternatives that are tried
		s := m.gather(schemas, choice)
		if s.possible() && m.write(s, depth) {
			return true
		}
		if choice = s.next(); choice == nil || m.left <= 0 {
			return false
		}
	}
	return false
}

// write writes a value of a shape, with its references marked as followed.
func (m *maker) write(s *shape, depth int) bool {
	for _, at := range s.refs {
		m.active[at] = true
	}
	defer func() {
		for _, at := range s.refs {
			delete(m.active, at)
		}
	}()
	start := m.out.Len()
	m.values++
	if !m.writeGiven(s) && !m.writeMade(s, depth) {
		m.out.Truncate(start)
		return false
	}
	m.doubt = m.doubt || !s.trusts() || len(s.others) > 0 && !m.single(s, m.out.Bytes()[start:])
	return true
}

// writeGiven takes a constant, a member of an enumeration or an example.
func (m *maker) writeGiven(s *shape) bool {
	var fitting []gjson.Result
	list := s.enum
	if list == nil && !m.plain {
		list = s.examples
	}
	for _, v := range list {
		if s.takes(v) {
			fitting = append(fitting, v)
		}
	}
	if len(fitting) == 0 {
		return false
	}
	if full := slices.DeleteFunc(slices.Clone(fitting), func(v gjson.Result) bool { return v.Type == gjson.Null }); len(full) > 0 {
		fitting = full
	}
	pick := 0
	if s.enum != nil && len(fitting) > 1 {
		pick = m.rng.IntN(len(fitting))
	}
	m.doubt = m.doubt || !s.proven(fitting[pick])
	return compact(&m.out, fitting[pick].Raw)
}

// writeMade makes a value of the first type that works.
func (m *maker) writeMade(s *shape, depth int) bool {
	if s.enum != nil {
		return false
	}
	types := s.order()
	if m.vary && len(types) > 1 && types[1] != "null" {
		types[0], types[1] = types[1], types[0]
	}
	for _, typ := range types {
		start := m.out.Len()
		ok := false
		switch typ {
		case "object":
			ok = m.object(s, depth)
		case "array":
			ok = m.array(s, depth)
		case "string":
			ok = m.text(s)
		case "integer", "number":
			ok = m.number(s, typ == "integer")
		case "boolean":
			ok = true
			m.out.WriteString([]string{"true", "false"}[m.rng.IntN(2)])
		case "null":
			ok = true
			m.out.WriteString("null")
		}
		if ok {
			return true
		}
		m.out.Truncate(start)
	}
	return false
}

// rich reports whether more than what is required may be made.
func (m *maker) rich(depth int) bool {
	return !m.lean && depth < richDepth && m.values < richValues && m.left > mostSteps/4
}
