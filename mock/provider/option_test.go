package provider

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestOptionsTakeOnlyTheirForm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind  OptionKind
		value string
		ok    bool
	}{
		{TextOption, `"a"`, true}, {TextOption, `"c"`, false}, {TextOption, `1`, false},
		{IntOption, `7`, true}, {IntOption, `7.5`, false}, {IntOption, `"7"`, false}, {IntOption, `9223372036854775808`, false},
		{BoolOption, `true`, true}, {BoolOption, `"true"`, false},
		{DurationOption, `"15m"`, true}, {DurationOption, `90`, true}, {DurationOption, `0.5`, true}, {DurationOption, `-1`, false},
		{DurationOption, `"-1s"`, false}, {DurationOption, `"soon"`, false}, {DurationOption, `1e300`, false},
		{DurationsOption, `["1m",30]`, true}, {DurationsOption, `["1m","x"]`, false}, {DurationsOption, `"1m"`, false},
		{ListOption, `["a"]`, true}, {ListOption, `[1]`, false}, {ListOption, `"a"`, false},
		{MapOption, `{"a":"b"}`, true}, {MapOption, `{"a":1}`, false},
		{JSONOption, `{"any":[1]}`, true}, {JSONOption, `{`, false},
	} {
		o := Option{Name: "x", Kind: c.kind}
		if c.kind == TextOption {
			o.Values = []string{"a", "b"}
		}
		if err := o.check(json.RawMessage(c.value)); (err == nil) != c.ok {
			t.Errorf("%s of %s: %v, want ok %v", c.value, c.kind, err, c.ok)
		}
	}
}

func TestValuesInForce(t *testing.T) {
	t.Parallel()
	if v := (Value{json.RawMessage(`["1m",30]`)}).Durations(); len(v) != 2 || v[0] != time.Minute || v[1] != 30*time.Second {
		t.Errorf("durations %v", v)
	}
	if v := (Value{json.RawMessage(`null`)}); v.Set() || v.Text() != "" || v.Int() != 0 || v.List() != nil {
		t.Errorf("null is a value: %q", v.Raw())
	}
	if v := (Value{}); v.Set() || v.Bool() || v.Duration() != 0 || v.Map() != nil {
		t.Error("nothing is a value")
	}
}

// TestTheNearestLayerWins walks an option from its default up to the account's
// own control call.
func TestTheNearestLayerWins(t *testing.T) {
	t.Parallel()
	p := &Provider{Name: "p", Options: []Option{{Name: "o", Kind: TextOption, Default: `"default"`}}}
	l := Settings{provider: p, Common: values{}, Accounts: map[string]values{}, config: values{}, configAccounts: map[string]values{}}
	want := func(account, text string) {
		t.Helper()
		if got := l.value(account, "o").Text(); got != text {
			t.Errorf("for account %q %q is in force, want %q", account, got, text)
		}
	}
	want("a", "default")
	l.config["o"] = json.RawMessage(`"config"`)
	want("a", "config")
	l.Common["o"] = json.RawMessage(`"control"`)
	want("a", "control")
	l.configAccounts["a"] = values{"o": json.RawMessage(`"account config"`)}
	want("a", "account config")
	l.Accounts["a"] = values{"o": json.RawMessage(`"account control"`)}
	want("a", "account control")
	want("b", "control")
	want("", "control")
}

func TestUnknownOptionsNameTheNearest(t *testing.T) {
	t.Parallel()
	l := &Settings{provider: &Provider{Name: "p", Options: []Option{{Name: "retry", Kind: DurationsOption}, {Name: "token", Kind: TextOption, Common: true}}}}
	for name, c := range map[string]struct {
		doc        string
		forAccount bool
		want       string
	}{
		"mistyped":     {`{"rety":[]}`, false, `did you mean "retry"?`},
		"far":          {`{"something else":1}`, false, "known are retry, token"},
		"common":       {`{"token":"x"}`, true, "the same for all accounts"},
		"wrong form":   {`{"retry":5}`, false, "retry: wants a durations"},
		"null is fine": {`{"retry":null}`, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var doc map[string]json.RawMessage
			if err := json.Unmarshal([]byte(c.doc), &doc); err != nil {
				t.Fatal(err)
			}
			err := l.check(doc, c.forAccount)
			if c.want == "" != (err == nil) || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func FuzzOptionCheck(f *testing.F) {
	f.Add(`"15m"`)
	f.Add(`[1,"2h"]`)
	f.Add(`{"a":null}`)
	f.Fuzz(func(t *testing.T, value string) {
		if !json.Valid([]byte(value)) {
			return
		}
		for _, k := range []OptionKind{TextOption, IntOption, BoolOption, DurationOption, DurationsOption, ListOption, MapOption, JSONOption, URLOption} {
			o := Option{Name: "x", Kind: k}
			if o.check(json.RawMessage(value)) == nil && k == DurationOption && (Value{json.RawMessage(value)}).Duration() < 0 {
				t.Errorf("%s is a negative duration", value)
			}
		}
	})
}
