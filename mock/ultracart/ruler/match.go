package ruler

import (
	"slices"

	"tacklebox/mock/ultracart/jsontree"
)

// Matches reports whether an event satisfies the rule.
func (r *Rule) Matches(event *jsontree.Node) bool { return r.in(event, event, nil) }

// in matches the rule against one object of the event, nil when there is none
// at its place; path leads to it.
func (r *Rule) in(event, object *jsontree.Node, path []string) bool {
	for _, f := range r.fields {
		if !f.in(event, object, append(slices.Clone(path), f.name)) {
			return false
		}
	}
	for _, choice := range r.choices {
		if !slices.ContainsFunc(choice, func(one *Rule) bool { return one.in(event, object, path) }) {
			return false
		}
	}
	return true
}

// in matches one member of the rule: below an object, or one of its conditions
// against the values there.
func (f field) in(event, object *jsontree.Node, path []string) bool {
	values := elements(object.Get(f.name))
	if f.below != nil {
		objects := slices.DeleteFunc(values, func(n *jsontree.Node) bool { return n.Kind != jsontree.Object })
		if len(objects) == 0 {
			return f.below.in(event, nil, path) // only {"exists": false} can hold there
		}
		return slices.ContainsFunc(objects, func(n *jsontree.Node) bool { return f.below.in(event, n, path) })
	}
	return slices.ContainsFunc(f.tests, func(c condition) bool {
		if c.absent {
			return !present(event, path)
		}
		return slices.ContainsFunc(values, func(n *jsontree.Node) bool { return n.Kind != jsontree.Object && c.holds(n) })
	})
}

// elements opens arrays, and arrays in them: what is left are values and objects.
func elements(n *jsontree.Node) []*jsontree.Node {
	if n == nil {
		return nil
	}
	if n.Kind != jsontree.Array {
		return []*jsontree.Node{n}
	}
	var all []*jsontree.Node
	for _, it := range n.Items {
		all = append(all, elements(it)...)
	}
	return all
}

// present reports whether any value stands at a path; objects are no values
// (documented by AWS: exists works on leaves only).
func present(n *jsontree.Node, path []string) bool {
	for _, v := range elements(n) {
		if len(path) == 0 {
			if v.Kind != jsontree.Object {
				return true
			}
			continue
		}
		if next := v.Get(path[0]); next != nil && present(next, path[1:]) {
			return true
		}
	}
	return false
}
