package dsco

import (
	"encoding/json"
	"testing"
	"time"

	"tacklebox/mock/provider"
)

func FuzzToken(f *testing.F) {
	for _, s := range []string{"bearer 222222-aaaa", "BEARER  a", "a", "", "bearer", "Basic dXNlcjpwdw=="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := token(s)
		if !ok {
			return
		}
		if again, ok := token("bearer " + got); !ok || again != got {
			t.Errorf("%q is the token %q, which is read as %q %v", s, got, again, ok)
		}
		if p := spokenFor(got); p.id < 1 || p.kind != retailer && p.kind != supplier {
			t.Errorf("%q stands for %+v", got, p)
		}
	})
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"2014-01-01T10:30:00.000+01:00", "2014-01-01T10:30:00Z", "0000-00-00T00:00:00+0000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, ok := parseDate(s)
		if !ok {
			return
		}
		if at.Year() < 0 || at.Year() > 9999 {
			return // an offset can lead out of what can be written
		}
		if again, ok := parseDate(formatDate(at)); !ok || !again.Equal(at) {
			t.Errorf("%s is %s, which is read as %s %v", s, formatDate(at), again, ok)
		}
	})
}

func FuzzAttributes(f *testing.F) {
	f.Add([]byte(`"http://h/?a"`))
	f.Add([]byte(`[{"name":"X-A","value":"b"}]`))
	f.Add([]byte(`12311`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !provider.Sound(raw) || len(raw) == 0 || raw[0] == ' ' || raw[0] == '\n' || raw[0] == '\t' || raw[0] == '\r' {
			return // never handed to an attribute
		}
		for _, a := range attributes {
			r := &reading{order: &order{}, me: party{id: 1, kind: retailer}, keys: [2]string{"name", "value"}}
			if err := a.read(r, raw); err == nil {
				provider.Encode(r.order.webhook)
			}
		}
	})
}

func FuzzPlain(f *testing.F) {
	f.Add([]byte(`{"a":"\u0026\\u0026\\\u003C"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if !json.Valid(b) {
			return
		}
		var want, got any
		if json.Unmarshal(b, &want) != nil || json.Unmarshal(plain(b), &got) != nil {
			t.Fatalf("%q became %q", b, plain(b))
		}
		if string(provider.Encode(got)) != string(provider.Encode(want)) {
			t.Errorf("%q became %q", b, plain(b))
		}
	})
}

func FuzzQuestion(f *testing.F) {
	f.Add("startDate=2014-01-01T10:30:00.000+01:00&sku=%zz&&=&pageId")
	f.Fuzz(func(t *testing.T, query string) {
		names, values := question(query)
		for k, v := range values {
			if v == "" || k == "" {
				t.Errorf("%q: empty %q=%q", query, k, v)
			}
		}
		if len(values) > len(names) {
			t.Errorf("%q: %d values of %d names", query, len(values), len(names))
		}
		s := &search{}
		if s.readWindow(time.Unix(0, 0), values, false) == nil && s.checkWindow(false) == nil && s.to.Sub(s.from) > day {
			t.Errorf("%q: a window of %s", query, s.to.Sub(s.from))
		}
	})
}
