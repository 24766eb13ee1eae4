package ultracart

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"tacklebox/mock/ultracart/jsontree"
	"tacklebox/mock/ultracart/ruler"
)

// wanted is a Webhook as a client sends it; nil is absent. Members that only the
// server sets are not looked at (inferred), unknown ones neither (decision).
type wanted struct {
	url, auth, username, password  *string
	accessKey, secretKey, comments *string
	version                        *string
	maxEvents, maxSize             *int32
	compress, disabled             *bool
	categories                     []wantedCategory
	anyCategories                  bool
}

type wantedCategory struct {
	name       *string
	subscribed *bool
	events     []wantedEvent
}

type wantedEvent struct {
	known                               bool // it carries webhook_event_oid: it was read from the API
	name, expansion, ruler, explanation *string
	subscribed                          *bool
}

// reader takes typed members out of a body and remembers the first that has the
// wrong type.
type reader struct{ wrong *apiError }

// fail remembers the first member of another type than wanted; later ones are
// not told.
func (r *reader) fail(path, want string) {
	if r.wrong == nil {
		r.wrong = bad("Field '%s' must be a %s.", path, want)
	}
}

// at returns a member; null counts as absent (decision).
func at(n *jsontree.Node, name string) *jsontree.Node {
	if v := n.Get(name); v != nil && v.Kind != jsontree.Null {
		return v
	}
	return nil
}

// text reads an optional string.
func (r *reader) text(n *jsontree.Node, path, name string) *string {
	v := at(n, name)
	if v == nil {
		return nil
	}
	if v.Kind != jsontree.String {
		r.fail(path+name, "string")
		return nil
	}
	return &v.Text
}

// truth reads an optional boolean.
func (r *reader) truth(n *jsontree.Node, path, name string) *bool {
	v := at(n, name)
	if v == nil {
		return nil
	}
	if v.Kind != jsontree.Bool {
		r.fail(path+name, "boolean")
		return nil
	}
	return &v.Truth
}

// integer wants an int32 without fraction or exponent.
func (r *reader) integer(n *jsontree.Node, path, name string) *int32 {
	v := at(n, name)
	if v == nil {
		return nil
	}
	i, err := strconv.ParseInt(v.Text, 10, 64)
	if v.Kind != jsontree.Number || err != nil || i < math.MinInt32 || i > math.MaxInt32 {
		r.fail(path+name, "integer")
		return nil
	}
	small := int32(i)
	return &small
}

// list returns the elements of an array of objects.
func (r *reader) list(n *jsontree.Node, path, name string) []*jsontree.Node {
	v := at(n, name)
	if v == nil {
		return nil
	}
	if v.Kind != jsontree.Array {
		r.fail(path+name, "array")
		return nil
	}
	for i, it := range v.Items {
		if it.Kind != jsontree.Object {
			r.fail(fmt.Sprintf("%s%s[%d]", path, name, i), "object")
			return nil
		}
	}
	return v.Items
}

// readWanted reads the body of insertWebhook and updateWebhook.
func readWanted(body *jsontree.Node) (*wanted, error) {
	var r reader
	in := &wanted{
		url: r.text(body, "", "webhook_url"), auth: r.text(body, "", "authentication_type"),
		username: r.text(body, "", "basic_username"), password: r.text(body, "", "basic_password"),
		accessKey: r.text(body, "", "iam_access_key"), secretKey: r.text(body, "", "iam_secret_key"),
		version: r.text(body, "", "api_version"), maxEvents: r.integer(body, "", "maximum_events"),
		maxSize: r.integer(body, "", "maximum_size"), compress: r.truth(body, "", "compress_events"),
		disabled: r.truth(body, "", "disabled"), comments: r.text(body, "", "merchant_comments"),
		anyCategories: at(body, "event_categories") != nil,
	}
	for i, c := range r.list(body, "", "event_categories") {
		in.categories = append(in.categories, readCategory(&r, c, fmt.Sprintf("event_categories[%d].", i)))
	}
	if r.wrong != nil {
		return nil, r.wrong
	}
	return in, oneOf(in)
}

// readCategory reads one category with the events that it lists.
func readCategory(r *reader, c *jsontree.Node, path string) wantedCategory {
	out := wantedCategory{name: r.text(c, path, "event_category"), subscribed: r.truth(c, path, "subscribed")}
	for i, e := range r.list(c, path, "events") {
		p := fmt.Sprintf("%sevents[%d].", path, i)
		out.events = append(out.events, wantedEvent{known: at(e, "webhook_event_oid") != nil, name: r.text(e, p, "event_name"),
			expansion: r.text(e, p, "expansion"), ruler: r.text(e, p, "event_ruler"), explanation: r.text(e, p, "comments"),
			subscribed: r.truth(e, p, "subscribed")})
	}
	return out
}

// oneOf holds the two enumerations (documented lists, inferred refusal).
func oneOf(in *wanted) error {
	if in.auth != nil && !slices.Contains(authTypes(), *in.auth) {
		return bad("Field 'authentication_type' must be one of %s.", strings.Join(authTypes(), ", "))
	}
	if in.version != nil && *in.version != apiVersion {
		return bad("Field 'api_version' must be one of %s.", apiVersion)
	}
	return nil
}

// subscribes decides for one entry: `subscribed` says it (documented); where it
// is absent, an entry that was read from the API, where false is left out, is
// not subscribed, and one written by hand is (inferred).
func (e wantedEvent) subscribes() bool {
	if e.subscribed != nil {
		return *e.subscribed
	}
	return !e.known
}

// apply writes the wanted categories into the entries, in order, so that of two
// mentions the last one wins (decision).
func (in *wanted) apply(cat *catalogue, entries map[string]entry, strict bool) error {
	for _, c := range in.categories {
		if err := c.apply(cat, entries, strict); err != nil {
			return err
		}
	}
	return nil
}

// apply writes one category's events into the entries.
func (c wantedCategory) apply(cat *catalogue, entries map[string]entry, strict bool) error {
	category := ""
	if c.name != nil {
		category = *c.name
	}
	known := cat.category(category)
	if len(c.events) == 0 {
		return c.all(known, entries, strict)
	}
	for _, e := range c.events {
		name := ""
		if e.name != nil {
			name = *e.name
		}
		typ := cat.events[name]
		if typ == nil || c.name != nil && typ.category != known {
			if strict {
				return bad("Event '%s' does not exist in category '%s'.", name, category)
			}
			continue
		}
		if err := e.checkRuler(name); err != nil {
			return err
		}
		entries[name] = entry{Subscribed: e.subscribes(), Expansion: e.expansion, Ruler: e.ruler, Comments: e.explanation}
	}
	return nil
}

// all is a category without events: subscribed, it means every one of them
// (inferred).
func (c wantedCategory) all(known *category, entries map[string]entry, strict bool) error {
	if known == nil {
		if strict && c.name != nil {
			return bad("Event '%s' does not exist in category '%s'.", "", *c.name)
		}
		return nil
	}
	if c.subscribed != nil && *c.subscribed {
		for _, e := range known.events {
			in := entries[e.name]
			in.Subscribed = true
			entries[e.name] = in
		}
	}
	return nil
}

// checkRuler refuses a rule that could never be matched, when it is stored.
func (e wantedEvent) checkRuler(name string) error {
	if e.ruler == nil || strings.TrimSpace(*e.ruler) == "" {
		return nil
	}
	if _, err := ruler.Parse([]byte(*e.ruler)); err != nil {
		return bad("Event ruler of '%s' is not valid: %v", name, err)
	}
	return nil
}
