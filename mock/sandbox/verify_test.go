package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"tacklebox/mock/signing"
	"tacklebox/receiver/api"
)

type verdict struct {
	Valid  bool
	Reason string
	Tried  []string
}

// verify asks the control API.
func verify(t *testing.T, r *Running, order map[string]any) verdict {
	t.Helper()
	body, err := json.Marshal(order)
	if err != nil {
		t.Fatal(err)
	}
	status, text := r.call("POST", "/_/verify", body)
	if status != http.StatusOK {
		t.Fatal(text)
	}
	var v verdict
	if err := json.Unmarshal([]byte(strings.TrimPrefix(text, "200 ")), &v); err != nil || v.Tried == nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

func TestVerifyKnowsProvidersAndSchemes(t *testing.T) {
	t.Parallel()
	r := Start(t)
	github := map[string]any{"X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}
	for name, c := range map[string]struct {
		order  map[string]any
		valid  bool
		reason string
		tried  bool
	}{
		"a scheme":   {map[string]any{"provider": "github", "secret": "It's a Secret to Everybody", "headers": github, "body": "Hello, World!"}, true, "", true},
		"as base64":  {map[string]any{"provider": "github", "secret": "It's a Secret to Everybody", "headers": github, "body_base64": "SGVsbG8sIFdvcmxkIQ=="}, true, "", true},
		"explained":  {map[string]any{"provider": "github", "secret": "It's a Secret to Everybody", "headers": github, "body": "Hello, World!\n"}, false, "without the line end behind it", true},
		"candidate":  {map[string]any{"provider": "github", "secret": "It's a Secret to Everybody", "headers": github, "body": "x", "candidates": []any{"y", map[string]string{"name": "the second", "body": "Hello, World!"}}}, false, "belongs to the body of the second", true},
		"a number":   {map[string]any{"provider": "github", "secret": "It's a Secret to Everybody", "headers": github, "body": "x", "candidates": []any{"Hello, World!"}}, false, "belongs to the body of candidates[0]", true},
		"a provider": {map[string]any{"provider": "shoptet", "secret": "k", "headers": map[string]any{"shoptet-webhook-signature": []string{"0123456789012345678901234567890123456789"}}, "body": "x"}, false, "nothing that was tried fits", true},
		"Dsco":       {map[string]any{"provider": "dsco", "secret": "k", "body": "x"}, false, "signs nothing", false},
		"Lagerkoll":  {map[string]any{"provider": "lagerkoll", "secret": "k", "body": "x"}, false, "signs nothing", false},
		"Basic":      {map[string]any{"provider": "ultracart", "secret": "tack:box", "headers": map[string]any{"authorization": "Basic dGFjazpib3g="}}, true, "", true},
		"no key":     {map[string]any{"provider": "shoptet", "account": "nobody", "body": "x"}, false, "there is no key to check it with", false},
		"no secret":  {map[string]any{"provider": "stripe", "account": "nobody", "body": "x"}, false, "no secret is given, and stripe has none of its own", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := verify(t, r, c.order)
			if v.Valid != c.valid || !strings.Contains(v.Reason, c.reason) || (v.Reason == "") != c.valid || (len(v.Tried) > 0) != c.tried {
				t.Errorf("%+v", v)
			}
		})
	}
}

func TestVerifyRefusesBadOrders(t *testing.T) {
	t.Parallel()
	r := Start(t)
	many, _ := json.Marshal(map[string]any{"provider": "github", "candidates": make([]string, 101)})
	for name, c := range map[string]struct {
		body, want string
		status     int
	}{
		"a near provider": {`{"provider":"shoptett"}`, `did you mean \"shoptet\"?`, 422},
		"a near scheme":   {`{"provider":"standard-webhook"}`, `did you mean \"standard-webhooks\"?`, 422},
		"nothing near":    {`{"provider":"x"}`, `known are prioticket`, 422},
		"with account":    {`{"provider":"githup","account":"a"}`, `did you mean \"github\"?`, 422},
		"two bodies":      {`{"provider":"github","body":"x","body_base64":"eA=="}`, `body and body_base64 exclude each other`, 422},
		"no base64":       {`{"provider":"github","body_base64":"!"}`, `body_base64: illegal base64`, 422},
		"bad candidate":   {`{"provider":"github","candidates":["a",{"body_base64":"!"}]}`, `candidates[1].body_base64: illegal`, 422},
		"odd candidate":   {`{"provider":"github","candidates":[{"seq":1}]}`, `is not a known field`, 400},
		"candidates":      {string(many), `101 candidates: at most 100`, 422},
		"unknown member":  {`{"provider":"github","headres":{}}`, `is not a known field`, 400},
		"header":          {`{"provider":"github","headers":{"a":1}}`, `a header is a text or a list of texts`, 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if status, text := r.call("POST", "/_/verify", []byte(c.body)); status != c.status || !strings.Contains(text, c.want) {
				t.Errorf("%s, want %d %s", text, c.status, c.want)
			}
		})
	}
}

