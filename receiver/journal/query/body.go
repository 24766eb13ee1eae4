package query

import (
	"bytes"
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
	find  body.Path
	first []byte // a name that every JSON body with the path has in it, nil: unknown
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
	return &bodyTerm{path: path.s, comparison: c, find: find, first: firstName(path.s)}, nil
}

// firstName is the leading object member of a path, where that is plain to see.
func firstName(path string) []byte {
	n := strings.IndexFunc(path, func(r rune) bool {
		return r != '_' && r != '-' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if n < 0 {
		n = len(path)
	}
	if n == 0 || n < len(path) && path[n] != '.' {
		return nil
	}
	return []byte(`"` + path[:n] + `"`)
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
// them, without decoding anything else. Before that it rules out what has neither
// the name nor the value in it.
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
		if !body.Plain(raw) || !b.ruledOut(raw) && b.any(b.find.Find(raw)) {
			return record.Maybe
		}
	}
	return record.No
}

func (b *bodyTerm) ruledOut(raw []byte) bool {
	if bytes.IndexByte(raw, '\\') >= 0 {
		return false
	}
	if b.first != nil && !bytes.Contains(raw, b.first) {
		return true
	}
	return b.op == "=" && b.literal() && !bytes.Contains(raw, []byte(b.value))
}

// literal reports whether an equal value must be spelled like ours: not when it
// is a number (1.0, 1e0), and not when it may be a whole object or list.
func (b *bodyTerm) literal() bool {
	return !b.isNum && b.value != "" && !strings.ContainsAny(b.value, "{}[]") && !strings.Contains(b.path, "#")
}

func (b *bodyTerm) needsBody() bool { return true }

func (b *bodyTerm) String() string { return "body." + operand(b.path) + b.comparison.String() }

func (b *bodyTerm) why(e *journal.Entry) string {
	values := append(b.values(e.Request), b.values(e.Response)...)
	return differs("body."+b.path, brief(strings.Join(values, ", ")), b.wanted())
}
