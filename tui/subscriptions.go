package tui

import (
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/client"
)

// showSubscriptions lists what clients registered, to look at and to change.
func (m *model) showSubscriptions() tea.Cmd {
	p := newPicker("Subscriptions")
	p.keys = "enter only its deliveries  ctrl+n add  ctrl+t on or off  ctrl+d delete  ctrl+y copy the URL  esc close"
	p.empty = "nobody has subscribed: your program does that at a mock API (p shows the addresses), or ctrl+n"
	p.preview = func(it item, width int) []spans {
		return aboutSubscription(it.value.(client.Subscription), m.now(), width)
	}
	p.choose = func(m *model, it item) tea.Cmd {
		m.over = nil
		return m.setFilter("subscription:" + quoteTerm(it.value.(client.Subscription).ID))
	}
	p.extra = map[string]func(*model, *item) tea.Cmd{
		"ctrl+n": func(m *model, _ *item) tea.Cmd { return m.newSubscription(p) },
		"ctrl+t": changing(p, (*model).switchSubscription),
		"ctrl+d": changing(p, (*model).removeSubscription),
		"ctrl+y": func(m *model, it *item) tea.Cmd {
			if it == nil {
				return nil
			}
			return m.copy(it.value.(client.Subscription).URL, "the URL")
		},
	}
	return m.listed(p, m.subscriptions())
}

// changing does something to the chosen subscription and shows the list as it is
// then.
func changing(p *picker, do func(*model, client.Subscription) tea.Cmd) func(*model, *item) tea.Cmd {
	return func(m *model, it *item) tea.Cmd {
		if it == nil {
			return nil
		}
		return tea.Sequence(do(m, it.value.(client.Subscription)), m.relisted(p, m.subscriptions()))
	}
}

func (m *model) switchSubscription(s client.Subscription) tea.Cmd {
	ctx, api := m.ctx, m.api
	return m.attempt(func() (string, error) {
		now, err := api.EnableSubscription(ctx, s.Provider, s.ID, s.Account, !s.Enabled)
		if err != nil {
			return "", err
		}
		if now.Enabled {
			return s.Provider + " " + s.ID + " is on; what waited for it is sent", nil
		}
		return s.Provider + " " + s.ID + " is off", nil
	})
}

func (m *model) removeSubscription(s client.Subscription) tea.Cmd {
	ctx, api := m.ctx, m.api
	return m.attempt(func() (string, error) {
		return s.Provider + " " + s.ID + " is deleted; what was on its way to it is dropped", api.RemoveSubscription(ctx, s.Provider, s.ID, s.Account)
	})
}

// subscriptions loads the items of the list.
func (m *model) subscriptions() func() ([]item, error) {
	ctx, api := m.ctx, m.api
	return func() (items []item, err error) {
		list, err := api.Subscriptions(ctx, "", "")
		for _, s := range list {
			state := "on "
			st := good
			if !s.Enabled {
				state, st = "off", bad
			}
			label := clean(s.Provider, 12) + " " + clean(s.Account, 16) + " " + clean(s.ID, 24)
			items = append(items, item{label: label, note: state + " " + clean(s.URL, longestCell), style: st, value: s})
		}
		return items, err
	}
}

func aboutSubscription(s client.Subscription, now time.Time, width int) []spans {
	out := []spans{say(strong, clean(s.Provider+" "+s.ID, longestCell))}
	for _, f := range [][2]string{{"account", s.Account}, {"url", s.URL}, {"types", strings.Join(s.Types, ", ")}, {"enabled", strconv.FormatBool(s.Enabled)}, {"failures", itoa(s.Failures)}} {
		out = append(out, wrap(say(dim, pad(f[0], 10)).add(plain, clean(f[1], longestText)), width, 10, 12)...)
	}
	if !s.NextAttempt.IsZero() {
		out = append(out, say(dim, pad("next", 10)).add(warn, "in "+leftText(s.NextAttempt.Sub(now))))
	}
	return out
}
