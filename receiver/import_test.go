package receiver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"tacklebox/receiver/inbox"
	"tacklebox/receiver/journal"

	"github.com/google/go-cmp/cmp"
)

// importable are requests with bodies, headers and targets that a text format
// could lose something of.
func importable() map[string]*journal.Entry {
	all := map[string]*journal.Entry{"awkward": awkward(), "empty": sampleEntry("")}
	for name, body := range map[string]string{
		"CRLF": "a\r\nb\r\n", "NUL": "a\x00b", "no UTF-8": "\xff\xfe{}", "markup": "<a href='x'>&\u2028</a>", "escapes": `{"a":"\u00e9\/"}`,
		"emoji": "😀", "replacement": "\ufffd", "base64": "aGVsbG8=", "large": strings.Repeat("0123456789abcde\n", 50_000),
	} {
		all[name] = sampleEntry(body)
	}
	many := sampleEntry("")
	many.Request.Method = "HEAD"
	all["HEAD"] = many
	odd := sampleEntry("x")
	odd.Request.Method, odd.Request.URL = "BREW-2", "/in/orders/%2e%2E/;a?x=%zz&&y"
	odd.Response = &journal.Message{Status: 500, Headers: journal.HeaderOf(http.Header{"Content-Type": {"image/png"}}), Body: []byte("\x89PNG\xff"), Size: 5}
	all["odd"] = odd
	return all
}

// TestHARRoundTrip exports each entry, imports the file into another sandbox and
// compares.
func TestHARRoundTrip(t *testing.T) {
	t.Parallel()
	for name, want := range importable() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := newRig(t), newRig(t)
			from.log.Append(want)
			har := from.do("GET", "/_/entries/1/as/har", "").want(t, 200).body
			to.do("POST", "/_/entries/import?inbox=orders", har).want(t, 200, `"inbox":"orders","imported":1,"first_seq":1,"last_seq":1`)
			same(t, want, to.entry(1))
		})
	}
}

// TestTextsRoundTrip does the same with what is written as text: curl commands and
// tests keep the request, one alone and two in one file.
func TestTextsRoundTrip(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"curl", "gotest"} {
		for name, want := range importable() {
			t.Run(format+" "+name, func(t *testing.T) {
				t.Parallel()
				from, to := newRig(t), newRig(t)
				from.log.Append(want)
				text := from.do("GET", "/_/entries/1/as/"+format, "").want(t, 200).body
				to.do("POST", "/_/entries/import?inbox=orders", text+"\n"+text).want(t, 200, `"inbox":"orders","imported":2`)
				for seq := range 2 {
					sameRequest(t, want.Request, to.entry(uint64(seq+1)).Request)
				}
			})
		}
	}
}

// sameRequest compares what a text keeps of a request: all but the length, which
// belongs to a connection, and the place of Host.
func sameRequest(t *testing.T, want, got *journal.Message) {
	t.Helper()
	if string(got.Body) != string(want.Body) || got.Size != max(want.Size, int64(len(want.Body))) || got.Truncated != want.Truncated {
		t.Errorf("body %.200q of %d bytes, cut %v, want %.200q of %d", got.Body, got.Size, got.Truncated, want.Body, want.Size)
	}
	if got.Method != want.Method || got.URL != want.URL {
		t.Errorf("%s %s, want %s %s", got.Method, got.URL, want.Method, want.URL)
	}
	list := func(h journal.Header) (kept []string) {
		kept = append(kept, h.Values("Host")...)
		for _, f := range h {
			if f.Name != "Content-Length" && f.Name != "Transfer-Encoding" && f.Name != "Host" {
				kept = append(kept, f.Name+": "+f.Value)
			}
		}
		return kept
	}
	if diff := cmp.Diff(list(want.Headers), list(got.Headers)); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	if len(got.Body) > 0 && got.Headers.Get("Content-Length") == "" {
		t.Error("no length is told")
	}
}

// same compares what an import must keep.
func same(t *testing.T, want, got *journal.Entry) {
	t.Helper()
	if string(got.Request.Body) != string(want.Request.Body) || got.Request.Size != int64(len(want.Request.Body)) || got.Request.Truncated {
		t.Errorf("body %.200q of %d bytes, want %.200q", got.Request.Body, got.Request.Size, want.Request.Body)
	}
	if got.Request.Method != want.Request.Method || got.Request.URL != want.Request.URL {
		t.Errorf("%s %s, want %s %s", got.Request.Method, got.Request.URL, want.Request.Method, want.Request.URL)
	}
	if diff := cmp.Diff(want.Request.Headers.Map(), got.Request.Headers.Map()); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	if got.Kind != journal.Capture || got.Inbox != "orders" || !got.Time.Equal(want.Time) || got.Took != want.Took {
		t.Errorf("%s in %q at %s for %s", got.Kind, got.Inbox, got.Time, got.Took)
	}
	if got.Response.Status != want.Response.Status || string(got.Response.Body) != string(want.Response.Body) {
		t.Errorf("answer %d %q, want %d %q", got.Response.Status, got.Response.Body, want.Response.Status, want.Response.Body)
	}
}