// An inbox checks any scheme and says in the entry what is wrong; later questions
// find the body of another capture.
func TestInboxesCheckSchemes(t *testing.T) {
	t.Parallel()
	r := Start(t)
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	r.Reply("orders", `{"verify":{"provider":"standard-webhooks","secret":"`+secret+`"}}`)
	var scheme *signing.Scheme
	for _, s := range signing.Schemes() {
		if s.Name == "standard-webhooks" {
			scheme = s
		}
	}
	stamp := strconv.FormatInt(r.Now().Unix(), 10)
	signature, err := scheme.Sign(secret, "msg_1", stamp, []byte(`{"n":1}`))
	if err != nil {
		t.Fatal(err)
	}
	h := map[string]any{"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": signature}
	for _, body := range []string{`{"n":1}`, `{"n": 1}`, `{"n":2}`} {
		req, _ := http.NewRequest("POST", r.Inbox("orders"), strings.NewReader(body))
		for name, v := range h {
			req.Header.Set(name, v.(string))
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	got := r.Expect(t, "kind:capture", 3)
	for i, want := range []string{"valid", "invalid: the signature belongs to the body written compactly", "invalid: nothing that was tried fits"} {
		state, reason, _ := strings.Cut(want, ": ")
		if s := got[i].Signature; s == nil || s.State != state || !strings.HasPrefix(s.Reason, reason) {
			t.Errorf("entry %d: %+v, want %s", got[i].Seq, s, want)
		}
	}
	v := verify(t, r, map[string]any{"provider": "standard-webhooks", "secret": secret, "headers": h, "body": `{"n":2}`})
	if !strings.Contains(v.Reason, "belongs to the body of entry 1, not to this one") {
		t.Errorf("%+v", v)
	}
}

// What a provider of ours sent is checked with the keys of its account, and a
// foreign key in force is recognised.
func TestVerifyWithKeysInForce(t *testing.T) {
	t.Parallel()
	r := Start(t)
	const token = "222651-a-123-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	req, _ := http.NewRequest("POST", r.Provider("shoptet")+"/api/webhooks/renew-signature-key", nil)
	req.Header.Set("Shoptet-Access-Token", token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	r.Fire(api.Firing{Provider: "shoptet", Type: "order:create", To: r.Inbox("a"), Account: token})
	e := r.Expect(t, "kind:capture", 1)[0]
	order := map[string]any{"provider": "shoptet", "account": e.Account, "headers": e.Request.Headers, "body_base64": base64.StdEncoding.EncodeToString(e.Request.Body)}
	if v := verify(t, r, order); !v.Valid {
		t.Errorf("%+v", v)
	}
	order["secret"] = "another"
	if v := verify(t, r, order); v.Valid || !strings.Contains(v.Reason, "it was made with another secret, that of signatureKey of account") {
		t.Errorf("%+v", v)
	}
	r.Fire(api.Firing{Provider: "shoptet", Type: "order:create", To: r.Inbox("b"), Account: token, Faults: []api.Fault{{Kind: "old_key"}}})
	old := r.Expect(t, "kind:capture inbox:b", 1)[0]
	if s := old.Signature; s == nil || s.State != signing.Invalid || !strings.Contains(s.Reason, "that of an earlier signatureKey of account") {
		t.Errorf("%+v", s)
	}
}

// TestVerifyAsOfAnInstant: a timestamp's age is judged at the instant given, else
// by the provider side's clock.
func TestVerifyAsOfAnInstant(t *testing.T) {
	t.Parallel()
	r := Start(t) // its clock stands still
	signed := map[string]any{"provider": "stripe", "secret": "whsec_k", "body": "{}", "headers": map[string]any{
		"Stripe-Signature": stripeHeader(t, r, `{"scheme":"stripe","secret":"whsec_k","body":"{}","at":"2020-01-01T00:00:00Z"}`)}}
	for at, valid := range map[string]bool{"": false, "2020-01-01T00:04:59Z": true, "2020-01-01T00:05:01Z": false} {
		if at != "" {
			signed["at"] = at
		}
		if v := verify(t, r, signed); v.Valid != valid || !valid && !strings.Contains(v.Reason, "old: at most 5 minutes") {
			t.Errorf("at %q: %+v, want valid %v", at, v, valid)
		}
		delete(signed, "at")
	}
	if _, text := r.call("POST", "/_/verify", []byte(`{"provider":"stripe","secret":"k","headers":{},"body":"","at":"soon"}`)); !strings.Contains(text, "bad_time") {
		t.Errorf("an instant that is none: %s", text)
	}
}

func stripeHeader(t *testing.T, r *Running, order string) string {
	t.Helper()
	return answered[struct{ Headers map[string]string }](t, r, "POST", "/_/sign", order).Headers["Stripe-Signature"]
}
