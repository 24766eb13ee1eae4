package ultracart

import (
	"strings"
	"testing"
)

func matched(t *testing.T, rule, payload string) bool {
	t.Helper()
	r, err := parseRule([]byte(rule))
	if err != nil {
		t.Fatalf("%s: %v", rule, err)
	}
	n, err := parse([]byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	return r.matches(n)
}

func TestRulesOfTheVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectorList(t, "event_ruler") {
		if got := matched(t, v.Get("rule").Raw, v.Get("payload").Raw); got != v.Get("match").Bool() {
			t.Errorf("%s on %s: %v", v.Get("rule").Raw, v.Get("payload").Raw, got)
		}
	}
	for _, v := range vectorList(t, "event_ruler_invalid") {
		text := v.Raw
		if v.Type.String() == "String" {
			text = v.String()
		}
		if _, err := parseRule([]byte(text)); err == nil {
			t.Errorf("%s is taken for a rule", text)
		}
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	const order = `{"id":"DEMO-7","n":5,"x":1.50,"ok":true,"none":null,"ip":"192.0.2.10","six":"2001:db8::1","empty":[],"tags":["Red","blue"],"star":"a*b",
		"nested":[["deep"]],"billing":{"email":"ada@example.test"},"items":[{"id":"BONE","quantity":2,"note":"x"},{"id":"LEASH","quantity":1}]}`
	for rule, want := range map[string]bool{
		`{"n":[5]}`:                      true,
		`{"n":[5.0]}`:                    true,
		`{"n":[50e-1]}`:                  true,
		`{"n":["5"]}`:                    false,
		`{"x":[1.5]}`:                    true,
		`{"ok":[true]}`:                  true,
		`{"ok":[false]}`:                 false,
		`{"ok":["true"]}`:                false,
		`{"none":[null]}`:                true,
		`{"id":[null]}`:                  false,
		`{"missing":[null]}`:             false,
		`{"tags":["blue"]}`:              true,
		`{"tags":["green"]}`:             false,
		`{"nested":["deep"]}`:            true,
		`{"billing":["x"]}`:              false,
		`{"id":{"below":["x"]}}`:         false,
		`{"id":["x",{"prefix":"DEMO"}]}`: true,
		`{"id":[{"prefix":"demo"}]}`:     false,
		`{"id":[{"prefix":{"equals-ignore-case":"demo"}}]}`:         true,
		`{"id":[{"suffix":{"equals-ignore-case":"O-7"}}]}`:          true,
		`{"id":[{"suffix":"-8"}]}`:                                  false,
		`{"n":[{"prefix":"5"}]}`:                                    false,
		`{"tags":[{"equals-ignore-case":"RED"}]}`:                   true,
		`{"id":[{"wildcard":"*"}]}`:                                 true,
		`{"id":[{"wildcard":"D*M*-7"}]}`:                            true,
		`{"id":[{"wildcard":"D*M"}]}`:                               false,
		`{"id":[{"wildcard":"DEMO-7*7"}]}`:                          false,
		`{"id":[{"wildcard":"DEMO-7"}]}`:                            true,
		`{"star":[{"wildcard":"a\\*b"}]}`:                           true,
		`{"id":[{"wildcard":"D\\*7"}]}`:                             false,
		`{"id":[{"anything-but":"DEMO-7"}]}`:                        false,
		`{"id":[{"anything-but":["a","b"]}]}`:                       true,
		`{"n":[{"anything-but":[5,6]}]}`:                            false,
		`{"n":[{"anything-but":["5"]}]}`:                            true,
		`{"missing":[{"anything-but":"x"}]}`:                        false,
		`{"tags":[{"anything-but":"blue"}]}`:                        true,
		`{"id":[{"anything-but":{"suffix":"-7"}}]}`:                 false,
		`{"id":[{"anything-but":{"prefix":["X","DEMO"]}}]}`:         false,
		`{"id":[{"anything-but":{"wildcard":"*8"}}]}`:               true,
		`{"id":[{"anything-but":{"equals-ignore-case":"demo-7"}}]}`: false,
		`{"n":[{"numeric":["=",5]}]}`:                               true,
		`{"n":[{"numeric":[">",0,"<",5]}]}`:                         false,
		`{"n":[{"numeric":[">=",5,"<=",5.000]}]}`:                   true,
		`{"id":[{"numeric":["=",5]}]}`:                              false,
		`{"items":{"quantity":[{"numeric":[">",1]}]}}`:              true,
		`{"items":{"quantity":[{"numeric":[">",2]}]}}`:              false,
		`{"ip":[{"cidr":"192.0.2.0/24"}]}`:                          true,
		`{"ip":[{"cidr":"198.51.100.0/24"}]}`:                       false,
		`{"six":[{"cidr":"2001:db8::/32"}]}`:                        true,
		`{"id":[{"cidr":"0.0.0.0/0"}]}`:                             false,
		`{"id":[{"exists":true}]}`:                                  true,
		`{"id":[{"exists":false}]}`:                                 false,
		`{"empty":[{"exists":true}]}`:                               false,
		`{"empty":[{"exists":false}]}`:                              true,
		`{"billing":[{"exists":true}]}`:                             false, // an object is no leaf
		`{"billing":{"phone":[{"exists":false}]}}`:                  true,
		`{"shipping":{"city":[{"exists":false}]}}`:                  true,
		`{"shipping":{"city":["x"]}}`:                               false,
		`{"items":{"note":[{"exists":false}]}}`:                     false, // one of the elements has it
		`{"items":{"note":[{"exists":true}],"id":["BONE"]}}`:        true,
		`{"items":{"id":["BONE"],"quantity":[2]}}`:                  true,
		`{"items":{"id":["BONE"],"quantity":[1]}}`:                  false, // of two different elements
		`{"$or":[{"n":[6]},{"id":["DEMO-7"]}],"ok":[true]}`:         true,
		`{"$or":[{"n":[6]},{"id":["DEMO-7"]}],"ok":[false]}`:        false,
		`{"$or":[{"n":[6]},{"id":["DEMO-8"]}]}`:                     false,
		`{"items":{"$or":[{"id":["X"]},{"quantity":[1]}]}}`:         true,
		`{"$or":[{"$or":[{"n":[5]},{"n":[6]}]},{"n":[7]}]}`:         true,
	} {
		if got := matched(t, rule, order); got != want {
			t.Errorf("%s: %v, want %v", rule, got, want)
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
		if _, err := parseRule([]byte(text)); err == nil {
			t.Errorf("%s is taken for a rule", text)
		}
	}
}

func FuzzRule(f *testing.F) {
	f.Add(`{"a":[{"wildcard":"x*y*z"},{"numeric":[">",1e3]}]}`, `{"a":["xyz",1e400,{"b":[[]]}]}`)
	f.Add(`{"$or":[{"a":{"b":[{"exists":false}]}}]}`, `{"a":[{"b":1},{}]}`)
	f.Add(`{"a":[{"anything-but":{"prefix":["x"]}},{"cidr":"::/0"}]}`, `{"a":"::1"}`)
	f.Fuzz(func(t *testing.T, rule, payload string) {
		r, err := parseRule([]byte(rule))
		n, wrong := parse([]byte(payload))
		if err != nil || wrong != nil {
			return
		}
		if first := r.matches(n); first != r.matches(n.clone()) {
			t.Errorf("%s matches %s at one time only", rule, payload)
		}
	})
}
