package document

import (
	"net/url"
	"path"
	"strings"
)

// Set is the documents that may refer to each other: one description, or a
// folder of schemas. Nothing beyond them is ever read.
type Set struct {
	byName map[string]*Document
	byID   map[string]*Document // schemas that call themselves by an address
}

// NewSet makes a set of documents, each called by its Name.
func NewSet(docs ...*Document) *Set {
	s := &Set{byName: map[string]*Document{}, byID: map[string]*Document{}}
	for _, d := range docs {
		s.Add(d)
	}
	return s
}

// Add puts one more document into the set.
func (s *Set) Add(d *Document) {
	s.byName[path.Clean(d.Name)] = d
	if id := d.Root().Get("$id").Text(); id != "" {
		s.byID[strings.TrimSuffix(id, "#")] = d
	}
}

// Resolve follows a $ref that stands in a document. What is not in the set is
// not fetched: the error says so, with the place.
func (s *Set) Resolve(from Node, ref string) (Node, error) {
	file, fragment, _ := strings.Cut(ref, "#")
	doc := from.Doc
	if file != "" {
		doc = s.find(from.Doc, file)
	}
	if doc == nil && strings.Contains(file, "://") {
		return Node{}, from.Errorf("$ref %q is not followed: nothing is fetched, only references inside the description are", clip(ref))
	}
	if doc == nil {
		return Node{}, from.Errorf("$ref %q: there is no such file beside this one", clip(ref))
	}
	pointer, err := url.PathUnescape(fragment)
	if err != nil {
		pointer = fragment
	}
	if pointer != "" && !strings.HasPrefix(pointer, "/") {
		return Node{}, from.Errorf("$ref %q names an anchor: only paths, as in #/components/schemas/Order, are followed", clip(ref))
	}
	n, ok := doc.At(pointer)
	if !ok {
		return Node{}, from.Errorf("$ref %q leads nowhere", clip(ref))
	}
	return n, nil
}

func (s *Set) find(from *Document, file string) *Document {
	if d := s.byID[file]; d != nil {
		return d
	}
	if strings.Contains(file, "://") {
		return nil
	}
	if plain, err := url.PathUnescape(file); err == nil {
		file = plain
	}
	if d := s.byName[path.Join(path.Dir(from.Name), file)]; d != nil {
		return d
	}
	base := from.Root().Get("$id").Text()
	if i := strings.LastIndex(base, "/"); i > len("https://") {
		return s.byID[base[:i+1]+strings.TrimPrefix(file, "./")]
	}
	return nil
}

// clip shortens foreign text for a message.
func clip(text string) string {
	const most = 120
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
