package query

import (
	"slices"
	"strings"
	"tacklebox/receiver/api/nearest"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/record"
)

// KeyInfo describes one key of the filter language, for help and completion.
type KeyInfo struct {
	Name   string // as typed, with its colon or dot
	About  string
	Values []string // what may follow: all values, or examples
}

// key is a KeyInfo and how its value becomes a node.
type key struct {
	name   string
	about  string
	values []string
	parse  func(p *parser, k *key, value text) (node, error)
}

// keys is the whole table, in the order of help.
func keys() []key {
	return []key{
		{"kind", "what was recorded", []string{"call", "event", "attempt", "capture"}, oneOf(kindOfEntry)},
		{"provider", "the provider, by name", nil, named(record.KeyProvider, func(e *journal.Entry) string { return e.Provider })},
		{"type", "event type; * stands for anything", []string{"order:*"}, anyOfThem(record.KeyType, func(e *journal.Entry) string { return e.Type }, otherTypes)},
		{"inbox", "the receiver's inbox; * stands for anything", nil, named(record.KeyInbox, func(e *journal.Entry) string { return e.Inbox })},
		{"account", "the account at the provider", nil, named(record.KeyAccount, func(e *journal.Entry) string { return e.Account })},
		{"subscription", "id of the subscription", nil, named(-1, func(e *journal.Entry) string { return e.Subscription })},
		{"event", "id of the event", nil, anyOfThem(record.KeyEvent, func(e *journal.Entry) string { return e.EventID }, otherEvents)},
		{"delivery", "id of the delivery", nil, named(record.KeyDelivery, func(e *journal.Entry) string { return e.DeliveryID })},
		{"method", "method of the request", []string{"GET", "POST", "PUT", "PATCH", "DELETE"}, named(-1, methodOf)},
		{"path", "path of the request; * stands for anything", []string{"/in/orders", "/in/*"}, parsePath},
		{"status", "status of the response", []string{"200", ">=400", "5xx", "200..299"}, parseStatus},
		{"signature", "verdict on the signature", []string{"valid", "invalid", "missing", "none"}, oneOf(signatureOf)},
		{"contract", "verdict on the payload against its schema", []string{"ok", "fail"}, oneOf(contractOf)},
		{"has", "there is one", hasValues(), parseHas},
		{"fault", "what was done to it on purpose; * stands for anything", nil, named(-1, func(e *journal.Entry) string { return e.Fault })},
		{"seq", "sequence number", []string{">100", "10..20"}, numeric(seqNumber)},
		{"attempt", "number of the try; 1 is the first", []string{"1", ">1"}, numeric(attemptNumber)},
		{"capture", "sequence number of the capture that an attempt caused", []string{"15"}, numeric(captureNumber)},
		{"since", "not older than a duration or a time", []string{"5m", "2h", "1d", "2026-01-02T15:04:05Z"}, parseSince},
		{"took", "duration of the exchange", []string{">100ms", "<2s"}, numeric(tookNumber)},
		{"size", "bytes of the request's body", []string{">64k", "0", ">=1m"}, numeric(sizeNumber)},
	}
}

// Keys lists the filter language's keys in the order of help.
func Keys() []KeyInfo {
	var list []KeyInfo
	for _, k := range keys() {
		list = append(list, KeyInfo{k.name + ":", k.about, k.values})
	}
	return append(list,
		KeyInfo{"header.", "a header, by name; = != ~ (regular expression) > <", []string{"header.Content-Type=application/json", "header.X-Id"}},
		KeyInfo{"body.", "a value in a JSON body, by gjson path; = != ~ (regular expression) > <", []string{"body.order.id=42", "body.items.#.sku=A1"}})
}

// term parses one term.
func (p *parser) term() (node, error) {
	t, err := p.text()
	if err != nil {
		return nil, err
	}
	if rest, ok := t.prefix("header."); ok {
		return p.header(rest)
	}
	if rest, ok := t.prefix("body."); ok {
		return p.body(rest)
	}
	if i := t.keyEnd(); i >= 0 {
		return p.keyed(t.head(i), t.sub(i+1))
	}
	if t.s == "" {
		return nil, p.errAt(t.pos(0), "text between the quotes", "nothing to search for")
	}
	return newWord(t.s), nil
}

// prefix cuts an unquoted prefix off t.
func (t text) prefix(s string) (text, bool) {
	if !strings.HasPrefix(t.s, s) || slices.Contains(t.quoted[:len(s)], true) {
		return text{}, false
	}
	return t.sub(len(s)), true
}

// keyEnd is the place of the colon behind a leading name, -1 when t has none:
// 10:30 and /a:b are words.
func (t text) keyEnd() int {
	for i := 0; i < len(t.s) && !t.quoted[i]; i++ {
		c := lower(t.s[i])
		if c == ':' && i > 0 {
			return i
		}
		if (c < 'a' || c > 'z') && c != '_' {
			return -1
		}
	}
	return -1
}

func (p *parser) keyed(name, value text) (node, error) {
	for _, k := range keys() {
		if !strings.EqualFold(k.name, name.s) {
			continue
		}
		if value.s == "" {
			return nil, p.errAt(value.pos(0), "for instance "+k.name+":"+k.example(), "%s: needs a value", k.name)
		}
		return k.parse(p, &k, value)
	}
	return nil, p.unknownKey(name)
}

func (p *parser) unknownKey(name text) error {
	hint := `put it in quotes to search for the text`
	names := []string{"header", "body"}
	for _, k := range keys() {
		names = append(names, k.name)
	}
	switch near := nearest.Word(name.s, names); near {
	case "":
	case "header", "body":
		hint = "did you mean " + near + ".NAME=value?"
	default:
		hint = "did you mean " + near + ":?"
	}
	return p.errAt(name.pos(0), hint, "unknown key %q", name.s)
}

func (k *key) example() string {
	if len(k.values) > 0 {
		return k.values[0]
	}
	return "name"
}
