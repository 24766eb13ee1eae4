// Package ruler reads rules of AWS Event Ruler, by which a subscription chooses
// its events, and matches payloads with them. That event_ruler holds such a rule
// is documented by UltraCart, the rules themselves by AWS.
package ruler

import (
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"slices"
	"strings"

	"tacklebox/mock/ultracart/jsontree"
)

// Rule is the members of a rule object, which must all match: a member is either
// an object again or a list of conditions of which one must match. Any element of
// an array in the payload may match, and members of one object in a rule must
// match in the same element.
type Rule struct {
	fields  []field
	choices [][]*Rule // each $or
}

type field struct {
	name  string
	below *Rule       // or
	tests []condition // one must hold
}

// condition is one entry of a list. absent is {"exists": false}, which is about
// the whole event instead of a value.
type condition struct {
	absent bool
	holds  func(leaf *jsontree.Node) bool
}

// Parse reads a rule; the error is worded for the provider's message.
func Parse(text []byte) (*Rule, error) {
	n, err := jsontree.Parse(text)
	if err != nil {
		return nil, err
	}
	return ruleOf(n)
}

// ruleOf reads a rule object; an empty one is refused, as AWS refuses it.
func ruleOf(n *jsontree.Node) (*Rule, error) {
	if n.Kind != jsontree.Object {
		return nil, errors.New("it is not a JSON object")
	}
	if len(n.Members) == 0 {
		return nil, errors.New("an object is empty")
	}
	r := &Rule{}
	for _, m := range n.Members {
		if err := r.add(m); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// add reads one member: alternatives, a deeper object, or a list of conditions.
func (r *Rule) add(m jsontree.Member) error {
	switch {
	case m.Name == "$or":
		choice, err := choiceOf(m.Value)
		r.choices = append(r.choices, choice)
		return err
	case m.Value.Kind == jsontree.Object:
		below, err := ruleOf(m.Value)
		r.fields = append(r.fields, field{name: m.Name, below: below})
		return err
	case m.Value.Kind != jsontree.Array:
		return fmt.Errorf("%q must be an object or an array", m.Name)
	case len(m.Value.Items) == 0:
		return fmt.Errorf("the array of %q is empty", m.Name)
	}
	f := field{name: m.Name}
	for _, it := range m.Value.Items {
		c, err := conditionOf(it)
		if err != nil {
			return fmt.Errorf("%q: %w", m.Name, err)
		}
		f.tests = append(f.tests, c)
	}
	r.fields = append(r.fields, f)
	return nil
}

// choiceOf reads the rules of an $or.
func choiceOf(n *jsontree.Node) ([]*Rule, error) {
	if n.Kind != jsontree.Array || len(n.Items) == 0 {
		return nil, errors.New(`"$or" must be an array of objects`)
	}
	var all []*Rule
	for _, it := range n.Items {
		r, err := ruleOf(it)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// conditionOf reads a value to be met or an object with one operator.
func conditionOf(n *jsontree.Node) (condition, error) {
	switch n.Kind {
	case jsontree.Array:
		return condition{}, errors.New("an array stands within an array")
	case jsontree.Object:
		if len(n.Members) != 1 {
			return condition{}, errors.New("a condition must have exactly one operator")
		}
		return operator(n.Members[0].Name, n.Members[0].Value)
	}
	return condition{holds: exactly(n)}, nil
}

// operator reads a condition that is written as an object with one member.
func operator(name string, arg *jsontree.Node) (c condition, err error) {
	switch name {
	case "exists":
		if arg.Kind != jsontree.Bool {
			return c, errors.New(`"exists" must be true or false`)
		}
		return condition{absent: !arg.Truth, holds: func(*jsontree.Node) bool { return true }}, nil
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
func textual(name string, arg *jsontree.Node) (func(*jsontree.Node) bool, error) {
	fold := false
	if arg.Kind == jsontree.Object && (name == "prefix" || name == "suffix") && len(arg.Members) == 1 && arg.Members[0].Name == "equals-ignore-case" {
		arg, fold = arg.Members[0].Value, true
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
	if arg.Kind != jsontree.String {
		return nil, fmt.Errorf("%q must be a string", name)
	}
	with := arg.Text
	if name == "wildcard" && strings.Contains(with, "**") {
		return nil, errors.New(`"wildcard" has two * in a row`)
	}
	if fold {
		with = strings.ToLower(with)
	}
	return func(v *jsontree.Node) bool {
		value := v.Text
		if fold {
			value = strings.ToLower(value)
		}
		return v.Kind == jsontree.String && compare(value, with)
	}, nil
}

// exactly compares a value as it stands; numbers by their worth.
func exactly(want *jsontree.Node) func(*jsontree.Node) bool {
	worth := amount(want)
	return func(v *jsontree.Node) bool {
		switch {
		case v.Kind != want.Kind:
			return false
		case v.Kind == jsontree.Number:
			have := amount(v)
			return have != nil && worth != nil && have.Cmp(worth) == 0
		case v.Kind == jsontree.Bool:
			return v.Truth == want.Truth
		}
		return v.Text == want.Text
	}
}

// amount is the worth of a number, nil when it is none or out of any reason:
// exponents beyond three digits would be slow to expand.
func amount(n *jsontree.Node) *big.Rat {
	const most = 64
	if n.Kind != jsontree.Number || len(n.Text) > most {
		return nil
	}
	if i := strings.IndexAny(n.Text, "eE"); i >= 0 && len(n.Text)-i > 5 {
		return nil
	}
	r, ok := new(big.Rat).SetString(n.Text)
	if !ok {
		return nil
	}
	return r
}

// anythingBut takes a value, a list of values, or one operator on texts, whose
// argument may be a list too.
func anythingBut(arg *jsontree.Node) (func(*jsontree.Node) bool, error) {
	var not []func(*jsontree.Node) bool
	items := []*jsontree.Node{arg}
	read := func(n *jsontree.Node) (func(*jsontree.Node) bool, error) { return exactly(n), nil }
	if arg.Kind == jsontree.Object {
		if len(arg.Members) != 1 {
			return nil, errors.New(`"anything-but" must have one operator`)
		}
		name := arg.Members[0].Name
		items = []*jsontree.Node{arg.Members[0].Value}
		read = func(n *jsontree.Node) (func(*jsontree.Node) bool, error) { return textual(name, n) }
	}
	if items[0].Kind == jsontree.Array {
		items = items[0].Items
	}
	if len(items) == 0 {
		return nil, errors.New(`"anything-but" has an empty list`)
	}
	for _, it := range items {
		test, err := read(it)
		if err == nil && it.Kind != jsontree.String && it.Kind != jsontree.Number && (it.Kind != jsontree.Object || arg.Kind != jsontree.Object) {
			err = errors.New(`"anything-but" wants strings or numbers`)
		}
		if err != nil {
			return nil, err
		}
		not = append(not, test)
	}
	return func(v *jsontree.Node) bool {
		return !slices.ContainsFunc(not, func(test func(*jsontree.Node) bool) bool { return test(v) })
	}, nil
}

// numeric reads [">", 0, "<=", 5]: pairs that must all hold.
func numeric(arg *jsontree.Node) (func(*jsontree.Node) bool, error) {
	wrong := errors.New(`"numeric" wants pairs of =, <, <=, > or >= and a number`)
	if arg.Kind != jsontree.Array || len(arg.Items) == 0 || len(arg.Items)%2 != 0 {
		return nil, wrong
	}
	type bound struct {
		fine []int // results of Cmp
		with *big.Rat
	}
	signs := map[string][]int{"=": {0}, "<": {-1}, "<=": {-1, 0}, ">": {1}, ">=": {0, 1}}
	var bounds []bound
	for i := 0; i < len(arg.Items); i += 2 {
		fine := signs[arg.Items[i].Text]
		with := amount(arg.Items[i+1])
		if arg.Items[i].Kind != jsontree.String || fine == nil || with == nil {
			return nil, wrong
		}
		bounds = append(bounds, bound{fine, with})
	}
	return func(v *jsontree.Node) bool {
		have := amount(v)
		return have != nil && !slices.ContainsFunc(bounds, func(b bound) bool { return !slices.Contains(b.fine, have.Cmp(b.with)) })
	}, nil
}

// cidr matches texts that are addresses in a block.
func cidr(arg *jsontree.Node) (func(*jsontree.Node) bool, error) {
	block, err := netip.ParsePrefix(arg.Text)
	if arg.Kind != jsontree.String || err != nil {
		return nil, errors.New(`"cidr" wants a block such as 192.0.2.0/24`)
	}
	return func(v *jsontree.Node) bool {
		addr, err := netip.ParseAddr(v.Text)
		return err == nil && v.Kind == jsontree.String && block.Contains(addr)
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
