// Package document checks the documents that register and change webhooks, with
// one problem for each violation as Shoptet words it. Marks of evidence are those
// of package shoptet.
package document

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"unicode/utf8"

	"tacklebox/mock/kit"
	"tacklebox/mock/shoptet/apierror"
)

const (
	mostItems  = 50   // of one registration (documented)
	longestURL = 2000 // characters, not bytes (documented)
	mostErrors = 1000 // told at once: a hostile document must not grow a hundredfold
)

// Item is one webhook that a call asks for.
type Item struct {
	Index int
	Event string
	URL   string
	Full  bool // sendPayload: "full"
}

// Change is what a PATCH asks for.
type Change struct {
	URL         *string
	SendPayload bool // the property is there
	Full        bool
}

// Checker collects what is wrong with a document: one problem per violation.
type Checker struct {
	Payloads bool // sendPayload exists
	Ports    bool // only documented ports
	Problems []*kit.Error
}

// add notes a problem, up to a bound.
func (k *Checker) add(p *kit.Error) {
	if len(k.Problems) < mostErrors {
		k.Problems = append(k.Problems, p)
	}
}

// Created reads {"data":[{"event","url"[,"sendPayload"]}]}.
func (k *Checker) Created(doc json.RawMessage) []Item {
	data, ok := k.data(doc)
	if !ok || !k.typed(data, "data", anArray) {
		return nil
	}
	list, _ := kit.Items(data)
	if len(list) > mostItems {
		k.add(apierror.TooMany(mostItems, "data"))
		return nil
	}
	items := make([]Item, len(list))
	for i, one := range list {
		items[i] = k.item(one, i)
	}
	return items
}

// item reads one webhook of a registration and notes what is wrong at its place.
func (k *Checker) item(one json.RawMessage, i int) Item {
	at := "data[" + strconv.Itoa(i) + "]"
	it := Item{Index: i}
	if !k.typed(one, at, anObject) {
		return it
	}
	members := k.members(one, at, []string{"event", "url"}, k.properties("event", "url"))
	if event := members.Raw("event"); event != nil && k.typed(event, at+".event", aString) {
		it.Event, _ = kit.Text(event)
	}
	if u := members.Raw("url"); u != nil {
		it.URL = k.url(u, at+".url")
	}
	if payload := members.Raw("sendPayload"); payload != nil && k.Payloads {
		it.Full = k.sendPayload(payload, at+".sendPayload")
	}
	return it
}

// Updated reads {"data":{"url"}}, in 2026-08 with sendPayload beside or instead
// of url.
func (k *Checker) Updated(doc json.RawMessage) (c Change) {
	data, ok := k.data(doc)
	if !ok || !k.typed(data, "data", anObject) {
		return c
	}
	required := []string{"url"}
	if k.Payloads {
		required = nil
		if f, _ := kit.ReadFields(data); len(f.Names) == 0 {
			k.add(apierror.UpdateEmpty())
		}
	}
	members := k.members(data, "data", required, k.properties("url"))
	if u := members.Raw("url"); u != nil {
		text := k.url(u, "data.url")
		c.URL = &text
	}
	if payload := members.Raw("sendPayload"); payload != nil && k.Payloads {
		c.SendPayload, c.Full = true, k.sendPayload(payload, "data.sendPayload")
	}
	return c
}

// properties are the members that an object may have in this profile.
func (k *Checker) properties(names ...string) []string {
	if k.Payloads {
		names = append(names, "sendPayload")
	}
	return names
}

// data returns the one member of the outermost object.
func (k *Checker) data(doc json.RawMessage) (json.RawMessage, bool) {
	if !k.typed(doc, "payload", anObject) {
		return doc, false
	}
	data := k.members(doc, "payload", []string{"data"}, []string{"data"}).Raw("data")
	return data, data != nil
}

// members reads an object; of a name that stands twice the last value counts, as
// in PHP. A missing property is named with its own path, a further one with the
// path of the object.
func (k *Checker) members(object json.RawMessage, at string, required, allowed []string) kit.Fields {
	f, _ := kit.ReadFields(object)
	for _, name := range required {
		if f.Raw(name) == nil {
			k.add(apierror.PropertyMissing(name, below(at, name)))
		}
	}
	for _, name := range f.Names {
		if !slices.Contains(allowed, name) {
			k.add(apierror.PropertyExtra(name, at))
		}
	}
	return f
}

// below names a member of a place; the outermost object stands in no path.
func below(at, name string) string {
	if at == "payload" {
		return name
	}
	return at + "." + name
}

// Forms that a value can be asked to have, as the messages word them.
const (
	aString  = "a string"
	anArray  = "an array"
	anObject = "an object"
)

// typed notes when a value has another type than wanted, in the words of the
// schema library.
func (k *Checker) typed(v json.RawMessage, at, wanted string) bool {
	got := kind(v)
	if map[string]string{aString: "String", anArray: "Array", anObject: "Object"}[wanted] == got {
		return true
	}
	k.add(apierror.TypeWrong(got, wanted, at))
	return false
}

// kind names the type of a value as the messages do.
func kind(v json.RawMessage) string {
	names := map[byte]string{'"': "String", 'n': "NULL", 't': "Boolean", 'f': "Boolean", '[': "Array", '{': "Object"}
	if name := names[v[0]]; name != "" {
		return name
	}
	if _, ok := kit.Whole(v); ok {
		return "Integer"
	}
	return "Double"
}

// url reads a callback URL: its length, its form and, where the setting asks,
// its port.
func (k *Checker) url(v json.RawMessage, at string) string {
	if !k.typed(v, at, aString) {
		return ""
	}
	text, _ := kit.Text(v)
	if utf8.RuneCountInString(text) > longestURL {
		k.add(apierror.TooLong(longestURL, at))
	}
	if !AbsoluteURL(text) || k.Ports && !documentedPort(portOf(text)) {
		k.add(apierror.URLBad(at))
	}
	return text
}

// AbsoluteURL is what a callback URL has to be (decision).
func AbsoluteURL(text string) bool {
	u, ok := kit.Callable(text)
	if !ok || u.Port() == "" {
		return ok
	}
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && n > 0
}

// portOf returns the port that a URL names, "" when it names none.
func portOf(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return u.Port()
}

// sendPayload reads whether the entity is to be sent: "full" or null
// (documented).
func (k *Checker) sendPayload(v json.RawMessage, at string) (full bool) {
	text, _ := kit.Text(v)
	full = text == "full"
	if !full && string(v) != "null" {
		k.add(apierror.NotListed(`["full",null]`, at))
	}
	return full
}

// documentedPorts are the only ones that the real service calls (documented).
func documentedPort(port string) bool {
	return slices.Contains([]string{"", "80", "443", "8080", "8443"}, port)
}
