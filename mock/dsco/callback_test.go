package dsco_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/sandbox"
	"tacklebox/mock/signing"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
)

// listen takes one request after the other off a socket, byte for byte, and
// answers each with the same bytes.
func listen(t *testing.T, reply string) (host string, got chan string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	got = make(chan string, 100)
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			got <- readRaw(c)
			_, _ = io.WriteString(c, reply)
			_ = c.Close()
		}
	}()
	return ln.Addr().String(), got
}

// readRaw reads a request's head as it stands and its body by Content-Length.
func readRaw(c net.Conn) string {
	r := bufio.NewReader(c)
	var all strings.Builder
	length := 0
	for {
		line, err := r.ReadString('\n')
		all.WriteString(line)
		if _, n, ok := strings.Cut(line, "Content-Length: "); ok {
			_, _ = fmt.Sscan(n, &length)
		}
		if err != nil || line == "\r\n" {
			break
		}
	}
	body := make([]byte, length)
	n, _ := io.ReadFull(r, body)
	return all.String() + string(body[:n])
}

const fine = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

// raw fires one order to a webhook and returns what stood on the wire, up to the
// body.
func raw(t *testing.T, r *rig, got chan string, hook map[string]any) string {
	t.Helper()
	id := r.create(me, hook)
	r.fire("ORDER_CREATED", nil, nil)
	head, body, _ := strings.Cut(<-got, "\r\n\r\n")
	if !strings.HasPrefix(body, `{"webhookUuid":"`+id+`"`) {
		t.Errorf("body %s", body)
	}
	r.ok("DELETE", "/webhook/"+id, me, "")
	return strings.Replace(head, fmt.Sprint(len(body)), "N", 1)
}

func TestCallbacksOnTheWire(t *testing.T) {
	t.Parallel()
	r := start(t)
	host, got := listen(t, fine)
	at := "http://" + host
	const plain = "Content-Type: application/json\r\nUser-Agent: Dsco\r\n"
	for _, c := range []struct {
		about, url string
		headers    []any
		want       string
	}{
		{"no path", at + "?type=ordercreated", nil, "POST /?type=ordercreated HTTP/1.1\r\nHost: " + host + "\r\n" + plain + "Content-Length: N"},
		{"path and query as they are", at + "/a%2Fb//c/../d?x=%7e&x=+&", nil, "POST /a%2Fb//c/../d?x=%7e&x=+& HTTP/1.1\r\nHost: " + host + "\r\n" + plain + "Content-Length: N"},
		{"no fragment", at + "/a#b", nil, "POST /a HTTP/1.1\r\nHost: " + host + "\r\n" + plain + "Content-Length: N"},
		{"user information", strings.Replace(at, "//", "//us%40er:pw@", 1), nil,
			"POST / HTTP/1.1\r\nHost: " + host + "\r\n" + plain + "Authorization: Basic dXNAZXI6cHc=\r\nContent-Length: N"},
		{"custom headers in order and spelling", at, []any{header("x-lOW", "1"), header("X-B", " two "), header("x-low", ""), header("A", "é\t;")},
			"POST / HTTP/1.1\r\nHost: " + host + "\r\n" + plain + "x-lOW: 1\r\nX-B:  two \r\nx-low: \r\nA: é\t;\r\nContent-Length: N"},
		{"custom headers instead of the ordinary", strings.Replace(at, "//", "//u:p@", 1), []any{header("AUTHORIZATION", "k"), header("content-type", "x"), header("user-agent", "y"), header("Accept-Encoding", "br")},
			"POST / HTTP/1.1\r\nHost: " + host + "\r\nAUTHORIZATION: k\r\ncontent-type: x\r\nuser-agent: y\r\nAccept-Encoding: br\r\nContent-Length: N"},
	} {
		hook := map[string]any{"callbackUrl": c.url}
		if c.headers != nil {
			hook["customHttpHeaders"] = c.headers
		}
		same(t, c.about, raw(t, r, got, hook), c.want)
	}
	r.Settings("dsco", "", map[string]any{"user_agent": ""})
	same(t, "no agent", raw(t, r, got, map[string]any{"callbackUrl": at}), "POST / HTTP/1.1\r\nHost: "+host+"\r\nContent-Type: application/json\r\nContent-Length: N")
}

