package kittest_test

import (
	"net/http"
	"testing"
	"time"

	"tacklebox/mock/kit/kittest"
	"tacklebox/mock/lagerkoll"
	"tacklebox/receiver/api"
)

var begin = time.Date(2026, 1, 15, 8, 0, 0, 0, time.UTC)

func TestABenchServesItsProviderAlone(t *testing.T) {
	t.Parallel()
	b := kittest.Start(t, lagerkoll.New(), begin, kittest.Settings("lagerkoll", `{"retry":["1m"]}`))
	for _, c := range []struct {
		path   string
		header []string
		status int
	}{
		{"/lagerkoll/v1/webhooks/f", []string{"store: 1", "api_key: k"}, 200},
		{"/lagerkoll/v1/webhooks/f", nil, 401},
		{"/lagerkoll/v1/webhooks/f", []string{"store: 1", "api_key: k", "api_key:"}, 401}, // taken back
		{"/v1/webhooks/f", []string{"Host: capi.lagerkoll.com", "store: 1", "api_key: k"}, 200},
		{"/shoptet/api/webhooks", nil, 404},
		{"/_/providers/lagerkoll/settings", nil, 200},
	} {
		if got := kittest.Call(t, http.MethodGet, b.URL+c.path, "", c.header...); got.Status != c.status {
			t.Errorf("%s %v: %d %s", c.path, c.header, got.Status, got.Body)
		}
	}
	if got := b.PutSettings("", `{"timeout":"0s"}`); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong setting: %d %s", got.Status, got.Body)
	}
}

func TestAReceiverAnswersInTurn(t *testing.T) {
	t.Parallel()
	b := kittest.Start(t, lagerkoll.New(), begin, kittest.Settings("lagerkoll", `{"retry":["1m","1m"]}`))
	in := kittest.NewReceiver(t, 500, 302, 200)
	b.Fire(api.Firing{Type: "store.created", To: in.URL + "/x?y"})
	for range 3 {
		b.Advance(time.Minute)
	}
	got := in.Callbacks()
	if len(got) != 3 || got[2].Method != "POST" || got[2].Target != "/x?y" || got[0].Body != got[2].Body || got[0].Length != int64(len(got[0].Body)) {
		t.Fatalf("%+v", got)
	}
	if n := len(b.Entries("kind:attempt status:200")); n != 1 {
		t.Errorf("%d attempts were accepted", n)
	}
}

func TestTheClockMovesBetweenTwoLooks(t *testing.T) {
	t.Parallel()
	b := kittest.Start(t, lagerkoll.New(), begin)
	if first := b.Engine.Now(); !b.Engine.Now().After(first) {
		t.Error("two looks are one instant")
	}
	still := kittest.Start(t, lagerkoll.New(), begin, kittest.Still)
	if first := still.Engine.Now(); !first.Equal(begin) || !still.Engine.Now().Equal(first) {
		t.Errorf("a still clock says %s", still.Engine.Now())
	}
}

func TestABenchGoesOnWithWhatAnotherLeft(t *testing.T) {
	t.Parallel()
	shop := []string{"store: 1", "api_key: k"}
	first := kittest.Start(t, lagerkoll.New(), begin)
	if got := kittest.Call(t, "POST", first.URL+"/lagerkoll/v1/webhooks", `{"featureId":"f","featureMethod":"m"}`, shop...); got.Status != 200 {
		t.Fatal(got.Body)
	}
	second := kittest.Start(t, lagerkoll.New(), begin, kittest.On(first.Journal, first.State))
	got := kittest.Call(t, "GET", second.URL+"/lagerkoll/v1/webhooks/f", "", shop...)
	schema := kittest.Schema(t, kittest.Fixtures(t, "lagerkoll"), "openapi.json#/components/schemas/WebhookResponse")
	kittest.Fits(t, schema, "the list", got.Body)
	if len(got.Body) < len(`{"webhooks":[{}]}`) {
		t.Errorf("the webhook is gone: %s", got.Body)
	}
}
