package query

import (
	"tacklebox/receiver/journal/journaltest"
	"tacklebox/receiver/journal/record"
	"testing"
	"time"
)

// TestIndexDecides holds terms that the index can decide to being decided
// there: a scan must not read what cannot match.
func TestIndexDecides(t *testing.T) {
	t.Parallel()
	e := journaltest.Full()
	m := record.MetaOf(e)
	for _, c := range []struct {
		q    string
		want record.Verdict
	}{
		{"", record.Yes},
		{"kind:attempt", record.Yes},
		{"kind:call", record.No},
		{"-kind:attempt", record.No},
		{"-kind:call", record.Yes},
		{"provider:shoptet", record.Maybe},
		{"provider:Shoptet", record.Maybe},
		{"provider:dsco", record.No},
		{"-provider:dsco", record.Yes},
		{"provider:sh*", record.Maybe},
		{"type:order:create", record.Maybe},
		{"type:order:update", record.No},
		{"inbox:in", record.Maybe},
		{"inbox:out", record.No},
		{"account:acc", record.Maybe},
		{"account:other", record.No},
		{"event:ev", record.Maybe},
		{"event:other", record.No},
		{"delivery:del", record.Maybe},
		{"delivery:other", record.No},
		{"status:503", record.Yes},
		{"status:5xx", record.Yes},
		{"status:200", record.No},
		{"-status:>=400", record.No},
		{"signature:invalid", record.Yes},
		{"signature:valid", record.No},
		{"contract:fail", record.Yes},
		{"contract:ok", record.No},
		{"has:error", record.Yes},
		{"has:fault", record.Yes},
		{"has:truncated", record.Yes},
		{"has:signature", record.Yes},
		{"has:contract", record.Yes},
		{"has:body", record.Maybe},
		{"seq:9", record.Yes},
		{"seq:>9", record.No},
		{"seq:1..8", record.No},
		{"since:1h", record.Yes},
		{"since:1m", record.No},
		{"since:2026-03-04", record.Yes},
		{"took:>1ms", record.Maybe},
		{"word", record.Maybe},
		{"word kind:call", record.No},
		{"word kind:attempt", record.Maybe},
		{"word OR kind:attempt", record.Yes},
		{"word OR kind:call", record.Maybe},
		{"-(word OR kind:attempt)", record.No},
		{"(kind:call OR kind:event) body.a=1", record.No},
	} {
		f, err := Parse(c.q, fiveMinutesLater)
		if err != nil {
			t.Errorf("%s: %v", c.q, err)
			continue
		}
		if got := f.ByIndex(9, &m); got != c.want {
			t.Errorf("%s: the index says %d, wanted %d", c.q, got, c.want)
		}
	}
}

// TestBytesDecide holds terms to being decided by a record's raw bytes.
func TestBytesDecide(t *testing.T) {
	t.Parallel()
	e := attemptEntry()
	e.Request.Body = []byte(`{"order":{"id":42,"name":"Ann"}}`)
	frame, _, err := record.Append(nil, e)
	if err != nil {
		t.Fatal(err)
	}
	frame = append(append(frame, e.Request.Body...), e.Response.Body...)
	for _, c := range []struct {
		q    string
		want bool
	}{
		{"ann", true},
		{"bob", false},
		{"-bob", true},
		{`"post http"`, true},
		{`"post ftp://"`, true}, // only its longest piece, post, is looked for
		{`"zzz http"`, true},
		{"method:PUT", false},
		{"method:POST", true},
		{"path:/nowhere", false},
		{"path:*/nowhere*", false},
		{"path:/webhooks/*", true},
		{"header.x-shop-id=1", true},
		{"header.x-nope=1", false},
		{"header.x-nope", false},
		{"subscription:sub", true},
		{"subscription:other", false},
		{"fault:other", false},
		{"body.order.name=Ann", true},
		{"body.order.name=Bob", false},
		{"body.order.id=43", false},
		{"body.nothing=1", false},
		{"body.nothing", false},
		{"body.#.nothing", false},
		{"bob OR ann", true},
		{"bob ann", false},
	} {
		f, err := Parse(c.q, nil)
		if err != nil {
			t.Errorf("%s: %v", c.q, err)
			continue
		}
		if got := f.ByBytes(frame); got != c.want {
			t.Errorf("%s: the bytes say %v, wanted %v", c.q, got, c.want)
		}
	}
}

