package ultracart

import (
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"slices"
	"strings"
)

// A rule of AWS Event Ruler over a payload (documented by UltraCart that
// event_ruler holds one, the rules themselves by AWS): an object whose members
// must all match; a member is either an object again or a list of conditions of
// which one must match; any element of an array in the payload may match, and
// members of one object in a rule must match in the same element.

// rule is the members of a rule object.
type rule struct {
	fields  []field
	choices [][]*rule // each $or
}

type field struct {
	name  string
	below *rule       // or
	tests []condition // one must hold
}

// condition is one entry of a list. absent is {"exists": false}, which is about
// the whole event instead of a value.
type condition struct {
	absent bool
	holds  func(leaf *node) bool
}

// parseRule reads a rule; the error is worded for the provider's message.
func parseRule(text []byte) (*rule, error) {
	n, err := parse(text)
	if err != nil {
		return nil, err
	}
	return ruleOf(n)
}

// ruleOf reads a rule object; an empty one is refused, as AWS refuses it.
func ruleOf(n *node) (*rule, error) {
	if n.kind != objectKind {
		return nil, errors.New("it is not a JSON object")
	}
	if len(n.members) == 0 {
		return nil, errors.New("an object is empty")
	}
	r := &rule{}
	for _, m := range n.members {
		if err := r.add(m); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// add reads one member: alternatives, a deeper object, or a list of conditions.
func (r *rule) add(m member) error {
	switch {
	case m.name == "$or":
		choice, err := choiceOf(m.value)
		r.choices = append(r.choices, choice)
		return err
	case m.value.kind == objectKind:
		below, err := ruleOf(m.value)
		r.fields = append(r.fields, field{name: m.name, below: below})
		return err
	case m.value.kind != arrayKind:
		return fmt.Errorf("%q must be an object or an array", m.name)
	case len(m.value.items) == 0:
		return fmt.Errorf("the array of %q is empty", m.name)
	}
	f := field{name: m.name}
	for _, it := range m.value.items {
		c, err := conditionOf(it)
		if err != nil {
			return fmt.Errorf("%q: %w", m.name, err)
		}
		f.tests = append(f.tests, c)
	}
	r.fields = append(r.fields, f)
	return nil
}

// choiceOf reads the rules of an $or.
func choiceOf(n *node) ([]*rule, error) {
	if n.kind != arrayKind || len(n.items) == 0 {
		return nil, errors.New(`"$or" must be an array of objects`)
	}
	var all []*rule
	for _, it := range n.items {
		r, err := ruleOf(it)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// conditionOf reads a value to be met or an object with one operator.
func conditionOf(n *node) (condition, error) {
	switch n.kind {
	case arrayKind:
		return condition{}, errors.New("an array stands within an array")
	case objectKind:
		if len(n.members) != 1 {
			return condition{}, errors.New("a condition must have exactly one operator")
		}
		return operator(n.members[0].name, n.members[0].value)
	}
	return condition{holds: exactly(n)}, nil
}

// operator reads a condition that is written as an object with one member.
func operator(name string, arg *node) (c condition, err error) {
	switch name {
	case "exists":
		if arg.kind != boolKind {
			return c, errors.New(`"exists" must be true or false`)
		}
		return condition{absent: !arg.truth, holds: func(*node) bool { return true }}, nil
	case "anything-but":
		c.holds, err = anythingBut(arg)
	case "numeric":
		c.holds, err = numeric(arg)
	case "cidr":
		c.holds, err = cidr(arg)
	default:
		c.holds, err = textual(name, arg)
	}
	return c, err
}

// textual makes the operators that look at one text.
func textual(name string, arg *node) (func(*node) bool, error) {
	fold := false
	if arg.kind == objectKind && (name == "prefix" || name == "suffix") && len(arg.members) == 1 && arg.members[0].name == "equals-ignore-case" {
		arg, fold = arg.members[0].value, true
	}
	var compare func(value, with string) bool
	switch name {
	case "prefix":
		compare = strings.HasPrefix
	case "suffix":
		compare = strings.HasSuffix
	case "equals-ignore-case":
		compare = strings.EqualFold
	case "wildcard":
		compare = wildcard
	default:
		return nil, fmt.Errorf("unknown operator %q", name)
	}
	if arg.kind != stringKind {
		return nil, fmt.Errorf("%q must be a string", name)
	}
	with := arg.text
	if name == "wildcard" && strings.Contains(with, "**") {
		return nil, errors.New(`"wildcard" has two * in a row`)
	}
	if fold {
		with = strings.ToLower(with)
	}
	return func(v *node) bool {
		value := v.text
		if fold {
			value = strings.ToLower(value)
		}
		return v.kind == stringKind && compare(value, with)
	}, nil
}

// exactly compares a value as it stands; numbers by their worth.
func exactly(want *node) func(*node) bool {
	worth := amount(want)
	return func(v *node) bool {
		switch {
		case v.kind != want.kind:
			return false
		case v.kind == numberKind:
			have := amount(v)
			return have != nil && worth != nil && have.Cmp(worth) == 0
		case v.kind == boolKind:
			return v.truth == want.truth
		}
		return v.text == want.text
	}
}

// amount is the worth of a number, nil when it is none or out of any reason:
// exponents beyond three digits would be slow to expand.
func amount(n *node) *big.Rat {
	const most = 64
	if n.kind != numberKind || len(n.text) > most {
		return nil
	}
	if i := strings.IndexAny(n.text, "eE"); i >= 0 && len(n.text)-i > 5 {
		return nil
	}
	r, ok := new(big.Rat).SetString(n.text)
	if !ok {
		return nil
	}
	return r
}

// anythingBut takes a value, a list of values, or one operator on texts, whose
// argument may be a list too.
func anythingBut(arg *node) (func(*node) bool, error) {
	var not []func(*node) bool
	items := []*node{arg}
	read := func(n *node) (func(*node) bool, error) { return exactly(n), nil }
	if arg.kind == objectKind {
		if len(arg.members) != 1 {
			return nil, errors.New(`"anything-but" must have one operator`)
		}
		name := arg.members[0].name
		items = []*node{arg.members[0].value}
		read = func(n *node) (func(*node) bool, error) { return textual(name, n) }
	}
	if items[0].kind == arrayKind {
		items = items[0].items
	}
	if len(items) == 0 {
		return nil, errors.New(`"anything-but" has an empty list`)
	}
	for _, it := range items {
		test, err := read(it)
		if err == nil && it.kind != stringKind && it.kind != numberKind && (it.kind != objectKind || arg.kind != objectKind) {
			err = errors.New(`"anything-but" wants strings or numbers`)
		}
		if err != nil {
			return nil, err
		}
		not = append(not, test)
	}
	return func(v *node) bool {
		return !slices.ContainsFunc(not, func(test func(*node) bool) bool { return test(v) })
	}, nil
}

// numeric reads [">", 0, "<=", 5]: pairs that must all hold.
func numeric(arg *node) (func(*node) bool, error) {
	wrong := errors.New(`"numeric" wants pairs of =, <, <=, > or >= and a number`)
	if arg.kind != arrayKind || len(arg.items) == 0 || len(arg.items)%2 != 0 {
		return nil, wrong
	}
	type bound struct {
		fine []int // results of Cmp
		with *big.Rat
	}
	signs := map[string][]int{"=": {0}, "<": {-1}, "<=": {-1, 0}, ">": {1}, ">=": {0, 1}}
	var bounds []bound
	for i := 0; i < len(arg.items); i += 2 {
		fine := signs[arg.items[i].text]
		with := amount(arg.items[i+1])
		if arg.items[i].kind != stringKind || fine == nil || with == nil {
			return nil, wrong
		}
		bounds = append(bounds, bound{fine, with})
	}
	return func(v *node) bool {
		have := amount(v)
		return have != nil && !slices.ContainsFunc(bounds, func(b bound) bool { return !slices.Contains(b.fine, have.Cmp(b.with)) })
	}, nil
}

// cidr matches texts that are addresses in a block.
func cidr(arg *node) (func(*node) bool, error) {
	block, err := netip.ParsePrefix(arg.text)
	if arg.kind != stringKind || err != nil {
		return nil, errors.New(`"cidr" wants a block such as 192.0.2.0/24`)
	}
	return func(v *node) bool {
		addr, err := netip.ParseAddr(v.text)
		return err == nil && v.kind == stringKind && block.Contains(addr)
	}, nil
}

// wildcard compares with a pattern in which * stands for any text, \* and \\ for
// themselves. It needs no more than the product of both lengths.
func wildcard(value, pattern string) bool {
	parts := wildcardParts(pattern)
	if len(parts) == 1 {
		return value == parts[0]
	}
	rest, ok := strings.CutPrefix(value, parts[0])
	if !ok {
		return false
	}
	last := len(parts) - 1
	for _, p := range parts[1:last] {
		_, rest, ok = strings.Cut(rest, p)
		if !ok {
			return false
		}
	}
	return strings.HasSuffix(rest, parts[last])
}

// wildcardParts cuts a pattern at its stars.
func wildcardParts(pattern string) []string {
	parts := []string{""}
	for i := 0; i < len(pattern); i++ {
		switch {
		case pattern[i] == '*':
			parts = append(parts, "")
			continue
		case pattern[i] == '\\' && i+1 < len(pattern) && (pattern[i+1] == '*' || pattern[i+1] == '\\'):
			i++
		}
		parts[len(parts)-1] += pattern[i : i+1]
	}
	return parts
}
