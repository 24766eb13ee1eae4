package query

import (
	"fmt"
	"net/http"
	"strings"
	"tacklebox/receiver/journal"
	"testing"
	"time"
)

// TestNumberOperators asks every key for a number with every operator below,
// at and above what an entry has.
func TestNumberOperators(t *testing.T) {
	t.Parallel()
	e := attemptEntry() // seq 42, attempt 3, capture 7, took 150ms, size 100 KiB, status 503
	holds := map[string]func(got, want int) bool{
		"":   func(a, b int) bool { return a == b },
		"=":  func(a, b int) bool { return a == b },
		"==": func(a, b int) bool { return a == b },
		">":  func(a, b int) bool { return a > b },
		">=": func(a, b int) bool { return a >= b },
		"<":  func(a, b int) bool { return a < b },
		"<=": func(a, b int) bool { return a <= b },
	}
	asked := map[string]bool{}
	for _, c := range []struct {
		key    string
		values [3]string // below, at and above
	}{
		{"seq", [3]string{"41", "42", "43"}},
		{"attempt", [3]string{"2", "3", "4"}},
		{"capture", [3]string{"6", "7", "8"}},
		{"status", [3]string{"502", "503", "504"}},
		{"took", [3]string{"149ms", "150", "0.1501s"}},
		{"size", [3]string{"99k", "100KiB", "0.2m"}},
	} {
		asked[c.key+":"] = true
		for i, v := range c.values {
			for op, holds := range holds {
				q := c.key + ":" + op + v
				f := parsed(t, q)
				want := holds(0, i-1)
				if got := f.Match(e); got != want {
					t.Errorf("%s: %v", q, got)
				}
				if c.key != "seq" && f.Match(&journal.Entry{}) { // every entry that is kept has a number
					t.Errorf("%s holds for an entry that has no %s", q, c.key)
				}
				if got := f.root.String(); got != q {
					t.Errorf("%s is spelled %s", q, got)
				}
			}
		}
		for q, want := range map[string]bool{
			c.values[0] + ".." + c.values[2]: true, c.values[1] + ".." + c.values[1]: true,
			c.values[2] + ".." + c.values[2]: false, c.values[0] + ".." + c.values[0]: false,
		} {
			if got := parsed(t, c.key+":"+q).Match(e); got != want {
				t.Errorf("%s:%s: %v", c.key, q, got)
			}
		}
	}
	for _, k := range Keys() {
		if _, err := Parse(k.Name+">=1", nil); err == nil && !asked[k.Name] && k.Name != "since:" && !textKeys()[k.Name] {
			t.Errorf("%s compares numbers and is not asked here", k.Name)
		}
	}
}

// textKeys are the keys with patterns, to which operators are plain text.
func textKeys() map[string]bool {
	list := map[string]bool{}
	for name := range strings.FieldsSeq("provider type inbox account subscription event delivery method path fault") {
		list[name+":"] = true
	}
	return list
}

// TestTextKeys asks every key for a text with patterns that do and do not hold.
func TestTextKeys(t *testing.T) {
	t.Parallel()
	for key := range textKeys() {
		field := func(v string) *journal.Entry {
			return &journal.Entry{
				Provider: v, Type: v, Inbox: v, Account: v, Subscription: v, EventID: v, DeliveryID: v, Fault: v,
				Request: &journal.Message{Method: v, URL: v},
			}
		}
		for _, c := range []struct {
			pattern, value string
			want           bool
		}{
			{"ab", "ab", true}, {"a*", "ab", true}, {"*b", "ab", true}, {"*", "ab", true}, {"a*b", "ab", true}, {"a*b", "a--b", true},
			{"a", "ab", false}, {"b*", "ab", false}, {"abc", "ab", false}, {">=1", "2", false}, {">=1", ">=1", true},
			{`"a b"`, "a b", true}, {`"a*"`, "a*c", true}, {"*", "", false}, {"é*", "éa", true}, {"é", "É", false}, {`"*"`, "x", true},
		} {
			q := key + c.pattern
			if got := parsed(t, q).Match(field(c.value)); got != c.want {
				t.Errorf("%s of %q: %v", q, c.value, got)
			}
		}
		fold := key != "path:" // a path has its case
		if got := parsed(t, key+"AB").Match(field("ab")); got != fold {
			t.Errorf("%sAB of ab: %v", key, got)
		}
	}
}

