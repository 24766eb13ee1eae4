package query

import (
	"fmt"
	"slices"
	"strings"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/disk"
	"tacklebox/receiver/journal/journaltest"
	"tacklebox/receiver/journal/memory"
	"testing"
)

// queryDice makes queries besides.
type queryDice struct{ journaltest.Dice }

func newQueryDice(seed uint64) queryDice { return queryDice{journaltest.NewDice(seed)} }

// spelled quotes what the language would not take as it is.
func spelled(v string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v) + `"`
}

func (d queryDice) number(values ...string) string {
	v := d.Of(values...)
	if d.IntN(6) == 0 {
		return values[0] + ".." + values[len(values)-1]
	}
	return d.Of("", "=", "==", ">", ">=", "<", "<=") + v
}

// term is one term with any key of Keys.
func (d queryDice) term() string {
	all := Keys()
	switch k := all[d.IntN(len(all)+1)%len(all)]; k.Name {
	case "header.":
		return "header." + d.Of("X-Id", "x-ID", "Content-Type", "nope") + d.comparison()
	case "body.":
		return "body." + d.Of("id", "name", "o.id", "#.id", "tags", "tags.0", "nope.x", `#(id==42).id`, `n\ame`, `"i d"`, "o.#") + d.comparison()
	case "seq:", "attempt:", "capture:":
		return k.Name + d.number("1", "2", "30", "60")
	case "took:":
		return k.Name + d.number("0", "50ms", "100", "0.1s")
	case "size:":
		return k.Name + d.number("0", "14", "57", "1k")
	case "status:":
		return k.Name + d.Of(d.number("0", "200", "404", "65535", "70000"), "2xx", "5xx")
	case "since:":
		return k.Name + d.Of("5m", "1m", "2026-03-04", "2026-03-04T05:10:00Z", `"2026-03-04 05:12"`)
	case "kind:", "signature:", "contract:", "has:":
		return k.Name + d.Of(k.Values...)
	case "path:":
		return k.Name + d.Of("/in/a", "/in/*", "*?x=1", "/*/é", "/", "*", "*b*c?*", `"/in/a"`)
	case "provider:":
		return k.Name + d.Of("shoptet", "SHOPTET", "dsco", "sh*")
	case "method:":
		return k.Name + d.Of("get", "POST", "P*", "*")
	default:
		return k.Name + spelled(d.Of("ann", "bob", "order:*", "a b", `q"q`, `b\s`, "é", "x\xffy", "*", "tab\there", "(p)", "-5"))
	}
}

func (d queryDice) comparison() string {
	op := d.Of("", "=", "!=", "==", ">", ">=", "<", "<=", "~")
	if op == "" {
		return ""
	}
	if op == "~" {
		return op + spelled(d.Of("^4", "n$", "(?i)ANN|bob", "", `\d+`))
	}
	return op + spelled(d.Of("42", "7", "1.5", "1.50", "Ann", "a b", "nan", "9007199254740992", "=x", "042", "null"))
}

// query is a tree of terms, as a person could write it.
func (d queryDice) query(depth int) string {
	switch n := d.IntN(7); {
	case depth == 0 || n < 2:
		if d.IntN(4) == 0 {
			return spelled(d.Of("ann", "ANN", "é", "kind:call", "-5", "OR", "a b", "POST /in", "x-id: 42", "x\xffy", "body.id", "10:30", `q"q`, "nowhere"))
		}
		return d.term()
	case n < 4:
		return "(" + d.query(depth-1) + " " + d.query(depth-1) + ")"
	case n < 6:
		return "(" + d.query(depth-1) + " OR " + d.query(depth-1) + ")"
	default:
		return "-" + d.query(depth-1)
	}
}

func parsed(t testing.TB, q string) *Filter {
	t.Helper()
	f, err := Parse(q, fiveMinutesLater)
	if err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	return f
}

// stocked is both kinds of store with the same random entries, and the entries.
func stocked(t testing.TB, seed uint64, n int) (list []*journal.Entry, both map[string]journal.Store) {
	t.Helper()
	d := newQueryDice(seed)
	both = map[string]journal.Store{
		"memory": memory.New(memory.Limit{}),
		"disk":   mustOpen(t, t.TempDir(), disk.Options{SegmentBytes: 8 << 10}),
	}
	for range n {
		e := d.Entry()
		list = append(list, e)
		for _, s := range both {
			journaltest.Put(t, s, e)
		}
	}
	return list, both
}

