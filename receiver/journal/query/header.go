package query

import (
	"strings"
	"tacklebox/receiver/journal"
)

// headerTerm compares a header of the request or the response. Without a
// comparison it asks that the header is there.
type headerTerm struct {
	unindexed
	name string
	comparison
	trace
}

func (p *parser) header(t text) (node, error) {
	name, c, err := p.comparison(t, "header")
	if err != nil {
		return nil, err
	}
	if name.s == "" || strings.ContainsAny(name.s, " :\t\r\n") {
		return nil, p.errAt(t.pos(0), "for instance header.Content-Type=application/json", "the name of a header is missing")
	}
	return &headerTerm{name: name.s, comparison: c, trace: newTrace(name.s)}, nil
}

func (h *headerTerm) match(e *journal.Entry) bool {
	return h.any(h.values(e.Request)) || h.any(h.values(e.Response))
}

func (h *headerTerm) values(m *journal.Message) []string {
	if m == nil {
		return nil
	}
	return m.Headers.Values(h.name)
}

func (h *headerTerm) String() string { return "header." + operand(h.name) + h.comparison.String() }

func (h *headerTerm) why(e *journal.Entry) string {
	values := append(append([]string(nil), h.values(e.Request)...), h.values(e.Response)...)
	return differs("header "+h.name, brief(strings.Join(values, ", ")), h.wanted())
}
