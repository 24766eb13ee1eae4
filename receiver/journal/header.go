package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

// Field is one line of a header.
type Field struct{ Name, Value string }

// Header is the fields of a message as they stood on the wire: names as they
// were spelled, order and repetitions kept. Names are compared without case.
type Header []Field

// HeaderOf is h in the order of names: a map has forgotten the order of the wire.
func HeaderOf(h http.Header) Header {
	if len(h) == 0 {
		return nil
	}
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	list := make(Header, 0, len(h))
	for _, name := range names {
		for _, v := range h[name] {
			list = append(list, Field{name, v})
		}
	}
	return list
}

// HTTP is h as net/http has it: names in their canonical spelling.
func (h Header) HTTP() http.Header {
	m := make(http.Header, len(h))
	for _, f := range h {
		m.Add(f.Name, f.Value)
	}
	return m
}

// Map is h by name, each as it was spelled.
func (h Header) Map() http.Header {
	m := make(http.Header, len(h))
	for _, f := range h {
		m[f.Name] = append(m[f.Name], f.Value)
	}
	return m
}

// Get returns the first value, "" when there is none.
func (h Header) Get(name string) string {
	for _, f := range h {
		if sameName(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// Values returns all values in their order.
func (h Header) Values(name string) (values []string) {
	for _, f := range h {
		if sameName(f.Name, name) {
			values = append(values, f.Value)
		}
	}
	return values
}

// Has reports whether there is such a field.
func (h Header) Has(name string) bool {
	return slices.ContainsFunc(h, func(f Field) bool { return sameName(f.Name, name) })
}

// Each yields every spelling of a name with its values, in the order of first
// appearances. The values are valid during the call only.
func (h Header) Each(yield func(name string, values []string)) {
	if len(h) > manyFields {
		h.eachOfMany(yield)
		return
	}
	var space [8]string
	for i, first := range h {
		if slices.IndexFunc(h, func(f Field) bool { return f.Name == first.Name }) < i {
			continue
		}
		values := space[:0]
		for _, f := range h[i:] {
			if f.Name == first.Name {
				values = append(values, f.Value)
			}
		}
		yield(first.Name, values)
	}
}

// manyFields is where looking back for each field costs more than a map.
const manyFields = 40

func (h Header) eachOfMany(yield func(name string, values []string)) {
	var names []string
	values := make(map[string][]string, len(h))
	for _, f := range h {
		if _, known := values[f.Name]; !known {
			names = append(names, f.Name)
		}
		values[f.Name] = append(values[f.Name], f.Value)
	}
	for _, name := range names {
		yield(name, values[name])
	}
}

// Add appends a field.
func (h *Header) Add(name, value string) { *h = append(*h, Field{name, value}) }

// Set replaces the fields of that name by one, in the place of the first.
func (h *Header) Set(name, value string) {
	at := slices.IndexFunc(*h, func(f Field) bool { return sameName(f.Name, name) })
	if at < 0 {
		h.Add(name, value)
		return
	}
	rest := (*h)[at+1:].Clone()
	rest.Del(name)
	*h = append(append((*h)[:at:at], Field{name, value}), rest...)
}

// Del removes the fields of that name.
func (h *Header) Del(name string) {
	*h = slices.DeleteFunc(*h, func(f Field) bool { return sameName(f.Name, name) })
}

// Clone returns a copy.
func (h Header) Clone() Header { return slices.Clone(h) }

// MarshalJSON is {"Name":["v",…]}, names in the order of their first appearance.
func (h Header) MarshalJSON() ([]byte, error) {
	w := writer{}
	w.header(h)
	return w.b, nil
}

// UnmarshalJSON reads what MarshalJSON writes, in its order.
func (h *Header) UnmarshalJSON(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	open, err := d.Token()
	if err != nil || open == nil {
		return err
	}
	if open != json.Delim('{') {
		return fmt.Errorf("headers: an object of lists belongs there, not %.20s", data)
	}
	var list Header
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var values []string
		if err := d.Decode(&values); err != nil {
			return fmt.Errorf("headers: %s: %w", name, err)
		}
		for _, v := range values {
			list.Add(name.(string), v) // a key is a string
		}
	}
	*h = list
	return nil
}

// sameName compares as HTTP does: ASCII letters without case.
func sameName(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
