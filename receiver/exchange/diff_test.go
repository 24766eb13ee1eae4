package exchange

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
)

func shown(d api.Difference) string {
	var out []string
	for _, c := range append(d.Request, d.Body.Changes...) {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s>%s %s", c.Path, c.A, c.B, c.Volatile)))
	}
	return strings.Join(append(out, d.Body.Lines...), "; ")
}

func TestDiffBodies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		a, b, kind, want string
		same             bool
	}{
		"the same":            {`{"a":1}`, `{"a":1}`, "same", "", true},
		"order and spaces":    {`{"a":1,"b":2}`, `{ "b":2, "a":1 }`, "json", "", true},
		"a value":             {`{"a":1,"b":{"c":"x"}}`, `{"a":1,"b":{"c":"y"}}`, "json", `b.c "x">"y"`, false},
		"numbers as written":  {`{"n":12345678901234567890}`, `{"n":12345678901234567891}`, "json", `n 12345678901234567890>12345678901234567891`, false},
		"another type":        {`{"a":{"b":1}}`, `{"a":[1]}`, "json", `a {"b":1}>[1]`, false},
		"null is not absent":  {`{"a":null}`, `{}`, "json", `a null>`, false},
		"more and less":       {`{"a":1,"l":[1,2,3]}`, `{"b":2,"l":[1,9]}`, "json", `a 1>; b >2; l.1 2>9; l.2 3>`, false},
		"keys with dots":      {`{"a.b":{"*":1}}`, `{"a.b":{"*":2}}`, "json", `a\.b.\* 1>2`, false},
		"top level":           {`1`, `"1"`, "json", ` 1>"1"`, false},
		"dates":               {`{"w":"2026-01-01T00:00:00Z"}`, `{"w":"2026-01-02T00:00:00+01:00"}`, "json", `w "2026-01-01T00:00:00Z">"2026-01-02T00:00:00+01:00" date`, true},
		"uuids":               {`{"k":"c9bf9e57-1685-4c89-bafb-ff5af830be8a"}`, `{"k":"c9bf9e57-1685-4c89-bafb-ff5af830be8b"}`, "json", `k "c9bf9e57-1685-4c89-bafb-ff5af830be8a">"c9bf9e57-1685-4c89-bafb-ff5af830be8b" uuid`, true},
		"ids by name":         {`{"orderId":1,"valid":1}`, `{"orderId":2,"valid":2}`, "json", `orderId 1>2 id; valid 1>2`, false},
		"times by name":       {`{"created_at":5,"timestamp":1}`, `{"created_at":6,"timestamp":2}`, "json", `created_at 5>6 time; timestamp 1>2 time`, true},
		"an id that is gone":  {`{"id":1}`, `{}`, "json", `id 1>`, false},
		"text":                {"a\nb\nc\nd", "a\nc\nx\nd", "text", " a; -b;  c; +x;  d", false},
		"text against JSON":   {`{"a":1}`, `a=1`, "text", `-{"a":1}; +a=1`, false},
		"forms":               {"a=1&b=2", "a=1&b=3", "text", "-a=1&b=2; +a=1&b=3", false},
		"bytes":               {"\xff\x00", "\xff\x01", "binary", "", false},
		"nothing":             {"", "x", "text", "-; +x", false},
		"too deep for a tree": {strings.Repeat("[", 600) + strings.Repeat("]", 600), "[]", "text", "-" + strings.Repeat("[", 600) + strings.Repeat("]", 600) + "; +[]", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := diffMessages(sampleEntry(c.a).Request, sampleEntry(c.b).Request)
			if d.Body.Kind != c.kind || d.Same != c.same {
				t.Errorf("kind %s same %v, want %s %v", d.Body.Kind, d.Same, c.kind, c.same)
			}
			if got := shown(d); got != strings.TrimSpace(c.want) && got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func FuzzDiff(f *testing.F) {
	f.Add([]byte(`{"a":[1,{"b":null}]}`), []byte(`{"a":[1,{"b":2},3]}`))
	f.Add([]byte("a\nb"), []byte("b\na"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		ma, mb := &journal.Message{Body: a, Size: int64(len(a))}, &journal.Message{Body: b, Size: int64(len(b))}
		d := diffMessages(ma, mb)
		if string(a) == string(b) && !d.Same {
			t.Error("a body differs from itself")
		}
		if d.Body.Kind == "text" && string(a) != string(b) && len(d.Body.Lines) == 0 {
			t.Error("texts that differ without a line that does")
		}
		if _, err := json.Marshal(d); err != nil {
			t.Error(err)
		}
	})
}

func TestDiffHeadersAndLine(t *testing.T) {
	t.Parallel()
	a, b := sampleEntry("x").Request, sampleEntry("x").Request
	b.Method, b.URL = "PUT", "/in/other"
	a.Headers = journal.HeaderOf(http.Header{"Date": {"1"}, "X-Signature": {"a"}, "X-Same": {"s"}, "X-Gone": {"g"}, "X-List": {"1", "2"}})
	b.Headers = journal.HeaderOf(http.Header{"Date": {"2"}, "X-Signature": {"b"}, "X-Same": {"s"}, "X-New": {"n"}, "X-List": {"2", "1"}})
	d := diffMessages(a, b)
	want := []api.HeaderChange{
		{Name: "Date", A: []string{"1"}, B: []string{"2"}, Volatile: "header date"},
		{Name: "X-Gone", A: []string{"g"}, B: nil, Volatile: ""},
		{Name: "X-List", A: []string{"1", "2"}, B: []string{"2", "1"}, Volatile: ""},
		{Name: "X-New", A: nil, B: []string{"n"}, Volatile: ""},
		{Name: "X-Signature", A: []string{"a"}, B: []string{"b"}, Volatile: "header x-signature"},
	}
	if diff := cmp.Diff(want, d.Headers); diff != "" {
		t.Error(diff)
	}
	if got := shown(d); got != `method "POST">"PUT"; url "/in/orders?try=1">"/in/other"` || d.Same {
		t.Errorf("%s same %v", got, d.Same)
	}
}

func TestDiffIsBounded(t *testing.T) {
	t.Parallel()
	var a, b []string
	for i := range 5000 {
		a, b = append(a, fmt.Sprint(i)), append(b, fmt.Sprint(-1-i))
	}
	list := func(s []string) *journal.Message { return sampleEntry("[" + strings.Join(s, ",") + "]").Request }
	if d := diffBodies(list(a), list(b)); len(d.Changes) != maxChanges || !d.Cut {
		t.Errorf("%d changes, cut %v", len(d.Changes), d.Cut)
	}
	text := func(s []string) *journal.Message { return sampleEntry(strings.Join(s, "\n")).Request }
	if d := diffBodies(text(a), text(b)); len(d.Lines) != 2*maxDiffLines || !d.Cut {
		t.Errorf("%d lines, cut %v", len(d.Lines), d.Cut)
	}
}

func TestVolatileRules(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"Date": true, "Content-Length": true, "X-Request-Id": true, "X-Requestid": true, "Shoptet-Webhook-Signature": true,
		"X-Hmac-Sha256": true, "Traceparent": true, "Idempotency-Key": true, "X-Timestamp": true, "Cookie": true,
		"Content-Type": false, "Host": false, "Authorization": false, "X-Updated": false, "Update": false, "User-Agent": false,
	} {
		if got := headerRule(name) != ""; got != want {
			t.Errorf("header %s: volatile %v, want %v", name, got, want)
		}
	}
	for _, c := range []struct{ path, a, b, want string }{
		{"x", "2026-01-01", "2026-01-02", "date"},
		{"x", "2026-01-01 10:00:00", "2026-01-02 10:00:00.123", "date"},
		{"x", "2026-01-01T10:00:00+0100", "2026-01-01T10:00:00Z", "date"},
		{"x", "2026-01-01", "soon", ""},
		{"x", "c9bf9e5716854c89bafbff5af830be8a", "c9bf9e57-1685-4c89-bafb-ff5af830be8b", "uuid"},
		{"id", "1", "2", "id"}, {"a.b_id", "1", "2", "id"}, {"a.orderId", "1", "2", "id"}, {"eventInstance", "a", "b", "id"}, {"merchant_oid", "1", "2", "id"},
		{"paid", "1", "2", ""}, {"grid", "1", "2", ""}, {"a.valid", "1", "2", ""},
		{"updated_at", "1", "2", "time"}, {"eventTime", "1", "2", "time"}, {"ts", "1", "2", "time"}, {"orderDate", "1", "2", "time"},
		{"facts", "1", "2", ""}, {"sometimes", "1", "2", ""}, {"candidate", "1", "2", ""},
		{"id", "", "2", ""},
	} {
		if got := valueRule(c.path, c.a, c.b); got != c.want {
			t.Errorf("%s %q %q: %q, want %q", c.path, c.a, c.b, got, c.want)
		}
	}
}
