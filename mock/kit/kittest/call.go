package kittest

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
)

// Answer is what came back of a call.
type Answer struct {
	Status int
	Header http.Header
	Body   string
	Wire   *http.Response // what else stood there; its body is read
}

// Call makes one request. Headers come as "Name: value" in the spelling that is
// sent; a later one replaces an earlier one, "Name:" takes it back, "Host: name"
// sets the host.
func Call(t testing.TB, method, url, body string, headers ...string) Answer {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	must(t, err)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ":")
		switch value = strings.TrimSpace(value); {
		case name == "Host":
			req.Host = value
		case value == "":
			delete(req.Header, name)
		default:
			req.Header[name] = []string{value}
		}
	}
	return Send(t, req)
}

// Send makes a request as it is; no redirect is followed.
func Send(t testing.TB, req *http.Request) Answer {
	t.Helper()
	resp, err := http.DefaultTransport.RoundTrip(req)
	must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	return Answer{resp.StatusCode, resp.Header, string(body), resp}
}

// ReadJSON decodes a file; numbers in what has no type of its own keep their
// spelling.
func ReadJSON(t testing.TB, file string, v any) {
	t.Helper()
	f, err := os.Open(file)
	must(t, err)
	defer f.Close()
	dec := json.NewDecoder(f)
	dec.UseNumber()
	if err := dec.Decode(v); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}
