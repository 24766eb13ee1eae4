package shoptet

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/url"
	"slices"
	"strconv"
	"unicode/utf8"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

const (
	mostItems  = 50   // of one registration (documented)
	longestURL = 2000 // characters, not bytes (documented)
	mostErrors = 1000 // told at once: a hostile document must not grow a hundredfold
)

// item is one webhook that a call asks for.
type item struct {
	index int
	event string
	url   string
	full  bool // sendPayload: "full"
}

// change is what a PATCH asks for.
type change struct {
	url         *string
	sendPayload bool // the property is there
	full        bool
}

// document returns the body of a write. Everything that cannot be read is one
// and the same refusal (status documented, wording decision).
func (r *request) document() (json.RawMessage, error) {
	switch {
	case r.Option("strict_content_type").Bool() && !r.toldType():
		return nil, contentTypeWrong()
	case r.Call.TooLarge:
		return nil, bodyTooLarge()
	case r.Call.BodyErr != nil || !provider.Sound(r.Call.Body):
		return nil, notJSON()
	}
	return bytes.TrimSpace(r.Call.Body), nil
}

// toldType reports whether the body is declared as the profile's description
// tells clients to.
func (r *request) toldType() bool {
	media, _, err := mime.ParseMediaType(r.Call.Header.Get("Content-Type"))
	return err == nil && media == r.profile.told
}

// checker collects what is wrong with a document: one problem per violation.
type checker struct {
	payloads bool // sendPayload exists
	ports    bool // only documented ports
	problems []*apiError
}

// checker opens the checks of a document under the rules of the profile.
func (r *request) checker() *checker {
	return &checker{payloads: r.profile.payloads, ports: r.Option("url_ports").Text() == "documented"}
}

// add notes a problem, up to a bound.
func (k *checker) add(p *apiError) {
	if len(k.problems) < mostErrors {
		k.problems = append(k.problems, p)
	}
}

// created reads {"data":[{"event","url"[,"sendPayload"]}]}.
func (k *checker) created(doc json.RawMessage) []item {
	data, ok := k.data(doc)
	if !ok || !k.typed(data, "data", anArray) {
		return nil
	}
	list, _ := kit.Items(data)
	if len(list) > mostItems {
		k.add(tooMany(mostItems, "data"))
		return nil
	}
	items := make([]item, len(list))
	for i, one := range list {
		items[i] = k.item(one, i)
	}
	return items
}

// item reads one webhook of a registration and notes what is wrong at its place.
func (k *checker) item(one json.RawMessage, i int) item {
	at := "data[" + strconv.Itoa(i) + "]"
	it := item{index: i}
	if !k.typed(one, at, anObject) {
		return it
	}
	members := k.members(one, at, []string{"event", "url"}, k.properties("event", "url"))
	if event := members.Raw("event"); event != nil && k.typed(event, at+".event", aString) {
		it.event, _ = kit.Text(event)
	}
	if u := members.Raw("url"); u != nil {
		it.url = k.url(u, at+".url")
	}
	if payload := members.Raw("sendPayload"); payload != nil && k.payloads {
		it.full = k.sendPayload(payload, at+".sendPayload")
	}
	return it
}

// updated reads {"data":{"url"}}, in 2026-08 with sendPayload beside or instead
// of url.
func (k *checker) updated(doc json.RawMessage) (c change) {
	data, ok := k.data(doc)
	if !ok || !k.typed(data, "data", anObject) {
		return c
	}
	required := []string{"url"}
	if k.payloads {
		required = nil
		if f, _ := kit.ReadFields(data); len(f.Names) == 0 {
			k.add(updateEmpty())
		}
	}
	members := k.members(data, "data", required, k.properties("url"))
	if u := members.Raw("url"); u != nil {
		text := k.url(u, "data.url")
		c.url = &text
	}
	if payload := members.Raw("sendPayload"); payload != nil && k.payloads {
		c.sendPayload, c.full = true, k.sendPayload(payload, "data.sendPayload")
	}
	return c
}

// properties are the members that an object may have in this profile.
func (k *checker) properties(names ...string) []string {
	if k.payloads {
		names = append(names, "sendPayload")
	}
	return names
}

// data returns the one member of the outermost object.
func (k *checker) data(doc json.RawMessage) (json.RawMessage, bool) {
	if !k.typed(doc, "payload", anObject) {
		return doc, false
	}
	data := k.members(doc, "payload", []string{"data"}, []string{"data"}).Raw("data")
	return data, data != nil
}

// members reads an object; of a name that stands twice the last value counts, as
// in PHP. A missing property is named with its own path, a further one with the
// path of the object.
func (k *checker) members(object json.RawMessage, at string, required, allowed []string) kit.Fields {
	f, _ := kit.ReadFields(object)
	for _, name := range required {
		if f.Raw(name) == nil {
			k.add(propertyMissing(name, below(at, name)))
		}
	}
	for _, name := range f.Names {
		if !slices.Contains(allowed, name) {
			k.add(propertyExtra(name, at))
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
func (k *checker) typed(v json.RawMessage, at, wanted string) bool {
	got := kind(v)
	if map[string]string{aString: "String", anArray: "Array", anObject: "Object"}[wanted] == got {
		return true
	}
	k.add(typeWrong(got, wanted, at))
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
func (k *checker) url(v json.RawMessage, at string) string {
	if !k.typed(v, at, aString) {
		return ""
	}
	text, _ := kit.Text(v)
	if utf8.RuneCountInString(text) > longestURL {
		k.add(tooLong(longestURL, at))
	}
	if !absoluteURL(text) || k.ports && !documentedPort(portOf(text)) {
		k.add(urlBad(at))
	}
	return text
}

// absoluteURL is what a callback URL has to be (decision).
func absoluteURL(text string) bool {
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
func (k *checker) sendPayload(v json.RawMessage, at string) (full bool) {
	text, _ := kit.Text(v)
	full = text == "full"
	if !full && string(v) != "null" {
		k.add(notListed(`["full",null]`, at))
	}
	return full
}
