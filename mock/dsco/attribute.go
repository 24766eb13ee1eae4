package dsco

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"tacklebox/mock/kit"
)

// attribute is one member of a Webhook in a request.
type attribute struct {
	name     string
	required bool
	read     func(r *reading, raw json.RawMessage) error
}

// reading is what reading the attributes needs to know and fills.
type reading struct {
	order    *order
	uuid     string // of the webhook that is updated; "" on creation
	me       party
	keys     [2]string
	anyOwner bool
}

// attributes in the order of the documentation; required are those that it shows
// without a question mark. Wrong JSON types are refused, nothing is converted
// (decision).
var attributes = []attribute{
	{"webhookUuid", false, readUUID},
	{"owningAccountId", false, readOwner},
	{"webhookAccountId", true, readAccount},
	{"description", false, readDescription},
	{"event", true, readEvent},
	{"callbackUrl", true, readURL},
	{"enabled", true, readEnabled},
	{"applyToPartners", false, readFlag("applyToPartners", func(o *order) **bool { return &o.ApplyToPartners })},
	{"quantityStateChangeOnly", false, readFlag("quantityStateChangeOnly", func(o *order) **bool { return &o.QuantityStateChangeOnly })},
	{"quantityChangeOnly", false, readFlag("quantityChangeOnly", func(o *order) **bool { return &o.QuantityChangeOnly })},
	{"catalogIds", false, readIDs("catalogIds", func(o *order) **[]string { return &o.CatalogIDs })},
	{"assortmentIds", false, readIDs("assortmentIds", func(o *order) **[]string { return &o.AssortmentIDs })},
	{"customHttpHeaders", false, readHeaders},
	{"createDate", false, readDate("createDate")},
	{"lastUpdate", false, readDate("lastUpdate")},
}

// attributeNames lists every attribute that a Webhook can have.
func attributeNames() []string {
	names := make([]string, len(attributes))
	for i, a := range attributes {
		names[i] = a.name
	}
	return names
}

// number reads an int: a number without fraction from 1 to 2^53 (decision).
func number(raw json.RawMessage) (int64, bool) {
	const most = 1 << 53
	n, ok := kit.Whole(raw)
	return n, ok && n >= 1 && n <= most
}

// readUUID checks a webhookUuid: made by Dsco, so a sent one is ignored on
// creation and must be the one of the path on update (decision).
func readUUID(r *reading, raw json.RawMessage) error {
	id, ok := kit.Text(raw)
	if !ok {
		return refuse(attributeValueInvalid, "webhookUuid must be text.")
	}
	if r.uuid != "" && !strings.EqualFold(id, r.uuid) {
		return refuse(attributeValueInvalid, "webhookUuid is not the one in the path.")
	}
	return nil
}

// readOwner checks owningAccountId: "should be your account ID" (documented);
// that another one is refused is inferred.
func readOwner(r *reading, raw json.RawMessage) error {
	n, ok := number(raw)
	if !ok {
		return refuse(attributeValueInvalid, "owningAccountId must be an account number.")
	}
	if n != r.me.id && !r.anyOwner {
		return refuse(attributeValueInvalid, "owningAccountId must be your own account %d.", r.me.id)
	}
	return nil
}

// readAccount reads whose data it is about: your own or a partner's (documented).
func readAccount(r *reading, raw json.RawMessage) error {
	n, ok := number(raw)
	if !ok {
		return refuse(attributeValueInvalid, "webhookAccountId must be an account number.")
	}
	if n != r.me.id && !r.me.trades(n) {
		return refuse(attributeValueInvalid, "webhookAccountId must be your own account %d or a trading partner's.", r.me.id)
	}
	r.order.Account = n
	return nil
}

// readDescription reads a text that Dsco shows and does nothing with.
func readDescription(r *reading, raw json.RawMessage) error {
	s, ok := kit.Text(raw)
	if !ok {
		return refuse(attributeValueInvalid, "description must be text.")
	}
	r.order.Description = &s
	return nil
}

// readEvent reads the one event type: to listen for several takes several
// webhooks (documented).
func readEvent(r *reading, raw json.RawMessage) error {
	types := []string{orderCreated, orderUpdated, inventoryUpdated, invoiceCreated, invoiceUpdated, lineItemStatus}
	s, ok := kit.Text(raw)
	if !ok || !slices.Contains(types, s) {
		return refuse(attributeValueInvalid, "event must be exactly one of %s.", strings.Join(types, ", "))
	}
	r.order.event = s
	return nil
}

