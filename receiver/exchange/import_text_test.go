package exchange

import (
	"fmt"
	"strings"
	"testing"

	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"

	"github.com/google/go-cmp/cmp"
)

// TestCurlOfOthers: commands as browsers, documentation and people write them, with
// the request that curl would send.
func TestCurlOfOthers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want []string // "METHOD target", headers, then the body
	}{
		"Chrome, copy as cURL (bash)": {"curl 'https://app.example/hooks?a=1' \\\n  -H 'accept: */*' \\\n  -H 'content-type: application/json' \\\n  --data-raw $'{\"it\\'s\":\"\\u00e9\\n\"}' \\\n  --compressed",
			[]string{"POST /hooks?a=1", "accept: */*", "content-type: application/json", "Content-Length: 14", "Host: app.example", "{\"it's\":\"é\n\"}"}},
		"Firefox, with --data-binary": {`curl "http://h:1/in/x" -X PUT -H "A: \"b\" \$c" --data-binary 'x'`,
			[]string{"PUT /in/x", `A: "b" $c`, "Content-Type: application/x-www-form-urlencoded", "Content-Length: 1", "Host: h:1", "x"}},
		"documentation": {"$ curl -sS -XPOST -u key:pass localhost:4780/in/a -d a=1 -d 'b=2'",
			[]string{"POST /in/a", "Authorization: Basic a2V5OnBhc3M=", "Content-Type: application/x-www-form-urlencoded", "Content-Length: 7", "Host: localhost:4780", "a=1&b=2"}},
		"--json":            {`curl --json '{"a":1}' http://h/`, []string{"POST /", "Content-Type: application/json", "Accept: application/json", "Content-Length: 7", "Host: h", `{"a":1}`}},
		"--data-urlencode":  {`curl http://h/ --data-urlencode 'q=a b&c' --data-urlencode 'x y'`, []string{"POST /", "Content-Type: application/x-www-form-urlencoded", "Content-Length: 17", "Host: h", "q=a%20b%26c&x%20y"}},
		"-G":                {`curl -G http://h/?z=1 -d a=1`, []string{"GET /?z=1&a=1", "Host: h", ""}},
		"-I":                {`curl -I http://h`, []string{"HEAD /", "Host: h", ""}},
		"a GET":             {"curl http://h/a\n", []string{"GET /a", "Host: h", ""}},
		"headers taken off": {`curl -X POST http://h -H 'Accept:' -H 'X-E;' -H 'Content-Type:' -d x -A me -e http://r -b c=1 -o out -m 5 -k -L`, []string{"POST /", "X-E: ", "User-Agent: me", "Referer: http://r", "Cookie: c=1", "Content-Length: 1", "Host: h", "x"}},
		"a cut body":        {"# the body was cut: 1 of 9 bytes were kept\ncurl http://h -d x", []string{"POST /", "Content-Type: application/x-www-form-urlencoded", "Content-Length: 1", "Host: h", "x", "cut 9"}},
		"bytes in a pipe":   {"printf %s '/wA=' | base64 -d |\ncurl http://h -H 'Content-Type: a/b' --data-binary @-", []string{"POST /", "Content-Type: a/b", "Content-Length: 2", "Host: h", "\xff\x00"}},
	} {
		im := &importing{inbox: "x", maxBody: 1 << 16, now: clockStart}
		if err := im.readCurl(c.text); err != nil || len(im.entries) != 1 {
			t.Errorf("%s: %v", name, err)
			continue
		}
		m := im.entries[0].Request
		got := []string{m.Method + " " + m.URL}
		for _, f := range m.Headers {
			got = append(got, f.Name+": "+f.Value)
		}
		got = append(got, string(m.Body))
		if m.Truncated {
			got = append(got, fmt.Sprintf("cut %d", m.Size))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestCurlRefused says where what cannot be read stands.
func TestCurlRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"curl http://h -d @file.json":             "line 1: --data @file.json is a file",
		"curl http://h\n\nwget http://h":          `line 3: "wget" is not curl`,
		"curl http://h -F a=b":                    "line 1: --form reads files",
		"curl http://h -H":                        "line 1: --header has no value",
		"curl 'http://h":                          "a quote has no end",
		"curl \"http://h":                         "a quote has no end",
		"curl ftp://h":                            `line 1: "ftp://h" is neither an http URL nor a path`,
		"curl http://h -H 'a b: c'":               "line 1: \"a b\" cannot be a header",
		"printf %s '*' | base64 -d | curl h -d x": "line 1: what is piped is not base64",
		"curl http://h -d @-":                     "--data @- is a file",
	} {
		im := &importing{maxBody: 1 << 16, now: clockStart}
		if err := im.read([]byte(text)); err == nil || !strings.Contains(api.Of(err).Message, want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// FuzzCurl: whatever a file holds is refused with a sentence or read, and what was
// read comes back when it is written again.
func FuzzCurl(f *testing.F) {
	for _, s := range []string{"curl http://h/a -d 'x' -H 'A: b'", "curl $'\\x41\\u00e9' h", "printf %s YQ== | base64 -d | curl h --data-binary @-", "curl \"a\\\"\" # c", "curl -XPUT -sd@- h", "$", "# x\ncurl h;curl i &&curl j\\\n k"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		im := &importing{maxBody: 1 << 16, now: clockStart}
		if err := im.readCurl(text); err != nil {
			if p := api.Of(err); p.Status >= 500 || p.Message == "" {
				t.Fatal(err)
			}
			return
		}
		for _, e := range im.entries {
			again, _ := exportCurl(nil, e)
			back := &importing{maxBody: 1 << 16, now: clockStart}
			if err := back.readCurl(string(again)); err != nil || len(back.entries) != 1 {
				t.Fatalf("%v\n%s", err, again)
			}
			if got := back.entries[0].Request; string(got.Body) != string(e.Request.Body) || got.Method != e.Request.Method || got.URL != e.Request.URL {
				t.Fatalf("%s %s %q came back as %s %s %q", e.Request.Method, e.Request.URL, e.Request.Body, got.Method, got.URL, got.Body)
			}
		}
	})
}

// FuzzGoTest: odd code is refused with a sentence or passed over.
func FuzzGoTest(f *testing.F) {
	text, _ := exportGoTest(nil, &journal.Entry{Request: &journal.Message{Method: "POST", URL: "/in/a", Headers: journal.Header{{Name: "A", Value: "b"}}, Body: []byte("`\"\r\n")}})
	f.Add(string(text))
	f.Add("package x\nvar _ = T{method: \"A\", headers: nil, body: `x`, status: 7}")
	f.Add("package x; {method: \"A\", headers: [][2]string{{\"a\"")
	f.Fuzz(func(t *testing.T, text string) {
		im := &importing{maxBody: 1 << 16, now: clockStart}
		if err := im.readGoTest(text); err != nil {
			if p := api.Of(err); p.Status >= 500 || p.Message == "" {
				t.Fatal(err)
			}
		}
	})
}
