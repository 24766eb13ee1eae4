package tui

import (
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/client"
)

// faultKinds are the faults of every delivery; a provider adds those of its
// signatures.
func faultKinds() []string {
	return []string{"duplicate", "reorder", "drop", "delay", "slow", "cut_body", "reset", "timeout",
		"wrong_content_type", "redirect", "wrong_method", "empty_body", "giant_body"}
}

// faultAt is one of the faults that were in force when they were listed.
type faultAt struct {
	list []client.Fault
	i    int
}

// showFaults lists what deliveries suffer.
func (m *model) showFaults() tea.Cmd {
	p := newPicker("Faults in force")
	p.keys = "ctrl+n add  ctrl+d remove  ctrl+x remove all  esc close"
	p.empty = "deliveries suffer nothing; ctrl+n adds a fault"
	p.extra = map[string]func(*model, *item) tea.Cmd{
		"ctrl+n": func(m *model, _ *item) tea.Cmd { m.pickFault(); return nil },
		"ctrl+x": func(m *model, _ *item) tea.Cmd { return m.putFaults(nil) },
		"ctrl+d": func(m *model, it *item) tea.Cmd {
			if it == nil {
				return nil
			}
			at := it.value.(faultAt)
			return m.putFaults(slices.Delete(slices.Clone(at.list), at.i, at.i+1))
		},
	}
	ctx, api := m.ctx, m.api
	return m.listed(p, func() (items []item, err error) {
		list, err := api.Faults(ctx)
		for i, f := range list {
			items = append(items, item{label: clean(f.Kind+f.Preset, 60), note: faultNote(f), style: warn, value: faultAt{list, i}})
		}
		return items, err
	})
}

func faultNote(f client.Fault) string {
	note := "always"
	if f.Probability != nil {
		note = strconv.FormatFloat(*f.Probability*100, 'f', -1, 64) + "%"
	}
	if f.Times > 0 {
		note += ", " + count(f.Times, "time")
	}
	if f.Q != "" {
		note += "  only " + clean(f.Q, longestCell)
	}
	return note
}

// putFaults replaces the faults and shows what is in force then.
func (m *model) putFaults(list []client.Fault) tea.Cmd {
	ctx, api := m.ctx, m.api
	put := m.attempt(func() (string, error) {
		err := api.PutFaults(ctx, list)
		if len(list) == 0 {
			return "no faults are in force", err
		}
		return count(len(list), "fault") + " in force", err
	})
	return tea.Sequence(put, m.showFaults())
}

func (m *model) pickFault() {
	p := newPicker("Kind of fault")
	kinds := map[string][]string{}
	names := faultKinds()
	for _, d := range m.catalog.providers {
		for _, k := range d.Faults {
			if len(kinds[k]) == 0 {
				names = append(names, k)
			}
			kinds[k] = append(kinds[k], d.Name)
		}
	}
	for _, k := range names {
		p.items = append(p.items, item{label: clean(k, 60), note: clean(strings.Join(kinds[k], ", "), longestCell), style: dim, value: k})
	}
	p.choose = func(m *model, it item) tea.Cmd { m.askFault(it.value.(string), p); return nil }
	m.show(p)
}

// askFault asks which deliveries suffer, and how often.
func (m *model) askFault(kind string, back overlay) {
	p := newPrompt("Fault "+kind+": which deliveries", "", "a filter, empty for all; 10% in front: so often; 3x in front: so many times", "10% provider:shoptet")
	p.back = back
	p.submit = func(m *model, value string) (tea.Cmd, error) {
		f, err := readFault(kind, value)
		if err != nil {
			return nil, err
		}
		return m.putFaults(append(slices.Clone(m.faults), f)), nil
	}
	m.show(p)
}

func readFault(kind, value string) (client.Fault, error) {
	f := client.Fault{Kind: kind}
	for {
		head, rest, _ := strings.Cut(strings.TrimSpace(value), " ")
		if n, err := strconv.ParseFloat(strings.TrimSuffix(head, "%"), 64); strings.HasSuffix(head, "%") && err == nil && n > 0 && n <= 100 {
			share := n / 100
			f.Probability, value = &share, rest
			continue
		}
		if n, err := strconv.Atoi(strings.TrimSuffix(head, "x")); strings.HasSuffix(head, "x") && err == nil && n > 0 {
			f.Times, value = n, rest
			continue
		}
		break
	}
	f.Q = strings.TrimSpace(value)
	return f, client.CheckFilter(f.Q)
}
