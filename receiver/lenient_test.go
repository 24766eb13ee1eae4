package receiver

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"tacklebox/receiver/api"
)

// lenient are other people's files as they are, each with the tool that writes
// it so. A letter stands for what is replaced in an ordinary entry.
var lenient = []struct {
	tool   string
	file   string // "E" is an ordinary entry
	wanted int    // requests that are imported
	notes  []string
	body   string // of the first; "" is the ordinary one
	header string // "Name: value" of the first
}{
	{tool: "Chrome, a page with a WebSocket", file: `{"log":{"version":"1.2","entries":[E,{"request":{"method":"GET","url":"ws://h/"}},{"request":{"method":"GET","url":"wss://h/"}}]}}`, wanted: 1,
		notes: []string{"log.entries[1]: skipped: ws: is no HTTP request", "log.entries[2]: skipped: wss: is no HTTP request"}},
	{tool: "Chrome, pictures within the page", file: `{"log":{"version":"1.2","entries":[{"request":{"method":"GET","url":"data:image/png;base64,AA=="}},{"request":{"method":"GET","url":"blob:http://h/1"}},E]}}`, wanted: 1,
		notes: []string{"[0]: skipped: data:", "[1]: skipped: blob:"}},
	{tool: "Chrome with extensions", file: `{"log":{"version":"1.2","entries":[{"request":{"method":"GET","url":"chrome-extension://abc/x.js"}},{"request":{"method":"GET","url":"moz-extension://abc/x.js"}},E]}}`, wanted: 1,
		notes: []string{"[0]: skipped: chrome-extension:", "[1]: skipped: moz-extension:"}},
	{tool: "mitmproxy and Charles, tunnels", file: `{"log":{"version":"1.2","entries":[{"request":{"method":"CONNECT","url":"h:443"}},E]}}`, wanted: 1, notes: []string{"[0]: skipped: CONNECT"}},
	{tool: "an editor on Windows", file: "\ufeff" + `{"log":{"version":"1.2","entries":[E]}}`, wanted: 1},
	{tool: "several proxies, no version", file: `{"log":{"entries":[E]}}`, wanted: 1},
	{tool: "a script, an empty version", file: `{"log":{"version":"","entries":[E]}}`, wanted: 1},
	{tool: "a script, version as a number", file: `{"log":{"version":1.2,"entries":[E]}}`, wanted: 1},
	{tool: "Fiddler, an aborted request", file: `{"log":{"version":"1.2","entries":[{"request":R,"response":{"status":-1,"headers":[],"content":{"size":-1}}}]}}`, wanted: 1},
	{tool: "WebKit, a request that failed", file: `{"log":{"version":"1.2","entries":[{"request":R,"response":{"status":"error"}}]}}`, wanted: 1},
	{tool: "Playwright, no answer yet", file: `{"log":{"version":"1.2","entries":[{"time":null,"request":R},{"time":-1,"request":R,"response":null}]}}`, wanted: 2},
	{tool: "Charles, numbers as floats", file: `{"log":{"version":"1.2","entries":[{"time":12.0,"request":{"method":"POST","url":"http://h/","bodySize":7.0,"postData":{"mimeType":"application/json","text":"{\"a\":1}"}},"response":{"status":200.0,"content":{"size":0.0}}}]}}`, wanted: 1},
	{tool: "Postman's converter, numbers as strings", file: `{"log":{"version":"1.2","entries":[{"time":"12","request":{"method":"POST","url":"http://h/","bodySize":"7","postData":{"mimeType":"application/json","text":"{\"a\":1}"}},"response":{"status":"200","content":{"size":"0"}}}]}}`, wanted: 1},
	{tool: "Java's clock, zone without colon", file: `{"log":{"version":"1.2","entries":[{"startedDateTime":"2026-02-03T10:11:12.345+0100","request":R}]}}`, wanted: 1},
	{tool: "Python's isoformat, no zone", file: `{"log":{"version":"1.2","entries":[{"startedDateTime":"2026-02-03 10:11:12.345","request":R}]}}`, wanted: 1},
	{tool: "Chrome, form fields as sent", file: `{"log":{"version":"1.2","entries":[{"request":{"method":"POST","url":"http://h/","postData":{"mimeType":"application/x-www-form-urlencoded","params":[{"name":"a%5Bb%5D","value":"x%20y"}]}}}]}}`, wanted: 1, body: "a%5Bb%5D=x%20y"},
	{tool: "Firefox, form fields as meant", file: `{"log":{"version":"1.2","entries":[{"request":{"method":"POST","url":"http://h/","postData":{"mimeType":"application/x-www-form-urlencoded","params":[{"name":"a[b]","value":"x y%"}]}}}]}}`, wanted: 1, body: "a%5Bb%5D=x+y%25"},
	{tool: "Chrome, a form of parts", file: `{"log":{"version":"1.2","entries":[{"request":{"method":"POST","url":"http://h/","postData":{"mimeType":"multipart/form-data; boundary=B","params":[{"name":"n","value":"1"}]}}}]}}`, wanted: 1, body: "--B\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n1\r\n--B--\r\n"},
	{tool: "Chrome, a form with a file", file: `{"log":{"version":"1.2","entries":[E,{"request":{"method":"POST","url":"http://h/","postData":{"mimeType":"multipart/form-data; boundary=B","params":[{"name":"f","fileName":"a.txt"}]}}}]}}`, wanted: 1, notes: []string{"[1]: skipped: the form has a file (a.txt)"}},
	{tool: "a proxy that keeps bad headers", file: `{"log":{"version":"1.2","entries":[{"request":{"method":"POST","url":"http://h/","headers":[{"name":"X Bad","value":"x"},{"name":"X-Good","value":7}],"postData":{"text":"{\"a\":1}"}}}]}}`, wanted: 1, notes: []string{`the header "X Bad" cannot be sent`}, header: "X-Good: 7"},
	{tool: "every browser, a compressed body", file: `{"log":{"version":"1.2","entries":[{"request":{"method":"POST","url":"http://h/","bodySize":900,"headers":[{"name":"content-encoding","value":"gzip"},{"name":"content-length","value":"900"}],"postData":{"text":"{\"a\":1}"}}}]}}`, wanted: 1, notes: []string{"the body is recorded decoded: Content-Encoding gzip is left out"}, header: "content-length: 7"},
	{tool: "HTTP/2 in every browser", file: `{"log":{"version":"1.2","entries":[{"request":{"method":"POST","url":"https://h/","headers":[{"name":":method","value":"POST"},{"name":":authority","value":"h:1"}],"postData":{"text":"{\"a\":1}"}}}]}}`, wanted: 1, header: "Host: h:1"},
}

