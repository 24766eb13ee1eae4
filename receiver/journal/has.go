package journal

import (
	"slices"
	"strings"
)

// presence is one thing that has: can ask for.
type presence struct {
	name string
	flag uint8 // in meta.flags, 0: only the entry knows
	test func(*Entry) bool
}

func presences() []presence {
	return []presence{
		{"error", flagError, func(e *Entry) bool { return e.Error != "" }},
		{"truncated", flagTruncated, func(e *Entry) bool { return flagsOf(e)&flagTruncated != 0 }},
		{"fault", flagFault, func(e *Entry) bool { return e.Fault != "" }},
		{"body", 0, func(e *Entry) bool { return len(e.Request.body())+len(e.Response.body()) > 0 }},
		{"request", 0, func(e *Entry) bool { return e.Request != nil }},
		{"response", 0, func(e *Entry) bool { return e.Response != nil }},
		{"signature", signatureMask, func(e *Entry) bool { return e.Signature != nil }},
		{"contract", 3 << contractShift, func(e *Entry) bool { return e.Contract != nil }},
		{"capture", 0, func(e *Entry) bool { return e.CaptureSeq != 0 }},
		{"next", 0, func(e *Entry) bool { return !e.NextAttempt.IsZero() }},
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

func (h *hasTerm) match(e *Entry) bool { return h.test(e) }

func (h *hasTerm) byIndex(_ uint64, m *meta) verdict {
	switch {
	case h.flag == 0:
		return maybe
	case m.flags&h.flag != 0:
		return yes
	}
	return no
}

func (h *hasTerm) needsBody() bool { return h.name == "body" }

func (h *hasTerm) String() string { return "has:" + h.name }

func (h *hasTerm) why(*Entry) string { return "there is no " + h.name }
