package ultracart

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"tacklebox/mock/provider"
	"tacklebox/mock/ultracart/jsontree"
)

// body makes the POST's body of its events: {"events":[{type: payload}, …]}, or
// the bare array of earlier years; compressed, a gzipped base64 text stands in
// place of the array (documented; that it replaces the array is inferred).
func body(w *provider.World, d *provider.Delivery) ([]byte, error) {
	list := append([]byte{'['}, bytes.Join(d.Payloads, []byte{','})...)
	list = append(list, ']')
	if deliveredBy(w, d).Compress {
		packed, err := compress(list)
		if err != nil {
			return nil, err
		}
		list = jsontree.AppendQuoted(nil, packed)
	}
	if w.Option(d.Account, optBody).Text() == "array" {
		return list, nil
	}
	return append(append([]byte(`{"events":`), list...), '}'), nil
}

// compress packs a list of events: gzip, then base64 (documented).
func compress(b []byte) (string, error) {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		return "", fmt.Errorf("compressing events: %w", err)
	}
	if err := z.Close(); err != nil {
		return "", fmt.Errorf("compressing events: %w", err)
	}
	return base64.StdEncoding.EncodeToString(out.Bytes()), nil
}

// envelope is the schema of a whole body: the events of a batch may be of other
// types too, one at least is of this one. Compressed, a base64 text stands in
// their place; the keywords of arrays say nothing about it.
func envelope(typ string, payload map[string]any) map[string]any {
	return map[string]any{
		"type": "object", "additionalProperties": false, "required": []any{"events"},
		"properties": map[string]any{"events": map[string]any{
			"type": []any{"array", "string"}, "contentEncoding": "base64", "minItems": 1, "contains": map[string]any{"required": []any{typ}},
			"items": map[string]any{"type": "object", "minProperties": 1, "maxProperties": 1,
				"properties": map[string]any{typ: payload}, "additionalProperties": map[string]any{"type": "object"}},
		}},
	}
}

// unwrap brings the other forms of a body, compressed or the bare array, into
// that of the envelope; nil when it is none of them.
func unwrap(body []byte) []byte {
	n, err := jsontree.Parse(body)
	if err != nil {
		return body // whoever looks at it will say so
	}
	events := n
	if n.Kind == jsontree.Object {
		events = n.Get("events")
	}
	switch {
	case events == nil:
		return body
	case events.Kind == jsontree.String:
		list, err := decompress(events.Text)
		if err != nil {
			return nil
		}
		return append(append([]byte(`{"events":`), list...), '}')
	case n.Kind == jsontree.Array:
		return append(append([]byte(`{"events":`), body...), '}')
	}
	return body
}

const mostUnpacked = 16 << 20 // bytes; a POST of ours has less than one MiB

// decompress unpacks a compressed list, bounded against bodies that unpack
// without end.
func decompress(text string) ([]byte, error) {
	packed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("compressed events: %w", err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("compressed events: %w", err)
	}
	list, err := io.ReadAll(io.LimitReader(z, mostUnpacked+1))
	if err != nil {
		return nil, fmt.Errorf("compressed events: %w", err)
	}
	if len(list) > mostUnpacked {
		return nil, errors.New("compressed events: too much")
	}
	return list, nil
}
