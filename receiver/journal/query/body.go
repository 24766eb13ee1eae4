package query

import (
	"errors"
	"strings"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/body"
	"tacklebox/receiver/journal/record"
)

// bodyTerm compares a value in the body of the request or the response: of JSON
// by path, of a form by the name of its field.
type bodyTerm struct {
	unindexed
	path string
	comparison
	find body.Path
}

func (p *parser) body(t text) (node, error) {
	path, c, err := p.comparison(t, "body")
	if err != nil {
		return nil, err
	}
	if path.s == "" {
		return nil, p.errAt(t.pos(0), "for instance body.order.id=42", "the path into the body is missing")
	}
	find, err := body.ParsePath(path.s)
	var wrong *body.PathError
	if errors.As(err, &wrong) {
		return nil, p.errAt(path.pos(wrong.At), "for instance body.items.0.sku or body.items.#.sku", "%s", wrong.Msg)
	}
	return &bodyTerm{path: path.s, comparison: c, find: find}, nil
}

func (b *bodyTerm) match(e *journal.Entry) bool {
	return b.any(b.values(e.Request)) || b.any(b.values(e.Response))
}

func (b *bodyTerm) values(m *journal.Message) []string {
	v := body.Of(m)
	doc := v.Document()
	if len(doc) == 0 {
		return nil
	}
	return b.find.Find(doc)
}

// byBytes judges a record whose bodies are JSON as it stands by one pass over
// them, without decoding anything else. Before that it rules out those where what
// stands behind the last name of the path does not satisfy.
func (b *bodyTerm) byBytes(frame []byte) record.Verdict {
	request, response := record.Bodies(frame)
	if len(request)+len(response) == 0 {
		return record.No
	}
	if body.Foreign(record.HeadOf(frame)) {
		return record.Maybe
	}
	for _, raw := range [][]byte{request, response} {
		if len(raw) == 0 {
			continue
		}
		if !body.Plain(raw) || b.find.MayHold(raw, b.may) && b.any(b.find.Find(raw)) {
			return record.Maybe
		}
	}
	return record.No
}

// may reports whether a value that counts can satisfy the comparison.
func (b *bodyTerm) may(value string) bool { return b.op == "!=" || b.holds(value) }

func (b *bodyTerm) needsBody() bool { return true }

func (b *bodyTerm) String() string { return "body." + operand(b.path) + b.comparison.String() }

func (b *bodyTerm) why(e *journal.Entry) string {
	values := append(b.values(e.Request), b.values(e.Response)...)
	return differs("body."+b.path, brief(strings.Join(values, ", ")), b.wanted())
}
