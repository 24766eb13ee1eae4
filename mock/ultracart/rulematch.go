package ultracart

import "slices"

// matches reports whether an event satisfies the rule.
func (r *rule) matches(event *node) bool { return r.in(event, event, nil) }

// in matches the rule against one object of the event, nil when there is none
// at its place; path leads to it.
func (r *rule) in(event, object *node, path []string) bool {
	for _, f := range r.fields {
		if !f.in(event, object, append(slices.Clone(path), f.name)) {
			return false
		}
	}
	for _, choice := range r.choices {
		if !slices.ContainsFunc(choice, func(one *rule) bool { return one.in(event, object, path) }) {
			return false
		}
	}
	return true
}

// in matches one member of the rule: below an object, or one of its conditions
// against the values there.
func (f field) in(event, object *node, path []string) bool {
	values := elements(object.get(f.name))
	if f.below != nil {
		objects := slices.DeleteFunc(values, func(n *node) bool { return n.kind != objectKind })
		if len(objects) == 0 {
			return f.below.in(event, nil, path) // only {"exists": false} can hold there
		}
		return slices.ContainsFunc(objects, func(n *node) bool { return f.below.in(event, n, path) })
	}
	return slices.ContainsFunc(f.tests, func(c condition) bool {
		if c.absent {
			return !present(event, path)
		}
		return slices.ContainsFunc(values, func(n *node) bool { return n.kind != objectKind && c.holds(n) })
	})
}

// elements opens arrays, and arrays in them: what is left are values and objects.
func elements(n *node) []*node {
	if n == nil {
		return nil
	}
	if n.kind != arrayKind {
		return []*node{n}
	}
	var all []*node
	for _, it := range n.items {
		all = append(all, elements(it)...)
	}
	return all
}

// present reports whether any value stands at a path; objects are no values
// (documented by AWS: exists works on leaves only).
func present(n *node, path []string) bool {
	for _, v := range elements(n) {
		if len(path) == 0 {
			if v.kind != objectKind {
				return true
			}
			continue
		}
		if next := v.get(path[0]); next != nil && present(next, path[1:]) {
			return true
		}
	}
	return false
}
