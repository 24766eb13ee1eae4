// Package describe tells what there is to know about a mock provider: its event
// types with samples and schemas, its OpenAPI description, and whether a callback
// body keeps to the schema of its type. It reads the fixtures and the settings in
// force; it changes and sends nothing.
package describe

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"tacklebox/mock/fault"
	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
)

// Description is what is told about one provider. But for Check it is asked with
// the provider's World locked.
type Description struct {
	provider    *provider.Provider
	world       *provider.World
	warn        func(string)
	schemas     map[string]json.RawMessage // by type, as they are shown
	definitions map[string]*definitionFile // by file, once read
	contract    contract
}

// Of describes a provider. warn hears of fixtures that are broken.
func Of(p *provider.Provider, world *provider.World, warn func(string)) *Description {
	return &Description{provider: p, world: world, warn: warn}
}

// Row is the provider as a list shows it.
func (d *Description) Row() api.Provider {
	p := api.Provider{Name: d.provider.Name, Title: d.provider.Title, BaseURL: d.world.Home(), Profile: cmp.Or(d.world.Option("", "profile").Text(), d.provider.Profile)}
	for _, ev := range d.world.Catalogue().Events {
		if d.CheckType("", ev.Type) == nil {
			p.Events++
		}
	}
	return p
}

// Detail is all there is to know.
func (d *Description) Detail() api.ProviderDetail {
	row := d.Row()
	out := api.ProviderDetail{Name: row.Name, Title: row.Title, BaseURL: row.BaseURL, Profile: row.Profile, Events: d.eventTypes(),
		Assumptions: []api.Assumption{}, Context: []api.ContextKey{}, Faults: append([]string{}, fault.SignerOf(d.provider).Faults...), Signing: d.recipe(), Elsewhere: d.elsewhere()}
	for _, a := range d.world.Catalogue().Assumptions {
		out.Assumptions = append(out.Assumptions, api.Assumption(a))
	}
	for _, k := range d.provider.Context {
		out.Context = append(out.Context, api.ContextKey{Name: k.Name, About: k.About, Types: k.Types})
	}
	return out
}

// recipe is how a receiver proves who sent a callback: the provider's page, else
// the rule of its scheme.
func (d *Description) recipe() string {
	if text := d.world.Catalogue().Recipe(); text != "" {
		return text
	}
	if d.provider.Signing == nil || d.provider.Signing.Scheme == nil {
		return d.provider.Title + " signs nothing."
	}
	s := d.provider.Signing.Scheme
	return strings.TrimSpace(s.Rule() + "\n" + s.Document)
}

func (d *Description) eventTypes() []api.EventType {
	list := []api.EventType{}
	for i := range d.world.Catalogue().Events {
		ev := &d.world.Catalogue().Events[i]
		if d.CheckType("", ev.Type) != nil {
			continue
		}
		info := api.EventType{Type: ev.Type, Group: ev.Group, About: ev.About, Evidence: ev.Evidence, Schema: d.shownSchema(ev)}
		if b, err := d.world.Catalogue().Sample(ev.Type); err == nil && json.Valid(b) {
			info.Sample = b
		}
		list = append(list, info)
	}
	return list
}

// elsewhere lists the event types that the profile in force does not offer.
func (d *Description) elsewhere() (list []api.EventElsewhere) {
	for _, ev := range d.world.Catalogue().Events {
		var refused *api.Error
		if errors.As(d.CheckType("", ev.Type), &refused) {
			list = append(list, api.EventElsewhere{Type: ev.Type, About: ev.About, Hint: refused.Hint})
		}
	}
	return list
}

// CheckType refuses an event type that there is not, or that is not offered under
// the settings in force. "" is the settings of all accounts.
func (d *Description) CheckType(account, typ string) error {
	if _, ok := d.world.Catalogue().Event(typ); !ok {
		var types []string
		for _, e := range d.world.Catalogue().Events {
			types = append(types, e.Type)
		}
		hint := fmt.Sprintf("GET /_/providers/%s lists its %d event types", d.provider.Name, len(types))
		if near := api.Nearest(typ, types); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return api.Refuse(api.CodeUnknownType, hint, "%s has no event type %q", d.provider.Name, api.Clip(typ))
	}
	if d.provider.Offers != nil {
		if hint, ok := d.provider.Offers(d.world, account, typ); !ok {
			return api.Refuse(api.CodeUnknownType, hint, "%s has no event type %q here", d.provider.Name, typ)
		}
	}
	return nil
}
