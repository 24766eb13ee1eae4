package journal

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// dice makes entries and queries of few words, so that they meet often. The
// same seed gives the same ones.
type dice struct{ *rand.Rand }

func newDice(seed uint64) dice { return dice{rand.New(rand.NewPCG(seed, 1))} }

func (d dice) of(words ...string) string { return words[d.IntN(len(words))] }

func (d dice) often() bool { return d.IntN(3) > 0 }

// names are what fields hold: cases, stars, spaces, quotes, escapes, bytes that
// are no text, and words that mean something in the language.
var names = []string{
	"ann", "Ann", "bob", "order:create", "order:*", "a b", `q"q`, `b\s`, "é", "É", "x\xffy", "", "", "10:30", "-5", "OR", "kind:call", "(p)", "tab\there", "*",
}

var bodies = []string{
	`{"id":42,"name":"Ann","tags":["new","VIP"],"o":{"id":"7"}}`,
	`{"id":"42","name":"bob","n":1.50,"o":{"id":7,"deep":{"id":null}}}`,
	`{"\u0069d":1,"name":"A\u006en","esc":"q\"q"}`,
	`[{"id":1},{"id":42}]`,
	`{"id":9007199254740993,"name":"nan","when":"2026-03-04"}`,
	`id=42&name=Ann`, "\x00\xff\xfeann", "", "not {json", "order:create É", strings.Repeat(`{"pad":"x"} `, 50),
}

func (d dice) headers() http.Header {
	h := http.Header{}
	for range d.IntN(4) {
		name := d.of("X-Id", "x-id", "Content-Type", "X-Note", "Content-Length")
		h[name] = append(h[name], d.of("42", "042", "a b", "application/json", "nan", "é", "x\xffy", ""))
	}
	return h
}

func (d dice) message(request bool) *Message {
	body := d.of(bodies...)
	m := &Message{Headers: d.headers(), Body: []byte(body), Size: int64(len(body)), Truncated: !d.often()}
	if request {
		m.Method, m.Proto = d.of("GET", "POST", "BREW", ""), d.of("HTTP/1.1", "")
		m.URL = d.of("/in/a", "/in/a?x=1", "/in/é", "http://h:1/in/a", "http://h", "*", "", "/a//b/../c?to=http://h/")
		m.Remote = "127.0.0.1:1"
	} else {
		m.Status = []int{0, 200, 302, 404, 503, 65535, 70000}[d.IntN(7)]
	}
	return m
}

func (d dice) entry() *Entry {
	e := &Entry{
		Kind: Kind(d.of("call", "event", "attempt", "capture", "other", "")), Provider: d.of("shoptet", "dsco", ""), Account: d.of(names...), Type: d.of(names...),
		Inbox: d.of(names...), EventID: d.of(names...), DeliveryID: d.of(names...), Subscription: d.of(names...), Fault: d.of(names...), Error: d.of("", "", "broken"),
		Attempt: d.IntN(3), CaptureSeq: uint64(d.IntN(3)), Took: time.Duration(d.IntN(4)) * 50 * time.Millisecond,
	}
	if d.often() {
		e.Time = day.Add(time.Duration(d.IntN(600)) * time.Second)
	}
	if d.often() {
		e.Request = d.message(true)
	}
	if d.often() {
		e.Response = d.message(false)
	}
	if d.often() {
		e.Signature = &Signature{State: d.of("valid", "invalid", "missing", "none", "odd", "")}
	}
	if d.often() {
		e.Contract = &Contract{OK: d.often()}
	}
	if !d.often() {
		e.NextAttempt = day
	}
	return e
}

// spelled quotes what the language would not take as it is.
func spelled(v string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v) + `"`
}

func (d dice) number(values ...string) string {
	v := d.of(values...)
	if d.IntN(6) == 0 {
		return values[0] + ".." + values[len(values)-1]
	}
	return d.of("", "=", "==", ">", ">=", "<", "<=") + v
}

