package signing

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// instant is the clock of these tests.
var instant = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

const published = 1614265330 // the timestamp of the published example of Standard Webhooks

func headers(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i+1 < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

// The published vectors: of GitHub's and Standard Webhooks' documentation, and
// of Shoptet's official SDK.
func TestPublishedVectors(t *testing.T) {
	t.Parallel()
	shoptet := testSchemes()["shoptet"]
	for name, c := range map[string]struct {
		scheme *Scheme
		secret string
		header http.Header
		body   string
		now    time.Time
	}{
		"GitHub": {Named("github"), "It's a Secret to Everybody",
			headers("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"), "Hello, World!", instant},
		"Standard Webhooks": {Named("standard-webhooks"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
			headers("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp", "1614265330", "webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
			`{"test": 2432232314}`, time.Unix(published, 0)},
		"Shoptet": {shoptet, "61d1175f54c47dd67df14c17002a17b2", headers("Shoptet-Webhook-Signature", "a0e0a3e7689bd4c80e4d6ffcccb05235b864e1d0"),
			`{"eshopId":315185,"event":"addon:uninstall","eventCreated":"2019-09-23T22:01:36+0200","eventInstance":"315185"}`, instant},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if v := c.scheme.Judge(c.now, c.secret, c.header, []byte(c.body)); v.State != Valid {
				t.Errorf("judged %+v", v)
			}
			if v := c.scheme.Judge(c.now, c.secret, c.header, []byte(c.body+" ")); v.State != Invalid {
				t.Errorf("another body is judged %+v", v)
			}
			if v := c.scheme.Judge(c.now, c.secret+"1", c.header, []byte(c.body)); v.State != Invalid {
				t.Errorf("another secret is judged %+v", v)
			}
		})
	}
}

// testSchemes are the schemes of the package and those of providers.
func testSchemes() map[string]*Scheme {
	all := map[string]*Scheme{
		"shoptet":    {Title: "Shoptet", Header: "Shoptet-Webhook-Signature", Algorithm: "sha1", Key: KeyText, Encoding: Hex, Signed: "{body}"},
		"prioticket": {Title: "PrioTicket", Header: "Authorization", Algorithm: Basic, Encoding: AsGiven, Prefix: "Basic "},
		"ultracart":  {Title: "UltraCart", Header: "Authorization", Algorithm: Basic, Encoding: Base64, Prefix: "Basic "},
	}
	for _, s := range Schemes() {
		all[s.Name] = s
	}
	return all
}

// secretFor is a secret that the scheme can use.
func secretFor(s *Scheme) string {
	switch {
	case s.Algorithm == Basic:
		return "museum:lamp-42"
	case s.Key == KeyBase64:
		return "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	}
	return "00112233445566778899aabbccddeeff"
}

// signed makes the headers of a request by the rule.
func signedHeaders(t testing.TB, s *Scheme, secret, body string, at time.Time) http.Header {
	t.Helper()
	stamp := strconv.FormatInt(at.Unix(), 10)
	value, err := s.Sign(secret, "msg_1", stamp, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	h := headers("Content-Type", "application/json", "X-Request-Id", "5e8d1c0b7a6f4e3d2c1b0a9f8e7d6c5b", s.Header, value)
	if s.ID != "" {
		h.Set(s.ID, "msg_1")
	}
	if s.Timestamp != "" && !strings.HasSuffix(s.Timestamp, "=") {
		h.Set(s.Timestamp, stamp)
	}
	return h
}

func TestEachSchemeTakesWhatItSigns(t *testing.T) {
	t.Parallel()
	for name, s := range testSchemes() {
		if s.SignsURL() || s.In == InBody || s.Algorithm == Ed25519 {
			continue // TestEveryVendor has them
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := signedHeaders(t, s, secretFor(s), `{"a":1}`, instant)
			v := s.Explain(Question{Now: instant, Secret: secretFor(s), Header: h, Body: []byte(`{"a":1}`)})
			if v.State != Valid || v.Reason != "" || len(v.Tried) != 1 || !strings.HasSuffix(v.Tried[0], ": fits") {
				t.Errorf("%+v", v)
			}
			v = s.Explain(Question{Now: instant, Secret: secretFor(s), Header: http.Header{}, Body: []byte(`{"a":1}`)})
			if v.State != Missing || v.Reason != "there is no "+s.Header+" header" {
				t.Errorf("without headers: %+v", v)
			}
			v = s.Explain(Question{Now: instant, Secret: "", Header: h, Body: []byte(`{"a":1}`)})
			if v.State == Valid || !strings.Contains(v.Reason, "given") || len(v.Tried) != 0 {
				t.Errorf("without a secret: %+v", v)
			}
		})
	}
}

// One of several signatures is enough: keys are changed while requests are on
// their way.
func TestSeveralSignatures(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"standard-webhooks", "stripe"} {
		s := Named(name)
		right := signedHeaders(t, s, secretFor(s), "x", instant).Get(s.Header)
		old, err := s.Sign(strings.Replace(secretFor(s), "M", "N", 1), "msg_1", strconv.FormatInt(instant.Unix(), 10), []byte("other"))
		if err != nil {
			t.Fatal(err)
		}
		for _, value := range []string{old + s.Separator + right, right + s.Separator + old, "v0,AAAA" + s.Separator + right} {
			h := signedHeaders(t, s, secretFor(s), "x", instant)
			h.Set(s.Header, value)
			if v := s.Judge(instant, secretFor(s), h, []byte("x")); v.State != Valid {
				t.Errorf("%s: %q is judged %+v", name, value, v)
			}
		}
	}
}

func TestGitHubFallsBackToSHA1(t *testing.T) {
	t.Parallel()
	s := Named("github")
	old := signedHeaders(t, s.Or, "k", "x", instant)
	if v := s.Judge(instant, "k", old, []byte("x")); v.State != Valid {
		t.Errorf("the older signature alone: %+v", v)
	}
	old.Set(s.Header, "sha256="+strings.Repeat("0", 64))
	if v := s.Judge(instant, "k", old, []byte("x")); v.State != Invalid {
		t.Errorf("the newer one is wrong: %+v", v)
	}
}

// How old or how far ahead a timestamp may be, and what is said of it.
func TestTolerance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scheme string
		age    time.Duration
		want   string // "": valid
	}{
		{"standard-webhooks", 0, ""},
		{"standard-webhooks", 5 * time.Minute, ""},
		{"standard-webhooks", -5 * time.Minute, ""},
		{"standard-webhooks", 5*time.Minute + time.Second, "is 5 minutes 1 second old: at most 5 minutes"},
		{"standard-webhooks", -6 * time.Minute, "lies 6 minutes ahead: at most 5 minutes"},
		{"stripe", 301 * time.Second, "is 5 minutes 1 second old"},
		{"stripe", -time.Hour, ""},
		{"stripe", 49 * time.Hour, "is 2 days 1 hour old"},
	} {
		s := Named(c.scheme)
		h := signedHeaders(t, s, secretFor(s), "x", instant.Add(-c.age))
		v := s.Explain(Question{Now: instant, Secret: secretFor(s), Header: h, Body: []byte("x")})
		if (v.State == Valid) != (c.want == "") || !strings.Contains(v.Reason, c.want) {
			t.Errorf("%s %v: %+v, want %q", c.scheme, c.age, v, c.want)
		}
		if c.want != "" && (!strings.HasPrefix(v.Reason, "the signature is right, but its timestamp 20") || !strings.HasSuffix(v.Tried[0], ": fits")) {
			t.Errorf("%s %v: %+v", c.scheme, c.age, v)
		}
	}
}

