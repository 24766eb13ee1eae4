package shoptet

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/mock/shoptet/document"
	"tacklebox/mock/signing"
)

func TestMoment(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2024-12-02T13:05:31Z":      "2024-12-02T14:05:31+0100",
		"2018-05-29T07:02:27.999Z":  "2018-05-29T09:02:27+0200",
		"2025-03-30T00:59:59Z":      "2025-03-30T01:59:59+0100",
		"2025-03-30T01:00:00Z":      "2025-03-30T03:00:00+0200",
		"2025-10-26T00:59:59Z":      "2025-10-26T02:59:59+0200",
		"2025-10-26T01:00:00Z":      "2025-10-26T02:00:00+0100",
		"2025-01-01T00:00:00+05:00": "2024-12-31T20:00:00+0100",
		"2026-08-21T11:11:00+02:00": "2026-08-21T11:11:00+0200",
	} {
		at, err := time.Parse(time.RFC3339Nano, in)
		if err != nil {
			t.Fatal(err)
		}
		if got := moment(at); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestNamesOfSingles(t *testing.T) {
	t.Parallel()
	for mass, single := range map[string]string{"order:massUpdate": "order:update", "discountCoupon:massCreate": "discountCoupon:create", "order:massPaid": "order:paid", "odd": "odd:"} {
		if got := singleOf(mass); got != single {
			t.Errorf("%s: got %s, want %s", mass, got, single)
		}
	}
}

// FuzzTokenFields feeds foreign token requests to the three readers.
func FuzzTokenFields(f *testing.F) {
	f.Add("application/json", []byte(`{"code":"x"}`))
	f.Add("application/x-www-form-urlencoded", []byte("code=x&code=y&%zz"))
	f.Add("multipart/form-data; boundary=b", []byte("--b\r\nContent-Disposition: form-data; name=\"code\"\r\n\r\nx\r\n--b--"))
	f.Fuzz(func(t *testing.T, media string, body []byte) {
		fields := tokenFields(&provider.Call{Header: map[string][]string{"Content-Type": {media}}, Body: body})
		for name, value := range fields {
			if len(name)+len(value) > 2*len(body)*len("\uFFFD")+16 {
				t.Fatalf("%q grew to %q", body, value)
			}
		}
	})
}

// FuzzParameters feeds foreign query values to the readers of lists.
func FuzzParameters(f *testing.F) {
	for _, s := range []string{"1", "-1", "99999999999999999999", "2018-05-28T14:17:00+02:00", "2018-05-28T14:17:00+0200", "0", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, ok := positive(s); ok && (n < 1 || strings.Trim(s, "0123456789") != "") {
			t.Fatalf("%q is %d", s, n)
		}
		if at, ok := parseMoment(s); ok {
			if again, ok := parseMoment(moment(at)); at.Year() > 1900 && at.Year() < 9000 && (!ok || !again.Equal(at.Truncate(time.Second))) {
				t.Fatalf("%q is %v, then %v", s, at, again)
			}
		}
		if document.AbsoluteURL(s) && strings.ContainsAny(s, "\r\n\x00") {
			t.Fatalf("%q is a URL", s)
		}
	})
}

func judge(key string, h map[string][]string, body []byte) signing.Verdict {
	return scheme().Explain(signing.Question{Secret: key, Header: h, Body: body, Brief: true})
}

// FuzzVerify judges foreign signatures.
func FuzzVerify(f *testing.F) {
	f.Add("61d1175f54c47dd67df14c17002a17b2", "a0e0a3e7689bd4c80e4d6ffcccb05235b864e1d0", []byte(`{"eshopId":315185}`))
	f.Add("", "sha1=", []byte(nil))
	f.Fuzz(func(t *testing.T, key, signature string, body []byte) {
		v := judge(key, map[string][]string{signatureHeader: {signature}}, body)
		if (v.State == signing.Valid) != (signature == sign(key, body)) || v.State != signing.Valid && v.Reason == "" {
			t.Fatalf("%+v", v)
		}
		if own := judge(key, map[string][]string{signatureHeader: {sign(key, body)}}, body); own.State != signing.Valid {
			t.Fatal(fmt.Sprint(own))
		}
	})
}
