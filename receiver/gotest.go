package receiver

import (
	"bytes"
	"fmt"
	"go/format"
	"strconv"
	"strings"
	"text/template"

	"tacklebox/receiver/journal"
)

// goTestText is a table test with one case. It compiles and passes as it is;
// the reader puts the handler under test in.
const goTestText = `package webhook_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// handlerUnderTest returns what receives the webhook: put your own here.
func handlerUnderTest() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader({{.Status}}) })
}

func TestWebhook(t *testing.T) {
	for _, c := range []struct {
		name, method, url, target, host string
		headers                 http.Header
		body                    string
		status                  int
	}{
		{
			name: {{quote .Name}},{{if .Cut}} // the body was cut: {{.Cut}}{{end}}
			method: {{quote .Method}},
			url: {{quote .URL}},
			target: {{quote .Target}},
			host: {{quote .Host}},
			headers: http.Header{
{{range .Headers}}				{{quote .Name}}: { {{range .Values}}{{quote .}}, {{end}} },
{{end}}			},
			body: {{quote .Body}},
			status: {{.Status}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := http.NewRequest(c.method, c.url, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header, r.Host, r.RequestURI = c.headers.Clone(), c.host, c.target
			w := httptest.NewRecorder()
			handlerUnderTest().ServeHTTP(w, r)
			if w.Code != c.status {
				t.Errorf("status %d, want %d: %s", w.Code, c.status, w.Body)
			}
		})
	}
}
`

type goTestCase struct {
	Name, Method, URL, Target, Host, Body, Cut string
	Headers                                    []goTestHeader
	Status                                     int
}

type goTestHeader struct {
	Name   string
	Values []string
}

// exportGoTest writes a Go file with the request as a table case.
func exportGoTest(_ *Receiver, e *journal.Entry) ([]byte, error) {
	m := e.Request
	c := goTestCase{Name: summary(e), Method: m.Method, URL: absoluteURL(m), Target: m.URL, Host: m.Headers.Get("Host"), Body: string(m.Body), Status: 200}
	if _, target, ok := splitURL(m.URL); ok {
		c.Target = target // as it stands on the wire: net/url would spell it anew
	}
	if e.Response != nil && e.Response.Status > 0 {
		c.Status = e.Response.Status
	}
	if m.Truncated {
		c.Cut = fmt.Sprintf("%d of %d bytes were kept", len(m.Body), m.Size)
	}
	for _, h := range headersBut(m.Headers, "Host", "Content-Length", "Transfer-Encoding") {
		if n := len(c.Headers); n > 0 && c.Headers[n-1].Name == h[0] {
			c.Headers[n-1].Values = append(c.Headers[n-1].Values, h[1])
			continue
		}
		c.Headers = append(c.Headers, goTestHeader{h[0], []string{h[1]}})
	}
	page, err := template.New("gotest").Funcs(template.FuncMap{"quote": goString}).Parse(goTestText)
	if err != nil {
		return nil, fmt.Errorf("export as gotest: %w", err)
	}
	var out bytes.Buffer
	if err := page.Execute(&out, c); err != nil {
		return nil, fmt.Errorf("export as gotest: %w", err)
	}
	return format.Source(out.Bytes())
}

// goString prefers the raw form, in which JSON stays readable.
func goString(s string) string {
	if strings.ContainsAny(s, "\"\n") && strconv.CanBackquote(strings.ReplaceAll(s, "\n", "")) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}