// TestLinesRoundTrip does the same with the entries of the API, one on a line, on
// one page and pretty.
func TestLinesRoundTrip(t *testing.T) {
	t.Parallel()
	for name, want := range importable() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := newRig(t)
			from.log.Append(want)
			page := from.do("GET", "/_/entries", "").want(t, 200).body
			line := from.do("GET", "/_/entries/1", "").want(t, 200).body
			var pretty strings.Builder
			enc := json.NewEncoder(&pretty)
			enc.SetIndent("", "  ")
			if err := enc.Encode(json.RawMessage(line)); err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{page, line, line + "\n\n" + line, pretty.String() + pretty.String()} {
				to := newRig(t)
				to.do("POST", "/_/entries/import?inbox=orders", text).want(t, 200, `"imported":`)
				got := to.entry(1)
				same(t, want, got)
				if got.Provider != want.Provider || got.Type != want.Type {
					t.Errorf("%s %s", got.Provider, got.Type)
				}
			}
		})
	}
}

// What belongs to the journal of origin stays there; what is no request is
// counted.
func TestEntriesBecomeCaptures(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	lines := []string{
		`{"seq":900,"time":"2025-01-02T03:04:05Z","kind":"attempt","provider":"shoptet","account":"a","type":"order:create","event_id":"ev","delivery_id":"dl","attempt":3,"subscription":"7",` +
			`"request":{"method":"POST","url":"https://app.example/shoptet?x=1#y","headers":{"content-type":["a/b"],"CONTENT-TYPE":["c/d"],"Host":["app.example"]},"body":"{}","size":2},` +
			`"error":"refused","next_attempt":"2025-01-02T03:19:05Z","signature":{"state":"invalid","reason":"r"},"contract":{"ok":true},"capture_seq":901}`,
		`{"kind":"event","type":"x","detail":{"a":1},"request":{"body":"{}"}}`,
		`{"kind":"call","request":{"method":"GET","url":"/shoptet/api/webhooks"}}`,
		`{"kind":"attempt","error":"never sent"}`,
	}
	g.do("POST", "/_/entries/import", strings.Join(lines, "\n")).want(t, 200, `"inbox":"imported","imported":2,"skipped":2,"first_seq":1,"last_seq":2`)
	e := g.entry(1)
	want := &journal.Entry{Seq: 1, Time: time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC), Kind: journal.Capture, Provider: "shoptet", Account: "a", Type: "order:create", EventID: "ev",
		Subscription: "7", Inbox: "imported", Error: "refused", Signature: &journal.Signature{State: "invalid", Reason: "r"}, Contract: &journal.Contract{OK: true}}
	request := e.Request
	e.Request = nil
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if request.URL != "/in/imported/shoptet?x=1" || len(request.Headers.Values("Content-Type")) != 2 || request.Headers.Get("Host") != "app.example" {
		t.Errorf("%s %v", request.URL, request.Headers)
	}
	if e := g.entry(2); e.Request.Method != "GET" || e.Request.URL != "/in/imported/shoptet/api/webhooks" || !e.Time.Equal(clockStart) {
		t.Errorf("%s %+v", e.Time, e.Request)
	}
}

func TestImportRequests(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.do("POST", "/_/entries/import", `{"inbox":"a b/c","requests":[
		{"body":"text"},
		{"method":"PUT","url":"https://user:pw@app.example:8443/x?y","headers":{"x-one":"1","X-Two":["2","3"]},"body_base64":"AP8="},
		{"url":"/in/other/below/it?z","body":{"a": 1}},
		{"url":"?q"},
		{"url":"http://app.example","headers":{"host":"given"}}]}`).want(t, 200, `"inbox":"a b/c","imported":5`)
	for i, want := range []struct{ method, url, host, body string }{
		{"POST", "/in/a%20b%2Fc", "", "text"},
		{"PUT", "/in/a%20b%2Fc/x?y", "app.example:8443", "\x00\xff"},
		{"POST", "/in/a%20b%2Fc/below/it?z", "", `{"a": 1}`},
		{"POST", "/in/a%20b%2Fc?q", "", ""},
		{"POST", "/in/a%20b%2Fc", "given", ""},
	} {
		e := g.entry(uint64(i + 1))
		m := e.Request
		if m.Method != want.method || m.URL != want.url || m.Headers.Get("Host") != want.host || string(m.Body) != want.body || e.Inbox != "a b/c" {
			t.Errorf("%d: %s %s %v %q in %q, want %+v", i, m.Method, m.URL, m.Headers, m.Body, e.Inbox, want)
		}
	}
	if m := g.entry(2).Request; m.Headers.Get("X-One") != "1" || len(m.Headers.Values("X-Two")) != 2 {
		t.Errorf("headers %v", m.Headers)
	}
	if name, rest := inbox.SplitTarget(g.entry(3).Request.URL); name != "a b/c" || rest != "/below/it" {
		t.Errorf("the target leads to %q %q", name, rest)
	}
}

