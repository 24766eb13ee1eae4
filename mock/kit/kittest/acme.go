package kittest

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// AcmeAPI is the description of a made-up provider, as its vendor would publish it.
const AcmeAPI = `{"openapi":"3.1.0","info":{"title":"Acme","version":"1"},"webhooks":{
 "order.created":{"post":{"summary":"An order was placed","requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Order"}}}}}},
 "order.paid":{"post":{"requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Order"},"example":{"type":"order.paid","id":7,"total":12.5}}}}}}},
 "components":{"schemas":{"Order":{"type":"object","required":["type","id","total"],"properties":{"type":{"type":"string"},"id":{"type":"integer"},"total":{"type":"number","minimum":0},"note":{"type":"string"}}}}}}`

// AcmeFile is the provider file beside it, with most of what such a file can say.
const AcmeFile = `name: acme
title: Acme Corp
hosts: [api.acme.example]
openapi: ./openapi.json
samples: ./samples
type_in: {body: type}
headers: {User-Agent: "Acme-Hooks/1", X-Acme-Delivery: "{delivery_id}", X-Acme-Try: "{attempt}", X-Acme-For: "{account}/{type}"}
sign: {header: X-Acme-Signature, signed: "{timestamp}.{body}", prefix: "v1=", timestamp: t=, tolerance: 5m}
retry: [5s, 5m]
timeout: 2s
success: [200, 202]
give_up: {disable_after: 4}
`

// Acme writes the provider's files into a new folder and returns that.
func Acme(t testing.TB) string {
	return Tree(t, map[string]string{"acme.yaml": AcmeFile, "openapi.json": AcmeAPI, "samples/order.lost.json": `{"type":"order.lost","id":1}`})
}

// Tree writes files into a new folder and returns it.
func Tree(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// AskJSON calls the sandbox and returns status and body.
func AskJSON(t testing.TB, method, address, body string, header ...string) (int, gjson.Result) {
	t.Helper()
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, gjson.ParseBytes(raw)
}
