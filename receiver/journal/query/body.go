package query

import (
	"bytes"
	"encoding/json"
	"strings"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/record"

	"github.com/tidwall/gjson"
)

// bodyTerm compares a value in a JSON body of the request or the response.
type bodyTerm struct {
	plain
	path string
	comparison
	first []byte // a name that every body with the path has in it, nil: unknown
}

func (p *parser) body(t text) (node, error) {
	path, c, err := p.comparison(t, "body")
	if err != nil {
		return nil, err
	}
	if path.s == "" {
		return nil, p.errAt(t.pos(0), "for instance body.order.id=42", "the path into the body is missing")
	}
	if i := strings.Index(path.s, "@fromstr"); i >= 0 {
		return nil, p.errAt(path.pos(i), "a path without it", "@fromstr is not supported: it opens text that nobody checked")
	}
	return &bodyTerm{path: path.s, comparison: c, first: firstName(path.s)}, nil
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

// values looks the path up. Before any parsing it rules out bodies that cannot
// have the name or the value: in a body without escapes they would stand there.
func (b *bodyTerm) values(m *journal.Message) []string {
	body := m.Content()
	if len(body) == 0 || b.ruledOut(body) || !journal.Shallow(body) || !json.Valid(body) {
		return nil
	}
	r := gjson.GetBytes(body, b.path)
	if !r.Exists() {
		return nil
	}
	if !r.IsArray() {
		return []string{r.String()}
	}
	var list []string
	for _, v := range r.Array() {
		list = append(list, v.String())
	}
	return list
}

// byBytes judges both bodies at once: what neither has is not in one of them.
func (b *bodyTerm) byBytes(frame []byte) record.Verdict {
	if bodies := record.BodiesOf(frame); len(bodies) == 0 || b.ruledOut(bodies) {
		return record.No
	}
	return record.Maybe
}

func (b *bodyTerm) ruledOut(body []byte) bool {
	if bytes.IndexByte(body, '\\') >= 0 {
		return false
	}
	if b.first != nil && !bytes.Contains(body, b.first) {
		return true
	}
	return b.op == "=" && b.literal() && !bytes.Contains(body, []byte(b.value))
}

// literal reports whether an equal value must be spelled like ours: not when it
// is a number (1.0, 1e0), and not when it may be a whole object or list.
func (b *bodyTerm) literal() bool {
	return !b.isNum && b.value != "" && !strings.ContainsAny(b.value, "{}[]") && !strings.ContainsAny(b.path, "@!#|*?")
}

func (b *bodyTerm) needsBody() bool { return true }

func (b *bodyTerm) String() string { return "body." + operand(b.path) + b.comparison.String() }

func (b *bodyTerm) why(e *journal.Entry) string {
	look := &bodyTerm{path: b.path} // without the value, so that nothing is ruled out by it
	values := append(look.values(e.Request), look.values(e.Response)...)
	return differs("body."+b.path, brief(strings.Join(values, ", ")), b.wanted())
}
