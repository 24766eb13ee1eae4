package journal

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

func attemptEntry() *Entry {
	e := fullEntry()
	e.Seq = 42
	e.Took = 150 * time.Millisecond
	e.Request = &Message{
		Method: "POST", URL: "http://localhost:8080/webhooks/orders?shop=1&x=a%20b", Proto: "HTTP/1.1", Size: 100 << 10, Truncated: true,
		Headers: http.Header{"Content-Type": {"application/json; charset=utf-8"}, "x-shop-id": {"77", "78"}, "X-Two": {"b"}, "X-two": {"c"}},
		Body: []byte(`{"order":{"id":42,"total":"19.90","price":1.50,"paid":true,"note":"Dvě Kávy (2 ks)","tags":["new","VIP"],"none":null,"ref":"a\"b","n":1e2},
			"items":[{"sku":"A B","n":2},{"sku":"C","n":5}],"dot.ted":{"x":1},"event":"order:create"}`),
	}
	e.Response = &Message{Status: 503, Headers: http.Header{"Retry-After": {"120"}}, Body: []byte(`{"error":{"code":"busy"}}`)}
	return e
}

// matches lists queries that hold for attemptEntry, and ones that do not.
var matches = map[string]bool{
	"": true, "   ": true,
	"kind:attempt": true, "KIND:Attempt": true, "kind:call": false, "-kind:call": true, "--kind:attempt": true, "--kind:call": false,
	"provider:shoptet": true, "provider:SHOPTET": true, "provider:shop": false, "provider:shop*": true, "provider:*tet": true,
	"type:order:create": true, "type:order:*": true, "type:*:create": true, "type:order": false, `type:"order:create"`: true,
	"inbox:in": true, "inbox:out": false, "account:acc": true, "account:*": true, "subscription:sub": true, "event:ev": true, "event:e": false,
	"delivery:del": true, "delivery:DEL": true, "delivery:x": false,
	"method:POST": true, "method:post": true, "method:GET": false, "method:P*": true,
	"path:/webhooks/orders": true, "path:/webhooks": false, "path:/webhooks/*": true, "path:*orders": true, "path:*/o*s": true, "path:/Webhooks/orders": false,
	"path:/webhooks/orders?shop=1*": true, "path:/webhooks/orders?*x=a%20b": true, "path:*shop*": false, "path:*": true,
	"status:503": true, "status:5xx": true, "status:5XX": true, "status:4xx": false, "status:>=400": true, "status:>503": false, "status:<504": true,
	"status:<=502": false, "status:=503": true, "status:500..503": true, "status:200..299": false, "-status:2xx": true,
	"signature:invalid": true, "signature:valid": false, "signature:none": false, "contract:fail": true, "contract:ok": false,
	"has:error": true, "has:truncated": true, "has:fault": true, "has:response": true, "has:request": true, "has:body": true, "has:signature": true,
	"has:contract": true, "has:capture": true, "has:next": true, "-has:error": false, "fault:slow": true, "fault:*": true, "fault:fast": false,
	"seq:42": true, "seq:>41": true, "seq:>42": false, "seq:>=42": true, "seq:<43": true, "seq:40..42": true, "seq:43..50": false,
	"attempt:3": true, "attempt:>3": false, "attempt:>=2": true, "capture:7": true, "capture:8": false,
	"since:5m": true, "since:1h": true, "since:30s": false, "since:1d": true, "since:2026-03-04T05:00:00Z": true, "since:2026-03-04T06:00:00Z": false, "since:2026-03-04": true,
	`since:"2026-03-04 05:06"`: true, "since:2026-03-04T07:06:07+02:00": true,
	"took:>100ms": true, "took:<1s": true, "took:150": true, "took:>0.2s": false, "took:100ms..200ms": true,
	"size:>64k": true, "size:100k": true, "size:102400": true, "size:>1m": false, "size:<0.1MB": true, "size:>=100KiB": true, "size:>1g": false,
	// words
	"webhooks": true, "WEBHOOKS/ORDERS": true, `"POST http://localhost"`: true, "HTTP/1.1": true, "charset": true, `"content-type: application/json"`: true,
	"x-shop-id": true, "retry-after": true, "busy": true, "vip": true, "Kávy": true, "KÁVY": true, "kávy": true, "dvě": true, "káva": false, "shoptet": false,
	`"Kávy (2 ks)"`: true, `"(2 ks)"`: true, "nothing": false, `"a\\\"b"`: true, "12:30": false, "/webhooks": true, "-nothing": true, `"-nothing"`: false, `"OR"`: true, "or": true,
	// headers
	"header.Content-Type~json": true, "header.content-type~^json": false, "header.X-Shop-Id=77": true, "header.X-Shop-Id=78": true, "header.x-shop-id=79": false,
	"header.x-shop-id>77": true, "header.x-shop-id>78": false, "header.x-shop-id!=79": true, "header.x-shop-id!=77": false, "header.x-shop-id": true,
	"header.nope": false, "header.nope!=1": false, "-header.nope": true, "header.x-two=b": true, "header.x-two=c": true, "header.retry-after>=120": true, "header.retry-after<100": false,
	`header.content-type="application/json; charset=utf-8"`: true, "header.content-type=": false, "header.content-type~application/(xml|json);": true, "(header.content-type~(xml|html))": false,
	// bodies
	"body.order.id=42": true, "body.order.id=42.0": true, "body.order.id!=42": false, "body.order.id>41": true, "body.order.id>=42": true, "body.order.id<42": false, "body.order.id<=42": true, "body.order.id==42": true,
	"body.order.total=19.90": true, "body.order.total=19.9": true, "body.order.total>19": true, "body.order.price=1.5": true, "body.order.n=100": true, "body.order.paid=true": true, "body.order.none": true,
	"body.order.nope": false, "body.order.nope!=1": false, "body.order": true, "body.order.tags=VIP": true, "body.order.tags=vip": false, "body.order.tags!=old": true, "body.order.tags!=new": false,
	`body.order.note="Dvě Kávy (2 ks)"`: true, `body.order.note~"^Dv. K"`: true, "body.order.note~^K": false, `body.order.ref="a\"b"`: true,
	"body.items.#=2": true, "body.items.0.sku=C": false, "body.items.#.sku=C": true, `body.items.#(sku=="A B").n=2`: true, `body.items.#(n>4).sku=C`: true, `body.items.#(n>4)#.sku=C`: true,
	`body.dot\.ted.x=1`: true, "body.error.code=busy": true, "body.event=order:create": true, "body.event>order": true, "body.order.note>5": false,
	// structure
	"kind:attempt status:503": true, "kind:attempt status:200": false, "kind:attempt AND status:503": true, "kind:call OR status:503": true, "kind:call OR status:200": false,
	"kind:call OR kind:event OR kind:attempt": true, "kind:attempt kind:call OR status:503": true, "kind:attempt (kind:call OR status:200)": false,
	"(kind:attempt)": true, "((kind:attempt) (status:5xx))": true, "-(kind:attempt status:503)": false, "-(kind:call OR status:200)": true, "kind:attempt(status:503)": true,
	"(kind:call)OR(kind:attempt)": true, "\tkind:attempt\n status:5xx ": true,
}

