package ruler

import (
	"os"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"tacklebox/mock/ultracart/jsontree"
)

// vectors reads a list of testdata/vectors.json.
func vectors(t *testing.T, name string) []gjson.Result {
	t.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	list := gjson.GetBytes(b, name).Array()
	if len(list) == 0 {
		t.Fatalf("no vectors %s", name)
	}
	return list
}

func matched(t *testing.T, rule, payload string) bool {
	t.Helper()
	r, err := Parse([]byte(rule))
	if err != nil {
		t.Fatalf("%s: %v", rule, err)
	}
	n, err := jsontree.Parse([]byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	return r.Matches(n)
}

func TestRulesOfTheVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors(t, "event_ruler") {
		if got := matched(t, v.Get("rule").Raw, v.Get("payload").Raw); got != v.Get("match").Bool() {
			t.Errorf("%s on %s: %v", v.Get("rule").Raw, v.Get("payload").Raw, got)
		}
	}
	for _, v := range vectors(t, "event_ruler_invalid") {
		text := v.Raw
		if v.Type.String() == "String" {
			text = v.String()
		}
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("%s is taken for a rule", text)
		}
	}
}

// TestRules goes through testdata/rules.json: rules over one payload.
func TestRules(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/rules.json")
	if err != nil {
		t.Fatal(err)
	}
	payload, cases := gjson.GetBytes(b, "payload").Raw, gjson.GetBytes(b, "cases").Array()
	if len(cases) < 60 {
		t.Fatalf("%d cases", len(cases))
	}
	for _, c := range cases {
		if got, want := matched(t, c.Get("rule").Raw, payload), c.Get("match").Bool(); got != want {
			t.Errorf("%s: %v, want %v %s", c.Get("rule").Raw, got, want, c.Get("why"))
		}
	}
}

func TestWhatIsNoRule(t *testing.T) {
	t.Parallel()
	for _, text := range []string{``, `null`, `{}`, `{"a":{}}`, `{"a":[]}`, `{"a":1}`, `{"a":null}`, `{"a":[[1]]}`, `{"a":[{}]}`, `{"a":[{"prefix":"x","suffix":"y"}]}`,
		`{"a":[{"prefix":1}]}`, `{"a":[{"prefix":{"suffix":"x"}}]}`, `{"a":[{"wildcard":"a**b"}]}`, `{"a":[{"exists":"yes"}]}`, `{"a":[{"numeric":[]}]}`,
		`{"a":[{"numeric":[">"]}]}`, `{"a":[{"numeric":[">","5"]}]}`, `{"a":[{"numeric":["!=",5]}]}`, `{"a":[{"numeric":[5,">"]}]}`, `{"a":[{"cidr":"x"}]}`, `{"a":[{"cidr":7}]}`,
		`{"a":[{"anything-but":[]}]}`, `{"a":[{"anything-but":true}]}`, `{"a":[{"anything-but":[null]}]}`, `{"a":[{"anything-but":{"numeric":[">",1]}}]}`,
		`{"a":[{"anything-but":{"prefix":1}}]}`, `{"a":[{"anything-but":{}}]}`, `{"a":[{"anything-but":[["x"]]}]}`, `{"$or":{}}`, `{"$or":[]}`, `{"$or":[1]}`, `{"$or":[{"a":[{"nope":1}]}]}`,
		strings.Repeat("[", 1000), `{"a":["x"]} y`} {
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("%s is taken for a rule", text)
		}
	}
}

func FuzzRule(f *testing.F) {
	f.Add(`{"a":[{"wildcard":"x*y*z"},{"numeric":[">",1e3]}]}`, `{"a":["xyz",1e400,{"b":[[]]}]}`)
	f.Add(`{"$or":[{"a":{"b":[{"exists":false}]}}]}`, `{"a":[{"b":1},{}]}`)
	f.Add(`{"a":[{"anything-but":{"prefix":["x"]}},{"cidr":"::/0"}]}`, `{"a":"::1"}`)
	f.Fuzz(func(t *testing.T, rule, payload string) {
		r, err := Parse([]byte(rule))
		n, wrong := jsontree.Parse([]byte(payload))
		if err != nil || wrong != nil {
			return
		}
		if first := r.Matches(n); first != r.Matches(n.Clone()) {
			t.Errorf("%s matches %s at one time only", rule, payload)
		}
	})
}