// TestLawsOnRandomEntries: what holds of every query, whatever it asks for.
func TestLawsOnRandomEntries(t *testing.T) {
	t.Parallel()
	d := newQueryDice(11)
	var list []*journal.Entry
	for i := range 60 {
		e := d.Entry()
		e.Seq = uint64(i + 1)
		list = append(list, e)
	}
	for range 120 {
		a, b := d.query(2), d.query(2)
		for _, law := range [][2]string{
			{"-(" + a + " OR " + b + ")", "-" + a + " -" + b},
			{"-(" + a + " " + b + ")", "-" + a + " OR -" + b},
			{"--" + a, a},
			{a + " " + b, b + " AND " + a},
			{a + " OR " + b, b + " OR (" + a + ")"},
			{"(" + a + " OR " + b + ") " + a, a},
		} {
			left, right := parsed(t, law[0]), parsed(t, law[1])
			for _, e := range list {
				if left.Match(e) != right.Match(e) {
					t.Fatalf("entry %d: %s is %v, but %s is not", e.Seq, law[0], left.Match(e), law[1])
				}
			}
		}
	}
}

// TestFilterSpelledAgain: what an explanation names ("it matches kind:call")
// can be typed again and means the same.
func TestFilterSpelledAgain(t *testing.T) {
	t.Parallel()
	d := newQueryDice(12)
	var list []*journal.Entry
	for range 80 {
		list = append(list, d.Entry())
	}
	for range 500 {
		q := d.query(2)
		f := parsed(t, q)
		text := f.root.String()
		again := parsed(t, text)
		if third := again.root.String(); third != text {
			t.Fatalf("%s is spelled %s and then %s", q, text, third)
		}
		for _, e := range list {
			if f.Match(e) != again.Match(e) {
				t.Fatalf("%s is spelled %s, which means something else", q, text)
			}
		}
	}
}

// TestPlansAgree: index, raw bytes and Match find the same entries in both
// stores, upwards and downwards.
func TestPlansAgree(t *testing.T) {
	t.Parallel()
	list, both := stocked(t, 13, 80)
	d := newQueryDice(14)
	const queries = 150
	found := 0
	for range queries {
		q := d.query(2)
		f := parsed(t, q)
		var want []uint64
		for _, e := range list {
			if f.Match(e) {
				want = append(want, e.Seq)
			}
			if (len(f.Explain(e)) == 0) != f.Match(e) {
				t.Fatalf("%s of entry %d: matches %v, explained %q", q, e.Seq, f.Match(e), f.Explain(e))
			}
		}
		found += len(want)
		down := slices.Clone(want)
		slices.Reverse(down)
		for name, s := range both {
			if got := scanned(t, s, f, false); !slices.Equal(got, want) {
				t.Fatalf("%s: %s finds %v, wanted %v", name, q, got, want)
			}
			if got := scanned(t, s, f, true); !slices.Equal(got, down) {
				t.Fatalf("%s, down: %s finds %v, wanted %v", name, q, got, down)
			}
		}
	}
	if most := queries * len(list); found < most/20 || found > most*19/20 {
		t.Errorf("%d of %d verdicts are yes: the queries say too little", found, most)
	}
}

func scanned(t testing.TB, s journal.Store, f *Filter, reverse bool) (got []uint64) {
	t.Helper()
	if err := s.Scan(t.Context(), 0, 0, reverse, f, func(e *journal.Entry) bool { got = append(got, e.Seq); return true }); err != nil {
		t.Fatal(err)
	}
	return got
}

// TestStoredEntriesAreWhatWasAppended: a record keeps every field, whatever
// bytes it has.
func TestStoredEntriesAreWhatWasAppended(t *testing.T) {
	t.Parallel()
	list, both := stocked(t, 15, 80)
	for _, e := range list {
		want := e.Clone()
		want.Request.FillDigest() // digests that follow from the body are filled in
		for _, half := range []*journal.Message{want.Request, want.Response} {
			if half != nil && len(half.Body) == 0 {
				half.Body = nil
			}
			if half != nil && len(half.Headers) == 0 {
				half.Headers = nil
			}
		}
		for name, s := range both {
			got, err := s.Get(e.Seq)
			if err != nil {
				t.Fatal(err)
			}
			journaltest.Equal(t, fmt.Sprintf("%s, entry %d", name, e.Seq), got, want)
		}
	}
}