const (
	ordinaryRequest = `{"method":"POST","url":"http://h/hook?x=1","headers":[{"name":"Content-Type","value":"application/json"}],"postData":{"mimeType":"application/json","text":"{\"a\":1}"}}`
	ordinaryEntry   = `{"startedDateTime":"2026-02-03T10:11:12.345Z","time":12.5,"request":` + ordinaryRequest + `,"response":{"status":200,"headers":[],"content":{"size":0}}}`
)

func TestOtherPeoplesFiles(t *testing.T) {
	t.Parallel()
	for _, c := range lenient {
		file := strings.NewReplacer("[E", "["+ordinaryEntry, ",E", ","+ordinaryEntry, `"request":R`, `"request":`+ordinaryRequest).Replace(c.file)
		for form, text := range map[string]string{c.tool: file, c.tool + ", through PowerShell": powershell(file)} {
			t.Run(form, func(t *testing.T) {
				t.Parallel()
				g := newRig(t)
				var got api.ImportResult
				if err := json.Unmarshal([]byte(g.do("POST", "/_/entries/import?inbox=a", text).want(t, 200).body), &got); err != nil {
					t.Fatal(err)
				}
				if got.Imported != c.wanted || len(got.Notes) != len(c.notes) {
					t.Errorf("%+v, wanted %d and %q", got, c.wanted, c.notes)
				}
				for i := range min(len(c.notes), len(got.Notes)) {
					if !strings.Contains(got.Notes[i], c.notes[i]) {
						t.Errorf("note %q, wanted %q", got.Notes[i], c.notes[i])
					}
				}
				m, want := g.entry(1).Request, c.body
				if want == "" {
					want = `{"a":1}`
				}
				if string(m.Body) != want || m.Truncated || m.Headers.Has("Content-Encoding") {
					t.Errorf("body %q of %d, headers %v", m.Body, m.Size, m.Headers)
				}
				if c.header != "" && !strings.Contains(fmt.Sprint(m.Headers), "{"+strings.Replace(c.header, ": ", " ", 1)+"}") {
					t.Errorf("headers %v, wanted %s", m.Headers, c.header)
				}
			})
		}
	}
}

// powershell is what `tool > file` makes of a text there: UTF-16 with a mark.
func powershell(text string) string {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(text)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return string(out)
}

// TestCurlOfAnEmptyPostHasItsLength: servers answer 411 without.
func TestCurlOfAnEmptyPostHasItsLength(t *testing.T) {
	t.Parallel()
	for method, want := range map[string]bool{"POST": true, "PUT": true, "PATCH": true, "GET": false, "DELETE": false} {
		e := sampleEntry("")
		e.Request.Method = method
		if got := strings.Contains(exported(t, e, "curl"), "'Content-Length: 0'"); got != want {
			t.Errorf("%s: %v", method, got)
		}
	}
}
