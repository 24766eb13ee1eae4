package catalogue

import (
	"strings"

	"tacklebox/mock/fromfile/document"
)

// OpenAPI reads the events of an OpenAPI description (3.0 and later): its
// `webhooks`, else its `x-webhooks`, else its callbacks. typeFrom is the member of
// an operation that holds what the receiver reads as the type, "" where that is
// the event's name.
func OpenAPI(doc *document.Document, typeFrom string) (*Catalogue, error) {
	root := doc.Root()
	if err := version(root); err != nil {
		return nil, err
	}
	r := &reader{Catalogue: New(), set: document.NewSet(doc), typeFrom: typeFrom}
	for _, name := range []string{"webhooks", "x-webhooks"} {
		hooks := root.Get(name)
		if !hooks.Exists() {
			continue
		}
		if !hooks.Value.IsObject() {
			return nil, hooks.Errorf("%s must be an object: event type to path item", name)
		}
		if err := r.hooks(hooks); err != nil {
			return nil, err
		}
		if len(r.Events) > 0 {
			return r.Catalogue, nil
		}
	}
	if err := r.callbacks(root); err != nil {
		return nil, err
	}
	if len(r.Events) == 0 {
		return nil, root.Errorf("describes no events: there is nothing under webhooks, x-webhooks or callbacks")
	}
	return r.Catalogue, nil
}

func version(root document.Node) error {
	v := root.Get("openapi")
	switch {
	case root.Get("swagger").Exists():
		return root.Get("swagger").Errorf("is Swagger %s: OpenAPI 3.0 and 3.1 are read", root.Get("swagger").Value.String())
	case !v.Exists():
		return root.Errorf("is no OpenAPI description: it has no member openapi, as in openapi: 3.1.0")
	case !strings.HasPrefix(v.Value.String(), "3."):
		return v.Errorf("is OpenAPI %s: 3.0 and 3.1 are read", v.Value.String())
	}
	return nil
}

type reader struct {
	*Catalogue
	set      *document.Set
	typeFrom string
}

func (r *reader) hooks(hooks document.Node) (err error) {
	hooks.Each(func(name string, item document.Node) bool {
		err = r.item(name, item)
		return err == nil
	})
	return err
}

// deref follows the references of anything but a schema.
func (r *reader) deref(n document.Node) (document.Node, error) {
	for range 16 {
		ref := n.Get("$ref")
		if ref.Text() == "" {
			return n, nil
		}
		next, err := r.set.Resolve(ref, ref.Text())
		if err != nil {
			return n, err
		}
		n = next
	}
	return n, n.Errorf("$ref leads in a circle")
}

func methods() []string { return []string{"post", "put", "patch", "get", "delete"} }

// item reads one path item: the first of its methods describes the event. What
// is wrong with one event is noted, the others are read all the same.
func (r *reader) item(typ string, item document.Node) error {
	item, err := r.deref(item)
	if err != nil {
		r.note("%s: left out: %v", typ, err)
		return nil
	}
	for _, method := range methods() {
		if operation := item.Get(method); operation.Value.IsObject() {
			return r.operation(typ, item, operation)
		}
	}
	r.note("%v", item.Errorf("%s: left out: it has none of the methods %s", typ, strings.Join(methods(), ", ")))
	return nil
}

func (r *reader) operation(typ string, item, operation document.Node) error {
	e := &Event{Type: typ, at: operation, set: r.set, Evidence: FromSchema}
	e.About = about(operation.Get("summary"), operation.Get("description"), item.Get("summary"), item.Get("description"))
	e.Wire = member(operation, "", r.typeFrom).Text()
	if e.Wire != "" {
		e.Group = e.Wire
	} else if tags := operation.Get("tags").Value; tags.IsArray() {
		e.Group = tags.Get("0").String()
	}
	if old := r.index[typ]; old != nil {
		r.note("%v", operation.Errorf("%s: left out: it stands on line %d too", typ, old.at.Line()))
		return nil
	}
	body, err := r.deref(operation.Get("requestBody"))
	if err != nil {
		r.note("%s: without a body: %v", typ, err)
	} else if media := mediaType(body.Get("content")); media.Exists() {
		e.schema = media.Get("schema")
		r.example(e, media)
	} else {
		r.note("%v", operation.Errorf("%s: no body is described", typ))
	}
	return r.add(e)
}