func header(name, value string) map[string]string {
	return map[string]string{"name": name, "value": value}
}

// A firing to a URL goes there with the ordinary headers, and leaves no record.
func TestADirectFiring(t *testing.T) {
	t.Parallel()
	r := start(t)
	host, got := listen(t, fine)
	r.create(me, map[string]any{"customHttpHeaders": []any{header("X-A", "1")}})
	fired := r.Fire(api.Firing{Provider: "dsco", Type: "ORDER_CREATED", Account: me, To: "http://" + host + "/x"})
	if len(fired.Events[0].Deliveries) != 1 || fired.Events[0].Deliveries[0].Subscription != "" {
		t.Errorf("%+v", fired)
	}
	if wire := <-got; !strings.HasPrefix(wire, "POST /x HTTP/1.1\r\nHost: "+host+"\r\nContent-Type: application/json\r\nUser-Agent: Dsco\r\nContent-Length: ") {
		t.Errorf("%s", wire)
	}
	r.Expect(t, "kind:attempt", 1)
	if page := r.history(me, ""); len(page.WebhookHistory) != 0 {
		t.Errorf("%+v", page)
	}
}

// Callbacks are not signed, and verification says so.
func TestNothingIsSigned(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.create(me, nil)
	r.fire("ORDER_CREATED", nil, nil)
	got := r.Expect(t, "kind:capture", 1)[0]
	if got.Signature == nil || got.Signature.State != signing.None {
		t.Errorf("signature %+v", got.Signature)
	}
	verdict := r.send(request(t, "POST", r.URL+"/_/verify", "", `{"provider":"dsco","secret":"x","headers":{},"body":"{}"}`))
	if !strings.Contains(verdict.Body, `"valid":false`) || !strings.Contains(verdict.Body, "signs nothing") {
		t.Errorf("%s", verdict.Body)
	}
}

// attempts lists the attempts made so far as offset from the beginning and status.
func attempts(r *rig) (list []string) {
	for _, e := range r.Entries("kind:attempt") {
		list = append(list, fmt.Sprintf("%s %d", e.Time.Sub(began), status(e)))
	}
	return list
}

func status(e *journal.Entry) int {
	if e.Response == nil {
		return 0
	}
	return e.Response.Status
}

func TestThereAreNoRetriesUnlessTheSettingsHaveThem(t *testing.T) {
	t.Parallel()
	r := start(t, sandbox.WithTick(0))
	r.Reply("box", `{"reply":[{"status":500}]}`)
	r.create(me, nil)
	r.fire("ORDER_CREATED", nil, nil)
	r.Advance(48 * time.Hour)
	same(t, "by default", attempts(r), []string{"0s 500"})
	r.Settings("dsco", "", map[string]any{"retry": []any{"1m", "5m"}})
	r.fire("ORDER_CREATED", nil, nil)
	r.Advance(48 * time.Hour)
	same(t, "with waits", attempts(r), []string{"0s 500", "48h0m0s 500", "48h1m0s 500", "48h6m0s 500"})
	bodies := r.captured("box", 4)
	if bodies[1] != bodies[2] || bodies[2] != bodies[3] {
		t.Error("a retry changed the bytes")
	}
	if list := r.ok("GET", "/webhook/"+idOf(bodies[3]), me, ""); list["enabled"] != true {
		t.Errorf("failures disabled the webhook: %v", list)
	}
}

// idOf reads the webhookUuid off a callback body.
func idOf(body string) string { return body[len(`{"webhookUuid":"`):][:36] }