// readURL reads callbackUrl, a "fully qualified URL" (documented); that means
// http or https and a host (inferred). It is kept byte for byte.
func readURL(r *reading, raw json.RawMessage) error {
	s, ok := kit.Text(raw)
	if !ok || !callable(s) {
		return refuse(attributeValueInvalid, "callbackUrl must be a fully qualified http or https URL.")
	}
	r.order.url = s
	return nil
}

// callable reports whether a URL can be called back. Blanks cannot stand in a
// request line (decision).
func callable(s string) bool {
	_, ok := kit.Callable(s)
	return ok && !strings.ContainsAny(s, " \t\r\n")
}

// readEnabled reads whether the webhook fires at all (documented).
func readEnabled(r *reading, raw json.RawMessage) error {
	yes, ok := kit.Truth(raw)
	if !ok {
		return refuse(attributeValueInvalid, "enabled must be true or false.")
	}
	r.order.enabled = yes
	return nil
}

// readFlag reads a truth value into its place. A text such as "true" is refused
// (decision).
func readFlag(name string, place func(*order) **bool) func(*reading, json.RawMessage) error {
	return func(r *reading, raw json.RawMessage) error {
		b, ok := kit.Truth(raw)
		if !ok {
			return refuse(attributeValueInvalid, "%s must be true or false.", name)
		}
		*place(r.order) = &b
		return nil
	}
}

// readIDs reads a list of texts; an empty list counts as not specified
// (decision).
func readIDs(name string, place func(*order) **[]string) func(*reading, json.RawMessage) error {
	return func(r *reading, raw json.RawMessage) error {
		ids, ok := kit.Texts(raw)
		if !ok || slices.Contains(ids, "") {
			return refuse(attributeValueInvalid, "%s must be a list of texts that are not empty.", name)
		}
		*place(r.order) = &ids
		return nil
	}
}

// readDate checks a date that Dsco sets itself: a sent one is not used
// (decision).
func readDate(name string) func(*reading, json.RawMessage) error {
	return func(_ *reading, raw json.RawMessage) error {
		if s, ok := kit.Text(raw); ok {
			if _, ok = parseDate(s); ok {
				return nil
			}
		}
		return refuse(attributeValueInvalid, "%s must be an isodate like 2014-01-01T10:30:00.000Z.", name)
	}
}

var (
	headerName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$") // an HTTP token
	framing    = []string{"Host", "Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "TE", "Trailer"}
)

// readHeaders reads a list of HttpHeader. Its shape is inferred; names that frame
// the request are refused (decision).
func readHeaders(r *reading, raw json.RawMessage) error {
	parts, ok := kit.Items(raw)
	if !ok {
		return refuse(attributeValueInvalid, "customHttpHeaders must be a list.")
	}
	list := make([]header, len(parts))
	for i, p := range parts {
		h, err := readHeader(r.keys, i, p)
		if err != nil {
			return err
		}
		list[i] = h
	}
	r.order.Headers = &list
	return nil
}

// readHeader reads one HttpHeader: exactly two members, a name that can be set
// and a value of one line.
func readHeader(keys [2]string, i int, raw json.RawMessage) (header, error) {
	f, ok := readForm(raw)
	if !ok {
		return header{}, refuse(attributeValueInvalid, "customHttpHeaders[%d] must be an object.", i)
	}
	if n, found := f.Unknown(keys[:]...); found {
		return header{}, refuse(unrecognizedProperty, "The attribute %q is not known to customHttpHeaders[%d].", kit.Clip(n), i)
	}
	var parts [2]string
	for k, key := range keys {
		if !f.Given(key) {
			return header{}, refuse(propertyRequired, "The attribute %s of customHttpHeaders[%d] is required.", key, i)
		}
		if parts[k], ok = kit.Text(f.Raw(key)); !ok {
			return header{}, refuse(attributeValueInvalid, "%s of customHttpHeaders[%d] must be text.", key, i)
		}
	}
	h := header{parts[0], parts[1]}
	if !headerName.MatchString(h.Name) || slices.ContainsFunc(framing, func(n string) bool { return strings.EqualFold(n, h.Name) }) {
		return h, refuse(attributeValueInvalid, "%s of customHttpHeaders[%d] is not the name of a header that can be set.", keys[0], i)
	}
	if kit.Controls(strings.ReplaceAll(h.Value, "\t", "")) { // a tab may stand in a header (RFC 9110)
		return h, refuse(attributeValueInvalid, "%s of customHttpHeaders[%d] must be one line.", keys[1], i)
	}
	return h, nil
}