// term is one term with any key of Keys.
func (d dice) term() string {
	all := Keys()
	switch k := all[d.IntN(len(all)+1)%len(all)]; k.Name {
	case "header.":
		return "header." + d.of("X-Id", "x-ID", "Content-Type", "nope") + d.comparison()
	case "body.":
		return "body." + d.of("id", "name", "o.id", "#.id", "tags", "tags.0", "nope.x", `#(id==42).id`, "@this", `n\ame`, `"i d"`, "@values", "o.*") + d.comparison()
	case "seq:", "attempt:", "capture:":
		return k.Name + d.number("1", "2", "30", "60")
	case "took:":
		return k.Name + d.number("0", "50ms", "100", "0.1s")
	case "size:":
		return k.Name + d.number("0", "14", "57", "1k")
	case "status:":
		return k.Name + d.of(d.number("0", "200", "404", "65535", "70000"), "2xx", "5xx")
	case "since:":
		return k.Name + d.of("5m", "1m", "2026-03-04", "2026-03-04T05:10:00Z", `"2026-03-04 05:12"`)
	case "kind:", "signature:", "contract:", "has:":
		return k.Name + d.of(k.Values...)
	case "path:":
		return k.Name + d.of("/in/a", "/in/*", "*?x=1", "/*/é", "/", "*", "*b*c?*", `"/in/a"`)
	case "provider:":
		return k.Name + d.of("shoptet", "SHOPTET", "dsco", "sh*")
	case "method:":
		return k.Name + d.of("get", "POST", "P*", "*")
	default:
		return k.Name + spelled(d.of("ann", "bob", "order:*", "a b", `q"q`, `b\s`, "é", "x\xffy", "*", "tab\there", "(p)", "-5"))
	}
}

func (d dice) comparison() string {
	op := d.of("", "=", "!=", "==", ">", ">=", "<", "<=", "~")
	if op == "" {
		return ""
	}
	if op == "~" {
		return op + spelled(d.of("^4", "n$", "(?i)ANN|bob", "", `\d+`))
	}
	return op + spelled(d.of("42", "7", "1.5", "1.50", "Ann", "a b", "nan", "9007199254740992", "=x", "042", "null"))
}

// query is a tree of terms, as a person could write it.
func (d dice) query(depth int) string {
	switch n := d.IntN(7); {
	case depth == 0 || n < 2:
		if d.IntN(4) == 0 {
			return spelled(d.of("ann", "ANN", "é", "kind:call", "-5", "OR", "a b", "POST /in", "x-id: 42", "x\xffy", "body.id", "10:30", `q"q`, "nowhere"))
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
	f, err := ParseFilter(q, fiveMinutesLater)
	if err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	return f
}

// stocked is both kinds of store with the same random entries, and the entries.
func stocked(t testing.TB, seed uint64, n int) (list []*Entry, both map[string]Store) {
	t.Helper()
	d := newDice(seed)
	both = map[string]Store{
		"memory": NewMemory(MemoryLimit{}),
		"disk":   mustOpen(t, t.TempDir(), Options{SegmentBytes: 8 << 10}),
	}
	for range n {
		e := d.entry()
		list = append(list, e)
		for _, s := range both {
			put(t, s, e)
		}
	}
	return list, both
}

// TestLawsOnRandomEntries: what holds of every query, whatever it asks for.
func TestLawsOnRandomEntries(t *testing.T) {
	t.Parallel()
	d := newDice(11)
	var list []*Entry
	for i := range 60 {
		e := d.entry()
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
	d := newDice(12)
	var list []*Entry
	for range 80 {
		list = append(list, d.entry())
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
	d := newDice(14)
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

func scanned(t testing.TB, s Store, f *Filter, reverse bool) (got []uint64) {
	t.Helper()
	if err := s.Scan(0, 0, reverse, f, func(e *Entry) bool { got = append(got, e.Seq); return true }); err != nil {
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
		want.Request.seal() // digests that follow from the body are filled in
		for _, half := range []*Message{want.Request, want.Response} {
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
			equal(t, fmt.Sprintf("%s, entry %d", name, e.Seq), got, want)
		}
	}
}
