package ultracart

import "tacklebox/mock/provider"

type reflowJSON struct {
	Name   string `json:"event_name"`
	Queued bool   `json:"queued"`
}

// resendEvent sends everything in stock for an event again, to this webhook
// alone; only item_update and order_create can do that (documented).
func resendEvent(q *request) (*answer, error) {
	s, err := q.subOf(q.Call.Param("webhookOid"))
	if err != nil {
		return nil, err
	}
	name := q.Call.Param("eventName")
	typ := catalogueOf(q.World).events[name]
	if typ == nil || !typ.reflow {
		return nil, bad("Event '%s' does not support reflow.", name)
	}
	if !s.Wants(name) || !s.Enabled {
		if q.text(optReflowUnsubscribe) != "send" {
			return nil, bad("Webhook %s does not receive event '%s'.", s.ID, name)
		}
		if !s.Enabled {
			q.a.Pause(s) // it waits there
		}
	}
	q.Call.Type = name
	if stock := int(q.World.Option(q.a.Name, optReflowObjects).Int()); stock > 0 {
		_, err := q.World.Fire(provider.Firing{Type: name, Account: q.a.Name, Count: stock, Data: encode(occurrence{Webhook: s.ID})})
		if err != nil {
			panic(err) // the type is ours and nothing else was said
		}
	}
	return &answer{name: "reflow", payload: reflowJSON{name, true}}, nil
}