func TestSpans(t *testing.T) {
	t.Parallel()
	const top, bottom = 1<<63 - 1, -1 << 63
	for _, c := range []struct {
		key, value string
		want       span
	}{
		{"seq", "5", span{5, 5}},
		{"seq", "=5", span{5, 5}},
		{"seq", "==5", span{5, 5}},
		{"seq", ">5", span{6, top}},
		{"seq", ">=5", span{5, top}},
		{"seq", "<5", span{bottom, 4}},
		{"seq", "<=5", span{bottom, 5}},
		{"seq", "5..7", span{5, 7}},
		{"seq", "5..5", span{5, 5}},
		{"status", "5xx", span{500, 599}},
		{"status", "1XX", span{100, 199}},
		{"size", "64k", span{65536, 65536}},
		{"size", "64K", span{65536, 65536}},
		{"size", "64kb", span{65536, 65536}},
		{"size", "64KiB", span{65536, 65536}},
		{"size", "1.5m", span{3 << 19, 3 << 19}},
		{"size", "2g", span{2 << 30, 2 << 30}},
		{"size", "0", span{0, 0}},
		{"size", "10b", span{10, 10}},
		{"took", "100ms", span{1e8, 1e8}},
		{"took", "100", span{1e8, 1e8}},
		{"took", "1.5", span{15e5, 15e5}},
		{"took", "1m30s", span{9e10, 9e10}},
		{"took", "10us..1s", span{1e4, 1e9}},
		{"took", "1d", span{864e11, 864e11}},
		{"took", "1w", span{6048e11, 6048e11}},
	} {
		f, err := Parse(c.key+":"+c.value, nil)
		if err != nil {
			t.Errorf("%s:%s: %v", c.key, c.value, err)
			continue
		}
		if got := f.root.(*numberTerm).want; got != c.want {
			t.Errorf("%s:%s is %v, wanted %v", c.key, c.value, got, c.want)
		}
	}
	for _, q := range []string{"size:", "size:k", "size:-1", "size:1e300", "size:nan", "size:inf", "took:d", "took:-5s", "took:1e300", "took:9999999999w", "took:nan", "seq:1.5", "seq:0x10", "seq:1_000"} {
		if _, err := Parse(q, nil); err == nil {
			t.Errorf("%s was accepted", q)
		}
	}
}

func TestTexts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		query, want string
		end         int // where the lexer stops
	}{
		{`abc def`, `abc`, 3},
		{`"abc def" g`, `abc def`, 9},
		{`a"b c"d e`, `ab cd`, 7},
		{`"a\"b" c`, `a"b`, 6},
		{`"a\\b" c`, `a\b`, 6},
		{`"a\nb" c`, `a\nb`, 6},
		{`a\b c`, `a\b`, 3},
		{`abc(def)`, `abc`, 3},
		{`abc) def`, `abc`, 3},
		{`body.#(a=="b c").d=e f`, `body.#(a=="b c").d=e`, 20},
		{`body.#(a=="b\"c")=e f`, `body.#(a=="b\"c")=e`, 19},
		{`body.a="b c")`, `body.a=b c`, 12},
		{`header.a~(b|c) d`, `header.a~(b|c)`, 14},
		{`header.a=b) d`, `header.a=b`, 10},
		{"a\tb", `a`, 1},
		{"a\u00a0b", "a\u00a0b", 4},
	} {
		p := parser{query: c.query, now: time.Now}
		got, err := p.text()
		if err != nil {
			t.Errorf("%s: %v", c.query, err)
			continue
		}
		if got.s != c.want || p.pos != c.end {
			t.Errorf("%s: %q up to %d, wanted %q up to %d", c.query, got.s, p.pos, c.want, c.end)
		}
		if len(got.at) != len(got.s)+1 || len(got.quoted) != len(got.s) {
			t.Errorf("%s: %d bytes, %d places, %d marks", c.query, len(got.s), len(got.at), len(got.quoted))
		}
	}
}
