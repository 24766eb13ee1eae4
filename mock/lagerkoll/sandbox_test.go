package lagerkoll_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"tacklebox/mock/sandbox"
	"tacklebox/mock/signing"
	"tacklebox/receiver/api"
)

func get(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	return string(body)
}

// TestTheLoopCloses goes the whole way: a webhook is made and executed, and
// what it says arrives in an inbox, everything under one filter.
func TestTheLoopCloses(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t, sandbox.WithSeed(7), sandbox.WithStart(begin))
	sb.Settings("lagerkoll", "key", map[string]any{"callback_url": sb.Inbox("erp")})
	b := &bench{t: t, url: sb.URL}
	h := b.create("", shop...)
	if base := sb.Provider("lagerkoll"); h.URL != base+"/webhooks/"+h.GUID {
		t.Errorf("the url %s is not below %s", h.URL, base)
	}
	if got := b.call("POST", strings.TrimPrefix(h.URL, sb.URL), `{"order":12}`, shop...); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	capture := sb.Expect(t, "kind:capture inbox:erp", 1)[0]
	if capture.Type != "feature.executed" || capture.Signature == nil || capture.Signature.State != signing.None || capture.Contract == nil || !capture.Contract.OK {
		t.Errorf("%+v, signature %+v, contract %+v", capture, capture.Signature, capture.Contract)
	}
	sb.Expect(t, "kind:attempt event:"+capture.EventID, 1)
	kinds := map[string]int{}
	for _, e := range sb.Entries("event:" + capture.EventID) {
		kinds[string(e.Kind)]++
	}
	if len(kinds) != 4 || kinds["call"] != 1 || kinds["event"] != 1 || kinds["attempt"] != 1 || kinds["capture"] != 1 {
		t.Errorf("entries of the event: %v", kinds)
	}
}

// TestEveryTypeKeepsItsContract fires the whole catalogue at an inbox.
func TestEveryTypeKeepsItsContract(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	for _, ev := range folder(t).Events {
		sb.Fire(api.Firing{Provider: "lagerkoll", Type: ev.Type, To: sb.Inbox("all")})
	}
	for _, e := range sb.Expect(t, "kind:capture inbox:all", 35) {
		if e.Contract == nil || !e.Contract.OK || e.Signature == nil || e.Signature.State != signing.None {
			t.Errorf("%s: contract %+v, signature %+v", e.Type, e.Contract, e.Signature)
		}
	}
}

// TestTheServedDescriptionIsValid reads it as a generator of clients would.
func TestTheServedDescriptionIsValid(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	served := get(t, sb.URL+"/_/providers/lagerkoll/openapi.json")
	doc, err := openapi3.NewLoader().LoadFromData([]byte(served))
	must(t, err)
	must(t, doc.Validate(t.Context()))
	if doc.Servers[0].URL != sb.URL+"/lagerkoll/v1" {
		t.Errorf("server %s", doc.Servers[0].URL)
	}
	var also struct {
		Webhooks map[string]json.RawMessage `json:"webhooks"`
	}
	must(t, json.Unmarshal([]byte(served), &also))
	if len(also.Webhooks) != 35 {
		t.Errorf("%d callbacks are described", len(also.Webhooks))
	}
}

func TestTheIndexKnowsTheProvider(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	var all []struct {
		Name, Title, Profile string
		Base                 string `json:"base_url"`
		Events               int
	}
	must(t, json.Unmarshal([]byte(get(t, sb.URL+"/_/providers")), &all))
	for _, p := range all {
		if p.Name == "lagerkoll" {
			if p.Title != "Lagerkoll" || p.Profile != "v1" || p.Events != 35 || p.Base != sb.URL+"/lagerkoll/v1" {
				t.Errorf("%+v", p)
			}
			return
		}
	}
	t.Errorf("not in %+v", all)
}
