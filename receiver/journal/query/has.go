package query

import (
	"slices"
	"strings"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/record"
)

// presence is one thing that has: can ask for.
type presence struct {
	name string
	flag uint8 // in meta.flags, 0: only the entry knows
	test func(*journal.Entry) bool
}

func presences() []presence {
	return []presence{
		{"error", record.FlagError, func(e *journal.Entry) bool { return e.Error != "" }},
		{"truncated", record.FlagTruncated, func(e *journal.Entry) bool { return record.FlagsOf(e)&record.FlagTruncated != 0 }},
		{"fault", record.FlagFault, func(e *journal.Entry) bool { return e.Fault != "" }},
		{"body", 0, func(e *journal.Entry) bool { return len(e.Request.Content())+len(e.Response.Content()) > 0 }},
		{"request", 0, func(e *journal.Entry) bool { return e.Request != nil }},
		{"response", 0, func(e *journal.Entry) bool { return e.Response != nil }},
		{"signature", record.SignatureMask, func(e *journal.Entry) bool { return e.Signature != nil }},
		{"contract", 3 << record.ContractShift, func(e *journal.Entry) bool { return e.Contract != nil }},
		{"capture", 0, func(e *journal.Entry) bool { return e.CaptureSeq != 0 }},
		{"next", 0, func(e *journal.Entry) bool { return !e.NextAttempt.IsZero() }},
	}
}

func hasValues() []string {
	var names []string
	for _, h := range presences() {
		names = append(names, h.name)
	}
	return names
}

type hasTerm struct {
	plain
	presence
}

func parseHas(p *parser, k *key, v text) (node, error) {
	all := presences()
	i := slices.IndexFunc(all, func(h presence) bool { return strings.EqualFold(h.name, v.s) })
	if i < 0 {
		return nil, p.unknownValue(k, v)
	}
	return &hasTerm{presence: all[i]}, nil
}

func (h *hasTerm) match(e *journal.Entry) bool { return h.test(e) }

func (h *hasTerm) byIndex(_ uint64, m *record.Meta) record.Verdict {
	switch {
	case h.flag == 0:
		return record.Maybe
	case m.Flags&h.flag != 0:
		return record.Yes
	}
	return record.No
}

func (h *hasTerm) needsBody() bool { return h.name == "body" }

func (h *hasTerm) String() string { return "has:" + h.name }

func (h *hasTerm) why(*journal.Entry) string { return "there is no " + h.name }
