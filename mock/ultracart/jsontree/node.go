// Package jsontree reads JSON into values that remember the order of members and
// the text of numbers, lets them be changed, and writes them again: payloads go
// out as the samples are written. Of equal keys the last one counts.
package jsontree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// Node is a JSON value that remembers the order of members and the text of
// numbers: payloads go out as the samples are written (README section 4).
type Node struct {
	Kind    Kind
	Text    string // of a string, decoded; of a number, as written
	Truth   bool
	Members []Member
	Items   []*Node
}

// Member is a name of an object and its value.
type Member struct {
	Name  string
	Value *Node
}

// Kind is what a value is.
type Kind byte

// The kinds of JSON.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

const deepest = 512 // foreign JSON may nest this deep

// ErrDeep is what Parse says of a text that nests too deep.
var ErrDeep = fmt.Errorf("it nests deeper than %d levels", deepest)

// Parse reads one JSON document. The error says what is wrong with it.
func Parse(doc []byte) (*Node, error) {
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
func parseValue(dec *json.Decoder, depth int) (*Node, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		if depth >= deepest {
			return nil, ErrDeep
		}
		if t == '{' {
			return parseObject(dec, depth)
		}
		return parseArray(dec, depth)
	case string:
		return Text(t), nil
	case json.Number:
		return &Node{Kind: Number, Text: t.String()}, nil
	case bool:
		return &Node{Kind: Bool, Truth: t}, nil
	}
	return &Node{Kind: Null}, nil
}

// parseObject reads the members of an object whose bracket was read.
func parseObject(dec *json.Decoder, depth int) (*Node, error) {
	n := &Node{Kind: Object}
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
			n.Members[i].Value = value
			continue
		}
		places[name] = len(n.Members)
		n.Members = append(n.Members, Member{name, value})
	}
	_, err := dec.Token()
	return n, err
}

// parseArray reads the elements of an array whose bracket was read.
func parseArray(dec *json.Decoder, depth int) (*Node, error) {
	n := &Node{Kind: Array}
	for dec.More() {
		value, err := parseValue(dec, depth+1)
		if err != nil {
			return nil, err
		}
		n.Items = append(n.Items, value)
	}
	_, err := dec.Token()
	return n, err
}

// Text makes a string.
func Text(s string) *Node { return &Node{Kind: String, Text: s} }

// Truth makes a truth value.
func Truth(b bool) *Node { return &Node{Kind: Bool, Truth: b} }

// Get returns a member of an object, nil when there is none.
func (n *Node) Get(name string) *Node {
	if n == nil || n.Kind != Object {
		return nil
	}
	for _, m := range n.Members {
		if m.Name == name {
			return m.Value
		}
	}
	return nil
}

// Set puts a member of an object in its old place, or last.
func (n *Node) Set(name string, value *Node) {
	for i := range n.Members {
		if n.Members[i].Name == name {
			n.Members[i].Value = value
			return
		}
	}
	n.Members = append(n.Members, Member{name, value})
}

// Keep drops the members that fn refuses.
func (n *Node) Keep(fn func(Member) bool) {
	kept := n.Members[:0]
	for _, m := range n.Members {
		if fn(m) {
			kept = append(kept, m)
		}
	}
	n.Members = kept
}

// Remove drops a member of an object.
func (n *Node) Remove(name string) {
	n.Keep(func(m Member) bool { return m.Name != name })
}

// Clone copies the value down to its leaves, which nothing changes in place.
func (n *Node) Clone() *Node {
	if n.Kind != Object && n.Kind != Array {
		return n
	}
	c := &Node{Kind: n.Kind}
	if len(n.Members) > 0 {
		c.Members = make([]Member, len(n.Members))
	}
	for i, m := range n.Members {
		c.Members[i] = Member{m.Name, m.Value.Clone()}
	}
	if len(n.Items) > 0 {
		c.Items = make([]*Node, len(n.Items))
	}
	for i, it := range n.Items {
		c.Items[i] = it.Clone()
	}
	return c
}

// Each visits the value and everything in it; name is the member's, "" for
// elements and the root. fn may return another value to stand in its place.
func (n *Node) Each(name string, fn func(name string, n *Node) *Node) *Node {
	for i := range n.Members {
		n.Members[i].Value = n.Members[i].Value.Each(n.Members[i].Name, fn)
	}
	for i := range n.Items {
		n.Items[i] = n.Items[i].Each("", fn)
	}
	return fn(name, n)
}

// Bytes writes the value compact, in UTF-8, with nothing escaped that need not be.
func (n *Node) Bytes() []byte { return n.append(nil) }

// append writes the value behind b.
func (n *Node) append(b []byte) []byte {
	switch n.Kind {
	case Bool:
		return strconv.AppendBool(b, n.Truth)
	case Number:
		return append(b, n.Text...)
	case String:
		return AppendQuoted(b, n.Text)
	case Array:
		b = append(b, '[')
		for i, it := range n.Items {
			if i > 0 {
				b = append(b, ',')
			}
			b = it.append(b)
		}
		return append(b, ']')
	case Object:
		b = append(b, '{')
		for i, m := range n.Members {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(AppendQuoted(b, m.Name), ':')
			b = m.Value.append(b)
		}
		return append(b, '}')
	}
	return append(b, "null"...)
}

const hexDigits = "0123456789abcdef"

// AppendQuoted appends a JSON string. Only quotation marks, backslashes and control
// characters are escaped; / < > & and the rest of Unicode stand as they are.
func AppendQuoted(b []byte, s string) []byte {
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