// A HAR as browsers write it.
func TestBrowserHAR(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.do("POST", "/_/entries/import", `{"log":{"version":"1.2","creator":{"name":"WebInspector"},"pages":[],"entries":[
		{"_initiator":{},"startedDateTime":"2026-01-05T10:00:00.123+01:00","time":12.5,"cache":{},"timings":{},"request":{"method":"POST","url":"https://app.example/form","httpVersion":"h2","cookies":[],
			"headers":[{"name":":authority","value":"app.example"},{"name":":path","value":"/form"},{"name":"content-type","value":"application/x-www-form-urlencoded"}],"queryString":[],"headersSize":-1,"bodySize":9,
			"postData":{"mimeType":"application/x-www-form-urlencoded; charset=utf-8","params":[{"name":"a b","value":"1&2"},{"name":"c","value":"ä"}]}},
			"response":{"status":0,"statusText":"","headers":[],"content":{"size":0,"mimeType":"x-unknown"}}},
		{"request":{"method":"POST","url":"http://app.example/cut","bodySize":5000,"postData":{"mimeType":"text/plain","text":"part"}}},
		{"request":{"method":"POST","url":"http://app.example/b64","postData":{"mimeType":"x/y","text":"AP8=","encoding":"base64"}},"response":{"status":204,"headers":[{"name":"x-a","value":"1"}],"content":{"size":0}}}]}}`).
		want(t, 200, `"imported":3`)
	e := g.entry(1)
	if got := string(e.Request.Body); got != "a+b=1%262&c=%C3%A4" || e.Request.Headers.Get("Host") != "app.example" || len(e.Request.Headers) != 2 || e.Response != nil {
		t.Errorf("%q %v %v", got, e.Request.Headers, e.Response)
	}
	if !e.Time.Equal(time.Date(2026, 1, 5, 9, 0, 0, 123e6, time.UTC)) || e.Took != 12500*time.Microsecond || e.Request.Proto != "h2" {
		t.Errorf("%s %s %s", e.Time, e.Took, e.Request.Proto)
	}
	if m := g.entry(2).Request; !m.Truncated || m.Size != 5000 || string(m.Body) != "part" {
		t.Errorf("%+v", m)
	}
	if e := g.entry(3); string(e.Request.Body) != "\x00\xff" || e.Response.Status != 204 || e.Response.Headers.Get("X-A") != "1" {
		t.Errorf("%+v %+v", e.Request, e.Response)
	}
}