func fiveMinutesLater() time.Time { return day.Add(4 * time.Minute) }

func TestFilterMatch(t *testing.T) {
	t.Parallel()
	e := attemptEntry()
	m := metaOf(e)
	m.size = 1
	frame, _, err := appendFrame(nil, e)
	if err != nil {
		t.Fatal(err)
	}
	frame = append(append(frame, e.Request.Body...), e.Response.Body...)
	for q, want := range matches {
		f, err := ParseFilter(q, fiveMinutesLater)
		if err != nil {
			t.Errorf("%s: %v", q, err)
			continue
		}
		if got := f.Match(e); got != want {
			t.Errorf("%s: %v, wanted %v", q, got, want)
		}
		switch v := f.byIndex(e.Seq, &m); {
		case v == yes && !want, v == no && want:
			t.Errorf("%s: the index says %d, wanted %v", q, v, want)
		case v == maybe && !f.byBytes(frame) && want:
			t.Errorf("%s: the bytes say no", q)
		}
		if why := f.Explain(e); (len(why) == 0) != want {
			t.Errorf("%s: matches %v, but explained %q", q, want, why)
		}
		if f.String() != q {
			t.Errorf("String is %q, wanted %q", f.String(), q)
		}
	}
}

func TestFilterOfNothing(t *testing.T) {
	t.Parallel()
	var none *Filter
	if !none.Match(&Entry{}) || none.String() != "" || none.NeedsBody() || none.Explain(&Entry{}) != nil {
		t.Error("a nil filter is the one that matches everything")
	}
	for q := range matches {
		f, _ := ParseFilter(q, nil)
		f.Explain(&Entry{}) // an entry without messages breaks no term
		f.Match(&Entry{})
	}
	for q, want := range map[string]bool{"signature:none": true, "size:0": false, "path:": false, "status:0": false, "has:body": false, "word": false, "header.a": false, "body.a": false, "took:0": false} {
		f, err := ParseFilter(q, nil)
		if err == nil && f.Match(&Entry{}) != want {
			t.Errorf("%s of an empty entry: wanted %v", q, want)
		}
	}
}

