package prioticket

import (
	"bytes"
	"encoding/json"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// targets gives an event to every enabled webhook of the addressed accounts that
// lists its type. One with an e-mail only gets a mail, which is sent as soon as
// it is asked for; with both, the URL decides (decision).
func targets(w *provider.World, ev *provider.Event) ([]provider.Target, []provider.Skip) {
	list, skips := w.EachSubscription(ev, nil)
	for i := range list {
		t := &list[i]
		n := notificationOf(w, ev, t.Account, t.Subscription)
		t.ID = notificationID(ev, w, t.Subscription)
		t.Data = provider.Encode(record{n.ID, n.Item, n.Note, n.Account})
		t.Done = t.URL == ""
	}
	return list, skips
}

// notificationID belongs to an event and a webhook and stays the same however
// often the body is made (new for each: decision).
func notificationID(ev *provider.Event, w *provider.World, subscription string) string {
	return uuidV1(ev.Time, w.Fixed("notification", ev.ID+"/"+subscription))
}

// notificationOf is the notification as the callback shows it, overrides of the
// firing included.
func notificationOf(w *provider.World, ev *provider.Event, account, subscription string) notificationBody {
	o := orderOf(ev)
	n := notificationBody{ID: notificationID(ev, w, subscription), Status: pending, Event: ev.Type, Account: o.Account, Item: o.Item,
		Note: o.Note, Created: stamp(ev.Time)}
	if n.Account == "" {
		n.Account = accountNumber(w, account)
	}
	if sample := sampleOf(w, ev.Type); n.Item == "" {
		n.Item = gjson.GetBytes(sample, itemPath).Str
	}
	if len(ev.Whole) > 0 || !ev.Touches("data.notification") {
		return n
	}
	edited, err := ev.Edit(provider.Encode(map[string]any{"data": map[string]any{"notification": n}}))
	if err != nil {
		return n
	}
	said := gjson.GetBytes(edited, "data.notification")
	for name, field := range map[string]*string{"id": &n.ID, "account_id": &n.Account, "item_id": &n.Item} {
		if v := said.Get("notification_" + name); v.Type == gjson.String && v.Str != "" {
			*field = v.Str
		}
	}
	n.Note = said.Get("notification_note").String()
	return n
}

const itemPath = "data.notification.notification_item_id"

// sampleOf returns a sample in compact form.
func sampleOf(w *provider.World, typ string) []byte {
	key := "sample " + typ
	if b, ok := w.Memo()[key].([]byte); ok {
		return b
	}
	body, err := kit.Sample(w, typ)
	if err != nil {
		return []byte(`{"data":{"notification":{}}}`) // overrides of fixtures are checked when they are read
	}
	w.Memo()[key] = body
	return body
}

// payload makes the callback body: the sample, fitted to the moment and the
// account, then the overrides. These address the whole body, so that without
// payload the resource is taken out last.
func payload(w *provider.World, ev *provider.Event, t provider.Target) ([]byte, error) {
	if len(ev.Whole) > 0 {
		return ev.Edit(nil)
	}
	body, err := fitted(w, ev, t)
	if err != nil {
		return nil, err
	}
	if body, err = ev.Edit(body); err != nil {
		return nil, err
	}
	switch mode := w.Option(t.Account, "callback_body").Text(); {
	case mode == "notification" || !withPayload(w, t):
		return bare(ev, body)
	case mode == "resource":
		return sjson.DeleteBytes(body, "data.notification")
	}
	return body, nil
}

// withPayload reports whether a target wants the resource; a plain URL does.
func withPayload(w *provider.World, t provider.Target) bool {
	if t.Direct || t.Subscription == "" {
		return true
	}
	s := w.Account(t.Account).Sub(t.Subscription)
	return s == nil || loadWebhook(s).Payload
}

// fitted sets what is new with each delivery. The item id of a sample
// notification stands wherever the sample has its own, so that resource and
// notification agree (decision).
func fitted(w *provider.World, ev *provider.Event, t provider.Target) ([]byte, error) {
	account := t.Account
	if account == "" {
		account = "default"
	}
	body := sampleOf(w, ev.Type)
	if o := orderOf(ev); o.Item != "" {
		was := gjson.GetBytes(body, itemPath).Str
		body = bytes.ReplaceAll(body, provider.Encode(was), provider.Encode(o.Item))
	}
	body, err := sjson.SetRawBytes(body, "data.notification", provider.Encode(plainNotification(w, ev, account, t.Subscription)))
	if err != nil {
		return nil, err
	}
	return sjson.SetBytes(body, "api_version", profileOf(w).version)
}

// plainNotification is the notification before overrides.
func plainNotification(w *provider.World, ev *provider.Event, account, subscription string) notificationBody {
	plain := *ev
	plain.Set, plain.Unset, plain.Merge = nil, nil, nil
	return notificationOf(w, &plain, account, subscription)
}

// bare takes everything but the notification out of a body (documented 3.5:
// webhook_payload decides whether the changed data is contained).
func bare(ev *provider.Event, body []byte) ([]byte, error) {
	doc := gjson.ParseBytes(body)
	kind := `"notification"`
	if ev.Touches("data.kind") {
		kind = doc.Get("data.kind").Raw
	}
	out := []byte(`{}`)
	var err error
	for _, part := range []struct{ path, raw string }{{"api_version", doc.Get("api_version").Raw}, {"data.kind", kind},
		{"data.notification", doc.Get("data.notification").Raw}} {
		if part.raw == "" {
			continue
		}
		if out, err = sjson.SetRawBytes(out, part.path, []byte(part.raw)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// renew gives a body that is sent again an id and an instant of its own.
func renew(w *provider.World, body []byte) []byte {
	const id, created = "data.notification.notification_id", "data.notification.notification_created"
	if !provider.Sound(body) || !gjson.GetBytes(body, id).Exists() {
		return body
	}
	again, err := sjson.SetBytes(body, created, stamp(w.Now()))
	if err != nil {
		return body
	}
	return kit.Replace(again, kit.Member{Path: id, Raw: provider.Encode(uuidV1(w.Now(), w.Rand("renewed")))})
}

// unwrap leaves bodies without a notification unjudged: the schema wants one, and
// callback_body may have left it out.
func unwrap(body []byte) []byte {
	if !json.Valid(body) {
		return body
	}
	data := gjson.GetBytes(body, "data")
	if data.IsObject() && !data.Get("notification").Exists() && data.Get("kind").Str != "notification" {
		return nil
	}
	return body
}
