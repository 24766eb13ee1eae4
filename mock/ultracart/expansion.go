package ultracart

import (
	"strings"

	"tacklebox/mock/ultracart/jsontree"
)

// requested returns the names of a comma-separated list and their ancestors
// (payment.transaction brings payment); unknown names do no harm.
func requested(list string) map[string]bool {
	names := map[string]bool{}
	for _, name := range strings.Split(list, ",") {
		name = strings.TrimSpace(name)
		for name != "" {
			names[name] = true
			i := strings.LastIndexByte(name, '.')
			name = name[:max(i, 0)]
		}
	}
	return names
}

// fill gives the payload the requested parts that its sample lacks: each path is
// walked, the first missing member is copied from the full object, and lists
// end the walk.
func (c *category) fill(payload *jsontree.Node, want map[string]bool) {
	for _, x := range c.expansions {
		if want[x.Name] {
			fillPath(payload, c.full, x.path)
		}
	}
}

// fillPath walks one path in both objects until the first member that only the
// source has.
func fillPath(at, source *jsontree.Node, path []step) {
	for _, s := range path {
		if at.Kind != jsontree.Object {
			return
		}
		next, more := at.Get(s.name), source.Get(s.name)
		if next == nil {
			if more != nil {
				at.Set(s.name, more.Clone())
			}
			return
		}
		if s.list {
			return
		}
		at, source = next, more
	}
}

// cut removes the parts that were not requested, and objects that this empties.
func (c *category) cut(payload *jsontree.Node, want map[string]bool) {
	for _, x := range c.expansions {
		if !want[x.Name] {
			cutPath(payload, x.path)
		}
	}
}

// cutPath removes the value at a path and reports whether that emptied n.
func cutPath(n *jsontree.Node, path []step) (emptied bool) {
	s := path[0]
	value := n.Get(s.name)
	switch {
	case value == nil:
		return false
	case len(path) == 1:
		n.Remove(s.name)
	case s.list:
		for _, it := range value.Items {
			cutPath(it, path[1:])
		}
		return false
	case cutPath(value, path[1:]):
		n.Remove(s.name)
	}
	return len(n.Members) == 0
}
