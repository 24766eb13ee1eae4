package ultracart

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// node is a JSON value that remembers the order of members and the text of
// numbers: payloads go out as the samples are written (README section 4).
type node struct {
	kind    kind
	text    string // of a string, decoded; of a number, as written
	truth   bool
	members []member
	items   []*node
}

type member struct {
	name  string
	value *node
}

type kind byte

const (
	nullKind kind = iota
	boolKind
	numberKind
	stringKind
	arrayKind
	objectKind
)

const deepest = 512 // foreign JSON may nest this deep

var errDeep = fmt.Errorf("it nests deeper than %d levels", deepest)

// parse reads one JSON document. The error says what is wrong with it.
func parse(doc []byte) (*node, error) {
	if len(bytes.TrimSpace(doc)) == 0 {
		return nil, errors.New("the text is empty")
	}
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	n, err := parseValue(dec, 0)
	if err != nil {
		return nil, tidy(err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("there is text after the value at byte %d", dec.InputOffset())
	}
	return n, nil
}

// tidy words the end of an unfinished text as encoding/json does.
func tidy(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("unexpected end of JSON input")
	}
	return err
}

// parseValue reads the next value, whatever it is.
func parseValue(dec *json.Decoder, depth int) (*node, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		if depth >= deepest {
			return nil, errDeep
		}
		if t == '{' {
			return parseObject(dec, depth)
		}
		return parseArray(dec, depth)
	case string:
		return str(t), nil
	case json.Number:
		return &node{kind: numberKind, text: t.String()}, nil
	case bool:
		return &node{kind: boolKind, truth: t}, nil
	}
	return &node{kind: nullKind}, nil
}

// parseObject reads the members of an object whose bracket was read.
func parseObject(dec *json.Decoder, depth int) (*node, error) {
	n := &node{kind: objectKind}
	places := map[string]int{} // of two members with one name the last one counts
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, err
		}
		name, ok := token.(string)
		if !ok {
			return nil, fmt.Errorf("a member without a name at byte %d", dec.InputOffset())
		}
		value, err := parseValue(dec, depth+1)
		if err != nil {
			return nil, err
		}
		if i, twice := places[name]; twice {
			n.members[i].value = value
			continue
		}
		places[name] = len(n.members)
		n.members = append(n.members, member{name, value})
	}
	_, err := dec.Token()
	return n, err
}

// parseArray reads the elements of an array whose bracket was read.
func parseArray(dec *json.Decoder, depth int) (*node, error) {
	n := &node{kind: arrayKind}
	for dec.More() {
		value, err := parseValue(dec, depth+1)
		if err != nil {
			return nil, err
		}
		n.items = append(n.items, value)
	}
	_, err := dec.Token()
	return n, err
}

// str makes a string.
func str(s string) *node { return &node{kind: stringKind, text: s} }

// boolean makes a truth value.
func boolean(b bool) *node { return &node{kind: boolKind, truth: b} }

// get returns a member of an object, nil when there is none.
func (n *node) get(name string) *node {
	if n == nil || n.kind != objectKind {
		return nil
	}
	for _, m := range n.members {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// set puts a member of an object in its old place, or last.
func (n *node) set(name string, value *node) {
	for i := range n.members {
		if n.members[i].name == name {
			n.members[i].value = value
			return
		}
	}
	n.members = append(n.members, member{name, value})
}

// keep drops the members that fn refuses.
func (n *node) keep(fn func(member) bool) {
	kept := n.members[:0]
	for _, m := range n.members {
		if fn(m) {
			kept = append(kept, m)
		}
	}
	n.members = kept
}

// remove drops a member of an object.
func (n *node) remove(name string) {
	n.keep(func(m member) bool { return m.name != name })
}

// clone copies the value down to its leaves, which nothing changes in place.
func (n *node) clone() *node {
	if n.kind != objectKind && n.kind != arrayKind {
		return n
	}
	c := &node{kind: n.kind}
	if len(n.members) > 0 {
		c.members = make([]member, len(n.members))
	}
	for i, m := range n.members {
		c.members[i] = member{m.name, m.value.clone()}
	}
	if len(n.items) > 0 {
		c.items = make([]*node, len(n.items))
	}
	for i, it := range n.items {
		c.items[i] = it.clone()
	}
	return c
}

// each visits the value and everything in it; name is the member's, "" for
// elements and the root. fn may return another value to stand in its place.
func (n *node) each(name string, fn func(name string, n *node) *node) *node {
	for i := range n.members {
		n.members[i].value = n.members[i].value.each(n.members[i].name, fn)
	}
	for i := range n.items {
		n.items[i] = n.items[i].each("", fn)
	}
	return fn(name, n)
}

// bytes writes the value compact, in UTF-8, with nothing escaped that need not be.
func (n *node) bytes() []byte { return n.append(nil) }

// append writes the value behind b.
func (n *node) append(b []byte) []byte {
	switch n.kind {
	case boolKind:
		return strconv.AppendBool(b, n.truth)
	case numberKind:
		return append(b, n.text...)
	case stringKind:
		return quote(b, n.text)
	case arrayKind:
		b = append(b, '[')
		for i, it := range n.items {
			if i > 0 {
				b = append(b, ',')
			}
			b = it.append(b)
		}
		return append(b, ']')
	case objectKind:
		b = append(b, '{')
		for i, m := range n.members {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(quote(b, m.name), ':')
			b = m.value.append(b)
		}
		return append(b, '}')
	}
	return append(b, "null"...)
}

const hexDigits = "0123456789abcdef"

// quote appends a JSON string. Only quotation marks, backslashes and control
// characters are escaped; / < > & and the rest of Unicode stand as they are.
func quote(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r < ' ':
			b = append(b, `\u00`...)
			b = append(b, hexDigits[r>>4], hexDigits[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}