func TestFilterNeedsBody(t *testing.T) {
	t.Parallel()
	for q, want := range map[string]bool{"": false, "kind:call": false, "word": true, "body.a=1": true, "header.a=1": false, "-word": true, "kind:call (seq:1 OR body.x)": true, "has:body": true, "size:>1": false} {
		if f, err := ParseFilter(q, nil); err != nil || f.NeedsBody() != want {
			t.Errorf("%s: wanted %v, %v", q, want, err)
		}
	}
}

func TestFilterErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		q    string
		pos  int
		msg  string
		hint string
	}{
		{"knd:call", 0, `unknown key "knd"`, "kind:"},
		{"kind:call stauts:200", 10, `unknown key "stauts"`, "status:"},
		{"heder:x", 0, `unknown key "heder"`, "header.NAME"},
		{"http://x", 0, `unknown key "http"`, "quotes"},
		{"-(a zzzzzz:b)", 4, `unknown key "zzzzzz"`, "quotes"},
		{"kind:cpture", 5, `unknown value "cpture" of kind:`, "kind:capture"},
		{"kind:hook", 5, `unknown value "hook" of kind:`, "call, event, attempt, capture"},
		{"signature:bad", 10, "unknown value", "valid"},
		{"contract:fial", 9, "unknown value", "contract:fail"},
		{"has:eror", 4, "unknown value", "has:error"},
		{"kind:", 5, "kind: needs a value", "kind:call"},
		{`type:""`, 7, "type: needs a value", "type:order:*"},
		{"status:abc", 7, `status: cannot read "abc"`, "status:200"},
		{"status:>=", 9, `status: cannot read ""`, "status:200"},
		{"status:=>400", 7, `unknown comparison "=>"`, ">="},
		{"status:300..200", 7, "empty range", "smaller"},
		{"status:300..x", 12, "cannot read", ""},
		{"seq:-1", 4, "cannot read", "seq:>100"},
		{"seq:99999999999999999999", 4, "cannot read", ""},
		{"took:>fast", 6, "cannot read", "took:>100ms"},
		{"size:>64q", 6, "cannot read", "size:>64k"},
		{"since:yesterday", 6, "cannot read", "since:5m"},
		{"since:2026-13-01", 6, "cannot read", "since:5m"},
		{"(a", 0, "opening parenthesis", ")"},
		{"a (b (c)", 2, "opening parenthesis", ")"},
		{"a)", 1, "closing parenthesis", "quote"},
		{")", 0, "a term is missing", ""},
		{"()", 1, "a term is missing", ""},
		{"a OR", 4, "a term is missing", ""},
		{"OR a", 0, "a term is missing", ""},
		{"a OR OR b", 5, "a term is missing", ""},
		{"a AND", 5, "a term is missing", ""},
		{"a AND OR b", 6, "a term is missing", ""},
		{"-", 0, "nothing to negate", ""},
		{"a - b", 2, "nothing to negate", ""},
		{"-OR", 0, "nothing to negate", ""},
		{`"abc`, 0, "quote without end", `"`},
		{`type:"abc`, 5, "quote without end", `"`},
		{`""`, 2, "nothing to search for", ""},
		{"header.=x", 7, "name of a header is missing", "header."},
		{`header."a b"=x`, 8, "name of a header is missing", "header."},
		{"header.a!x", 8, "unknown comparison", "!="},
		{"header.a~(", 9, "opening parenthesis", ")"},
		{`header.a~"("`, 10, "missing closing )", "regular expression"},
		{"header.a>", 9, "value is missing", "number"},
		{"body.=1", 5, "path into the body is missing", "body."},
		{"body.", 5, "path into the body is missing", "body."},
		{`body.a~"["`, 8, "missing closing ]", "regular expression"},
		{"body.#(a", 6, "opening parenthesis", ")"},
		{`body.#(a=="b`, 10, "quote without end", `"`},
		{"body.a|@fromstr=1", 7, "@fromstr", ""},
		{strings.Repeat("(", 200), 100, "too deep", "100"},
		{strings.Repeat("a ", 40_000), 65536, "too long", "65536"},
	} {
		_, err := ParseFilter(c.q, nil)
		var wrong *SyntaxError
		if !errors.As(err, &wrong) {
			t.Errorf("%.40s: %v", c.q, err)
			continue
		}
		if wrong.Query != c.q || wrong.Pos != c.pos || !strings.Contains(wrong.Msg, c.msg) || !strings.Contains(wrong.Hint, c.hint) {
			t.Errorf("%.40s: at %d %q, hint %q; wanted at %d %q, hint %q", c.q, wrong.Pos, wrong.Msg, wrong.Hint, c.pos, c.msg, c.hint)
		}
		if !strings.Contains(err.Error(), c.msg) || !strings.Contains(err.Error(), c.hint) {
			t.Errorf("%.40s: error text %q", c.q, err)
		}
	}
}