// TestValueOperators asks header. and body. with every operator.
func TestValueOperators(t *testing.T) {
	t.Parallel()
	const big = "9007199254740993" // 2^53+1: no float has it
	for _, c := range []struct {
		got, cond string
		want      bool
	}{
		{"42", "=42", true}, {"42", "==42", true}, {"42", "=42.0", true}, {"42", "=4.2e1", true}, {"042", "=42", true}, {"42", "=43", false}, {"42", "!=42", false}, {"42", "!=43", true},
		{"42", ">41", true}, {"42", ">42", false}, {"42", ">=42", true}, {"42", "<100", true}, {"42", "<5", false}, {"42", "<=41.9", false}, {"-1", "<0", true}, {"-2", "<-1", true}, {"-2", ">-1", false},
		{"9", "<10", true}, {"ann", "<bob", true}, {"ann", ">bob", false}, {"b", ">=b", true}, {"x", ">5", false}, {"x", "<5", false}, {"x", "!=5", true}, {"42", "~^4", true}, {"42", "~^2", false},
		{"Ann", "=ann", false}, {"Ann", "~(?i)^ann$", true}, {"a b", `="a b"`, true}, {"=x", `="=x"`, true}, {"a", "=", false}, {"a", "!=", true}, {"a", "~", true},
		{big, "=9007199254740992", false}, {big, "!=9007199254740992", true}, {big, ">9007199254740992", true}, {big, "<9007199254740994", true}, {big, "=" + big, true}, {big, "<=9007199254740992", false},
		{"00" + big, "=" + big, true}, {"123456789012345678901234", "=123456789012345678901235", false}, {"123456789012345678901234", "<123456789012345678901235", true}, {big, "=9007199254740993.0", true},
		{"nan", "=5", false}, {"NaN", "<=5", false}, {"NaN", "!=5", true}, {"5", "=nan", false}, {"5", "!=NaN", true}, {"nan", "=nan", true}, {"NaN", "=nan", false}, {"1e999", ">5", true},
		{"inf", "=Infinity", false}, {"infinity", ">5", false}, {"inf", "=inf", true}, {"Inf", ">=0", false},
	} {
		header := &journal.Entry{Request: &journal.Message{Headers: journal.HeaderOf(http.Header{"X-Value": {c.got}})}}
		if got := parsed(t, "header.x-value"+c.cond).Match(header); got != c.want {
			t.Errorf("header %s, asked %s: %v", c.got, c.cond, got)
		}
		if got := parsed(t, "header.x-value"+c.cond).Match(&journal.Entry{Response: header.Request}); got != c.want {
			t.Errorf("header %s of the answer, asked %s: %v", c.got, c.cond, got)
		}
		text := &journal.Entry{Request: &journal.Message{Body: fmt.Appendf(nil, `{"v":%q}`, c.got)}}
		if got := parsed(t, "body.v"+c.cond).Match(text); got != c.want {
			t.Errorf("body text %s, asked %s: %v", c.got, c.cond, got)
		}
	}
	number := &journal.Entry{Request: &journal.Message{Body: []byte(`{"v":` + big + `}`)}}
	if parsed(t, "body.v=9007199254740992").Match(number) || !parsed(t, "body.v="+big).Match(number) {
		t.Error("a long number of a body lost its last digit")
	}
}

// TestValuesOfSeveral: one of several is enough, but for != that must hold for all.
func TestValuesOfSeveral(t *testing.T) {
	t.Parallel()
	e := &journal.Entry{
		Request:  &journal.Message{Headers: journal.HeaderOf(http.Header{"X-N": {"1", "2"}, "x-n": {"3"}}), Body: []byte(`{"n":[1,2],"none":[],"null":null,"obj":{"a":1}}`)},
		Response: &journal.Message{Headers: journal.HeaderOf(http.Header{"X-N": {"9"}}), Body: []byte(`{"n":9,"late":true}`)},
	}
	for q, want := range map[string]bool{
		"header.x-n=1": true, "header.x-n=3": true, "header.x-n=9": true, "header.x-n=4": false, "header.x-n!=1": true, // the answer's is another
		"header.x-n>8": true, "header.x-n>9": false, "header.nope!=1": false, "-header.nope=1": true, "header.x-n": true, "header.nope": false,
		"body.n=2": true, "body.n=9": true, "body.n=3": false, "body.n.1=2": true, "body.n.#=2": true, "body.none": false, "body.none!=1": false,
		"body.null": true, "body.null=null": false, "body.null=": true, // null is no text "body.obj.a=1": true, `body.obj="{\"a\":1}"`: true, "body.late=true": true, "body.late=1": false,
	} {
		if got := parsed(t, q).Match(e); got != want {
			t.Errorf("%s: %v", q, got)
		}
	}
	two := &journal.Entry{Request: &journal.Message{Headers: journal.HeaderOf(http.Header{"X-N": {"1", "2"}}), Body: []byte(`{"n":[1,2]}`)}}
	if parsed(t, "header.x-n!=1").Match(two) || parsed(t, "body.n!=1").Match(two) || !parsed(t, "body.n!=3 header.x-n!=3").Match(two) {
		t.Error("!= must hold for all values")
	}
}

// TestSince holds every spelling of a time to the instant it means.
func TestSince(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"5m": now.Add(-5 * time.Minute), "1h30m": now.Add(-90 * time.Minute), "2d": now.AddDate(0, 0, -2), "1w": now.AddDate(0, 0, -7), "1500": now.Add(-1500 * time.Millisecond), "0.5d": now.Add(-12 * time.Hour),
		"2026-03-01": time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), "2026-03-01T10:20": time.Date(2026, 3, 1, 10, 20, 0, 0, time.UTC), "2026-03-01T10:20:30": time.Date(2026, 3, 1, 10, 20, 30, 0, time.UTC),
		`"2026-03-01 10:20"`: time.Date(2026, 3, 1, 10, 20, 0, 0, time.UTC), `"2026-03-01 10:20:30"`: time.Date(2026, 3, 1, 10, 20, 30, 0, time.UTC), "2026-03-01T10:20:30.5+02:00": time.Date(2026, 3, 1, 8, 20, 30, 5e8, time.UTC),
	} {
		f, err := Parse("since:"+text, func() time.Time { return now })
		if err != nil {
			t.Error(err)
			continue
		}
		if !f.Match(&journal.Entry{Time: want}) || f.Match(&journal.Entry{Time: want.Add(-1)}) {
			t.Errorf("since:%s is not %s", text, want)
		}
	}
	for _, text := range []string{"nand", "nanw", "infd", "-1d", "-5m", "1x", "2026-02-30", "10:20", "d"} {
		if _, err := Parse("since:"+text, nil); err == nil {
			t.Errorf("since:%s was accepted", text)
		}
	}
}
