package tui

import (
	"errors"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/client"
)

// subscribeForm asks for what a client of a mock API subscribes to.
type subscribeForm struct {
	fields  []formField
	at      int
	problem string
	busy    bool // it is being subscribed
	back    *picker
	of      *catalog
	top     int
}

// The fields beside account, in their order.
const (
	providerField = "provider"
	urlField      = "url"
	typesField    = "types"
)

// newSubscription opens the form, with the provider of the chosen subscription or
// else the first.
func (m *model) newSubscription(back *picker) tea.Cmd {
	provider := ""
	if it := back.current(); it != nil {
		provider = it.value.(client.Subscription).Provider
	} else if len(m.catalog.list) > 0 {
		provider = m.catalog.list[0].Name
	}
	f := &subscribeForm{back: back, of: &m.catalog}
	for _, field := range [][2]string{{providerField, provider}, {accountField, ""}, {urlField, m.api.URL() + "/in/" + helloInbox}, {typesField, ""}} {
		f.fields = append(f.fields, formField{field[0], newInput(field[1])})
	}
	m.show(f)
	if len(m.catalog.providers) == 0 {
		return m.loadCatalog() // to complete from
	}
	return nil
}

func (f *subscribeForm) hint() string {
	return "enter subscribe  tab complete, next  ↑ ↓ move  esc back"
}

func (f *subscribeForm) fit(_, height int) { f.top = max(f.at+2-max(height, 1), 0) }

func (f *subscribeForm) Render(th *theme, width, height int) []string {
	lines := append([]spans{say(head, "Subscribe at a mock API")}, fieldLines(f.fields, f.at, width)...)
	if f.problem != "" {
		lines = append(lines, wrap(say(bad, f.problem), width, 2, 6)...)
	}
	lines = append(lines, wrap(say(dim, f.about()), width, 2, 12)...)
	return frameLines(th, lines[min(f.top, len(lines)):], width, height)
}

// about says what the field under the cursor takes.
func (f *subscribeForm) about() string {
	switch f.fields[f.at].label {
	case providerField:
		return clean(strings.Join(f.names(), ", "), longestText)
	case accountField:
		return "the credential that your program would use: a token or a key, any text that looks like one"
	case urlField:
		return "where the callbacks go"
	}
	return "with commas: " + clean(strings.Join(f.types(), ", "), longestText)
}

func (f *subscribeForm) names() (names []string) {
	for _, p := range f.of.list {
		names = append(names, p.Name)
	}
	return names
}

func (f *subscribeForm) types() (types []string) {
	if d := f.of.provider(f.value(providerField)); d != nil {
		for _, e := range d.Events {
			types = append(types, e.Type)
		}
	}
	return types
}

func (f *subscribeForm) value(label string) string {
	i := slices.IndexFunc(f.fields, func(field formField) bool { return field.label == label })
	return strings.TrimSpace(f.fields[i].in.Value())
}

func (f *subscribeForm) take(m *model, msg tea.Msg) tea.Cmd {
	k, _ := msg.(tea.KeyPressMsg)
	f.problem = ""
	switch k.String() {
	case "esc":
		m.over = f.back
	case "enter":
		return f.subscribe(m)
	case "up", "shift+tab":
		f.at = (f.at + len(f.fields) - 1) % len(f.fields)
	case "down":
		f.at = (f.at + 1) % len(f.fields)
	case "tab":
		if !f.complete() {
			f.at = (f.at + 1) % len(f.fields)
		}
	default:
		f.fields[f.at].in.take(msg)
	}
	return nil
}

// complete finishes the name of a provider or the last of the types.
func (f *subscribeForm) complete() bool {
	field := &f.fields[f.at]
	var known []string
	switch field.label {
	case providerField:
		known = f.names()
	case typesField:
		known = f.types()
	}
	value := field.in.Value()
	cut := strings.LastIndex(value, ",") + 1
	word := strings.TrimSpace(value[cut:])
	for _, k := range known {
		if word != "" && k != word && strings.HasPrefix(k, word) {
			field.in.set(value[:cut] + k)
			return true
		}
	}
	return false
}

// request reads the fields.
func (f *subscribeForm) request() (client.NewSubscription, error) {
	in := client.NewSubscription{Provider: f.value(providerField), Account: f.value(accountField), URL: f.value(urlField)}
	for typ := range strings.SplitSeq(f.value(typesField), ",") {
		if typ = strings.TrimSpace(typ); typ != "" {
			in.Types = append(in.Types, typ)
		}
	}
	if len(in.Types) == 0 {
		return in, errors.New("types are missing")
	}
	return in, nil
}

// subscribe sends what the form holds. Refused, the form stays with the reason;
// else the list is shown anew.
func (f *subscribeForm) subscribe(m *model) tea.Cmd {
	in, err := f.request()
	if err != nil || f.busy {
		if err != nil {
			f.problem = err.Error()
		}
		return nil
	}
	f.busy = true
	ctx, api := m.ctx, m.api
	return run(func() func(*model) tea.Cmd {
		made, err := api.Subscribe(ctx, in)
		return func(m *model) tea.Cmd {
			f.busy = false
			if err != nil {
				f.problem = clean(err.Error(), 500)
				return m.poll()
			}
			if m.over == overlay(f) {
				m.over = f.back
			}
			m.tell(good, in.Provider+": "+count(len(made), "subscription")+" made")
			return tea.Batch(m.relisted(f.back, m.subscriptions()), m.poll())
		}
	})
}
