package send

import (
	"encoding/json"
	"strings"
	"testing"

	"tacklebox/receiver/api"
	"tacklebox/tui/body"
)

func TestAssign(t *testing.T) {
	sample := json.RawMessage(`{"n":1,"s":"x","b":true,"o":{"a.b":null,"l":[1,{"z":2}]},"e":{},"empty":[]}`)
	if paths, _ := body.New(sample, "", "").Paths(); strings.Join(paths, " ") != `n s b o.a\.b o.l.0 o.l.1.z e empty` {
		t.Errorf("paths %s", paths)
	}
	for line, want := range map[string]string{
		"n=5":            `{"set":{"n":5}}`,
		"n:=\"5\"":       `{"set":{"n":"5"}}`,
		"s=5":            `{"set":{"s":"5"}}`,
		"s=a=b":          `{"set":{"s":"a=b"}}`,
		"b=false":        `{"set":{"b":false}}`,
		"new=1":          `{"set":{"new":"1"}}`,
		"new:={\"a\":1}": `{"set":{"new":{"a":1}}}`,
		"o.l.1.z=7.5":    `{"set":{"o.l.1.z":7.5}}`,
		"e={\"k\":1}":    `{"set":{"e":{"k":1}}}`,
		"-s":             `{"unset":["s"]}`,
		"n=x":            "a number stands there",
		"b=1":            "true or false stands there",
		"empty=1":        "a list stands there",
		"e=1":            "an object stands there",
		"n:=x":           "is not JSON",
		"nope":           "want PATH=VALUE",
	} {
		var req api.Firing
		err := Assign(&req, line, sample)
		got, _ := json.Marshal(struct {
			Set   map[string]json.RawMessage `json:"set,omitempty"`
			Unset []string                   `json:"unset,omitempty"`
		}{req.Set, req.Unset})
		if err != nil && !strings.Contains(err.Error(), want) || err == nil && string(got) != want {
			t.Errorf("%s: %s, %v; want %s", line, got, err, want)
		}
	}
}

func TestFiredText(t *testing.T) {
	req := api.Firing{Provider: "p", Type: "t"}
	for want, one := range map[string]api.FiredEvent{
		"fired p t: 2 deliveries":         {Deliveries: make([]api.Delivery, 2)},
		"nobody has subscribed":           {},
		"nobody got it; s1: disabled":     {Skipped: []api.Skip{{Subscription: "s1", Reason: "disabled"}}},
		"1 delivery, not to s1: disabled": {Deliveries: make([]api.Delivery, 1), Skipped: []api.Skip{{Subscription: "s1", Reason: "disabled"}}},
	} {
		var so Sums
		so.Add(&api.Fired{Events: []api.FiredEvent{one}})
		if got := so.Text(req); !strings.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
