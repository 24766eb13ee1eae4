package shoptet_test

import (
	"fmt"
	"strings"
	"testing"

	"tacklebox/receiver/api"
)

// What real clients send, byte for byte where it is odd, and what they must get.
func TestRealClients(t *testing.T) {
	t.Parallel()
	const chunked = "POST /shoptet/api/webhooks/renew-signature-key HTTP/1.1\r\nHost: x\r\nShoptet-Private-Api-Token: " + tokenA +
		"\r\nContent-Type: application/vnd.shoptet.v1.0\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n0\r\n\r\n"
	body := func(media, accept, text string) string {
		return fmt.Sprintf("POST /shoptet/api/webhooks HTTP/1.1\r\nHost: x\r\nShoptet-Access-Token: %s\r\n%sAccept: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", tokenA, media, accept, len(text), text)
	}
	plain := func(line, more string) string {
		return line + " HTTP/1.1\r\nHost: x\r\nshoptet-access-token: " + tokenA + "\r\n" + more + "Connection: close\r\n\r\n"
	}
	const sdk = "Content-Type: application/vnd.shoptet.v1.0\r\n"
	for _, c := range []struct {
		name, request string
		want          []string
	}{
		{"official SDK renews with chunks and Expect", chunked, []string{"HTTP/1.1 200 OK", `{"data":{"signatureKey":"`}},
		{"official collection sends a key to renew", strings.Replace(plain("POST /shoptet/api/webhooks/renew-signature-key", "Content-Length: 32\r\n"), "\r\n\r\n", "\r\n\r\n"+`{"data":{"signatureKey":"00112"}}`, 1), []string{"HTTP/1.1 200 OK"}},
		{"renewing ignores a broken body", strings.Replace(plain("POST /shoptet/api/webhooks/renew-signature-key", "Content-Length: 1\r\n"), "\r\n\r\n", "\r\n\r\n{", 1), []string{"HTTP/1.1 200 OK"}},
		{"SDK escapes slashes", body(sdk, "*/*", `{"data":[{"event":"order:create","url":"https:\/\/a.example\/x"}]}`), []string{"HTTP/1.1 201 Created", `"url":"https:\/\/a.example\/x"`}},
		{"SDK declares a body that is not there", plain("GET /shoptet/api/webhooks?itemsPerPage=20", sdk), []string{"HTTP/1.1 200 OK", `"totalCount":0`}},
		{"SDK filters the log", plain("GET /shoptet/api/webhooks/notifications?active=true&event=order%3Acreate&page=1", sdk), []string{"HTTP/1.1 200 OK", `"notifications":[]`}},
		{"Guzzle", body("Content-Type: application/vnd.shoptet.v1.0+json\r\n", "*/*", `{"data":[{"event":"order:create","url":"https://a.example"}]}`), []string{"HTTP/1.1 201 Created"}},
		{"Node", body("Content-Type: application/json\r\n", "application/json", `{"data":[{"event":"order:create","url":"https://a.example"}]}`), []string{"HTTP/1.1 201 Created"}},
		{"Node deletes what is gone", plain("DELETE /shoptet/api/webhooks/5", sdk), []string{"HTTP/1.1 404 Not Found", "webhook-not-found"}},
		{"a body without data is wrong", body("Content-Type: application/json\r\n", "application/json", `{"event":"order:create","url":"https://a.example"}`), []string{"HTTP/1.1 422", "The property data is required"}},
		{"Ruby turns pages", plain("GET /shoptet/api/webhooks?page=2", ""), []string{"HTTP/1.1 404", "page-not-found", "max page is 1"}},
	} {
		for _, profile := range []string{"2024-12", "2026-08"} {
			answer := newBench(t, withSettings(`{"profile":"`+profile+`"}`)).raw(c.request)
			for _, want := range c.want {
				if !strings.Contains(answer, want) {
					t.Errorf("%s, %s: no %q in\n%s", c.name, profile, want, answer)
				}
			}
		}
	}
}

// Expect: 100-continue is answered before the body, as HTTP wants it.
func TestContinueIsSaid(t *testing.T) {
	t.Parallel()
	answer := newBench(t).raw("POST /shoptet/api/webhooks HTTP/1.1\r\nHost: x\r\nShoptet-Access-Token: " + tokenA +
		"\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\nConnection: close\r\n\r\nb\r\n{\"data\":[]}\r\n0\r\n\r\n")
	if !strings.HasPrefix(answer, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created") {
		t.Errorf("%s", answer)
	}
}

// A body that ends before its declared end is not JSON, and nothing is stored.
func TestBrokenChunks(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.raw("POST /shoptet/api/webhooks HTTP/1.1\r\nHost: x\r\nShoptet-Access-Token: " + tokenA + "\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n")
	if got := b.do(withToken(call{path: "/api/webhooks"})); !strings.Contains(got.body, `"totalCount":0`) {
		t.Errorf("%s", got.body)
	}
	if list := b.entries("kind:call status:422"); len(list) != 1 || list[0].Error == "" {
		t.Errorf("%d refused calls", len(list))
	}
}

// The journal knows whose call it was, also by a short token.
func TestCallsBelongToAccounts(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	short := b.shortToken("thelongone")
	b.register(short, newReceiver(t).url, "order:create")
	b.fire(api.Firing{Type: "order:create"})
	b.settle()
	for q, want := range map[string]int{"kind:call account:thelongone": 2, "kind:attempt account:thelongone": 1} {
		if got := len(b.entries(q)); got != want {
			t.Errorf("%s: %d entries, want %d", q, got, want)
		}
	}
}
