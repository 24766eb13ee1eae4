package lagerkoll

import (
	"net/http"
	"testing"
)

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
