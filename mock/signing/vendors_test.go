package signing

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
)

const (
	vectorBody   = `{"id":"evt_1","amount":1250}`
	vectorSecret = "whsec_test_secret"
	vectorTime   = 1767603600
	seed         = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60" // RFC 8032, section 7.1
	publicKey    = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
	slackBody    = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)

// vectors are one for each scheme: those that a vendor publishes (GitHub,
// Standard Webhooks, Svix, Slack), the others computed with OpenSSL and Python's
// hmac by the vendor's page, not with this package.
type vector struct {
	name, secret, public string
	url, kind, body, id  string
	at                   int64
	header               string // of the proof
	want                 string
}

func vectors() []vector {
	const hexOfBody, base64OfBody = "ee1f86c66080183321dad39f9fa602879b3117f65977acd037c7ed8c6d302bcf", "7h+GxmCAGDMh2tOfn6YCh5sxF/ZZd6zQN8ftjG0wK88="
	const sha1OfBody, dotted = "2761a7e1ba79873696860b2ed0844c71e5df2b50", "18b5813f6a76067b6fd2c7d4b6201d5ef74f59263de42c0a7be38696653d6639"
	const twilioForm = "Digits=1234&To=%2B18005551212&From=%2B14158675310&Caller=%2B14158675310&CallSid=CA1234567890ABCDE"
	const form = "application/x-www-form-urlencoded"
	return []vector{
		{name: "standard-webhooks", secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", body: `{"test": 2432232314}`, id: "msg_p5jXN8AQM9LWM0D4loKWxJek", at: published, header: "webhook-signature", want: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
		{name: "stripe", header: "Stripe-Signature", want: "t=1767603600,v1=" + dotted},
		{name: "slack", secret: "8f742231b10e8888abcd99yyyzzz85a5", body: slackBody, at: 1531420618, header: "X-Slack-Signature", want: "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"},
		{name: "paddle", header: "Paddle-Signature", want: "ts=1767603600;h1=d6d50f520df57a47d61f9b20b3c51869957e5e8574a327bdbc06dbd6a0dbab8f"},
		{name: "zoom", header: "x-zm-signature", want: "v0=e1816d828bb73bb1420c224da4f1e82532ca5d0d939225be1c8e1a31549cdd92"},
		{name: "calendly", header: "Calendly-Webhook-Signature", want: "t=1767603600,v1=" + dotted},
		{name: "mailgun", id: "e0b5477167110d68991efc6b9f89f0a11066af27834600e123", header: "signature.signature", want: "118407a2180cbad2dd89be19e3b321c9b4a3ea27bbe67749ebe9ba22c77971d3"},
		{name: "discord", secret: seed, public: publicKey, header: "X-Signature-Ed25519", want: "8b96f52400cc1ba16d5db716292d99adb87c0f782779ecb41c575e2c4643f0d0e48a0323c91bf90df291aa8f0a6befe924ce9190020c380e4268ebc7087dea0c"},
		{name: "github", secret: "It's a Secret to Everybody", body: "Hello, World!", header: "X-Hub-Signature-256", want: "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"},
		{name: "gitlab", header: "X-Gitlab-Token", want: vectorSecret},
		{name: "gitlab", secret: "with:colon", header: "X-Gitlab-Token", want: "with:colon"},
		{name: "shopify", header: "X-Shopify-Hmac-Sha256", want: base64OfBody},
		{name: "typeform", header: "Typeform-Signature", want: "sha256=" + base64OfBody},
		{name: "lemonsqueezy", header: "X-Signature", want: hexOfBody},
		{name: "linear", header: "Linear-Signature", want: hexOfBody},
		{name: "intercom", header: "X-Hub-Signature", want: "sha1=" + sha1OfBody},
		{name: "dropbox", header: "X-Dropbox-Signature", want: hexOfBody},
		{name: "sentry", header: "Sentry-Hook-Signature", want: hexOfBody},
		{name: "pagerduty", header: "X-PagerDuty-Signature", want: "v1=" + hexOfBody},
		{name: "hubspot-v3", url: "https://www.example.com/hook?a=b%2Fc%40d%20e", header: "X-HubSpot-Signature-v3", want: "+F/zgXUL3ifd29xjT5/n3PW7VVcUlwn4IYyttlNUUjs="},
		{name: "square", url: "https://example.com/square", header: "x-square-hmacsha256-signature", want: "GLjxp5iWzGp5lkfVKJqOKeaZzuYBH6Qlhj84ItfpmOA="},
		{name: "twilio", secret: "12345", url: "https://mycompany.com/myapp.php?foo=1&bar=2", kind: form, body: twilioForm, header: "X-Twilio-Signature", want: "GvWf1cFY/Q7PnoempGyD5oXAezc="},
		{name: "twilio", secret: "12345", url: "https://mycompany.com/myapp.php?foo=1", header: "X-Twilio-Signature", want: "dyU68V73KGPC5fXtc4fNusYk7rw="},
	}
}

// filled gives a vector the ordinary values.
func (c vector) filled() vector {
	for _, f := range []struct {
		to *string
		is string
	}{{&c.secret, vectorSecret}, {&c.body, vectorBody}, {&c.id, "msg_1"}, {&c.kind, "application/json"}, {&c.url, "https://example.com/hook"}} {
		if *f.to == "" {
			*f.to = f.is
		}
	}
	if c.public == "" {
		c.public = c.secret
	}
	if c.at == 0 {
		c.at = vectorTime
	}
	return c
}

func (c vector) sign(t testing.TB, spoil bool) Question {
	t.Helper()
	s, at := Named(c.name), time.Unix(c.at, 0)
	h := headers("Content-Type", c.kind)
	signed, err := s.Apply(c.secret, Request{URL: c.url, Header: h, Body: []byte(c.body), ID: c.id, At: at, Spoil: spoil})
	if err != nil {
		t.Fatalf("%s: %v", c.name, err)
	}
	for _, l := range signed.Header {
		h.Set(l.Name, l.Value)
	}
	return Question{Now: at, Secret: c.public, Method: "POST", URL: signed.URL, Header: h, Body: signed.Body}
}

// proof is the value that a vector names.
func (c vector) proof(q Question) string {
	if strings.Contains(c.header, ".") {
		return gjson.GetBytes(q.Body, c.header).String()
	}
	return q.Header.Get(c.header)
}

func TestEveryVendor(t *testing.T) {
	t.Parallel()
	covered := map[string]bool{}
	for _, c := range vectors() {
		c = c.filled()
		covered[c.name] = true
		s := Named(c.name)
		q := c.sign(t, false)
		if got := c.proof(q); got != c.want {
			t.Errorf("%s: signed %s, want %s", c.name, got, c.want)
		}
		if v := s.Explain(q); v.State != Valid || v.Reason != "" {
			t.Errorf("%s: %+v", c.name, v)
		}
		spoiled := c.sign(t, true)
		if v := s.Explain(spoiled); v.State != Invalid || v.Reason == "" {
			t.Errorf("%s spoiled: %+v", c.name, v)
		}
		if s.SignsURL() {
			other := q
			other.URL = strings.Replace(q.URL, "https", "http", 1)
			if v := s.Explain(other); v.State != Invalid || !strings.Contains(v.Reason, "belongs to the URL with https") {
				t.Errorf("%s at another URL: %+v", c.name, v)
			}
			other.URL = ""
			if v := s.Explain(other); v.State != Invalid || !strings.Contains(v.Reason, "the URL is part of what is signed") {
				t.Errorf("%s without a URL: %+v", c.name, v)
			}
		}
		q.Secret = strings.Map(func(r rune) rune { return r ^ 1 }, q.Secret)
		if v := s.Explain(q); v.State != Invalid {
			t.Errorf("%s with another secret: %+v", c.name, v)
		}
	}
	for _, s := range Schemes() {
		if !covered[s.Name] || s.Title == "" || s.Document == "" || !strings.HasPrefix(s.Evidence, "documented") {
			t.Errorf("%s lacks a vector, a title, a document or evidence", s.Name)
		}
		if u, err := url.Parse(s.Document); err != nil || u.Scheme != "https" {
			t.Errorf("%s: %q is no address", s.Name, s.Document)
		}
	}
}

// The companions of the newer names: Svix's headers, GitHub's older signature,
// GitLab's newer one, several of PagerDuty's in a row.
func TestOtherFormsOfAScheme(t *testing.T) {
	t.Parallel()
	svix := headers("svix-id", "msg_p5jXN8AQM9LWM0D4loKWxJek", "svix-timestamp", "1614265330", "svix-signature", "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
	gitlab := headers("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp", "1614265330", "webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
	for _, c := range []struct {
		scheme, secret, body string
		h                    http.Header
	}{
		{"standard-webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", `{"test": 2432232314}`, svix},
		{"gitlab", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", `{"test": 2432232314}`, gitlab},
		{"github", vectorSecret, vectorBody, headers("X-Hub-Signature", "sha1=2761a7e1ba79873696860b2ed0844c71e5df2b50")},
		{"pagerduty", vectorSecret, vectorBody, headers("X-PagerDuty-Signature", "v1=00ff,v1=ee1f86c66080183321dad39f9fa602879b3117f65977acd037c7ed8c6d302bcf")},
	} {
		if v := Named(c.scheme).Judge(time.Unix(published, 0), c.secret, c.h, []byte(c.body)); v.State != Valid {
			t.Errorf("%s: %+v", c.scheme, v)
		}
	}
}

// What is wrong beyond the digest is named.
func TestWhatVendorsRefuse(t *testing.T) {
	t.Parallel()
	of := func(name string) vector {
		for _, c := range vectors() {
			if c.name == name {
				return c.filled()
			}
		}
		t.Fatal(name)
		return vector{}
	}
	for _, c := range []struct {
		name   string
		change func(q *Question)
		want   string
	}{
		{"slack", func(q *Question) { q.Now = q.Now.Add(6 * time.Minute) }, "6 minutes old: at most 5 minutes are accepted"},
		{"slack", func(q *Question) { q.Now = q.Now.Add(-6 * time.Minute) }, "6 minutes ahead"},
		{"calendly", func(q *Question) { q.Now = q.Now.Add(4 * time.Minute) }, "at most 3 minutes are accepted"},
		{"hubspot-v3", func(q *Question) { q.Now = q.Now.Add(6 * time.Minute) }, "6 minutes old"},
		{"hubspot-v3", func(q *Question) { q.Method = "PUT" }, "nothing that was tried fits"},
		{"hubspot-v3", func(q *Question) { q.Header.Set("X-HubSpot-Request-Timestamp", "1767603600") }, "milliseconds were signed but the timestamp is sent in seconds"},
		{"discord", func(q *Question) { q.Secret = seed }, "the secret given is the seed, which signs: verify with the public key " + publicKey},
		{"discord", func(q *Question) { q.Secret = "x" }, "the secret is no Ed25519 public key: 32 bytes as 64 hex digits"},
		{"discord", func(q *Question) { q.Body = append(q.Body, '\n') }, "the body without the line end behind it"},
		{"discord", func(q *Question) { q.Header.Del("X-Signature-Timestamp") }, "there is no X-Signature-Timestamp header, and it is part of what is signed"},
		{"discord", func(q *Question) { q.Header.Set("X-Signature-Ed25519", "hello") }, `X-Signature-Ed25519 holds no signature: "hello", where 64 bytes as lower-case hex belong`},
		{"mailgun", func(q *Question) { q.Body = []byte("plain") }, "the body has no member signature.signature"},
		{"mailgun", func(q *Question) { q.Body, _ = sjson.DeleteBytes(q.Body, "signature.token") }, "the body has no member signature.token, and it is part of what is signed"},
		{"mailgun", func(q *Question) { q.Secret += "\n" }, "the secret given here has blanks or a line end around it"},
		{"gitlab", func(q *Question) { q.Header.Set("X-Gitlab-Token", "Bearer "+vectorSecret) }, "the word Bearer stands before the secret"},
		{"gitlab", func(q *Question) { q.Header.Set("X-Gitlab-Token", "x") }, "the secret is another than the one given"},
		{"paddle", func(q *Question) {
			q.Header.Set("Paddle-Signature", "h1=d6d50f520df57a47d61f9b20b3c51869957e5e8574a327bdbc06dbd6a0dbab8f")
		}, "Paddle-Signature has no ts= member"},
		{"stripe", func(q *Question) { *q = of("github").sign(t, false) }, "the request is signed as GitHub signs, in X-Hub-Signature-256: check it with github"},
		{"stripe", func(q *Question) { *q = of("slack").sign(t, false); q.Secret = "x" }, "X-Slack-Signature is there, which is Slack's: is slack meant?"},
	} {
		q := of(c.name).sign(t, false)
		c.change(&q)
		if v := Named(c.name).Explain(q); v.State == Valid || !strings.Contains(v.Reason, c.want) {
			t.Errorf("%s: %+v, want %s", c.name, v, c.want)
		}
	}
	q := vectors()[len(vectors())-1].filled().sign(t, false)
	q.Body = []byte(`{"amount":9}`)
	if v := Named("twilio").Explain(q); v.State != Invalid || !strings.Contains(v.Reason, "the URL's bodySHA256 does not belong to this body") {
		t.Errorf("%+v", v)
	}
}

// Where the vendor's own libraries take any age, so does the scheme.
func TestAnyAge(t *testing.T) {
	t.Parallel()
	for _, c := range vectors() {
		if c.name != "paddle" && c.name != "zoom" && c.name != "discord" && c.name != "mailgun" {
			continue
		}
		q := c.filled().sign(t, false)
		for _, after := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
			q.Now = q.Now.Add(after)
			if v := Named(c.name).Explain(q); v.State != Valid {
				t.Errorf("%s: %+v", c.name, v)
			}
		}
	}
}

// Kinds that no vendor of the table needs but a provider file may.
func TestOtherKinds(t *testing.T) {
	t.Parallel()
	beside := &Scheme{Title: "Acme", Header: "X-Sig", Algorithm: "sha512", Key: KeyHex, KeyPrefix: "k_", Encoding: Base64, Signed: "{timestamp}|{digest}", Timestamp: "X-At", Unit: RFC3339, Late: fiveMinutes,
		Digest: &Digest{Header: "Digest", Prefix: "SHA-256=", Algorithm: "sha256", Encoding: Base64}}
	h := http.Header{}
	out, err := beside.Apply("k_00ff", Request{Body: []byte("x"), At: instant})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range out.Header {
		h.Set(l.Name, l.Value)
	}
	if h.Get("X-At") != "2026-01-05T09:00:00Z" || !strings.HasPrefix(h.Get("Digest"), "SHA-256=") || strings.Join(beside.Headers(), " ") != "X-At X-Sig Digest" {
		t.Errorf("%+v", h)
	}
	q := Question{Now: instant, Secret: "k_00ff", Header: h, Body: []byte("x")}
	if v := beside.Explain(q); v.State != Valid {
		t.Errorf("%+v", v)
	}
	q.Body = []byte("y")
	if v := beside.Explain(q); v.State != Invalid || !strings.Contains(v.Reason, "Digest does not belong to this body") {
		t.Errorf("%+v", v)
	}
	for _, wrong := range []struct {
		s      *Scheme
		secret string
		body   string
		want   string
	}{
		{beside, "k_xyz", "", "the secret is not hex"},
		{Named("standard-webhooks"), "whsec_!", "", "the secret is not base64"},
		{Named("discord"), "00", "", "no Ed25519 seed"},
		{Named("mailgun"), "k", "[]", "must be a JSON object"},
		{Named("square"), "k", "", "the URL is part of what is signed"},
	} {
		if _, err := wrong.s.Apply(wrong.secret, Request{Body: []byte(wrong.body), At: instant}); err == nil || !strings.Contains(err.Error(), wrong.want) {
			t.Errorf("%s: %v", wrong.want, err)
		}
	}
}

func TestNewSecretsAreKeys(t *testing.T) {
	t.Parallel()
	for _, s := range Schemes() {
		secret := s.NewSecret([]byte(strings.Repeat("\x81", 32)))
		q := Request{URL: "https://x.test/", Body: []byte("{}"), At: instant, ID: "1"}
		if _, err := s.Apply(secret, q); err != nil {
			t.Errorf("%s: %s: %v", s.Name, secret, err)
		}
	}
}

// FuzzApply: what a scheme signs, it takes.
func FuzzApply(f *testing.F) {
	for _, c := range vectors() {
		c = c.filled()
		f.Add(c.name, c.secret, c.url, c.kind, c.id, []byte(c.body))
	}
	f.Fuzz(func(t *testing.T, name, secret, address, kind, id string, body []byte) {
		s := Named(name)
		if s == nil || secret == "" || strings.ContainsAny(id, "\r\n") {
			return
		}
		h := headers("Content-Type", kind)
		out, err := s.Apply(secret, Request{URL: address, Header: h, Body: body, ID: id, At: instant})
		if err != nil || s.ID != "" && id == "" {
			return
		}
		for _, l := range out.Header {
			h.Set(l.Name, l.Value)
		}
		if s.Algorithm == Ed25519 {
			if secret, err = PublicKey(secret); err != nil {
				return
			}
		}
		if v := s.Explain(Question{Now: instant, Secret: secret, Method: "POST", URL: out.URL, Header: h, Body: out.Body, Brief: true}); v.State != Valid {
			t.Fatalf("%s: %+v", name, v)
		}
	})
}
