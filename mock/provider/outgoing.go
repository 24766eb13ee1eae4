package provider

import (
	"slices"
	"strings"
)

// Outgoing is one HTTP request about to be sent. Header order and spelling are
// kept on the wire; Host and Content-Length are added by the sender.
type Outgoing struct {
	Method string
	URL    string
	Header []Field
	Body   []byte
}

// Field is one header line.
type Field struct{ Name, Value string }

// Set replaces a header, whatever its spelling, or adds it.
func (o *Outgoing) Set(name, value string) {
	for i := range o.Header {
		if strings.EqualFold(o.Header[i].Name, name) {
			o.Header[i].Value = value
			return
		}
	}
	o.Header = append(o.Header, Field{name, value})
}

// Drop removes a header, whatever its spelling.
func (o *Outgoing) Drop(name string) {
	o.Header = slices.DeleteFunc(o.Header, func(f Field) bool { return strings.EqualFold(f.Name, name) })
}

// Get returns a header's value, whatever the spelling of its name.
func (o *Outgoing) Get(name string) string {
	for _, f := range o.Header {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}
