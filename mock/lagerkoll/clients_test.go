package lagerkoll_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestOddClients sends what real clients send; all of it must work.
func TestOddClients(t *testing.T) {
	t.Parallel()
	const length = len(jsonBody)
	post := "POST /lagerkoll/v1/webhooks%s HTTP/1.1\r\nHost: x\r\nstore: 1\r\napi_key: k\r\n%s\r\n\r\n%s"
	for _, tc := range []struct{ name, request string }{
		{"doubled slash", fmt.Sprintf(post, "//", fmt.Sprintf("Content-Length: %d", length), jsonBody)},
		{"no slash at the end", fmt.Sprintf(post, "", fmt.Sprintf("Content-Length: %d", length), jsonBody)},
		{"four headers, any case", fmt.Sprintf(post, "/", fmt.Sprintf("USER_ID:\r\nUser_Token: \r\nContent-Length: %d", length), jsonBody)},
		{"charset", fmt.Sprintf(post, "/", fmt.Sprintf("Content-Type: application/json; charset=utf-8\r\nContent-Length: %d", length), jsonBody)},
		{"wide Accept", fmt.Sprintf(post, "/", fmt.Sprintf("Accept: application/json, */*;q=0.5\r\nContent-Length: %d", length), jsonBody)},
		{"byte order mark", fmt.Sprintf(post, "/", fmt.Sprintf("Content-Length: %d", length+3), "\ufeff"+jsonBody)},
		{"XML with a mark and no type", fmt.Sprintf(post, "/", "Content-Length: 81",
			"\ufeff <w><featureId>shop-sync</featureId><featureMethod>m</featureMethod></w>      ")},
		{"chunked", fmt.Sprintf(post, "/", "Transfer-Encoding: chunked", fmt.Sprintf("5\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", jsonBody[:5], length-5, jsonBody[5:]))},
		{"HTTP/1.0", strings.Replace(fmt.Sprintf(post, "/", fmt.Sprintf("Content-Length: %d", length), jsonBody), "HTTP/1.1", "HTTP/1.0", 1)},
		{"absolute target", strings.Replace(fmt.Sprintf(post, "/", fmt.Sprintf("Content-Length: %d", length), jsonBody), "POST /", "POST http://x/", 1)},
		{"real host", strings.NewReplacer("/lagerkoll", "", "Host: x", "Host: CAPI.lagerkoll.com:443").Replace(fmt.Sprintf(post, "/", fmt.Sprintf("Content-Length: %d", length), jsonBody))},
		{"local host", strings.NewReplacer("/lagerkoll", "", "Host: x", "Host: lagerkoll.localhost").Replace(fmt.Sprintf(post, "/", fmt.Sprintf("Content-Length: %d", length), jsonBody))},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := start(t, setup{})
			resp := b.raw(tc.request)
			if resp.StatusCode != 200 {
				t.Errorf("status %d", resp.StatusCode)
			}
			if got := b.api("GET", "//shop-sync//", "", machine("k", "1")...).webhooks(t); len(got) != 1 || !strings.HasPrefix(got[0].URL, b.url+"/lagerkoll/v1/webhooks/") {
				t.Errorf("%v", got)
			}
			if calls := b.entries("kind:call"); len(calls) != 2 || strings.HasSuffix(calls[1].Request.URL, "//shop-sync//") == false {
				t.Errorf("the journal does not keep the path as it stood: %+v", calls)
			}
		})
	}
}

// raw writes bytes on a socket and reads one answer.
func (b *bench) raw(request string) *http.Response {
	b.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(b.url, "http://"))
	must(b.t, err)
	b.t.Cleanup(func() { conn.Close() })
	_, err = conn.Write([]byte(request))
	must(b.t, err)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	must(b.t, err)
	return resp
}

// TestExpectContinue waits for the interim answer before it sends the body, as
// curl and PHP do.
func TestExpectContinue(t *testing.T) {
	t.Parallel()
	b := start(t, setup{})
	conn, err := net.Dial("tcp", strings.TrimPrefix(b.url, "http://"))
	must(t, err)
	defer conn.Close()
	body := `{"pad":"` + strings.Repeat("x", 2000) + `",` + jsonBody[1:]
	_, err = fmt.Fprintf(conn, "POST /lagerkoll/v1/webhooks/ HTTP/1.1\r\nHost: x\r\nstore: 1\r\napi_key: k\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", len(body))
	must(t, err)
	r := bufio.NewReader(conn)
	interim, err := http.ReadResponse(r, nil)
	must(t, err)
	if interim.StatusCode != http.StatusContinue {
		t.Fatalf("interim status %d", interim.StatusCode)
	}
	_, err = conn.Write([]byte(body))
	must(t, err)
	if resp, err := http.ReadResponse(r, nil); err != nil || resp.StatusCode != 200 {
		t.Errorf("%v, %v", resp, err)
	}
}

func TestBodiesWhereNoneIsRead(t *testing.T) {
	t.Parallel()
	b := start(t, setup{})
	h := b.create("", shop...)
	json := append([]string{"Content-Type", "application/json"}, shop...)
	if got := b.api("GET", "/shop-sync", "not JSON", json...); got.status != 200 {
		t.Errorf("GET with a body: %d", got.status)
	}
	if got := b.api("DELETE", fmt.Sprint("/", h.ID), `<a/>`, append(json, "Accept", "application/xml")...); got.status != 200 || got.body != "" {
		t.Errorf("DELETE with a body: %d %s", got.status, got.body)
	}
	if got := b.api("DELETE", fmt.Sprint("/", h.ID), strings.Repeat("x", 1<<20+1), json...); got.status != 404 {
		t.Errorf("DELETE with a large body: %d", got.status)
	}
}

// TestKeepAlive makes hundreds of calls on one connection.
func TestKeepAlive(t *testing.T) {
	t.Parallel()
	b := start(t, setup{})
	b.set("", `{"rate_limit":0}`)
	conn, err := net.Dial("tcp", strings.TrimPrefix(b.url, "http://"))
	must(t, err)
	defer conn.Close()
	r := bufio.NewReader(conn)
	for n := range 300 {
		_, err := fmt.Fprintf(conn, "DELETE /lagerkoll/v1/webhooks/%d HTTP/1.1\r\nHost: x\r\nstore: 1\r\napi_key: k\r\nContent-Length: 0\r\n\r\n", n)
		must(t, err)
		resp, err := http.ReadResponse(r, nil)
		must(t, err)
		if resp.StatusCode != 404 || resp.Close {
			t.Fatalf("call %d: %d", n, resp.StatusCode)
		}
		if _, err := r.Discard(int(resp.ContentLength)); err != nil {
			t.Fatal(err)
		}
	}
}
