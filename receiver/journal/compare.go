package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// maxDepth is the nesting of a body that paths are looked up in. gjson recurses
// without bound of its own.
const maxDepth = 512

// comparison is an operator and its value; op "" asks only that there is one.
type comparison struct {
	op     string
	value  string
	number float64
	isNum  bool
	re     *regexp.Regexp
}

// comparison splits t into what is compared and how.
func (p *parser) comparison(t text, what string) (left text, c comparison, err error) {
	i := t.index("=!<>~")
	if i < 0 {
		return t, c, nil
	}
	left = t.head(i)
	n := 1
	if i+1 < len(t.s) && t.s[i+1] == '=' && !t.quoted[i+1] && t.s[i] != '~' {
		n = 2
	}
	c.op = strings.Replace(t.s[i:i+n], "==", "=", 1)
	right := t.sub(i + n)
	c.value = right.s
	switch c.op {
	case "!":
		return left, c, p.errAt(t.pos(i), "= != > >= < <= or ~", "unknown comparison \"!\"")
	case "~":
		if c.re, err = regexp.Compile(c.value); err != nil {
			return left, c, p.errAt(right.pos(0), "a regular expression of Go (RE2)", "%s: %s", what, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		}
		return left, c, nil
	}
	c.number, err = strconv.ParseFloat(c.value, 64)
	c.isNum = err == nil
	if strings.ContainsAny(c.op, "<>") && c.value == "" {
		return left, c, p.errAt(right.pos(0), "a number or a text behind "+c.op, "%s: a value is missing", what)
	}
	return left, c, nil
}

// holds compares a text; numbers compare as numbers where both are.
func (c *comparison) holds(got string) bool {
	switch c.op {
	case "":
		return true
	case "~":
		return c.re.MatchString(got)
	}
	order := strings.Compare(got, c.value)
	if c.isNum && order != 0 {
		if f, err := strconv.ParseFloat(got, 64); err == nil {
			order = compareFloat(f, c.number)
		} else if c.op != "=" && c.op != "!=" {
			return false // a text is neither above nor below a number
		}
	}
	switch c.op {
	case "=":
		return order == 0
	case "!=":
		return order != 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	case "<":
		return order < 0
	}
	return order <= 0
}

func compareFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// any reports whether one of several values satisfies c; != has to hold for all.
func (c *comparison) any(values []string) bool {
	for _, v := range values {
		if c.holds(v) != (c.op == "!=") {
			return c.op != "!="
		}
	}
	return c.op == "!=" && len(values) > 0
}

func (c *comparison) String() string {
	if c.op == "" {
		return ""
	}
	return c.op + quoted(c.value)
}

// wanted words c for why.
func (c *comparison) wanted() string {
	switch c.op {
	case "":
		return "any"
	case "=":
		return quoted(c.value)
	}
	return c.String()
}

// headerTerm compares a header of the request or the response. Without a
// comparison it asks that the header is there.
type headerTerm struct {
	plain
	name string
	comparison
}

func (p *parser) header(t text) (node, error) {
	name, c, err := p.comparison(t, "header")
	if err != nil {
		return nil, err
	}
	if name.s == "" || strings.ContainsAny(name.s, " :\t\r\n") {
		return nil, p.errAt(t.pos(0), "for instance header.Content-Type=application/json", "the name of a header is missing")
	}
	return &headerTerm{name: name.s, comparison: c}, nil
}

func (h *headerTerm) match(e *Entry) bool {
	return h.any(h.values(e.Request)) || h.any(h.values(e.Response))
}

func (h *headerTerm) values(m *Message) []string {
	if m == nil {
		return nil
	}
	var all []string
	for name, v := range m.Headers { // names are kept as they were spelled on the wire
		if asciiFold(name, h.name) {
			all = append(all, v...)
		}
	}
	return all
}

func (h *headerTerm) String() string { return "header." + h.name + h.comparison.String() }

func (h *headerTerm) why(e *Entry) string {
	values := append(append([]string(nil), h.values(e.Request)...), h.values(e.Response)...)
	return differs("header "+h.name, brief(strings.Join(values, ", ")), h.wanted())
}

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

func (b *bodyTerm) match(e *Entry) bool {
	return b.any(b.values(e.Request)) || b.any(b.values(e.Response))
}

// values looks the path up. Before any parsing it rules out bodies that cannot
// have the name or the value: in a body without escapes they would stand there.
func (b *bodyTerm) values(m *Message) []string {
	body := m.body()
	if len(body) == 0 || b.ruledOut(body) || !shallow(body) || !json.Valid(body) {
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

// shallow reports whether no bracket of body is nested deeper than maxDepth.
func shallow(body []byte) bool {
	depth, text := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return false
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return true
}

func (b *bodyTerm) needsBody() bool { return true }

func (b *bodyTerm) String() string { return "body." + b.path + b.comparison.String() }

func (b *bodyTerm) why(e *Entry) string {
	look := &bodyTerm{path: b.path} // without the value, so that nothing is ruled out by it
	values := append(look.values(e.Request), look.values(e.Response)...)
	return differs("body."+b.path, brief(strings.Join(values, ", ")), b.wanted())
}

// brief shortens a value for a sentence.
func brief(s string) string {
	const limit = 80
	if r := []rune(s); len(r) > limit {
		return fmt.Sprintf("%s… (%d characters)", string(r[:limit]), len(r))
	}
	return s
}
