package query

import (
	"strings"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/record"
)

// node is one part of a filter. byIndex and byBytes may say maybe; what they
// say otherwise must be what match says.
type node interface {
	match(e *journal.Entry) bool
	byIndex(seq uint64, m *record.Meta) record.Verdict
	byBytes(frame []byte) record.Verdict
	needsBody() bool
	why(e *journal.Entry) string // for an entry that does not match
	String() string              // in the language, for why
}

type allOf []node

func (n allOf) match(e *journal.Entry) bool {
	for _, term := range n {
		if !term.match(e) {
			return false
		}
	}
	return true
}

func (n allOf) byIndex(seq uint64, m *record.Meta) record.Verdict {
	v := record.Yes
	for _, term := range n {
		if v = min(v, term.byIndex(seq, m)); v == record.No {
			break
		}
	}
	return v
}

func (n allOf) byBytes(frame []byte) record.Verdict {
	v := record.Yes
	for _, term := range n {
		if v = min(v, term.byBytes(frame)); v == record.No {
			break
		}
	}
	return v
}

func (n allOf) needsBody() bool { return anyNeedsBody(n) }

func (n allOf) why(e *journal.Entry) string {
	var parts []string
	for _, term := range n {
		if !term.match(e) {
			parts = append(parts, term.why(e))
		}
	}
	return strings.Join(parts, " and ")
}

func (n allOf) String() string { return "(" + join(n, " ") + ")" }

type anyOf []node

func (n anyOf) match(e *journal.Entry) bool {
	for _, term := range n {
		if term.match(e) {
			return true
		}
	}
	return false
}

func (n anyOf) byIndex(seq uint64, m *record.Meta) record.Verdict {
	v := record.No
	for _, term := range n {
		if v = max(v, term.byIndex(seq, m)); v == record.Yes {
			break
		}
	}
	return v
}

func (n anyOf) byBytes(frame []byte) record.Verdict {
	v := record.No
	for _, term := range n {
		if v = max(v, term.byBytes(frame)); v != record.No {
			break
		}
	}
	return v
}

func (n anyOf) needsBody() bool { return anyNeedsBody(n) }

func (n anyOf) why(e *journal.Entry) string {
	parts := make([]string, len(n))
	for i, term := range n {
		parts[i] = term.why(e)
	}
	return strings.Join(parts, ", ")
}

func (n anyOf) String() string { return "(" + join(n, " OR ") + ")" }

type not struct{ node }

func (n not) match(e *journal.Entry) bool { return !n.node.match(e) }

func (n not) byIndex(seq uint64, m *record.Meta) record.Verdict {
	return record.Yes - n.node.byIndex(seq, m)
}

func (n not) byBytes(frame []byte) record.Verdict { return record.Yes - n.node.byBytes(frame) }

func (n not) why(*journal.Entry) string { return "it matches " + n.node.String() }

func (n not) String() string { return "-" + n.node.String() }

func anyNeedsBody(terms []node) bool {
	for _, term := range terms {
		if term.needsBody() {
			return true
		}
	}
	return false
}

func join(terms []node, sep string) string {
	parts := make([]string, len(terms))
	for i, term := range terms {
		parts[i] = term.String()
	}
	return strings.Join(parts, sep)
}