// TestImportRefuses holds each refusal to a status and a place, and the journal
// to its word: nothing of a bad import is kept.
func TestImportRefuses(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(c *Config) { c.MaxBody = 1000 })
	good := `{"kind":"capture","request":{"method":"POST","url":"/x"}}`
	har := func(entry string) string { return `{"log":{"version":"1.2","entries":[` + entry + `]}}` }
	request := func(r string) string { return `{"requests":[{"body":"good"},` + r + `]}` }
	for name, c := range map[string]struct {
		body, want string
		status     int
	}{
		"nothing":               {"", "the body is empty", 400},
		"blanks":                {" \n ", "the body is empty", 400},
		"no JSON":               {good + "\n" + good + "\nhello", "line 3: not JSON", 400},
		"cut":                   {good + "\n{\"kind\":", "line 2: the JSON ends too early", 400},
		"no object":             {good + "\n[1]", "line 2: the body: a list where an object is wanted", 400},
		"a number":              {"5", "line 1: the body: a number", 400},
		"unknown member":        {good + "\n\n" + `{"kind":"capture","requst":{}}`, `line 3: \"requst\" is not a known field`, 400},
		"unknown in request":    {`{"kind":"capture","request":{"bdy":"x"}}`, `line 1: \"request.bdy\" is not a known field`, 400},
		"unknown kind":          {good + `{"kind":"delivery","request":{}}`, `line 1: \"delivery\" is not a kind of entry`, 400},
		"no kind":               {`{"request":{}}`, `\"\" is not a kind`, 400},
		"wrong type":            {`{"kind":"capture","request":{"url":5}}`, "line 1: entry: request.url: a JSON number", 400},
		"both bodies":           {`{"kind":"capture","request":{"body":"x","body_base64":"eA=="}}`, "line 1: request: body and body_base64 exclude each other", 400},
		"bad base64":            {`{"kind":"capture","request":{"body_base64":"!"}}`, "illegal base64", 400},
		"size":                  {`{"kind":"capture","request":{"url":"/","body":"abc","size":4}}`, "line 1: size says 4, the body has 3 bytes", 400},
		"kept part":             {`{"kind":"capture","request":{"url":"/","body":"abc","size":2,"truncated":true}}`, "line 1: size says 2, the part that was kept has 3 bytes", 400},
		"digest":                {`{"kind":"capture","request":{"url":"/","body":"abc","sha256":"00"}}`, "line 1: sha256 is that of another body", 400},
		"page":                  {`{"entries":[` + good + `,{"kind":"x"}],"last_seq":2}`, `entries[1]: \"x\" is not a kind`, 400},
		"page of something":     {`{"entries":5}`, "entries is not a list", 400},
		"only events":           {`{"kind":"event"}`, "there is no request in it; 1 entries are none", 422},
		"empty HAR":             {har(""), "there is no request in it", 422},
		"empty requests":        {`{"requests":[]}`, "there is no request in it", 422},
		"text behind":           {har("") + "\n" + good, "line 2: there is text behind", 400},
		"log is a list":         {`{"log":[]}`, "log is a JSON array where an object belongs", 400},
		"HAR version":           {`{"log":{"version":"2","entries":[]}}`, `log.version is \"2\": HAR 1.2 is read`, 400},
		"HAR no request":        {har(`{}`), "log.entries[0] has no request", 400},
		"HAR entry":             {har(`5`), "log.entries[0] is a JSON number where an object belongs", 400},
		"HAR method":            {har(`{"request":{"url":"http://x/"}}`), "log.entries[0].request has no method", 400},
		"HAR no URL":            {har(`{"request":{"method":"POST"}}`), "log.entries[0].request has no url", 400},
		"HAR URL":               {har(`{"request":{"method":"POST","url":"http://x/"}},{"request":{"method":"POST","url":"gopher:x"}}`), `log.entries[1]: \"gopher:x\" is neither`, 400},
		"HAR of none":           {har(`{"request":{"method":"GET","url":"ws://x/"}}`), `log.entries[0]: skipped: ws: is no HTTP request`, 422},
		"HAR time":              {har(`{"startedDateTime":"today","request":{"method":"POST","url":"http://x/"}}`), `log.entries[0].startedDateTime: \"today\" is not a time`, 400},
		"HAR type":              {har(`{"request":{"method":"POST","url":"http://x/","headers":{}}}`), "log.entries[0].request.headers is a JSON object where a list belongs", 400},
		"HAR encoding":          {har(`{"request":{"method":"POST","url":"http://x/","postData":{"text":"x","_encoding":"gzip"}}}`), `log.entries[0].request.postData.text: unknown encoding \"gzip\"`, 400},
		"HAR base64":            {har(`{"request":{"method":"POST","url":"http://x/","postData":{"text":"!","encoding":"base64"}}}`), "log.entries[0].request.postData.text is not base64", 400},
		"HAR parts":             {har(`{"request":{"method":"POST","url":"http://x/","postData":{"mimeType":"multipart/form-data","params":[{"name":"a","value":"b"}]}}}`), "log.entries[0]: skipped: postData has fields of a form", 422},
		"HAR status":            {har(`{"request":{"method":"POST","url":"http://x/"},"response":{"status":7}}`), "log.entries[0].response.status is 7", 400},
		"HAR answer":            {har(`{"request":{"method":"POST","url":"http://x/"},"response":{"status":200,"content":{"text":"!","encoding":"base64"}}}`), "log.entries[0].response.content.text is not base64", 400},
		"request member":        {request(`{"uri":"/"}`), `requests[1]: \"uri\" is not a known field`, 400},
		"request type":          {request(`{"url":5}`), `requests[1]: url: a number where a text is wanted`, 400},
		"request method":        {request(`{"method":"A B"}`), `requests[1]: \"A B\" is not a method`, 400},
		"request URL":           {request(`{"url":"app.example/x"}`), `requests[1]: \"app.example/x\" is neither`, 400},
		"request URL of a file": {request(`{"url":"file:///etc/passwd"}`), `requests[1]: \"file:///etc/passwd\" is neither`, 400},
		"request no host":       {request(`{"url":"http:///x"}`), "requests[1]", 400},
		"request line":          {request(`{"url":"/x HTTP/1.1\r\nA: b"}`), "requests[1]", 400},
		"request header":        {request(`{"headers":{"A B":"c"}}`), `requests[1]: \"A B\" cannot be a header`, 400},
		"request header value":  {request(`{"headers":{"A":"b\r\nC: d"}}`), `requests[1]: \"A\" cannot be a header`, 400},
		"request header type":   {request(`{"headers":{"A":5}}`), `requests[1]: a header is a text or a list of texts`, 400},
		"request bodies":        {request(`{"body":"a","body_base64":"YQ=="}`), "requests[1]: body and body_base64 exclude each other", 400},
		"request base64":        {request(`{"body_base64":"!"}`), "requests[1].body_base64 is not base64", 400},
		"request large":         {request(`{"body":"` + strings.Repeat("x", 2000) + `"}`), "requests[1]: the body has 2000 bytes, and 1000 are kept", 413},
		"request head":          {request(`{"headers":{"A":"` + strings.Repeat("x", 1<<20) + `"}}`), "requests[1]: URL and headers are larger", 413},
		"many":                  {`{"requests":[` + strings.Repeat("{},", 100_000) + `{}]}`, "more than 100000 requests", 413},
		"requests member":       {`{"requests":[],"inbx":"a"}`, `\"inbx\" is not a known field`, 400},
		"inbox name":            {`{"requests":[{}],"inbox":"a\u0000"}`, "cannot be the name of an inbox", 400},
		"inbox dots":            {`{"requests":[{}],"inbox":".."}`, "cannot be the name of an inbox", 400},
		"nested":                {strings.Repeat("[", 100_000), "not JSON", 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g.do("POST", "/_/entries/import", c.body).want(t, c.status, c.want)
			if _, last := g.log.Bounds(); last != 0 {
				t.Errorf("%d entries were kept", last)
			}
		})
	}
}

