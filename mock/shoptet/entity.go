package shoptet

import (
	"strings"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// entity is a kind of thing of the shop that has a whole example among the
// fixtures: what the API's detail call has below data (documented shape, values a
// decision).
type entity struct {
	group string // of the event types that tell of it: "order" of order:create
	at    string // where the entity stands below data; "" is data itself
	key   string // member that eventInstance names
}

var entities = []entity{{"order", "order", "code"}, {"product", "", "guid"}, {"customer", "customer", "guid"}, {"invoice", "invoice", "code"}}

// entityOf returns the entity that an event tells of.
func entityOf(event string) (entity, bool) {
	group, _, _ := strings.Cut(event, ":")
	for _, e := range entities {
		if e.group == group {
			return e, true
		}
	}
	return entity{}, false
}

// data returns the example with the key of one entity in it.
func (e entity) data(w *provider.World, key string) ([]byte, error) {
	doc, err := kit.SampleFile(w, "objects/entity."+e.group+".json")
	if err != nil || key == "" {
		return doc, err
	}
	at := strings.TrimPrefix(e.at+"."+e.key, ".")
	if guid := e.at + ".guid"; e.key != "guid" && gjson.GetBytes(doc, guid).Exists() && gjson.GetBytes(doc, at).Str != key {
		// another order than the example's: its second name is another one too
		if doc, err = sjson.SetBytes(doc, guid, freshGUID(w.Fixed("entity/"+e.group, key))); err != nil {
			return nil, err
		}
	}
	return sjson.SetBytes(doc, at, key)
}

// line returns one entity as a line of a snapshot's result: the entity alone.
func (e entity) line(w *provider.World, key string) ([]byte, error) {
	doc, err := e.data(w, key)
	if err != nil || e.at == "" {
		return doc, err
	}
	return []byte(gjson.GetBytes(doc, e.at).Raw), nil
}

// withEntity puts the entity behind the members of a callback, where the firing
// says nothing about it (documented: `"payload":{"data":…}`, the data of the
// detail call).
func withEntity(w *provider.World, ev *provider.Event, body []byte) ([]byte, error) {
	e, known := entityOf(ev.Type)
	if !known || ev.Touches("payload") || len(ev.Whole) > 0 {
		return body, nil
	}
	doc, err := e.data(w, gjson.GetBytes(body, "eventInstance").String())
	if err != nil {
		return nil, err
	}
	return sjson.SetRawBytes(body, "payload.data", doc)
}
