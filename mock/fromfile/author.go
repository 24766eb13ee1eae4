package fromfile

import (
	"fmt"
	"strings"

	"tacklebox/fixtures"
	"tacklebox/mock/fromfile/catalogue"
	"tacklebox/mock/fromfile/spec"
	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// author is what a provider file says, as the functions of a provider.
type author struct {
	spec   *spec.Spec
	keys   keys
	events *catalogue.Catalogue
}

func (a *author) provider() *provider.Provider {
	calls := newHooks(a)
	p := &provider.Provider{
		Name: a.spec.Name, Title: a.spec.Title, Hosts: a.spec.Hosts, Profile: "described by " + a.spec.Path, Described: true, Unsigned: "decision: " + a.spec.Path + " has no sign",
		Options:   a.options(),
		API:       provider.API{Home: a.spec.Home, Operations: calls.api.Operations(a.spec.Home), Serve: calls.api.Serve, Register: calls.register},
		Targets:   a.targets,
		Request:   a.createRequest,
		Policy:    a.policy,
		Attempted: a.attempted,
	}
	if a.spec.ContentType == spec.Form {
		p.Body, p.Unwrap = a.formBody, a.unwrap
	}
	if a.keys.scheme != nil {
		p.Signing = &provider.Signing{Scheme: a.keys.scheme, Secrets: a.keys.secrets, Retired: a.keys.retired}
	}
	return p
}

func (a *author) options() []provider.Option {
	var waits []string
	for _, w := range a.spec.Retry {
		waits = append(waits, w.String())
	}
	list := []provider.Option{
		{Name: "credentials", Kind: provider.ListOption, Common: true, Hidden: true, About: "accounts that are let in; none: all"},
		{Name: "retry", Kind: provider.DurationsOption, Default: string(provider.Encode(append([]string{}, waits...))), About: "wait after each failed attempt"},
		{Name: "timeout", Kind: provider.DurationOption, Default: string(provider.Encode(a.spec.Timeout.String())), About: "for one whole attempt"},
		{Name: "disable_after", Kind: provider.IntOption, Default: fmt.Sprint(a.spec.DisableAfter), About: "failures in a row that switch a subscription off; 0: none do"},
	}
	if a.keys.scheme != nil {
		list = append(list, provider.Option{Name: "secret", Kind: provider.TextOption, Hidden: true, Check: a.keys.checkSecret,
			About: "the key of what is sent to no subscription, and of subscriptions without one of their own; the one before is remembered"})
	}
	return list
}

// assumptions say what a provider file cannot: how the rest behaves.
func (a *author) assumptions() []fixtures.Assumption {
	list := []fixtures.Assumption{
		{Topic: "provider", Text: "everything is as " + a.spec.Path + " describes it", Evidence: "decision"},
		{Topic: "payloads", Text: "an event's payload is its example; without one it is generated to fit the schema", Evidence: "decision"},
	}
	if !a.spec.API.Given {
		list = append(list, fixtures.Assumption{Topic: "api", Text: "the calls that list, make and delete subscriptions are this mock's own: the file describes none", Evidence: "decision"})
	}
	if len(a.spec.Retry) > 0 {
		list = append(list, fixtures.Assumption{Topic: "retries", Text: "the waits are exact, counted from the end of the attempt before", Evidence: "decision", Switch: "retry"})
	}
	return list
}

func (a *author) policy(w *provider.World, account string) provider.Policy {
	return provider.Policy{
		Timeout: w.Option(account, "timeout").Duration(),
		Success: a.success,
		Next:    kit.Waits(w.Option(account, "retry").Durations()),
	}
}

func (a *author) success(status int) bool {
	for _, r := range a.spec.Success {
		if r.Low <= status && status <= r.High {
			return true
		}
	}
	return false
}

// attempted switches a subscription off that failed too often.
func (a *author) attempted(w *provider.World, d *provider.Delivery, at *provider.Attempt) {
	most := int(w.Option(d.Account, "disable_after").Int())
	s := kit.SubOf(w, d)
	if at.OK || most == 0 || s == nil || !s.Enabled || s.Failures < most {
		return
	}
	s.Enabled = false
	w.Account(d.Account).Save(s)
}

// targets are the enabled subscriptions that want the type.
func (a *author) targets(w *provider.World, ev *provider.Event) (targets []provider.Target, skips []provider.Skip) {
	for _, account := range w.Addressed(ev) {
		for _, s := range account.Subs() {
			switch {
			case !a.wants(s, ev.Type):
			case !s.Enabled:
				skips = append(skips, provider.Skip{Subscription: s.ID, Reason: "disabled"})
			default:
				targets = append(targets, provider.Target{Account: account.Name, Subscription: s.ID, URL: s.URL})
			}
		}
	}
	return targets, skips
}

// wants reports whether a subscription lists a type: by its name, by what the
// receiver reads as the type, by its group, or all of them as "*".
func (a *author) wants(s *provider.Sub, typ string) bool {
	e := a.events.Event(typ)
	for _, t := range s.Types {
		if t == everything || t == typ || e != nil && (t == e.Wire || t == e.Group) {
			return true
		}
	}
	return false
}

const everything = "*"

// knownType reports whether a subscription may list a type.
func (a *author) knownType(t string) bool {
	if t == everything || a.events.Event(t) != nil {
		return true
	}
	for _, e := range a.events.Events {
		if e.Wire == t || e.Group == t {
			return true
		}
	}
	return false
}

func (a *author) typeNames() []string {
	names := []string{everything}
	for _, e := range a.events.Events {
		names = append(names, e.Type)
	}
	return names
}

// wire is what the receiver reads as the type of an event.
func (a *author) wire(typ string) string {
	if e := a.events.Event(typ); e != nil {
		return e.Wire
	}
	return strings.TrimSpace(typ)
}