func TestImportAddress(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.do("POST", "/_/entries/import?inbx=a", "{}").want(t, 400, "is not a known parameter")
	g.do("POST", "/_/entries/import?inbox=a", `{"inbox":"b","requests":[{}]}`).want(t, 400, `inbox is \"a\" in the address and \"b\" in the body`)
	g.do("POST", "/_/entries/import?inbox=a", `{"inbox":"a","requests":[{}]}`).want(t, 200, `"inbox":"a"`)
	g.do("GET", "/_/entries/import", "").want(t, 405)
	g.do("POST", "/_/entries/import", strings.Repeat(" ", 64<<20+1)).want(t, 413, "the body is larger than")
	if _, last := g.log.Bounds(); last != 1 {
		t.Errorf("%d entries", last)
	}
}

// A journal that cannot keep what comes must not be taken for one that did.
func TestImportIntoAClosedJournal(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	if err := g.log.Close(); err != nil {
		t.Fatal(err)
	}
	g.do("POST", "/_/entries/import", `{"requests":[{}]}`).want(t, 503, "not_kept")
}

// The inbox's own way of checking signatures counts for what is imported too.
func TestImportIsJudgedByItsInbox(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(c *Config) {
		c.Verify = func(o Origin, secret string, r inbox.Received) *journal.Signature {
			h, body := r.Header, r.Body
			return &journal.Signature{State: "valid", Reason: fmt.Sprint(o.Provider, secret, h.Get("X-Sig"), string(body))}
		}
	})
	g.do("PUT", "/_/inboxes/checked", `{"verify":{"provider":"github","secret":"k"}}`).want(t, 200)
	doc := `{"requests":[{"headers":{"x-sig":"s"},"body":"b"}]}`
	g.do("POST", "/_/entries/import?inbox=checked", doc).want(t, 200)
	g.do("POST", "/_/entries/import", doc).want(t, 200)
	if e := g.entry(1); e.Provider != "github" || e.Signature == nil || e.Signature.Reason != "githubksb" {
		t.Errorf("%+v %+v", e, e.Signature)
	}
	if e := g.entry(2); e.Provider != "" || e.Signature != nil {
		t.Errorf("an inbox without settings judges: %+v", e.Signature)
	}
}

// FuzzImport: whatever is sent, the import is whole or nothing, and what was
// taken can be exported and imported again without change.
