package tui

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/client"
)

// listed shows a picker whose items are loaded beside the screen.
func (m *model) listed(p *picker, load func() ([]item, error)) tea.Cmd {
	if p.empty == "" {
		p.empty = "there is none"
	}
	return run(func() func(*model) tea.Cmd {
		items, err := load()
		return func(m *model) tea.Cmd {
			if !m.fail(err) {
				p.items = items
				m.over = p
			}
			return nil
		}
	})
}

// relisted shows the items of an open picker anew, and the detail beside it.
func (m *model) relisted(p *picker, load func() ([]item, error)) tea.Cmd {
	return run(func() func(*model) tea.Cmd {
		items, err := load()
		return func(m *model) tea.Cmd {
			if m.fail(err) {
				return nil
			}
			p.items, p.known = items, -1
			if !m.reading.busy {
				m.reading.want = reader{}
			}
			return m.read()
		}
	})
}

func (m *model) showSecrets() tea.Cmd {
	p := newPicker("Keys and credentials")
	p.keys = "enter copy  esc close"
	p.empty = "no key is in force: a provider makes one when it is asked to or when somebody subscribes"
	p.choose = func(m *model, it item) tea.Cmd { return m.copy(it.value.(client.Secret).Value, "the key") }
	ctx, api := m.ctx, m.api
	return m.listed(p, func() (items []item, err error) {
		list, err := api.Secrets(ctx, "", "")
		for _, s := range list {
			label := strings.TrimSpace(clean(s.Provider, 12) + " " + clean(s.Account, 16) + " " + clean(s.Name, 20) + " " + clean(s.Subscription, 20))
			items = append(items, item{label: label, note: clean(s.Value, longestCell), style: name, value: s})
		}
		return items, err
	})
}

func (m *model) showInboxes() tea.Cmd {
	p := newPicker("Inboxes")
	p.keys = "enter set the reply  ctrl+e edit all settings  ctrl+n another  ctrl+y copy the URL  esc close"
	p.empty = "nothing came yet; any path below /in/ is an inbox. ctrl+n prepares one"
	p.choose = func(m *model, it item) tea.Cmd { m.askReply(it.value.(client.InboxInfo), p); return nil }
	p.extra = map[string]func(*model, *item) tea.Cmd{
		"ctrl+e": func(m *model, it *item) tea.Cmd {
			if it == nil {
				return nil
			}
			return m.editInbox(it.value.(client.InboxInfo))
		},
		"ctrl+n": func(m *model, _ *item) tea.Cmd { m.askInbox(p); return nil },
		"ctrl+y": func(m *model, it *item) tea.Cmd {
			if it == nil {
				return nil
			}
			return m.copy(m.api.URL()+"/in/"+it.value.(client.InboxInfo).Inbox, "the URL")
		},
	}
	ctx, api := m.ctx, m.api
	return m.listed(p, func() (items []item, err error) {
		list, err := api.Inboxes(ctx)
		for _, in := range list {
			note := padLeft(itoa(in.Captures), 6) + " captures  replies " + spell(in.Settings.Reply)
			if in.Settings.Forward != "" {
				note += "  to " + clean(in.Settings.Forward, longestCell)
			}
			items = append(items, item{label: clean(in.Inbox, longestCell), note: note, style: dim, value: in})
		}
		return items, err
	})
}

func (m *model) askInbox(back overlay) {
	p := newPrompt("Name of the inbox", "", "letters, digits, - and _")
	p.back = back
	p.submit = func(m *model, value string) (tea.Cmd, error) {
		if value == "" {
			return nil, errors.New("a name is missing")
		}
		m.askReply(client.InboxInfo{Inbox: value}, back)
		return nil, nil
	}
	m.show(p)
}

// askReply sets what an inbox replies and keeps its other settings.
func (m *model) askReply(in client.InboxInfo, back overlay) {
	p := newPrompt("Inbox "+clean(in.Inbox, 100)+" replies", spell(in.Settings.Reply), "statuses with commas; xN: so often; @D: after a delay", "500x2,200@3s fails twice, then accepts after three seconds; the last one repeats")
	p.back = back
	p.submit = func(m *model, value string) (tea.Cmd, error) {
		replies, err := readReplies(value)
		if err != nil {
			return nil, err
		}
		in.Settings.Reply = replies
		return m.putInbox(in), nil
	}
	m.show(p)
}

func (m *model) putInbox(in client.InboxInfo) tea.Cmd {
	ctx, api := m.ctx, m.api
	save := m.attempt(func() (string, error) {
		return "inbox " + in.Inbox + " replies " + spell(in.Settings.Reply), api.PutInbox(ctx, in.Inbox, in.Settings)
	})
	return tea.Sequence(save, m.showInboxes())
}

func (m *model) editInbox(in client.InboxInfo) tea.Cmd {
	doc, err := json.Marshal(in.Settings)
	if m.fail(err) {
		return nil
	}
	return m.edit("inbox.json", indented(doc), func(m *model, edited []byte) tea.Cmd {
		var next client.Inbox
		if err := json.Unmarshal(edited, &next); err != nil {
			m.complain("inbox settings: " + err.Error())
			return nil
		}
		return m.putInbox(client.InboxInfo{Inbox: in.Inbox, Settings: next})
	})
}

// readReplies reads 500x2,200@3s; nothing is 200.
func readReplies(s string) ([]client.Reply, error) {
	var out []client.Reply
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		r, err := readReply(part)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

func readReply(s string) (r client.Reply, err error) {
	rest, delay, delayed := strings.Cut(s, "@")
	status, times, repeated := strings.Cut(rest, "x")
	if r.Status, err = strconv.Atoi(status); err != nil || r.Status < 100 || r.Status > 599 {
		return r, fmt.Errorf("%q: want a status from 100 to 599", s)
	}
	if repeated {
		if r.Times, err = strconv.Atoi(times); err != nil || r.Times < 1 {
			return r, fmt.Errorf("%q: want a number behind x", s)
		}
	}
	if delayed {
		if d, err := time.ParseDuration(delay); err != nil || d < 0 {
			return r, fmt.Errorf("%q: want a duration behind @", s)
		}
		r.Delay = delay
	}
	return r, nil
}

// spell writes replies the way they are typed.
func spell(list []client.Reply) string {
	parts := make([]string, 0, len(list))
	for _, r := range list {
		part := itoa(max(r.Status, 100))
		if r.Status == 0 {
			part = "200"
		}
		if r.Times > 0 {
			part += "x" + itoa(r.Times)
		}
		if r.Delay != "" {
			part += "@" + clean(r.Delay, 20)
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return "200"
	}
	return strings.Join(parts, ",")
}
