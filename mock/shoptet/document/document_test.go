package document

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"tacklebox/mock/provider"
	"tacklebox/mock/shoptet/apierror"
)

// FuzzDocument feeds foreign bodies to the checks of both writes.
func FuzzDocument(f *testing.F) {
	for _, s := range []string{`{"data":[{"event":"order:create","url":"https://a.example"}]}`, `{"data":{"url":"x","sendPayload":"full"}}`, `{"data":[[]]}`, `{"data":{"data":{}}}`, `[`, `{"data":[{"url":1e999}]}`, `{"a":1,"a":2}`} {
		f.Add([]byte(s), true, true)
	}
	f.Fuzz(func(t *testing.T, body []byte, payloads, ports bool) {
		if !provider.Sound(body) {
			return
		}
		doc := bytes.TrimSpace(body)
		create, update := &Checker{Payloads: payloads, Ports: ports}, &Checker{Payloads: payloads, Ports: ports}
		for _, it := range create.Created(doc) {
			if len(create.Problems) == 0 && !AbsoluteURL(it.URL) {
				t.Fatalf("%s was taken with URL %q", body, it.URL)
			}
		}
		if c := update.Updated(doc); len(update.Problems) == 0 && c.URL == nil && !c.SendPayload {
			t.Fatalf("%s was taken and changes nothing", body)
		}
		for _, p := range append(create.Problems, update.Problems...) {
			if p.Status != 422 || p.Code != apierror.InvalidData || p.Message == "" || p.Field == "" || !utf8.ValidString(p.Message) {
				t.Fatalf("%s: %+v", body, p)
			}
		}
	})
}
