package shoptet

import (
	"mime"
	"net/url"
	"strconv"
	"strings"
	"tacklebox/mock/provider"
	"unicode/utf8"

	"github.com/tidwall/gjson"
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
func (r *request) document() (gjson.Result, *problem) {
	var p problem
	switch {
	case r.option("strict_content_type").Bool() && !r.toldType():
		p = contentTypeWrong()
	case r.c.TooLarge:
		p = bodyTooLarge()
	case r.c.BodyErr != nil || !provider.Sound(r.c.Body):
		p = notJSON()
	default:
		return gjson.ParseBytes(r.c.Body), nil
	}
	return gjson.Result{}, &p
}

// toldType reports whether the body is declared as the profile's description
// tells clients to.
func (r *request) toldType() bool {
	media, _, err := mime.ParseMediaType(r.c.Header.Get("Content-Type"))
	return err == nil && media == r.profile.told
}

// checker collects what is wrong with a document: one problem per violation.
type checker struct {
	payloads bool // sendPayload exists
	ports    bool // only documented ports
	problems []problem
}

func (r *request) checker() *checker {
	return &checker{payloads: r.profile.payloads, ports: r.option("url_ports").Text() == "documented"}
}

func (k *checker) add(p problem) {
	if len(k.problems) < mostErrors {
		k.problems = append(k.problems, p)
	}
}

// created reads {"data":[{"event","url"[,"sendPayload"]}]}.
func (k *checker) created(doc gjson.Result) []item {
	data, ok := k.data(doc)
	if !ok || !k.typed(data, "data", anArray) {
		return nil
	}
	list := data.Array()
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

func (k *checker) item(one gjson.Result, i int) item {
	at := "data[" + strconv.Itoa(i) + "]"
	it := item{index: i}
	if !k.typed(one, at, anObject) {
		return it
	}
	members := k.members(one, at, []string{"event", "url"}, k.properties("event", "url"))
	if event, ok := members["event"]; ok && k.typed(event, at+".event", aString) {
		it.event = event.String()
	}
	if u, ok := members["url"]; ok {
		it.url = k.url(u, at+".url")
	}
	if payload, ok := members["sendPayload"]; ok && k.payloads {
		it.full = k.sendPayload(payload, at+".sendPayload")
	}
	return it
}

// updated reads {"data":{"url"}}, in 2026-08 with sendPayload beside or instead
// of url.
func (k *checker) updated(doc gjson.Result) (c change) {
	data, ok := k.data(doc)
	if !ok || !k.typed(data, "data", anObject) {
		return c
	}
	required := []string{"url"}
	if k.payloads {
		required = nil
		if len(data.Map()) == 0 {
			k.add(updateEmpty())
		}
	}
	members := k.members(data, "data", required, k.properties("url"))
	if u, ok := members["url"]; ok {
		text := k.url(u, "data.url")
		c.url = &text
	}
	if payload, ok := members["sendPayload"]; ok && k.payloads {
		c.sendPayload, c.full = true, k.sendPayload(payload, "data.sendPayload")
	}
	return c
}

func (k *checker) properties(names ...string) []string {
	if k.payloads {
		names = append(names, "sendPayload")
	}
	return names
}

// data returns the one member of the outermost object.
func (k *checker) data(doc gjson.Result) (gjson.Result, bool) {
	if !k.typed(doc, "payload", anObject) {
		return doc, false
	}
	data, ok := k.members(doc, "payload", []string{"data"}, []string{"data"})["data"]
	return data, ok
}

// members reads an object; of a name that stands twice the last value counts, as
// in PHP. A missing property is named with its own path, a further one with the
// path of the object.
func (k *checker) members(object gjson.Result, at string, required, allowed []string) map[string]gjson.Result {
	members := map[string]gjson.Result{}
	var order []string
	object.ForEach(func(key, value gjson.Result) bool {
		name := key.String()
		if _, twice := members[name]; !twice {
			order = append(order, name)
		}
		members[name] = value
		return true
	})
	for _, name := range required {
		if _, ok := members[name]; !ok {
			k.add(propertyMissing(name, below(at, name)))
		}
	}
	for _, name := range order {
		if !contains(allowed, name) {
			k.add(propertyExtra(name, at))
		}
	}
	return members
}

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

func (k *checker) typed(v gjson.Result, at, wanted string) bool {
	got := kind(v)
	if map[string]string{aString: "String", anArray: "Array", anObject: "Object"}[wanted] == got {
		return true
	}
	k.add(typeWrong(got, wanted, at))
	return false
}

// kind names the type of a value as the messages do.
func kind(v gjson.Result) string {
	switch {
	case v.Type == gjson.String:
		return "String"
	case v.Type == gjson.Null:
		return "NULL"
	case v.IsBool():
		return "Boolean"
	case v.IsArray():
		return "Array"
	case v.IsObject():
		return "Object"
	}
	if _, err := strconv.ParseInt(v.Raw, 10, 64); err == nil {
		return "Integer"
	}
	return "Double"
}

func (k *checker) url(v gjson.Result, at string) string {
	if !k.typed(v, at, aString) {
		return ""
	}
	text := v.String()
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
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return false
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return false
		}
	}
	return strings.EqualFold(u.Scheme, "http") || strings.EqualFold(u.Scheme, "https")
}

func portOf(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return u.Port()
}

func (k *checker) sendPayload(v gjson.Result, at string) (full bool) {
	full = v.Type == gjson.String && v.String() == "full"
	if !full && v.Type != gjson.Null {
		k.add(notListed(`["full",null]`, at))
	}
	return full
}
