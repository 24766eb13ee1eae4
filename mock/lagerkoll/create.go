package lagerkoll

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

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
func (q *query) create() (provider.Reply, error) {
	read, err := q.bodyReader()
	if err != nil {
		return provider.Reply{}, err
	}
	body, ok := text(q.call)
	if !ok {
		return provider.Reply{}, malformed()
	}
	list, err := read(body)
	if err != nil {
		return provider.Reply{}, err
	}
	for _, one := range list {
		if !q.hasFeature(one.feature) {
			return provider.Reply{}, noWebhook()
		}
	}
	return q.created(q.add(list)), nil
}

// bodyReader chooses the parser by the Content-Type; without one, by the first
// character (decision).
func (q *query) bodyReader() (func([]byte) ([]wanted, error), error) {
	body, _ := text(q.call)
	var f format
	switch kind := contentType(q.call.Header); {
	case kind == "" && q.call.TooLarge:
		return nil, tooLarge()
	case kind == "":
		var known bool
		if f, known = sniff(body); !known {
			return nil, malformed()
		}
	default:
		f = format(kind)
	}
	readers := map[format]func([]byte) ([]wanted, error){asJSON: readJSON, asXML: readXML}
	if readers[f] == nil {
		return nil, wrongType()
	}
	if q.call.TooLarge {
		return nil, tooLarge()
	}
	return readers[f], nil
}

func (q *query) add(list []wanted) []webhook {
	w, a := q.world, q.world.Account(q.account)
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
	values, ok := q.call.Query()["enable_for_group"]
	if !ok {
		return false
	}
	yes := strings.EqualFold(values[0], "true")
	if !yes && !strings.EqualFold(values[0], "false") {
		q.odd("enable_for_group %q is neither true nor false and counts as false", values[0])
	}
	return yes
}

// created answers with the list (inferred: the page's only response class), or
// with the bare webhook where `create_reply` says so. Several can only be a list.
func (q *query) created(made []webhook) provider.Reply {
	out := list{}
	for _, h := range made {
		out.Webhooks = append(out.Webhooks, h.shown(q.world))
	}
	bare := len(made) == 1 && q.world.Option(q.account, "create_reply").Text() == "object"
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

// members is an object whose values wait to be judged.
type members map[string]json.RawMessage

// readJSON reads one webhook, or the wrapper with a list of them.
func readJSON(body []byte) ([]wanted, error) {
	var doc members
	if json.Unmarshal(body, &doc) != nil || doc == nil {
		return nil, malformed()
	}
	raw, wrapped := doc["webhooks"]
	if !wrapped {
		one, err := doc.wanted()
		return []wanted{one}, err
	}
	var items []members
	if json.Unmarshal(raw, &items) != nil || len(items) == 0 || len(items) > maxList {
		return nil, bad("webhooks", "not valid")
	}
	return readEach(items)
}

func readEach(items []members) ([]wanted, error) {
	var all []wanted
	for _, m := range items {
		one, err := m.wanted()
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// wanted reads the two writable members (documented: page); others are ignored,
// the read-only ones too.
func (m members) wanted() (w wanted, err error) {
	if w.feature, err = m.field("featureId"); err != nil {
		return wanted{}, err
	}
	w.method, err = m.field("featureMethod")
	return w, err
}

// field reads a text; a number or a truth value is taken as it is written.
func (m members) field(name string) (string, error) {
	raw := string(m[name])
	value := raw
	switch {
	case raw == "" || raw == "null" || raw == `""`:
		return "", bad(name, "missing")
	case raw[0] == '{' || raw[0] == '[':
		return "", bad(name, "not valid")
	case raw[0] == '"':
		value = ""
		_ = json.Unmarshal(m[name], &value) // a valid document has valid texts
	}
	if utf8.RuneCountInString(value) > maxField {
		return "", bad(name, "not valid")
	}
	return value, nil
}
