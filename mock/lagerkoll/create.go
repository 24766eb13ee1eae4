package lagerkoll

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

const (
	maxField = 255 // characters of a feature or method (decision)
	maxList  = 50  // webhooks that one call makes (decision)
)

// wanted is a webhook to be made.
type wanted struct{ feature, method string }

// create answers createWebhook: one webhook, or a list of them in the wrapper,
// all or none. Nothing has to be unique (decision).
func (q *query) create() (any, error) {
	read, err := q.bodyReader()
	if err != nil {
		return nil, err
	}
	body, ok := text(q.Call)
	if !ok {
		return nil, errMalformed
	}
	list, err := read(body)
	if err != nil {
		return nil, err
	}
	for _, one := range list {
		if !q.hasFeature(one.feature) {
			return nil, errNoWebhook
		}
	}
	return q.created(q.add(list)), nil
}

// bodyReader chooses the parser by the Content-Type; without one, by the first
// character (decision).
func (q *query) bodyReader() (func([]byte) ([]wanted, error), error) {
	body, _ := text(q.Call)
	var f format
	switch kind := contentType(q.Call.Header); {
	case kind == "" && q.Call.TooLarge:
		return nil, errTooLarge
	case kind == "":
		var known bool
		if f, known = sniff(body); !known {
			return nil, errMalformed
		}
	default:
		f = format(kind)
	}
	readers := map[format]func([]byte) ([]wanted, error){asJSON: readJSON, asXML: readXML}
	if readers[f] == nil {
		return nil, errWrongType
	}
	if q.Call.TooLarge {
		return nil, errTooLarge
	}
	return readers[f], nil
}

// add makes the webhooks with the next numbers and drawn guids, and keeps them.
func (q *query) add(list []wanted) []webhook {
	w, a := q.World, q.World.Account(q.Call.Account)
	group := q.forGroup()
	var made []webhook
	for _, one := range list {
		made = append(made, webhook{ID: w.Next("webhook", firstID(w)), GUID: w.UUID("guid"),
			Feature: one.feature, Method: one.method, Store: q.store, Group: group})
	}
	keep(a, append(webhooks(a), made...))
	return made
}

// forGroup reads enable_for_group (documented: page; inferred: in the query).
// It is read as Java reads a truth value: "true" in any case is true, all else
// false. The first one counts.
func (q *query) forGroup() bool {
	values, ok := q.Call.Query()["enable_for_group"]
	if !ok {
		return false
	}
	yes := strings.EqualFold(values[0], "true")
	if !yes && !strings.EqualFold(values[0], "false") {
		q.Odd("enable_for_group %q is neither true nor false and counts as false", values[0])
	}
	return yes
}

// created answers with the list (inferred: the page's only response class), or
// with the bare webhook where `create_reply` says so. Several can only be a list.
func (q *query) created(made []webhook) provider.Reply {
	out := list{}
	for _, h := range made {
		out.Webhooks = append(out.Webhooks, h.shown(q.World))
	}
	bare := len(made) == 1 && q.World.Option(q.Call.Account, "create_reply").Text() == "object"
	switch {
	case bare && q.format == asXML:
		return asXML.reply(200, document(tag("webhook", out.Webhooks[0].elements())))
	case bare:
		return asJSON.reply(200, provider.Encode(out.Webhooks[0]))
	case q.format == asXML:
		return asXML.reply(200, out.xml())
	}
	return asJSON.reply(200, provider.Encode(out))
}

// readJSON reads one webhook, or the wrapper with a list of them.
func readJSON(body []byte) ([]wanted, error) {
	doc, ok := kit.ReadFields(body)
	if !ok {
		return nil, errMalformed
	}
	if doc.Raw("webhooks") == nil {
		one, err := readWanted(doc.Raw)
		return []wanted{one}, err
	}
	items, ok := kit.Items(doc.Raw("webhooks"))
	if !ok || len(items) == 0 || len(items) > maxList {
		return nil, bad("webhooks", "not valid")
	}
	return readEach(items)
}

// readEach reads every item or none: the first mistake is the answer.
func readEach(items []json.RawMessage) ([]wanted, error) {
	all := make([]wanted, len(items))
	for i, item := range items {
		m, ok := kit.ReadFields(item)
		if !ok && string(item) != "null" { // null is a webhook without members
			return nil, bad("webhooks", "not valid")
		}
		var err error
		if all[i], err = readWanted(m.Raw); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// readWanted reads the two writable members (documented: page); others are
// ignored, the read-only ones too.
func readWanted(member func(name string) json.RawMessage) (w wanted, err error) {
	if w.feature, err = field("featureId", member("featureId")); err != nil {
		return wanted{}, err
	}
	w.method, err = field("featureMethod", member("featureMethod"))
	return w, err
}

// field reads a text; a number or a truth value is taken as it is written.
func field(name string, raw json.RawMessage) (string, error) {
	value := string(raw)
	switch {
	case value == "" || value == "null" || value == `""`:
		return "", bad(name, "missing")
	case value[0] == '{' || value[0] == '[':
		return "", bad(name, "not valid")
	case value[0] == '"':
		value, _ = kit.Text(raw)
	}
	if utf8.RuneCountInString(value) > maxField {
		return "", bad(name, "not valid")
	}
	return value, nil
}