func TestWhatCountsAsMade(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.Settings("dsco", "", map[string]any{"retry": []any{"1m"}})
	codes := map[int]bool{200: true, 201: true, 204: true, 299: true, 301: false, 307: false, 304: false, 400: false, 410: false, 500: false, 503: false}
	for code, made := range codes {
		inbox := fmt.Sprint("s", code)
		r.Reply(inbox, fmt.Sprintf(`{"reply":[{"status":%d,"headers":{"Location":"/in/elsewhere"}}]}`, code))
		r.create(me, map[string]any{"callbackUrl": r.Inbox(inbox), "event": "ORDER_UPDATED", "description": fmt.Sprint(made)})
	}
	r.fire("ORDER_UPDATED", nil, nil)
	r.Advance(time.Hour)
	for code, made := range codes {
		want := 2
		if made {
			want = 1
		}
		if n := len(r.Entries(fmt.Sprintf("kind:capture inbox:s%d", code))); n != want {
			t.Errorf("status %d: %d attempts, want %d", code, n, want)
		}
	}
	if len(r.Entries("inbox:elsewhere")) != 0 {
		t.Error("a redirect was followed")
	}
}

// A retry goes where the webhook points by then, with its headers of then.
func TestARetryFollowsTheWebhook(t *testing.T) {
	t.Parallel()
	r := start(t, sandbox.WithTick(0))
	r.Settings("dsco", "", map[string]any{"retry": []any{"1m", "1m", "1m"}})
	r.Reply("box", `{"reply":[{"status":500}]}`)
	r.Reply("new", `{"reply":[{"status":500}]}`)
	id := r.create(me, nil)
	r.fire("ORDER_CREATED", nil, nil)
	r.Expect(t, "kind:attempt", 1)
	update := func(url string, enabled bool) {
		r.ok("PUT", "/webhook/"+id, me, encode(t, map[string]any{"webhookAccountId": 12311, "event": "ORDER_CREATED", "callbackUrl": url, "enabled": enabled,
			"customHttpHeaders": []any{header("X-New", "1")}}))
	}
	update(r.Inbox("new"), true)
	r.Advance(time.Minute)
	moved := r.Expect(t, "kind:capture inbox:new", 1)[0]
	same(t, "headers", moved.Request.Headers.Values("X-New"), []string{"1"})
	same(t, "body", string(moved.Request.Body), r.captured("box", 1)[0])
	update(r.Inbox("new"), false)
	r.Advance(time.Hour)
	update(r.Inbox("new"), true)
	r.Advance(time.Hour)
	same(t, "after it was disabled", attempts(r), []string{"0s 500", "1m0s 500"})
	r.fire("ORDER_CREATED", nil, nil)
	r.Expect(t, "kind:attempt", 3)
	r.ok("DELETE", "/webhook/"+id, me, "")
	r.Advance(time.Hour)
	if n := len(attempts(r)); n != 3 {
		t.Errorf("%d attempts after it was deleted, want 3", n)
	}
	records := r.history(me, "sku=MUG-12-SLATE").WebhookHistory
	if len(records) != 3 || records[0].CallbackURL != r.Inbox("box") || records[1].CallbackURL != r.Inbox("new") {
		t.Errorf("%+v", records)
	}
}

// One webhook's callbacks come one at a time in firing order, and another's do
// not wait for them.
func TestOrderOfCallbacks(t *testing.T) {
	t.Parallel()
	r := start(t)
	entered, release := make(chan string, 10), make(chan struct{})
	slow := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		b, _ := io.ReadAll(q.Body)
		entered <- string(b)
		<-release
	})}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	go func() { _ = slow.Serve(ln) }()
	t.Cleanup(func() { _ = slow.Close() })
	r.create(me, map[string]any{"callbackUrl": "http://" + ln.Addr().String()})
	r.create(me, map[string]any{"callbackUrl": r.Inbox("fast")})
	for _, po := range []string{`"1"`, `"2"`, `"3"`} {
		r.fire("ORDER_CREATED", map[string]string{"payload.poNumber": po}, nil)
	}
	for i, b := range r.captured("fast", 3) {
		if !strings.Contains(b, fmt.Sprintf(`"poNumber":"%d"`, i+1)) {
			t.Errorf("callback %d: %s", i+1, b)
		}
	}
	for i := 1; i <= 3; i++ {
		if b := <-entered; !strings.Contains(b, fmt.Sprintf(`"poNumber":"%d"`, i)) {
			t.Errorf("slow callback %d: %s", i, b)
		}
		if len(entered) != 0 {
			t.Error("two at a time")
		}
		release <- struct{}{}
	}
}