func TestSyntaxErrorCaret(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ q, want string }{
		{"kind:call knd:x", "kind:call knd:x\n          ^"},
		{"é knd:x", "é knd:x\n  ^"},
		{"\x1b[31m\u202e\x00\t knd:x", "\ufffd[31m\ufffd\ufffd\ufffd knd:x\n         ^"},
		{"a\xff knd:x", "a\ufffd knd:x\n   ^"},
		{"a OR", "a OR\n    ^"},
	} {
		_, err := ParseFilter(c.q, nil)
		var wrong *SyntaxError
		if !errors.As(err, &wrong) {
			t.Errorf("%q: %v", c.q, err)
			continue
		}
		equal(t, c.q, wrong.Caret(), c.want)
	}
}

func TestFilterExplain(t *testing.T) {
	t.Parallel()
	e := attemptEntry()
	for q, want := range map[string][]string{
		"kind:attempt":                    nil,
		"status:200":                      {"status is 503, wanted 200"},
		"kind:attempt status:2xx inbox:b": {"status is 503, wanted 2xx", "inbox is in, wanted b"},
		"kind:call":                       {"kind is attempt, wanted call"},
		"-kind:attempt":                   {"it matches kind:attempt"},
		"kind:call OR status:200":         {"kind is attempt, wanted call, status is 503, wanted 200"},
		"-(kind:attempt OR status:200)":   {"it matches (kind:attempt OR status:200)"},
		"-(kind:attempt inbox:in)":        {"it matches (kind:attempt inbox:in)"},
		"(a OR (kind:call status:200))":   {}, // a is there
		"kind:call OR (zz status:200)":    {`kind is attempt, wanted call, zz is nowhere in request line, headers and body and status is 503, wanted 200`},
		"took:>1s":                        {"took is 150ms, wanted >1s"},
		"size:>1m":                        {"size is 102400, wanted >1m"},
		`"no such"`:                       {`"no such" is nowhere in request line, headers and body`},
		"header.x-shop-id=1":              {"header x-shop-id is 77, 78, wanted 1"},
		"header.nope":                     {"there is no header nope, wanted any"},
		"body.order.id=7":                 {"body.order.id is 42, wanted 7"},
		"body.order.nope>7":               {"there is no body.order.nope, wanted >7"},
		"body.order.note~x$":              {"body.order.note is Dvě Kávy (2 ks), wanted ~x$"},
		"path:/x":                         {"path is /webhooks/orders, wanted /x"},
		"has:capture -has:error":          {"it matches has:error"},
		"since:1m":                        {"time is 2026-03-04T05:06:07Z, wanted since 2026-03-04T05:09:07Z"},
		"signature:valid":                 {"signature is invalid, wanted valid"},
		"contract:ok":                     {"contract is fail, wanted ok"},
		"-since:1d -took:150 -path:*":     {"it matches since:1d", "it matches took:150", "it matches path:*"},
		"-header.x-two=b -body.order":     {"it matches header.x-two=b", "it matches body.order"},
	} {
		f, err := ParseFilter(q, fiveMinutesLater)
		if err != nil {
			t.Error(err)
			continue
		}
		equal(t, q, f.Explain(e), want)
	}
	f, _ := ParseFilter("has:response status:200 has:body", nil)
	equal(t, "of an empty entry", f.Explain(&Entry{}), []string{"there is no response", "there is no status, wanted 200", "there is no body"})
}

