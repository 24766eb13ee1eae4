package sample

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"tacklebox/mock/fromfile/document"
)

const (
	mostItems   = 1_000
	mostMembers = 5_000
)

// object writes the members that are described, and those that are only
// required. One that cannot end is left out unless it is required.
func (m *maker) object(s *shape, depth int) bool {
	m.out.WriteByte('{')
	count := 0
	for _, p := range s.properties {
		needed := s.required[p.name]
		if !needed && !m.rich(depth) {
			continue
		}
		if !m.member(s, p.name, p.schemas, depth, &count) && needed {
			return false
		}
	}
	for _, name := range s.needed {
		if !s.has(name) && !m.member(s, name, s.extra, depth, &count) {
			return false
		}
	}
	if !m.fill(s, depth, &count) {
		return false
	}
	m.out.WriteByte('}')
	return true
}

// fill adds members of other names where so many are wanted, or where nothing
// but such members is described.
func (m *maker) fill(s *shape, depth int, count *int) bool {
	want := s.minProps
	if len(s.extra) > 0 && len(s.properties) == 0 && m.rich(depth) {
		want = max(want, 1)
	}
	if want > mostMembers || s.closed && float64(*count) < want {
		return false
	}
	for i := 1; float64(*count) < want; i++ {
		name := "key" + strconv.Itoa(i)
		if s.has(name) {
			continue
		}
		if !m.member(s, name, s.extra, depth, count) {
			return float64(*count) >= s.minProps
		}
	}
	return true
}

// member writes one name and its value, or nothing.
func (m *maker) member(s *shape, name string, schemas []document.Node, depth int, count *int) bool {
	start := m.out.Len()
	if *count > 0 {
		m.out.WriteByte(',')
	}
	m.quote(name)
	m.out.WriteByte(':')
	fixed, known := s.fixed[name]
	if known && m.discriminated(schemas, fixed) {
		m.quote(fixed)
	} else if !m.value(schemas, depth+1) {
		m.out.Truncate(start)
		return false
	}
	*count++
	return true
}

// discriminated reports whether a member may have the value that a discriminator
// asks for: an enumeration that lacks it knows better.
func (m *maker) discriminated(schemas []document.Node, value string) bool {
	s := m.gather(schemas, nil)
	for _, v := range s.enum {
		if v.Str == value {
			return true
		}
	}
	return s.enum == nil
}

func (m *maker) quote(text string) {
	b, _ := json.Marshal(text) // a text always can be
	m.out.Write(b)
}

// array writes the listed items, then one or as many as are wanted.
func (m *maker) array(s *shape, depth int) bool {
	least := max(s.minItems, float64(len(s.contains)))
	want := least
	if m.rich(depth) {
		want = max(want, 1, float64(len(s.prefix)))
	}
	want = min(want, s.maxItems)
	if want > mostItems || want < least {
		return false
	}
	m.out.WriteByte('[')
	seen := map[string]bool{}
	made := 0
	for made < int(want) && m.item(s, made, depth, seen) {
		made++
	}
	if float64(made) < least {
		return false
	}
	m.out.WriteByte(']')
	return true
}

// item writes the next item; where items must differ it tries a few times.
func (m *maker) item(s *shape, at, depth int, seen map[string]bool) bool {
	schemas := s.items
	switch {
	case at < len(s.prefix):
		schemas = []document.Node{s.prefix[at]}
	case at-len(s.prefix) < len(s.contains):
		schemas = append(slices.Clone(schemas), s.contains[at-len(s.prefix)])
	}
	for range 16 {
		start := m.out.Len()
		if at > 0 {
			m.out.WriteByte(',')
		}
		content := m.out.Len()
		if !m.value(schemas, depth+1) {
			m.out.Truncate(start)
			return false
		}
		text := string(m.out.Bytes()[content:])
		if !s.unique || !seen[text] {
			seen[text] = true
			return true
		}
		m.out.Truncate(start)
		plain := m.plain
		m.plain = true // the example was used
		defer func() { m.plain = plain }()
	}
	return false
}

// number writes a number within the bounds, a small one where there are none.
func (m *maker) number(s *shape, whole bool) bool {
	low, high := s.min, s.max
	switch {
	case math.IsInf(low, -1) && math.IsInf(high, 1):
		low, high = 1, 1000
	case math.IsInf(low, -1):
		low = high - 1000
	case math.IsInf(high, 1):
		high = low + 1000
	}
	step := 0.01
	if whole {
		step = 1
	}
	for _, multiple := range s.multiples {
		if multiple > 0 {
			step = common(step, multiple, whole)
		}
	}
	first, past := math.Ceil(low/step), math.Floor(high/step)
	if s.openMin && first*step <= low {
		first++
	}
	if s.openMax && past*step >= high {
		past--
	}
	if past < first {
		return !whole && len(s.multiples) == 0 && m.between(s, low, high)
	}
	n := first + math.Floor(m.rng.Float64()*math.Min(past-first+1, 1<<40))
	m.float(n*step, whole || step == math.Trunc(step))
	return true
}

// common is a step that both of two steps divide, where it is found soon.
func common(a, b float64, whole bool) float64 {
	if a == 0.01 && !whole {
		return b
	}
	for i := 1.0; i <= 1000; i++ {
		if q := i * b / a; math.Abs(q-math.Round(q)) < 1e-9 {
			return i * b
		}
	}
	return a * b
}

// between writes a number of an interval that is narrower than the step.
func (m *maker) between(s *shape, low, high float64) bool {
	middle := low + (high-low)/2
	if middle < low || middle > high || s.openMin && middle == low || s.openMax && middle == high {
		return false
	}
	m.float(middle, false)
	return true
}

func (m *maker) float(f float64, whole bool) {
	const exact = 1 << 53
	if whole && math.Abs(f) < exact {
		m.out.WriteString(strconv.FormatInt(int64(f), 10))
		return
	}
	if rounded, err := strconv.ParseFloat(strconv.FormatFloat(f, 'f', 6, 64), 64); err == nil && math.Abs(rounded-f) < 1e-9 {
		f = rounded
	}
	b, err := json.Marshal(f)
	if err != nil {
		b = []byte("0")
	}
	m.out.Write(b)
}