// about is the first text's first line.
func about(texts ...document.Node) string {
	for _, n := range texts {
		line, _, _ := strings.Cut(strings.TrimSpace(n.Text()), "\n")
		if line = strings.TrimSpace(line); line != "" {
			return shorten(line)
		}
	}
	return ""
}

func shorten(line string) string {
	if len(line) <= longestAbout {
		return line
	}
	return strings.ToValidUTF8(line[:longestAbout], "") + "…"
}

// mediaType chooses JSON among the forms of a body, else the first.
func mediaType(content document.Node) (best document.Node) {
	rank := 0
	content.Each(func(name string, media document.Node) bool {
		r := 1
		switch name, _, _ := strings.Cut(strings.ToLower(name), ";"); {
		case name == "application/json":
			r = 3
		case strings.HasSuffix(name, "+json") || name == "*/*":
			r = 2
		}
		if r > rank {
			best, rank = media, r
		}
		return true
	})
	return best
}

// example finds the payload that a description shows: beside the schema, or on
// the schema itself.
func (r *reader) example(e *Event, media document.Node) {
	if n := media.Get("example"); n.Exists() {
		e.example, e.Evidence = n, FromExample
		return
	}
	media.Get("examples").Each(func(_ string, n document.Node) bool {
		if n, err := r.deref(n); err == nil && n.Get("value").Exists() {
			e.example, e.Evidence = n.Get("value"), FromExample
			return false
		}
		return true
	})
	if e.Evidence == FromExample {
		return
	}
	schema, err := r.deref(e.schema)
	if err != nil {
		return
	}
	n := schema.Get("example")
	if list := schema.Get("examples"); !n.Exists() && list.Value.IsArray() {
		list.Each(func(_ string, first document.Node) bool {
			n = first
			return false
		})
	}
	if n.Value.IsObject() || n.Value.IsArray() {
		e.example, e.Evidence = n, FromExample
	}
}

// callbacks reads those of every operation, then the shared ones.
func (r *reader) callbacks(root document.Node) (err error) {
	root.Get("paths").Each(func(_ string, item document.Node) bool {
		item.Each(func(_ string, operation document.Node) bool {
			err = r.callbacksOf(operation.Get("callbacks"), operation.Get("operationId").Text())
			return err == nil
		})
		return err == nil
	})
	if err != nil {
		return err
	}
	return r.callbacksOf(root.Get("components").Get("callbacks"), "")
}

// callbacksOf reads name → expression → path item. A name that two operations
// use for different things gets the operation's before it.
func (r *reader) callbacksOf(callbacks document.Node, operation string) (err error) {
	callbacks.Each(func(name string, callback document.Node) bool {
		callback, refErr := r.deref(callback)
		if refErr != nil {
			r.note("%s: left out: %v", name, refErr)
			return true
		}
		callback.Each(func(expression string, item document.Node) bool {
			if strings.HasPrefix(expression, "x-") {
				return true
			}
			typ := name
			if old := r.index[name]; old != nil {
				if r.sameItem(old, item) || operation == "" {
					return true
				}
				typ = operation + "." + name
			}
			err = r.item(typ, item)
			return err == nil
		})
		return err == nil
	})
	return err
}

// sameItem reports whether an event is described by the same text.
func (r *reader) sameItem(e *Event, item document.Node) bool {
	item, err := r.deref(item)
	if err != nil {
		return false
	}
	for _, method := range methods() {
		if o := item.Get(method); o.Exists() {
			return o.Value.Raw == e.at.Value.Raw
		}
	}
	return false
}
