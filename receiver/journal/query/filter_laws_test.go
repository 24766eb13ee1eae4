package query

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/disk"
	"tacklebox/receiver/journal/journaltest"
	"tacklebox/receiver/journal/memory"
	"testing"
	"time"
)

// lawTerms are terms of every kind; about half of them hold for a random entry.
func lawTerms() []string {
	return []string{
		"kind:capture", "kind:attempt", "-kind:call", "provider:shoptet", "provider:*o*", "type:order:*", "type:*:update", "inbox:orders", "inbox:*",
		"account:acme", "method:POST", "path:/in/*", "path:*b?x=*", "status:200", "status:>=400", "status:5xx", "status:200..299", "signature:valid",
		"signature:none", "contract:fail", "contract:ok", "has:error", "has:truncated", "has:fault", "has:body", "has:response", "seq:>500", "since:5m",
		"took:>100ms", "size:>1k", "event:e1", "delivery:d2", "header.X-Shop=77", "-header.x-shop", "header.Accept~(json|xml)", "body.n=1", "body.n!=1",
		"body.n>=2", "body.name~^a", `body.items.#(sku=="A B").n=2`, "body.deep.x", "created", `"order x"`, "POST", "žluť", `"word:"`, `"-minus"`, `"OR"`, `"a\"b"`,
	}
}

// lawEntry draws an entry whose fields come from the few values that lawTerms
// ask for.
func lawEntry(r *rand.Rand) *journal.Entry {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	e := &journal.Entry{Seq: 1 + r.Uint64N(1000), Time: journaltest.Day.Add(time.Duration(r.IntN(8)-2) * time.Minute), Kind: []journal.Kind{"", journal.Call, journal.Event, journal.Attempt, journal.Capture}[r.IntN(5)], Provider: pick("", "shoptet", "dsco"),
		Account: pick("", "acme"), Type: pick("", "order:create", "order:update"), Inbox: pick("", "orders", "x"), EventID: pick("", "e1", "e2"),
		DeliveryID: pick("", "d1", "d2"), Error: pick("", "reset"), Fault: pick("", "drop: x"), Took: time.Duration(r.IntN(200)) * time.Millisecond}
	if r.IntN(4) > 0 {
		body := pick("", "created", `{"n":1,"name":"ab"}`, `{"n":2,"name":"ba","deep":{"x":null}}`, `{"items":[{"sku":"A B","n":2}]}`, `["order x","a\"b"]`, "-minus OR Žluť", `say a"b`, `{"n":`)
		e.Request = &journal.Message{Method: pick("POST", "GET"), URL: pick("/in/a", "/b?x=1", "http://h/in/b?y"), Proto: "HTTP/1.1", Body: []byte(body),
			Size: int64(len(body) + r.IntN(2)*4096), Truncated: r.IntN(4) == 0, Headers: journal.HeaderOf(http.Header{pick("X-Shop", "x-shop", "Accept"): {pick("77", "text/json", "")}})}
	}
	if r.IntN(3) > 0 {
		e.Response = &journal.Message{Status: []int{200, 204, 404, 503}[r.IntN(4)], Body: []byte(pick("", "word: x", `{"n":1}`))}
	}
	if r.IntN(2) > 0 {
		e.Signature = &journal.Signature{State: pick("valid", "invalid", "missing", "none")}
	}
	if r.IntN(2) > 0 {
		e.Contract = &journal.Contract{OK: r.IntN(2) > 0}
	}
	return e
}

// lawQuery draws a query of some depth.
func lawQuery(r *rand.Rand, depth int) string {
	terms := lawTerms()
	if depth == 0 || r.IntN(4) == 0 {
		return terms[r.IntN(len(terms))]
	}
	a, b := lawQuery(r, depth-1), lawQuery(r, depth-1)
	switch r.IntN(3) {
	case 0:
		return "-(" + a + ")"
	case 1:
		return "(" + a + " OR " + b + ")"
	}
	return "(" + a + " " + b + ")"
}

func lawFilter(t *testing.T, q string) *Filter {
	t.Helper()
	f, err := Parse(q, fiveMinutesLater)
	if err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	return f
}