// TestFilterHostileBodies: bodies that gjson must not see.
func TestFilterHostileBodies(t *testing.T) {
	t.Parallel()
	deep := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	for name, c := range map[string]struct {
		body string
		want bool
	}{
		"plain":             {`{"a":1}`, true},
		"not closed":        {`{"a":1`, false},
		"text behind":       {`{"a":1}x`, false},
		"form":              {`a=1`, false},
		"just deep enough":  {deep(512), true},
		"too deep":          {deep(513), false},
		"brackets":          {strings.Repeat("[", 1<<20), false},
		"brackets in texts": {`{"b":"` + strings.Repeat("[", 1000) + `\"","a":1}`, true},
		"escaped name":      {`{"\u0061":1}`, true},
		"empty":             {``, false},
	} {
		f, _ := ParseFilter("body.a", nil)
		e := &Entry{Kind: Capture, Request: &Message{Body: []byte(c.body)}}
		if got := f.Match(e); got != c.want {
			t.Errorf("%s: %v, wanted %v", name, got, c.want)
		}
		s := NewMemory(MemoryLimit{})
		put(t, s, e)
		if got := len(seqs(t, s, 0, 0, false, "body.a")) == 1; got != c.want {
			t.Errorf("%s, scanned: %v, wanted %v", name, got, c.want)
		}
	}
}

func TestSinceMovesWithTheClock(t *testing.T) {
	t.Parallel()
	now := day
	f, err := ParseFilter("since:5m", func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	e := &Entry{Time: day}
	if !f.Match(e) {
		t.Error("now")
	}
	now = day.Add(time.Hour)
	if f.Match(e) {
		t.Error("an hour later")
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, k := range Keys() {
		if k.About == "" || seen[k.Name] {
			t.Errorf("%s has no description, or stands twice", k.Name)
		}
		seen[k.Name] = true
		for _, v := range k.Values {
			q := k.Name + v
			if strings.HasSuffix(k.Name, ".") {
				q = v // examples of these are whole terms
			}
			if _, err := ParseFilter(q, nil); err != nil {
				t.Errorf("%s: %v", q, err)
			}
		}
	}
	for _, name := range strings.Fields("kind: provider: type: inbox: account: method: path: status: signature: contract: has: seq: since: took: size: event: delivery: subscription: attempt: capture: header. body.") {
		if !seen[name] {
			t.Errorf("%s is missing", name)
		}
	}
}

func TestFinder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		needle, text string
		want         bool
	}{
		{"", "", true}, {"", "a", true}, {"a", "", false}, {"a", "A", true}, {"Zz", "azZ", true}, {"zz", "zaz", false},
		{"tok-1", "xxTOK-1", true}, {"tok-1", "tok-2tok-1", true}, {"é", "É", false}, {"é", "xé", true}, {"[", "{", false}, {"@", "`", false},
		{strings.Repeat("ab", 50), strings.Repeat("AB", 51), true}, {"abcabd", "abcabcabd", true},
	} {
		f := newFinder(c.needle)
		if got := f.in([]byte(c.text)); got != c.want {
			t.Errorf("%q in %q: %v", c.needle, c.text, got)
		}
	}
}

func TestGlob(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, s string
		want       bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"**", "abc", true}, {"a*", "abc", true}, {"*c", "abc", true}, {"a*c", "abcbc", true}, {"a*d", "abc", false},
		{"*b*", "abc", true}, {"a*b*c", "a1b2b3c", true}, {"a?c", "abc", false}, {"abc", "ab", false}, {"ab", "abc", false},
		{strings.Repeat("*a", 50) + "b", strings.Repeat("a", 5000), false},
	} {
		if got := glob(c.pattern, c.s, false); got != c.want {
			t.Errorf("%.20s ~ %.20s: %v", c.pattern, c.s, got)
		}
	}
	if !glob("A*", "abc", true) || glob("A*", "abc", false) {
		t.Error("case")
	}
}
