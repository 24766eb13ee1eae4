package shoptet

import (
	"encoding/json"
	"slices"
	"strings"

	"tacklebox/mock/provider"
	"tacklebox/mock/shoptet/phpjson"
)

// massEvent is the kind of the events that tell of many entities at once; their
// callbacks hold the ids in a list.
const massEvent = "mass"

// eventType is this provider's own columns of the catalogue.
type eventType struct {
	Type        string   `json:"type"`
	Kind        string   `json:"kind"`
	Profiles    []string `json:"profiles"`
	Registrable bool     `json:"registrable"`
	Conflicts   []string `json:"conflicts_with"`
	Instance    struct {
		JSON    string `json:"json"`    // "string" or "number"
		Fresh   string `json:"fresh"`   // pattern of further copies, "" when it never varies
		Follows string `json:"follows"` // "eshopId" when it repeats the shop's number
	} `json:"instance"`
}

// catalogue is the event types in their order.
type catalogue struct {
	types map[string]*eventType
	order []*eventType
	enums map[string]string // by profile
}

// catalogueOf reads the fixtures once.
func catalogueOf(w *provider.World) *catalogue {
	if k, ok := w.Memo()["catalogue"].(*catalogue); ok {
		return k
	}
	k := &catalogue{types: map[string]*eventType{}, enums: map[string]string{}}
	for i := range w.Catalogue().Events {
		typ := &eventType{}
		if json.Unmarshal(w.Catalogue().Events[i].Raw, typ) != nil {
			continue // an override whose columns have other types
		}
		k.types[typ.Type] = typ
		k.order = append(k.order, typ)
	}
	w.Memo()["catalogue"] = k
	return k
}

// in reports whether a profile knows the event type.
func (t *eventType) in(p *profile) bool { return slices.Contains(t.Profiles, p.name) }

// registrable reports whether the API takes a webhook for the event: addon:*
// are registered elsewhere (documented).
func (k *catalogue) registrable(event string, p *profile) bool {
	typ := k.types[event]
	return typ != nil && typ.Registrable && typ.in(p)
}

// enumeration is the JSON list of everything that can be registered, in the
// order of the catalogue.
func (k *catalogue) enumeration(p *profile) string {
	if list, ok := k.enums[p.name]; ok {
		return list
	}
	names := []string{}
	for _, typ := range k.order {
		if k.registrable(typ.Type, p) {
			names = append(names, typ.Type)
		}
	}
	list := string(phpjson.Encode(names))
	k.enums[p.name] = list
	return list
}

// isSystem reports whether an event belongs to the partner administration.
func isSystem(event string) bool { return strings.HasPrefix(event, "addon:") }

// offers says whether a type can be fired: in the account's profile, or without
// an account in any profile that is in use.
func offers(w *provider.World, account, event string) (hint string, ok bool) {
	typ := catalogueOf(w).types[event]
	if typ == nil {
		return "", false
	}
	if inUse(w, account, typ.in) {
		return "", true
	}
	return "it exists in profile " + strings.Join(typ.Profiles, ", ") + "; set providers.shoptet.profile", false
}

// inUse reports whether a profile of the account fits; without an account, the
// common one or that of any account.
func inUse(w *provider.World, account string, fits func(*profile) bool) bool {
	if fits(profileOf(w, owner(w, account))) {
		return true
	}
	return account == "" && slices.ContainsFunc(w.Accounts(), func(a *provider.Account) bool { return fits(profileOf(w, a.Name)) })
}
