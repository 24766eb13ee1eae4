package ultracart_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"tacklebox/mock/signing"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
)

func TestTheRequestOnTheWire(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.subscribe("box/deep", `{"webhook_url":"`+c.sb.Inbox("box")+`/deep?a=1&b=%2F"}`, "user_login")
	c.fire(api.Firing{Type: "user_login"})
	e := c.captures("box", 1)[0]
	if e.Request.Method != "POST" || e.Request.URL != "/in/box/deep?a=1&b=%2F" {
		t.Errorf("%s %s", e.Request.Method, e.Request.URL)
	}
	want := map[string]string{"Host": strings.TrimPrefix(c.sb.URL, "http://"), "Content-Type": "application/json; charset=UTF-8", "User-Agent": "UltraCart",
		"Content-Length": fmt.Sprint(e.Request.Size)}
	got := map[string]string{}
	for name := range e.Request.Headers.HTTP() {
		got[name] = e.Request.Headers.Get(name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if e.Signature == nil || e.Signature.State != signing.None {
		t.Errorf("signature %+v, want none", e.Signature)
	}
}

func TestBasicCredentials(t *testing.T) {
	t.Parallel()
	c := start(t)
	type vector struct{ Username, Password, Authorization string }
	for i, v := range vectors[[]vector](t, "basic") {
		one := c.as(fmt.Sprint("account-", i))
		inbox := fmt.Sprint("box-", i)
		oid := one.subscribe(inbox, fmt.Sprintf(`{"authentication_type":"basic","basic_username":%q,"basic_password":%q}`, v.Username, v.Password), "user_login")
		one.fire(api.Firing{Type: "user_login", Account: one.key})
		e := c.captures(inbox, 1)[0]
		if got := e.Request.Headers.Get("Authorization"); got != v.Authorization || e.Signature.State != signing.Valid {
			t.Errorf("%s: %s, signature %+v", v.Username, got, e.Signature)
		}
		secret := v.Username + ":" + v.Password
		r := c.control("GET", "/_/secrets?provider=ultracart&account="+one.key, "")
		if r.get("0.value").String() != secret || r.get("0.subscription").String() != oid {
			t.Errorf("secrets %s", r.body)
		}
		for header, want := range map[string]bool{v.Authorization: true, strings.Replace(v.Authorization, "Basic", "basic", 1): true, v.Authorization + "x": false, "Bearer x": false, "Basic !": false} {
			doc := fmt.Sprintf(`{"provider":"ultracart","secret":%q,"headers":{"authorization":%q},"body":"{}"}`, secret, header)
			if r := c.control("POST", "/_/verify", doc); r.get("valid").Bool() != want || !want && r.get("reason").String() == "" {
				t.Errorf("%s: %s", header, r.body)
			}
		}
	}
	if r := c.control("POST", "/_/verify", `{"provider":"ultracart","secret":"a:b","headers":{},"body":""}`); r.get("valid").Bool() || r.get("tried.#").Int() != 1 {
		t.Errorf("no header: %s", r.body)
	}
}

func TestOtherAuthenticationsCarryNothing(t *testing.T) {
	t.Parallel()
	c := start(t)
	for i, kind := range []string{"none", "api user", "aws iam"} {
		c.subscribe("box", fmt.Sprintf(`{"authentication_type":%q,"basic_username":"u","basic_password":"p","iam_access_key":"A","iam_secret_key":"S"}`, kind), "user_login")
		c.fire(api.Firing{Type: "user_login"})
		for _, e := range c.captures("box", (i+1)*(i+2)/2) {
			if e.Request.Headers.Get("Authorization") != "" {
				t.Errorf("%s: %v", kind, e.Request.Headers)
			}
		}
	}
}

func TestFaultsOfTheCredentials(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.subscribe("box", `{"authentication_type":"basic"}`, "user_login")
	for i, v := range []struct{ fault, want string }{{"bad_signature", signing.Invalid}, {"missing_signature", signing.Missing}} {
		c.fire(api.Firing{Type: "user_login", Faults: []api.Fault{{Kind: v.fault}}})
		if e := c.captures("box", i+1)[i]; e.Signature.State != v.want {
			t.Errorf("%s: %+v", v.fault, e.Signature)
		}
	}
	if _, err := c.sb.Sandbox().Engine().Fire(context.Background(), api.Firing{Provider: "ultracart", Type: "user_login", Faults: []api.Fault{{Kind: "stale_signature"}}}); err == nil {
		t.Error("stale_signature is possible without signatures")
	}
}

// TestEveryEventOfABatchIsFound by its type and its id in attempt and capture,
// whichever stands first in the POST.
func TestEveryEventOfABatchIsFound(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.sb.Reply("box", `{"reply":[{"status":500,"times":1},{"status":200}]}`)
	c.subscribe("box", "", "user_login", "order_create", "order_ship")
	c.fire(api.Firing{Type: "user_login"})
	c.settled(1)
	c.fire(api.Firing{Type: "order_create"})
	ship := c.fire(api.Firing{Type: "order_ship"}).Events[0].ID
	c.sb.Advance(time.Minute)
	for _, q := range []string{"type:order_create", "type:order_ship", "event:" + ship} {
		for _, kind := range []string{"attempt", "capture"} {
			if e := c.sb.Expect(t, "kind:"+kind+" "+q, 1); len(e) != 1 || !strings.Contains(string(e[0].Request.Body), `{"order_ship":`) {
				t.Errorf("%s %s: %d entries", kind, q, len(e))
			}
		}
	}
	if n := len(c.sb.Entries("kind:capture type:user_login")); n != 2 {
		t.Errorf("%d captures of the failed and the repeated POST, want 2", n)
	}
}

func TestTheBareArray(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.set("body", "array")
	c.subscribe("box", "", "order_create")
	c.fire(api.Firing{Type: "order_create"})
	e := c.captures("box", 1)[0]
	if diff := cmp.Diff(compact(t, fixture(t, "samples/extra/order_create.array.json")), string(e.Request.Body)); diff != "" {
		t.Error(diff)
	}
	if e.Contract == nil || !e.Contract.OK {
		t.Errorf("contract %+v", e.Contract)
	}
}

func unpack(t *testing.T, text string) string {
	t.Helper()
	packed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestCompressedEvents(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.subscribe("box", `{"compress_events":true}`, "order_create")
	c.fire(api.Firing{Type: "order_create"})
	e := c.captures("box", 1)[0]
	want := compact(t, []byte(gjson.GetBytes(fixtureVectors(t), "compress.plain_events").Raw))
	if got := unpack(t, gjson.GetBytes(e.Request.Body, "events").String()); got != want {
		t.Errorf("events %s, want %s", got, want)
	}
	if got := unpack(t, gjson.GetBytes(fixtureVectors(t), "compress.body.events").String()); got != want {
		t.Errorf("the vector holds %s", got)
	}
	if e.Contract == nil || !e.Contract.OK {
		t.Errorf("contract %+v", e.Contract)
	}
	c.set("body", "array")
	c.fire(api.Firing{Type: "order_create"})
	if body := gjson.ParseBytes(c.captures("box", 2)[1].Request.Body); body.Type != gjson.String || !strings.HasPrefix(unpack(t, body.String()), `[{"order_create":`) {
		t.Errorf("body %s", body.Raw)
	}
}

// sizes lists how many events each POST of an inbox carried.
func sizes(entries []*journal.Entry) string {
	var all []string
	for _, e := range entries {
		all = append(all, gjson.GetBytes(e.Request.Body, "events.#").Raw)
	}
	return strings.Join(all, " ")
}

func TestEventsOfOneFiringShareAPost(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.subscribe("ten", "", "order_create")
	c.subscribe("many", `{"maximum_events":25}`, "order_create")
	fired := c.fire(api.Firing{Type: "order_create", Count: 32})
	if got := sizes(c.captures("ten", 4)); got != "10 10 10 2" {
		t.Errorf("by ten: %s", got)
	}
	if got := sizes(c.captures("many", 2)); got != "25 7" {
		t.Errorf("by twenty-five: %s", got)
	}
	if a, b := fired.Events[0].Deliveries[0].ID, fired.Events[9].Deliveries[0].ID; a != b || a == fired.Events[10].Deliveries[0].ID {
		t.Error("the events of one POST must share their delivery, others not")
	}
	n := 0
	for _, e := range c.captures("ten", 4) {
		for _, ev := range gjson.GetBytes(e.Request.Body, "events").Array() {
			n++
			if id := ev.Get("order_create.order_id").String(); id != fmt.Sprintf("DEMO-00091%05d", n) {
				t.Errorf("event %d is about %s", n, id)
			}
		}
	}
}

func TestPostsHoldTheMaximumSize(t *testing.T) {
	t.Parallel()
	one := int64(len(compact(t, fixture(t, "samples/extra/order_create.unexpanded.json"))))
	two := 2*one - int64(len(`{"events":[]}`)) + 1
	for size, want := range map[int64]string{two: "2 2 1", two - 1: "1 1 1 1 1", 1: "1 1 1 1 1", 0: "1 1 1 1 1", -5: "1 1 1 1 1", 5242880: "5"} {
		c := start(t)
		c.subscribe("box", fmt.Sprintf(`{"maximum_size":%d}`, size), "order_create")
		c.fire(api.Firing{Type: "order_create", Count: 5})
		got := c.captures("box", strings.Count(want, " ")+1)
		if sizes(got) != want {
			t.Errorf("maximum_size %d: %s, want %s", size, sizes(got), want)
		}
		if size == two && got[0].Request.Size != two {
			t.Errorf("two events take %d bytes, reckoned %d", got[0].Request.Size, two)
		}
	}
}

func TestNoPostIsOver900K(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.subscribe("box", `{"maximum_size":5242880,"maximum_events":100}`, "user_login")
	big := asJSON(strings.Repeat("x", 300_000))
	c.fire(api.Firing{Type: "user_login", Count: 7, Set: raw{"full_name": big}})
	c.sb.Advance(0) // returns when all of it was sent, however long that takes
	if got := sizes(c.captures("box", 3)); got != "3 3 1" {
		t.Errorf("events in each POST: %s, want 3 3 1", got)
	}
}

func TestSeveralTypesShareAPostWhileTheyWait(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.sb.Reply("box", `{"reply":[{"status":503},{"status":200}]}`)
	oid := c.subscribe("box", "", "order_create", "order_payment_process", "order_ship")
	c.fire(api.Firing{Type: "user_login"})
	c.fire(api.Firing{Type: "order_refund"})
	c.fire(api.Firing{Type: "order_create", Set: raw{"current_stage": []byte(`"Hold"`)}})
	c.settled(1)
	for _, typ := range []string{"order_create", "order_payment_process", "order_ship"} {
		c.fire(api.Firing{Type: typ, Account: c.key})
	}
	if got := c.webhook(oid).Get("pending").Int(); got != 4 {
		t.Errorf("pending %d, want 4", got)
	}
	c.sb.Advance(time.Minute)
	all := c.captures("box", 3)
	if string(all[0].Request.Body) != string(all[1].Request.Body) {
		t.Error("the second attempt has another body")
	}
	if diff := cmp.Diff(compact(t, fixture(t, "samples/extra/batch.json")), string(all[2].Request.Body)); diff != "" {
		t.Error(diff)
	}
	if all[2].Contract == nil || !all[2].Contract.OK {
		t.Errorf("contract %+v", all[2].Contract)
	}
}

func TestSignaturesAreJudgedForEachSubscription(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.subscribe("plain", "", "user_login")
	c.subscribe("proved", `{"authentication_type":"basic"}`, "user_login")
	c.subscribe("other", `{"authentication_type":"basic"}`, "user_login")
	c.fire(api.Firing{Type: "user_login"})
	c.fire(api.Firing{Type: "user_login", Account: c.key, To: c.sb.Inbox("direct")})
	for inbox, want := range map[string]string{"plain": signing.None, "proved": signing.Valid, "other": signing.Valid, "direct": signing.None} {
		if e := c.captures(inbox, 1)[0]; e.Signature == nil || e.Signature.State != want {
			t.Errorf("%s: %+v, want %s", inbox, e.Signature, want)
		}
	}
}
