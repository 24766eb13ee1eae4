package dsco

import (
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// columns are this provider's own columns of the catalogue.
type columns struct {
	Supplier string            `json:"supplier"` // sample for webhooks owned by a Supplier
	Variants map[string]string `json:"variants"` // samples by the value at variants.path
}

// sampleOf chooses the sample that a body starts from and makes it compact.
func sampleOf(w *provider.World, ev *provider.Event, t provider.Target) ([]byte, error) {
	entry, ok := w.Catalogue().Event(ev.Type)
	if !ok {
		return nil, fmt.Errorf("sample: no event type %q", ev.Type)
	}
	var own columns
	if err := json.Unmarshal(entry.Raw, &own); err != nil {
		return nil, fmt.Errorf("catalogue entry %s: %w", ev.Type, err)
	}
	file := entry.Sample
	if own.Supplier != "" && !t.Direct && who(w, t.Account).kind == supplier {
		file = own.Supplier
	}
	sample, err := kit.SampleFile(w, file)
	if err != nil || own.Variants == nil {
		return sample, err
	}
	return variant(w, ev, own.Variants, sample)
}

// variant returns the sample for a value that the firing sets: CANCELLED lines
// have no tracking number (documented), so they have a sample of their own.
func variant(w *provider.World, ev *provider.Event, variants map[string]string, sample []byte) ([]byte, error) {
	edited, err := ev.Edit(sample)
	if err != nil || !provider.Sound(edited) {
		return sample, err
	}
	if file := variants[gjson.GetBytes(edited, variants["path"]).String()]; file != "" {
		return kit.SampleFile(w, file)
	}
	return sample, nil
}

// payload builds the whole callback body, a WebhookEvent (documented): the
// sample, fitted to the moment and the webhook, then what the firing changes.
func payload(w *provider.World, ev *provider.Event, t provider.Target) ([]byte, error) {
	if len(ev.Whole) > 0 {
		return ev.Edit(nil) // as given (decision): a text byte for byte, JSON compact
	}
	body, err := base(w, ev, t)
	if err != nil {
		return nil, err
	}
	if body, err = ev.Edit(body); err != nil {
		return nil, err
	}
	if body, err = followQuantity(ev, body); err != nil {
		return nil, err
	}
	if body, err = kit.Compact(body); err != nil {
		return nil, err
	}
	return plain(body), nil
}

// base is the sample, fitted to the moment, the webhook and the account whose
// data changed.
func base(w *provider.World, ev *provider.Event, t provider.Target) ([]byte, error) {
	body, err := sampleOf(w, ev, t)
	if err != nil {
		return nil, err
	}
	body = moveDates(body, ev.Time)
	changes := map[string]any{}
	if t.Subscription != "" {
		changes["webhookUuid"] = t.Subscription
	}
	if f := factsOf(ev); f.EventUUID != "" {
		changes["payload.eventUuid"] = f.EventUUID
	}
	if id, ok := number(ev.Context["accountId"]); ok {
		nameSupplier(body, id, changes)
	}
	for path, v := range changes { // each changes another member, so in any order
		if body, err = sjson.SetBytes(body, path, v); err != nil {
			return nil, fmt.Errorf("sample: %s: %w", path, err)
		}
	}
	return body, nil
}

var quotedDate = regexp.MustCompile(`"` + isodate + `"`)

// moveDates moves every isodate so that eventDate is now and the distances stay
// (decision).
func moveDates(body []byte, now time.Time) []byte {
	then, ok := parseDate(gjson.GetBytes(body, "eventDate").String())
	if !ok {
		return body
	}
	shift := now.UTC().Truncate(time.Millisecond).Sub(then)
	return quotedDate.ReplaceAllFunc(body, func(quoted []byte) []byte {
		t, ok := parseDate(string(quoted[1 : len(quoted)-1]))
		if !ok {
			return quoted
		}
		return []byte(`"` + formatDate(t.Add(shift)) + `"`)
	})
}

// nameSupplier puts the account whose data changed where the sample names a
// supplier, unless it is the sample's retailer (decision).
func nameSupplier(body []byte, id int64, changes map[string]any) {
	for _, at := range []string{"payload", "payload.order"} {
		if gjson.GetBytes(body, at+".dscoRetailerId").Int() == id {
			return
		}
	}
	for _, at := range []string{"payload", "payload.order"} {
		put := func(path string) {
			if gjson.GetBytes(body, path).Exists() {
				changes[path] = id
			}
		}
		put(at + ".dscoSupplierId")
		for i := range gjson.GetBytes(body, at+".lineItems.#").Int() {
			put(fmt.Sprintf("%s.lineItems.%d.dscoSupplierId", at, i))
		}
	}
}

// followQuantity keeps an inventory's status true to a quantity that the firing
// sets: the status is derived (inferred from V3).
func followQuantity(ev *provider.Event, body []byte) ([]byte, error) {
	const quantity, status = "payload.quantityAvailable", "payload.status"
	if ev.Type != inventoryUpdated || !ev.Touches(quantity) || ev.Touches(status) {
		return body, nil
	}
	n := gjson.GetBytes(body, quantity)
	if n.Type != gjson.Number {
		return body, nil
	}
	word := "in-stock"
	if n.Num < 1 {
		word = "out-of-stock"
	}
	return sjson.SetBytes(body, status, word)
}

// renew gives a body that is sent again the date of now and, where it has one, an
// id of its own.
func renew(w *provider.World, body []byte) []byte {
	return kit.Replace(body, kit.Member{Path: "eventDate", Raw: provider.Encode(formatDate(w.Now()))},
		kit.Member{Path: "payload.eventUuid", Raw: provider.Encode(w.UUID("event"))})
}