// TestFilterLaws: the operators are those of Boolean algebra, for any filters
// and entries.
func TestFilterLaws(t *testing.T) {
	t.Parallel()
	laws := [][2]string{ // each side as a pattern of A, B and C
		{"-(A B)", "-A OR -B"}, {"-(A OR B)", "-A -B"}, // De Morgan
		{"--A", "A"}, {"-(-(A))", "A"},
		{"A B", "B A"}, {"A OR B", "B OR A"},
		{"A (B C)", "(A B) C"}, {"A OR (B OR C)", "(A OR B) OR C"}, {"A B C", "A (B C)"},
		{"A (B OR C)", "A B OR A C"}, {"A OR (B C)", "(A OR B) (A OR C)"}, {"A OR B C", "A OR (B C)"},
		{"A (A OR B)", "A"}, {"A OR (A B)", "A"}, {"A A", "A"}, {"A OR A", "A"},
		{"A AND B", "A B"}, {"A -A", "B -B"}, {"A OR -A", "B OR -B"}, {"-A B", "B -A"}, {"((A))", "A"},
		{"A -B OR -A B", "(A OR B) -(A B)"},
	}
	r := rand.New(rand.NewPCG(3, 5))
	entries := make([]*journal.Entry, 200)
	for i := range entries {
		entries[i] = lawEntry(r)
	}
	for range 60 {
		a, b, c := lawQuery(r, 2), lawQuery(r, 2), lawQuery(r, 1)
		put := strings.NewReplacer("A ", "("+a+") ", "A)", "("+a+"))", "B", "("+b+")", "C", "("+c+")", "AND", "AND", "-A", "-("+a+")")
		for _, law := range laws {
			left, right := put.Replace(law[0]+" "), put.Replace(law[1]+" ")
			f, g := lawFilter(t, left), lawFilter(t, right)
			for _, e := range entries {
				if f.Match(e) != g.Match(e) {
					t.Fatalf("%s and %s differ:\n%s: %v\n%s: %v\nof %s", law[0], law[1], left, f.Match(e), right, g.Match(e), e.AppendJSON(nil))
				}
			}
		}
	}
}

// TestWrittenFiltersMeanTheSame: a filter written down from its parts is read as
// the same filter, whatever quotes its words need.
func TestWrittenFiltersMeanTheSame(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 9))
	entries := []*journal.Entry{attemptEntry(), journaltest.Full(), {}}
	for range 200 {
		entries = append(entries, lawEntry(r))
	}
	queries := lawTerms()
	for q := range matches {
		queries = append(queries, q)
	}
	slices.Sort(queries)
	for range 200 {
		queries = append(queries, lawQuery(r, 3))
	}
	for _, q := range queries {
		f := lawFilter(t, q)
		if f.root == nil {
			continue
		}
		written := f.root.String()
		g, err := Parse(written, fiveMinutesLater)
		if err != nil {
			t.Errorf("%s is written %s, which does not parse: %v", q, written, err)
			continue
		}
		again := g.root.String() // two negations may have fallen away
		if final := lawFilter(t, again).root.String(); final != again {
			t.Errorf("%s is written %s, and that %s", q, again, final)
		}
		for _, e := range entries {
			if f.Match(e) != g.Match(e) {
				t.Errorf("%s is written %s, which does not mean the same of %s", q, written, e.AppendJSON(nil))
				break
			}
		}
	}
}

// TestTheTermsTellEntriesApart: a law that holds for terms which are always true
// or never would say little.
func TestTheTermsTellEntriesApart(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for _, q := range lawTerms() {
		f, yes := lawFilter(t, q), 0
		for range 1000 {
			if f.Match(lawEntry(r)) {
				yes++
			}
		}
		if yes == 0 || yes == 1000 {
			t.Errorf("%s matches %d of 1000 entries", q, yes)
		}
	}
}

// TestScansAgreeWithMatch: what a store yields of a filter, by index, bytes and
// entries, is what Match says of each entry; forwards, backwards and in parts.
func TestScansAgreeWithMatch(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(11, 13))
	disk, err := disk.Open(t.TempDir(), disk.Options{})
	if err != nil {
		t.Fatal(err)
	}
	stores := map[string]journal.Store{"memory": memory.New(memory.Limit{}), "disk": disk}
	var all []*journal.Entry
	for range 300 {
		e := lawEntry(r)
		all = append(all, e)
		for _, s := range stores {
			if err := s.Append(e).Wait(); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, s := range stores {
		t.Run(name, func(t *testing.T) {
			defer s.Close()
			for range 150 {
				f := lawFilter(t, lawQuery(r, 3))
				after, before := uint64(r.IntN(100)), uint64(200+r.IntN(110))
				var want []uint64
				for i, e := range all {
					if e.Seq = uint64(i + 1); e.Seq > after && e.Seq < before && f.Match(e) {
						want = append(want, e.Seq)
					}
				}
				for _, reverse := range []bool{false, true} {
					var got []uint64
					if err := s.Scan(t.Context(), after, before, reverse, f, func(e *journal.Entry) bool { got = append(got, e.Seq); return true }); err != nil {
						t.Fatal(err)
					}
					if reverse {
						slices.Reverse(got)
					}
					if fmt.Sprint(got) != fmt.Sprint(want) {
						t.Fatalf("%s between %d and %d, reverse %v: %v, want %v", f, after, before, reverse, got, want)
					}
				}
			}
		})
	}
}
