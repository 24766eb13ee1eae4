package lagerkoll

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"tacklebox/mock/provider"
)

const (
	maxDepth    = 32
	maxElements = 10_000
)

var errXML = errors.New("not an XML document that is read here")

// node is one element of a small XML document: attributes and namespaces are
// not kept (decision).
type node struct {
	name     string
	text     strings.Builder
	children []*node
}

// readXML reads <webhook>, or <webhookResponse> with a list of <webhooks>; the
// root may have any name (inferred: the names are those of the documented
// classes). Values are put into the form of the JSON body, so that one set of
// rules judges both.
func readXML(body []byte) ([]wanted, error) {
	root, err := parseXML(body)
	if err != nil {
		return nil, errMalformed
	}
	var items []json.RawMessage
	for _, n := range root.children {
		if n.name == "webhooks" {
			items = append(items, n.json())
		}
	}
	if len(items) > maxList {
		return nil, bad("webhooks", "not valid")
	}
	if items == nil {
		items = []json.RawMessage{root.json()}
	}
	return readEach(items)
}

// json writes an element's children as an object: one with elements inside is an
// object, one that stands twice a list.
func (n *node) json() json.RawMessage {
	m := map[string]any{}
	for _, c := range n.children {
		var value any = strings.TrimSpace(c.text.String())
		switch {
		case m[c.name] != nil:
			value = []any{}
		case len(c.children) > 0:
			value = map[string]any{}
		}
		m[c.name] = value
	}
	return provider.Encode(m)
}

// parseXML reads a document token by token. A DOCTYPE is refused, so no entity
// beside the five of XML exists; depth and number of elements are bounded.
func parseXML(body []byte) (*node, error) {
	dec := xml.NewDecoder(bytes.NewReader(body))
	top := &node{}
	open := []*node{top}
	for count := 0; ; {
		tok, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		switch t := tok.(type) {
		case xml.Directive:
			return nil, errXML
		case xml.StartElement:
			if count++; count > maxElements || len(open) > maxDepth {
				return nil, errXML
			}
			open = append(open, open[len(open)-1].child(t.Name.Local))
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			open[len(open)-1].text.Write(t)
		}
	}
	if len(top.children) != 1 || strings.TrimSpace(top.text.String()) != "" {
		return nil, errXML
	}
	return top.children[0], nil
}

// child adds an element below another.
func (n *node) child(name string) *node {
	c := &node{name: name}
	n.children = append(n.children, c)
	return c
}
