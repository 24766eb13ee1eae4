package shoptet

import (
	"encoding/json"
	"strings"

	"github.com/tidwall/gjson"

	"tacklebox/mock/provider"
	"tacklebox/mock/shoptet/phpjson"
)

// targets sends an event to the webhooks that are registered for it; addon:*
// go to the URLs of the partner administration, which have no webhook and no
// notification.
func targets(w *provider.World, ev *provider.Event) ([]provider.Target, []provider.Skip) {
	addressed := resolved(w, ev)
	list, skips := w.EachSubscription(addressed, nil)
	for i := range list {
		t := &list[i]
		body, err := payload(w, ev, *t)
		if err != nil {
			body = nil // the engine makes it again and tells why
		}
		n := notice{ID: w.Next("notification", 1), Data: logged(body, ev, eshopID(w, t.Account))}
		t.Data = phpjson.Encode(n)
	}
	if isMass(w, ev.Type) {
		markLive(w, ev)
	}
	return append(list, partnerURLs(w, addressed)...), skips
}

// resolved is the event with its account named by the installation: a short
// token stands for it too.
func resolved(w *provider.World, ev *provider.Event) *provider.Event {
	same := *ev
	same.Account = owner(w, ev.Account)
	return &same
}

// partnerURLs are the places of the switch addon_urls.
func partnerURLs(w *provider.World, ev *provider.Event) (list []provider.Target) {
	if !isSystem(ev.Type) {
		return nil
	}
	names := []string{ev.Account}
	if ev.Account == "" {
		names = accountNames(w)
	}
	for _, name := range names {
		if u := w.Option(name, "addon_urls").Map()[ev.Type]; u != "" {
			list = append(list, provider.Target{Account: name, URL: u, Direct: true})
		}
	}
	return list
}

// accountNames lists who is installed; nobody yet is the default account.
func accountNames(w *provider.World) []string {
	var names []string
	for _, a := range w.Accounts() {
		names = append(names, a.Name)
	}
	if names == nil {
		names = []string{defaultAccount}
	}
	return names
}

const defaultAccount = "default"

// note follows up an event: a finished job can be read, a mass event brings the
// single ones.
func note(w *provider.World, ev *provider.Event) {
	switch {
	case ev.Type == jobFinished:
		noteJob(w, ev)
	case wasLive(w, ev):
		fireSingles(w, ev)
	}
}

// Mass events are followed by single ones only while they happen, not when a
// crash made the mock forget and the journal tells them again: the single ones
// are in the journal too. Targets runs in the first case alone.

// markLive remembers that a mass event happens now.
func markLive(w *provider.World, ev *provider.Event) { w.Memo()["live"] = ev.ID }

// wasLive reports whether it does, once.
func wasLive(w *provider.World, ev *provider.Event) bool {
	id, _ := w.Memo()["live"].(string)
	delete(w.Memo(), "live")
	return id == ev.ID
}

// isMass reports whether an event type tells of many entities at once.
func isMass(w *provider.World, event string) bool {
	typ := catalogueOf(w).types[event]
	return typ != nil && typ.Kind == massEvent
}

// singleOf names the single event of a mass event: order:massUpdate is
// order:update for each.
func singleOf(event string) string {
	group, action, _ := strings.Cut(event, ":")
	action = strings.TrimPrefix(action, "mass")
	if action == "" {
		return group + ":"
	}
	return group + ":" + strings.ToLower(action[:1]) + action[1:]
}

// fireSingles fires the single event of every listed entity in the accounts that
// switched it on: for now the real service sends both (documented).
func fireSingles(w *provider.World, ev *provider.Event) {
	single := singleOf(ev.Type)
	for _, a := range w.Addressed(resolved(w, ev)) {
		if !w.Option(a.Name, "mass_with_singles").Bool() {
			continue
		}
		if _, ok := offers(w, a.Name, single); !ok {
			continue
		}
		for _, id := range listedEntities(w, ev, a.Name) {
			set := map[string]json.RawMessage{"eventInstance": phpjson.AppendText(nil, id)}
			if created, ok := ev.Set["eventCreated"]; ok {
				set["eventCreated"] = created
			}
			_, _ = w.Fire(provider.Firing{Type: single, Account: a.Name, Set: set}) // checked above: the type is offered, the path is known
		}
	}
}

// listedEntities reads the list that a mass event carries in its text.
func listedEntities(w *provider.World, ev *provider.Event, account string) (ids []string) {
	body, err := payload(w, ev, provider.Target{Account: account})
	if err != nil || !provider.Sound(body) {
		return nil
	}
	list := gjson.GetBytes(body, "eventInstance").String()
	if !provider.Sound([]byte(list)) {
		return nil
	}
	for _, id := range gjson.Parse(list).Array() {
		ids = append(ids, id.String())
	}
	return ids
}
