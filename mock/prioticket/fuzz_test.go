package prioticket

import (
	"encoding/base64"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tacklebox/mock/provider"
)

func FuzzTokenForm(f *testing.F) {
	for _, seed := range []string{`{"grant_type":"client_credentials"}`, `grant_type=client_credentials&scope=a+b`, `{`, ``, ` `, `{"scope":null}`, `[]`, "a=%zz", "a=1&a=2"} {
		f.Add([]byte(seed), "application/json")
		f.Add([]byte(seed), "application/x-www-form-urlencoded")
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		form, bad := readTokenForm(&provider.Call{Body: body, Header: http.Header{"Content-Type": {contentType}}})
		if (form == nil) != (bad != nil || len(body) == 0) {
			t.Errorf("form %v with %+v", form, bad)
		}
		if got := checkGrant(form); form != nil && form["grant_type"] != grant && got == nil {
			t.Errorf("granted %v", form)
		}
	})
}

func FuzzBasicClient(f *testing.F) {
	for _, seed := range []string{"Basic YTpi", "basic  YTpi=", "Basic", "Bearer x", "Basic OmI=", "Basic ZGVzayU0MHg6eQ=="} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		c, ok := basicClient(line)
		if ok && (!nameable(c.id) || c.secret == "") {
			t.Errorf("%q gave %+v", line, c)
		}
	})
}

func TestAPlusSignInAClientStaysOne(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"desk+1@x.example", "desk%2B1%40x.example"} {
		c, ok := basicClient("Basic " + base64.StdEncoding.EncodeToString([]byte(id+":s%")))
		if !ok || c.id != "desk+1@x.example" || c.secret != "s%" {
			t.Errorf("%s: %+v %v", id, c, ok)
		}
	}
}

func FuzzEnvelope(f *testing.F) {
	for _, seed := range []string{`{"api_version":"3.8.0","data":{"kind":"webhook","webhook":{"webhook_url":"http://a/"}}}`, `{}`, `{"data":null}`, `[]`, `nul`,
		`{"data":{"kind":5,"webhook":{}}}`, `{"data":{"webhook":"x"}}`, "\xff", strings.Repeat("[", 20_000)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		in := &input{}
		o := in.envelope(&provider.Call{Body: body}, "webhook")
		if o == nil {
			if len(in.problems) == 0 {
				t.Error("nothing was read and nothing was wrong")
			}
			return
		}
		in.address(o, "")
		in.payload(o, "")
		for _, p := range in.problems {
			if !utf8.ValidString(p) || !strings.Contains(p, ": ") {
				t.Errorf("problem %q", p)
			}
		}
	})
}

func FuzzAddresses(f *testing.F) {
	for _, seed := range []string{"http://a.example/", "https://[::1]:80/x", "http://", "//a", "http://a b", "mailto:a@b", "a@b", "@", "a@b c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if callable(text) && !strings.HasPrefix(strings.ToLower(text), "http") {
			t.Errorf("%q is taken for a URL", text)
		}
		if mailable(text) && !strings.Contains(text, "@") {
			t.Errorf("%q is taken for an e-mail address", text)
		}
	})
}

func FuzzUnwrap(f *testing.F) {
	for _, seed := range []string{`{"data":{"kind":"order","order":{}}}`, `{"data":{"kind":"notification"}}`, `x`, `[]`, `{"data":[]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if got := unwrap(body); got != nil && string(got) != string(body) {
			t.Errorf("%q became %q", body, got)
		}
	})
}

func TestUUIDsTellTheirInstant(t *testing.T) {
	t.Parallel()
	at := time.Date(2020, 8, 23, 9, 55, 44, 960_000_000, time.UTC)
	r := rand.New(rand.NewPCG(1, 2))
	a, b := uuidV1(at, r), uuidV1(at, r)
	if a == b {
		t.Error("two ids of one instant are the same")
	}
	// de1829d0-e144-11ea is the time part of an id that the seed shows
	if got := uuidV1(time.Unix(0, seedInstant), r)[:18]; got != "de1829d0-e144-11ea" {
		t.Errorf("time part %s", got)
	}
	for _, id := range []string{a, b} {
		if len(id) != 36 || id[14] != '1' || !strings.ContainsRune("89ab", rune(id[19])) {
			t.Errorf("%s is no version 1 UUID", id)
		}
	}
}

// seedInstant is 0x1eae144de1829d0 ticks of 100 ns after 15 October 1582.
const seedInstant = (0x1eae144de1829d0 - 0x01b21dd213814000) * 100
