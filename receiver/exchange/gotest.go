package exchange

import (
	"fmt"
	"strconv"
	"strings"

	"tacklebox/receiver/entries"
	"tacklebox/receiver/journal"
)

// goTestHead and goTestTail stand around the one case of a table test. It compiles
// and passes as it is; the reader puts the handler under test in. It is written
// without text/template and go/format, which would make the program a fifth larger.
const (
	goTestHead = `package webhook_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// handlerUnderTest returns what receives the webhook: put your own here.
func handlerUnderTest() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(%d) })
}

func TestWebhook(t *testing.T) {
	for _, c := range []struct {
		name, method, url, target, host string
		headers                         [][2]string
		body                            string
		status                          int
	}{
		{
`
	goTestTail = `		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := http.NewRequest(c.method, c.url, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range c.headers {
				r.Header.Add(h[0], h[1])
			}
			r.Host, r.RequestURI = c.host, c.target
			w := httptest.NewRecorder()
			handlerUnderTest().ServeHTTP(w, r)
			if w.Code != c.status {
				t.Errorf("status %d, want %d: %s", w.Code, c.status, w.Body)
			}
		})
	}
}
`
)

// goField is one "name: value," of a struct literal.
type goField struct{ name, value, comment string }

// exportGoTest writes a Go file with the request as a table case.
func exportGoTest(_ *Exchange, e *journal.Entry) ([]byte, error) {
	m := e.Request
	target := m.URL
	if _, below, ok := splitURL(m.URL); ok {
		target = below // as it stands on the wire: net/url would spell it anew
	}
	status := 200
	if e.Response != nil && e.Response.Status > 0 {
		status = e.Response.Status
	}
	cut := ""
	if m.Truncated {
		cut = fmt.Sprintf(" // the body was cut: %d of %d bytes were kept", len(m.Body), m.Size)
	}
	var b strings.Builder
	fmt.Fprintf(&b, goTestHead, status)
	writeFields(&b, []goField{
		{"name", goString(entries.Summary(e)), cut},
		{"method", goString(m.Method), ""},
		{"url", goString(absoluteURL(m)), ""},
		{"target", goString(target), ""},
		{"host", goString(m.Headers.Get("Host")), ""},
		{"headers", goHeaders(m), ""},
		{"body", goString(string(m.Body)), ""},
		{"status", strconv.Itoa(status), ""},
	})
	b.WriteString(goTestTail)
	return []byte(b.String()), nil
}

// writeFields aligns values as gofmt does: among neighbours of one line each.
func writeFields(b *strings.Builder, fields []goField) {
	oneLine := func(f goField) bool { return !strings.Contains(f.value, "\n") }
	for len(fields) > 0 {
		n, width := 0, 0
		for n < len(fields) && oneLine(fields[n]) {
			width = max(width, len(fields[n].name))
			n++
		}
		if n == 0 {
			n = 1
		}
		for _, f := range fields[:n] {
			pad := strings.Repeat(" ", max(width-len(f.name), 0))
			fmt.Fprintf(b, "\t\t\t%s: %s%s,%s\n", f.name, pad, f.value, f.comment)
		}
		fields = fields[n:]
	}
}

// goHeaders is a list of names and values as they came, without what belongs to
// the connection.
func goHeaders(m *journal.Message) string {
	list := headersBut(m.Headers, "Host", "Content-Length", "Transfer-Encoding")
	if len(list) == 0 {
		return "nil"
	}
	var b strings.Builder
	b.WriteString("[][2]string{\n")
	for _, h := range list {
		fmt.Fprintf(&b, "\t\t\t\t{%s, %s},\n", goString(h[0]), goString(h[1]))
	}
	b.WriteString("\t\t\t}")
	return b.String()
}

// goString prefers the raw form, in which JSON stays readable.
func goString(s string) string {
	if strings.ContainsAny(s, "\"\n") && strconv.CanBackquote(strings.ReplaceAll(s, "\n", "")) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}
