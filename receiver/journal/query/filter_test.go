package query

import (
	"errors"
	"strings"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/journaltest"
	"tacklebox/receiver/journal/memory"
	"tacklebox/receiver/journal/record"
	"testing"
	"time"
)

func fiveMinutesLater() time.Time { return journaltest.Day.Add(4 * time.Minute) }

func TestFilterMatch(t *testing.T) {
	t.Parallel()
	e := attemptEntry()
	m := record.MetaOf(e)
	m.Size = 1
	frame, _, err := record.Append(nil, e)
	if err != nil {
		t.Fatal(err)
	}
	frame = append(append(frame, e.Request.Body...), e.Response.Body...)
	for q, want := range matches {
		f, err := Parse(q, fiveMinutesLater)
		if err != nil {
			t.Errorf("%s: %v", q, err)
			continue
		}
		if got := f.Match(e); got != want {
			t.Errorf("%s: %v, wanted %v", q, got, want)
		}
		switch v := f.ByIndex(e.Seq, &m); {
		case v == record.Yes && !want, v == record.No && want:
			t.Errorf("%s: the index says %d, wanted %v", q, v, want)
		case v == record.Maybe && !f.ByBytes(frame) && want:
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
	if !none.Match(&journal.Entry{}) || none.String() != "" || none.NeedsBody() || none.Explain(&journal.Entry{}) != nil {
		t.Error("a nil filter is the one that matches everything")
	}
	for q := range matches {
		f, _ := Parse(q, nil)
		f.Explain(&journal.Entry{}) // an entry without messages breaks no term
		f.Match(&journal.Entry{})
	}
	for q, want := range map[string]bool{"signature:none": true, "size:0": false, "path:": false, "path:*": false, "inbox:*": false, "provider:*": false, "-inbox:*": true, "status:0": false, "has:body": false, "word": false, "header.a": false, "body.a": false, "took:0": false} {
		f, err := Parse(q, nil)
		if err == nil && f.Match(&journal.Entry{}) != want {
			t.Errorf("%s of an empty entry: wanted %v", q, want)
		}
	}
}

func TestFilterNeedsBody(t *testing.T) {
	t.Parallel()
	for q, want := range map[string]bool{"": false, "kind:call": false, "word": true, "body.a=1": true, "header.a=1": false, "-word": true, "kind:call (seq:1 OR body.x)": true, "has:body": true, "size:>1": false} {
		if f, err := Parse(q, nil); err != nil || f.NeedsBody() != want {
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
		{"body.a|@fromstr=1", 6, "no part of a plain path", "body.items"},
		{strings.Repeat("(", 200), 100, "too deep", "100"},
		{strings.Repeat("a ", 40_000), 65536, "too long", "65536"},
	} {
		_, err := Parse(c.q, nil)
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
		_, err := Parse(c.q, nil)
		var wrong *SyntaxError
		if !errors.As(err, &wrong) {
			t.Errorf("%q: %v", c.q, err)
			continue
		}
		journaltest.Equal(t, c.q, wrong.Caret(), c.want)
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
		"-(-kind:call)":                   {"it matches -kind:call"},
		"-header.x-two=b -body.order":     {"it matches header.x-two=b", "it matches body.order"},
	} {
		f, err := Parse(q, fiveMinutesLater)
		if err != nil {
			t.Error(err)
			continue
		}
		journaltest.Equal(t, q, f.Explain(e), want)
	}
	f, _ := Parse("has:response status:200 has:body", nil)
	journaltest.Equal(t, "of an empty entry", f.Explain(&journal.Entry{}), []string{"there is no response", "there is no status, wanted 200", "there is no body"})
}

func TestExplainIsBrief(t *testing.T) {
	t.Parallel()
	e := &journal.Entry{Request: &journal.Message{Body: []byte(`{"a":"` + strings.Repeat("é", 5000) + `"}`)}}
	f, err := Parse("body.a=x", nil)
	if err != nil {
		t.Fatal(err)
	}
	journaltest.Equal(t, "reason", f.Explain(e), []string{"body.a is " + strings.Repeat("é", 80) + "… (5000 characters), wanted x"})
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
		f, _ := Parse("body.a", nil)
		e := &journal.Entry{Kind: journal.Capture, Request: &journal.Message{Body: []byte(c.body)}}
		if got := f.Match(e); got != c.want {
			t.Errorf("%s: %v, wanted %v", name, got, c.want)
		}
		s := memory.New(memory.Limit{})
		journaltest.Put(t, s, e)
		if got := len(seqs(t, s, 0, 0, false, "body.a")) == 1; got != c.want {
			t.Errorf("%s, scanned: %v, wanted %v", name, got, c.want)
		}
	}
}

func TestSinceMovesWithTheClock(t *testing.T) {
	t.Parallel()
	now := journaltest.Day
	f, err := Parse("since:5m", func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	e := &journal.Entry{Time: journaltest.Day}
	if !f.Match(e) {
		t.Error("now")
	}
	now = journaltest.Day.Add(time.Hour)
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
			if _, err := Parse(q, nil); err != nil {
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
