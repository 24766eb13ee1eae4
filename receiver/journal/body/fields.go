package body

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/url"
	"strings"
)

// mostParts bounds the fields of a form that are looked at.
const mostParts = 1000

// Document is the body as JSON to look values up in: JSON as it is; of a form and
// of multipart/form-data an object of its fields, one that comes several times as
// a list; nil when it is neither. JSON that is named a form is JSON.
func (v *View) Document() []byte {
	switch v.Type {
	case "application/x-www-form-urlencoded":
		if v.JSON() && json.Valid(v.Bytes) {
			return v.Bytes // curl -d names every body so
		}
		return object(formFields(string(v.Bytes)))
	case "multipart/form-data":
		return object(partFields(v.Bytes, v.params["boundary"]))
	}
	if v.JSON() {
		return v.Bytes
	}
	return nil
}

type pair struct{ name, value string }

func formFields(text string) (list []pair) {
	for part := range strings.SplitSeq(text, "&") {
		if len(list) == mostParts {
			break
		}
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		list = append(list, pair{unescaped(name), unescaped(value)})
	}
	return list
}

func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

func partFields(raw []byte, boundary string) (list []pair) {
	r := multipart.NewReader(bytes.NewReader(raw), boundary)
	for len(list) < mostParts {
		part, err := r.NextRawPart()
		if err != nil {
			break
		}
		content, err := io.ReadAll(part)
		if err == nil && part.FormName() != "" {
			list = append(list, pair{part.FormName(), string(content)})
		}
	}
	return list
}

// object keeps the order in which names first appear.
func object(list []pair) []byte {
	values := map[string][]string{}
	var names []string
	for _, p := range list {
		if values[p.name] == nil {
			names = append(names, p.name)
		}
		values[p.name] = append(values[p.name], p.value)
	}
	var b bytes.Buffer
	for i, name := range names {
		b.WriteByte("{,"[min(i, 1)])
		member(&b, name)
		b.WriteByte(':')
		if all := values[name]; len(all) == 1 {
			member(&b, all[0])
		} else {
			member(&b, all)
		}
	}
	if len(names) == 0 {
		return nil
	}
	b.WriteByte('}')
	return b.Bytes()
}

func member(b *bytes.Buffer, v any) {
	text, _ := json.Marshal(v) // texts can always be written
	b.Write(text)
}
