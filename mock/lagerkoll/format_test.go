package lagerkoll

import (
	"net/http"
	"testing"
)

func TestNegotiate(t *testing.T) {
	t.Parallel()
	both, json := []format{asJSON, asXML}, []format{asJSON}
	for _, tc := range []struct {
		accept string
		offers []format
		want   format
		ok     bool
	}{
		{"", both, asJSON, true},
		{"*/*", both, asJSON, true},
		{"application/json", both, asJSON, true},
		{"application/xml", both, asXML, true},
		{"APPLICATION/XML", both, asXML, true},
		{"application/xml;charset=utf-8", both, asXML, true},
		{"application/*", both, asJSON, true},
		{"application/xml, application/json", both, asJSON, true},
		{"application/xml;q=0.9, application/json;q=0.8", both, asXML, true},
		{"application/json, */*;q=0.5", both, asJSON, true},
		{"application/xml;q=0.5, */*;q=0.4", both, asXML, true},
		{"application/json;q=0, */*", both, asXML, true},
		{"*/*;q=0.1, application/xml;q=0", both, asJSON, true},
		{"text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", both, asJSON, true},
		{"application/xml;q=seven", both, asXML, true},
		{"application/xml;q=2", both, asXML, true},
		{"application/xml;Q=0.3;level=1, application/json ; q = 0.2", both, asXML, true},
		{"text/html", both, asJSON, false},
		{"text/xml", both, asJSON, false},
		{"application/json;q=0", both, asJSON, false},
		{"application/xml", json, asJSON, false},
		{"application/xml, */*;q=0.1", json, asJSON, true},
		{"nonsense", json, asJSON, false},
		{",;,", json, asJSON, false},
		{"  ", json, asJSON, true},
	} {
		got, ok := negotiate(http.Header{"Accept": {tc.accept}}, tc.offers)
		if got != tc.want || ok != tc.ok {
			t.Errorf("%q of %v: %s, %v, want %s, %v", tc.accept, tc.offers, got, ok, tc.want, tc.ok)
		}
	}
	if got, ok := negotiate(http.Header{"Accept": {"text/html", "application/xml"}}, both); got != asXML || !ok {
		t.Errorf("two lines: %s, %v", got, ok)
	}
}

func TestContentType(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]string{
		"":                                "",
		"application/json":                "application/json",
		"Application/JSON; charset=utf-8": "application/json",
		"application/xml;charset":         "application/xml",
		" text/XML ;;;":                   "text/xml",
	} {
		if got := contentType(http.Header{"Content-Type": {sent}}); got != want {
			t.Errorf("%q: %q, want %q", sent, got, want)
		}
	}
}

func TestTidy(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/": "/", "//": "/", "/v1/webhooks": "/v1/webhooks", "/v1/webhooks/": "/v1/webhooks", "/v1/webhooks//6586/": "/v1/webhooks/6586",
		"//v1///webhooks": "/v1/webhooks", "/v1/webhooks/a%2F%2Fb": "/v1/webhooks/a%2F%2Fb", "/v1/./webhooks": "/v1/./webhooks",
	} {
		if got := tidy(path); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}

func TestEscape(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a & b":     "a &amp; b",
		"<x>":       "&lt;x&gt;",
		`"it's"`:    `"it's"`,
		"a\r\n\tb":  "a&#xD;\n\tb",
		"\x00\x1f!": "\ufffd\ufffd!",
		"\uffff":    "\ufffd",
		"hämta 🛒":   "hämta 🛒",
	} {
		if got := escape(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestJavaDouble(t *testing.T) {
	t.Parallel()
	for f, want := range map[float64]string{
		0: "0.0", 10: "10.0", 10.5: "10.5", -3: "-3.0", 0.001: "0.001", 0.00012: "1.2E-4", 9999999: "9999999.0", 1e7: "1.0E7", 12345678.9: "1.23456789E7", 1e-5: "1.0E-5", -1e22: "-1.0E22",
	} {
		if got := javaDouble(f); got != want {
			t.Errorf("%g: %s, want %s", f, got, want)
		}
	}
}

func TestWellFormed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"a": true, "186008": true, "": false, "a b": false, "å": false, "a\x7f": false, "\t": false} {
		if got := wellFormed(text, 6); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	if wellFormed("1234567", 6) || !wellFormed("123456", 6) {
		t.Error("the limit is not held")
	}
}
