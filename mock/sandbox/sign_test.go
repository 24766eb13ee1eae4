package sandbox

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"tacklebox/mock/kit/kittest"
	"tacklebox/mock/signing"
)

// POST /_/sign makes what the published examples have, and POST /_/verify takes
// it, the address included.
func TestSignAndVerify(t *testing.T) {
	t.Parallel()
	sb := Start(t)
	for _, c := range []struct{ name, order, header, want string }{
		{"standard-webhooks", `{"scheme":"standard-webhooks","secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw","body":"{\"test\": 2432232314}","id":"msg_p5jXN8AQM9LWM0D4loKWxJek","at":"2021-02-25T15:02:10Z"}`,
			"headers.Webhook-Signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
		{"github", `{"scheme":"github","secret":"It's a Secret to Everybody","body":"Hello, World!"}`, "headers.X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"},
		{"twilio", `{"scheme":"twilio","secret":"12345","url":"https://mycompany.com/myapp.php?foo=1&bar=2","headers":{"Content-Type":"application/x-www-form-urlencoded"},"body":"Digits=1234&To=%2B18005551212&From=%2B14158675310&Caller=%2B14158675310&CallSid=CA1234567890ABCDE"}`,
			"headers.X-Twilio-Signature", "GvWf1cFY/Q7PnoempGyD5oXAezc="},
		{"mailgun", `{"scheme":"mailgun","secret":"k","body":"{}","at":"2026-01-05T09:00:00Z"}`, "body", `{"signature":{"timestamp":"1767603600"`},
	} {
		status, got := kittest.AskJSON(t, "POST", sb.URL+"/_/sign", c.order)
		if status != 200 || !strings.HasPrefix(got.Get(c.header).Str, c.want) {
			t.Errorf("%s: %d %s", c.name, status, got)
		}
	}
	order := `{"scheme":"square","secret":"k","url":"https://example.com/square","body":"{}"}`
	_, signed := kittest.AskJSON(t, "POST", sb.URL+"/_/sign", order)
	for url, valid := range map[string]bool{"https://example.com/square": true, "http://example.com/square": false} {
		_, v := kittest.AskJSON(t, "POST", sb.URL+"/_/verify", `{"provider":"square","secret":"k","url":"`+url+`","method":"POST","body":"{}","headers":`+signed.Get("headers").Raw+`}`)
		if v.Get("valid").Bool() != valid || !valid && !strings.Contains(v.Get("reason").Str, "the URL with https") {
			t.Errorf("%s: %s", url, v)
		}
	}
	for order, want := range map[string]string{
		`{"scheme":"stirpe","secret":"k"}`:                     "stripe",
		`{"scheme":"stripe"}`:                                  "secret is empty",
		`{"scheme":"lagerkoll","secret":"k"}`:                  "lagerkoll signs nothing",
		`{"scheme":"square","secret":"k"}`:                     "the URL is part of what is signed",
		`{"scheme":"discord","secret":"k"}`:                    "no Ed25519 seed",
		`{"scheme":"stripe","secret":"k","at":"noon"}`:         "no time of RFC 3339",
		`{"scheme":"stripe","secret":"k","colour":"blue"}`:     "colour",
		`{"scheme":"stripe","secret":"k","body_base64":"!!!"}`: "body_base64",
	} {
		if status, got := kittest.AskJSON(t, "POST", sb.URL+"/_/sign", order); status < 400 || status > 499 || !strings.Contains(got.Raw, want) {
			t.Errorf("%s: %d %s", order, status, got)
		}
	}
}

func TestSchemesAreListed(t *testing.T) {
	t.Parallel()
	sb := Start(t)
	_, list := kittest.AskJSON(t, "GET", sb.URL+"/_/schemes", "")
	names := map[string]gjson.Result{}
	for _, row := range list.Array() {
		names[row.Get("name").Str] = row
	}
	for _, name := range append(signing.Names(), "shoptet", "prioticket", "ultracart", "dsco", "lagerkoll") {
		if row := names[name]; row.Get("title").Str == "" || row.Get("evidence").Str == "" || row.Get("rule").Str == "" || row.Get("document").Str == "" && row.Get("rule").Str != "nothing is signed" {
			t.Errorf("%s: %s", name, row)
		}
	}
}