func TestOddTimestamps(t *testing.T) {
	t.Parallel()
	s := Named("standard-webhooks")
	for stamp, want := range map[string]string{
		"1767603600000":        "is in milliseconds",
		"9223372036854775807":  "is in milliseconds",
		"99999999999":          "lies 3114 years",
		"-1":                   "not a number of Unix seconds",
		"0":                    "1970-01-01T00:00:00Z is 56 years",
		"2026-01-05T09:00:00Z": "not a number of Unix seconds",
		"1767603600.5":         "not a number of Unix seconds",
	} {
		value, err := s.Sign(secretFor(s), "msg_1", stamp, []byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		h := headers(s.ID, "msg_1", s.Timestamp, stamp, s.Header, value)
		v := s.Explain(Question{Now: instant, Secret: secretFor(s), Header: h, Body: []byte("x")})
		if v.State != Invalid || !strings.Contains(v.Reason, want) {
			t.Errorf("%s: %+v, want %q", stamp, v, want)
		}
	}
}

func TestSignedTextKeepsBracesOfItsParts(t *testing.T) {
	t.Parallel()
	if got := string(signedText("{id}.{timestamp}.{body}", "{body}", "{id}", []byte("{timestamp}"))); got != "{body}.{id}.{timestamp}" {
		t.Errorf("%q", got)
	}
}

func TestSpan(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0 seconds", time.Second: "1 second", 61 * time.Second: "1 minute 1 second", 2 * time.Hour: "2 hours",
		25*time.Hour + time.Minute: "1 day 1 hour", 24*time.Hour + time.Minute: "1 day", 9000 * time.Hour: "1 year 10 days",
	} {
		if got := span(int64(d / time.Second)); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}
