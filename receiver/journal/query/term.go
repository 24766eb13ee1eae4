package query

import (
	"fmt"
	"slices"
	"strings"
	"tacklebox/receiver/api/nearest"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/record"
)

// unindexed is what terms have in common that the index cannot decide, plain
// those that raw bytes cannot decide either.
type unindexed struct{}

func (unindexed) byIndex(uint64, *record.Meta) record.Verdict { return record.Maybe }
func (unindexed) needsBody() bool                             { return false }

type plain struct{ unindexed }

func (plain) byBytes([]byte) record.Verdict { return record.Maybe }

// trace is a text that stands in the stored head of every record that a term
// can match. It rules most records out before they are decoded.
type trace struct {
	finder
	sure bool // it is spelled there as it is here, and can be looked for
}

// newTrace takes the longest part of a pattern between its stars.
func newTrace(pattern string) trace {
	longest := ""
	for piece := range strings.SplitSeq(pattern, "*") {
		if len(piece) > len(longest) {
			longest = piece
		}
	}
	return trace{newFinder(longest), true}
}

func (t *trace) byBytes(frame []byte) record.Verdict {
	if t.sure && !t.in(record.HeadOf(frame)) {
		return record.No
	}
	return record.Maybe
}

// field compares one text of an entry, without regard to ASCII case, with a
// pattern in which * stands for anything.
type field struct {
	unindexed
	trace
	key     string
	pattern string
	hash    int // which of meta.keys holds its hash, -1: none
	get     func(*journal.Entry) string
	more    func(*journal.Entry) []string // further texts of which one may match; nil: none
}

// named makes the parser of a key for a text.
func named(hash int, get func(*journal.Entry) string) func(*parser, *key, text) (node, error) {
	return func(_ *parser, k *key, v text) (node, error) {
		return &field{trace: newTrace(v.s), key: k.name, pattern: v.s, hash: hash, get: get}, nil
	}
}

// anyOfThem is named for a field that a request with several events has several of.
func anyOfThem(hash int, get func(*journal.Entry) string, more func(*journal.Entry) []string) func(*parser, *key, text) (node, error) {
	return func(_ *parser, k *key, v text) (node, error) {
		f := &field{trace: newTrace(v.s), key: k.name, pattern: v.s, hash: hash, get: get, more: more}
		escaped := func(r rune) bool { return r < ' ' || r == '"' || r == '\\' || r > '~' }
		f.sure = strings.IndexFunc(v.s, escaped) < 0 // further ones stand in a detail, which is JSON
		return f, nil
	}
}

func (f *field) match(e *journal.Entry) bool {
	if there(f.pattern, f.get(e), true) {
		return true
	}
	return f.more != nil && slices.ContainsFunc(f.more(e), func(s string) bool { return there(f.pattern, s, true) })
}

// there matches a text that an entry has: * is anything, but not nothing.
func there(pattern, s string, fold bool) bool { return s != "" && glob(pattern, s, fold) }

func (f *field) byIndex(_ uint64, m *record.Meta) record.Verdict {
	if f.hash < 0 || strings.Contains(f.pattern, "*") || m.Keys[f.hash] == record.Hash(f.pattern) || f.more != nil && m.Keys[f.hash] == record.HashSeveral {
		return record.Maybe
	}
	return record.No
}

func (f *field) String() string { return f.key + ":" + quoted(f.pattern) }

func (f *field) why(e *journal.Entry) string { return differs(f.key, f.get(e), f.pattern) }

// differs words a comparison that failed.
func differs(name, got, wanted string) string {
	if got == "" {
		return fmt.Sprintf("there is no %s, wanted %s", name, wanted)
	}
	return fmt.Sprintf("%s is %s, wanted %s", name, got, wanted)
}

// quoted puts v in quotes where the language needs them.
func quoted(v string) string {
	if v != "" && !strings.ContainsAny(v, " \t\r\n()\"\\") {
		return v
	}
	return inQuotes(v)
}

func inQuotes(v string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v) + `"`
}

func methodOf(e *journal.Entry) string {
	if e.Request == nil {
		return ""
	}
	return e.Request.Method
}

// pathTerm compares the path of the request; a pattern with ? in it sees the
// query too.
type pathTerm struct {
	unindexed
	trace
	pattern string
}

func parsePath(_ *parser, _ *key, v text) (node, error) {
	return &pathTerm{trace: newTrace(v.s), pattern: v.s}, nil
}

func (t *pathTerm) match(e *journal.Entry) bool { return there(t.pattern, t.of(e), false) }

func (t *pathTerm) of(e *journal.Entry) string {
	if e.Request == nil {
		return ""
	}
	path := e.Request.URL
	if i := strings.Index(path, "://"); i > 0 && !strings.ContainsAny(path[:i], "/?") {
		host := path[i+3:]
		path = "/"
		if k := strings.IndexAny(host, "/?"); k >= 0 {
			path = host[k:]
		}
	}
	if !strings.Contains(t.pattern, "?") {
		path, _, _ = strings.Cut(path, "?")
	}
	return path
}

func (t *pathTerm) String() string { return "path:" + quoted(t.pattern) }

func (t *pathTerm) why(e *journal.Entry) string { return differs("path", t.of(e), t.pattern) }

// choice compares a text that has only a few values, which the index knows.
type choice struct {
	plain
	key  string
	want string
	get  func(*journal.Entry, *record.Meta) string // of one of them; the other is nil
}

// oneOf makes the parser of a key whose values are all listed.
func oneOf(get func(*journal.Entry, *record.Meta) string) func(*parser, *key, text) (node, error) {
	return func(p *parser, k *key, v text) (node, error) {
		for _, known := range k.values {
			if strings.EqualFold(known, v.s) {
				return &choice{key: k.name, want: known, get: get}, nil
			}
		}
		return nil, p.unknownValue(k, v)
	}
}

func (p *parser) unknownValue(k *key, v text) error {
	hint := "one of " + strings.Join(k.values, ", ")
	if near := nearest.Word(v.s, k.values); near != "" {
		hint = "did you mean " + k.name + ":" + near + "?"
	}
	return p.errAt(v.pos(0), hint, "unknown value %q of %s:", v.s, k.name)
}

func (c *choice) match(e *journal.Entry) bool { return c.get(e, nil) == c.want }

func (c *choice) byIndex(_ uint64, m *record.Meta) record.Verdict {
	if c.get(nil, m) == c.want {
		return record.Yes
	}
	return record.No
}

func (c *choice) String() string { return c.key + ":" + c.want }

func (c *choice) why(e *journal.Entry) string { return differs(c.key, c.get(e, nil), c.want) }

func kindOfEntry(e *journal.Entry, m *record.Meta) string {
	if e != nil {
		return string(e.Kind)
	}
	return string(m.KindName())
}

// signatureOf is the state; an entry without a verdict counts as none, because
// nobody asked for one.
func signatureOf(e *journal.Entry, m *record.Meta) string {
	if m != nil {
		return m.SignatureState()
	}
	if e.Signature != nil {
		return e.Signature.State
	}
	return "none"
}

func contractOf(e *journal.Entry, m *record.Meta) string {
	if e != nil {
		m = &record.Meta{Flags: record.FlagsOf(e)}
	}
	return m.ContractState()
}

func otherEvents(e *journal.Entry) []string { return e.Together().EventIDs }
func otherTypes(e *journal.Entry) []string  { return e.Together().EventTypes }
