package ultracart_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// refusals shows, for each row of errors.json (by its place), how to get it.
func refusals(c *client, oid string) map[int]func() (reply, []string) {
	call := func(method, path, body string, fill ...string) func() (reply, []string) {
		return func() (reply, []string) { return c.call(method, path, body), fill }
	}
	with := func(h map[string]string, fill ...string) func() (reply, []string) {
		return func() (reply, []string) { return c.do("GET", webhooks, "", h), fill }
	}
	setting := func(name string, value any, after func() (reply, []string)) func() (reply, []string) {
		return func() (reply, []string) {
			c.set(name, value)
			defer c.set(name, nil)
			return after()
		}
	}
	one := webhooks + "/" + oid
	return map[int]func() (reply, []string){
		0: with(map[string]string{"x-ultracart-simple-key": "", "Authorization": "Digest x"}),
		1: setting("credentials", []string{"other"}, with(nil)),
		2: with(map[string]string{"x-ultracart-simple-key": "", "x-ultracart-browser-key": "b"}),
		3: with(map[string]string{"X-UltraCart-Api-Version": ""}),
		4: with(map[string]string{"X-UltraCart-Api-Version": "1"}, "{value}", "1"),
		5: setting("revoked", []string{c.key}, with(nil)),
		6: setting("rate_limit", "documented", func() (reply, []string) {
			for range 1000 {
				c.call("GET", webhooks, "")
			}
			return c.call("GET", webhooks, ""), nil
		}),
		9:  call("POST", webhooks, "{", "{reason}", "unexpected end of JSON input"),
		10: call("POST", webhooks, `{"webhook_url":"`+strings.Repeat("x", 1<<20)+`"}`),
		11: call("POST", webhooks, `{"event_categories":[{"events":[{},{"subscribed":"yes"}]}]}`, "{path}", "event_categories[0].events[1].subscribed", "{type}", "boolean"),
		12: call("PUT", one, `{"webhook_url":"/relative"}`),
		13: call("POST", webhooks, `{"webhook_url":"http://x.example","authentication_type":"digest"}`, "{path}", "authentication_type", "{list}", "none, basic, api user, aws iam"),
		14: call("POST", webhooks, `{"webhook_url":"http://x.example","event_categories":[{"event_category":"user","events":[{"event_name":"order_ship"}]}]}`, "{name}", "order_ship", "{category}", "user"),
		15: call("POST", webhooks, `{"webhook_url":"http://x.example","event_categories":[{"events":[{"event_name":"order_ship","event_ruler":"[]"}]}]}`, "{name}", "order_ship", "{reason}", "it is not a JSON object"),
		16: call("DELETE", webhooks+"/99999999999", ""),
		17: call("GET", one+"/logs/no%20such%2Fid", ""),
		18: call("POST", one+"/reflow/order_ship", "", "{name}", "order_ship"),
		19: call("POST", one+"/reflow/item_update", "", "{oid}", oid, "{name}", "item_update"),
		20: call("GET", webhooks+"?_limit=201", "", "{name}", "_limit", "{low}", "1", "{high}", "200"),
		21: call("GET", webhooks+"?_sort=pending", ""),
		22: call("GET", one+"/logs?_since=yesterday", ""),
		23: call("GET", "/nowhere", ""),
		24: call("PATCH", webhooks, "", "{method}", "PATCH"),
	}
}

func TestEveryRefusalInItsWords(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/errors.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		When, Message string
		Status        int
	}
	if err := json.Unmarshal(raw, &rows); err != nil {
		t.Fatal(err)
	}
	c := start(t)
	how := refusals(c, c.subscribe("box", "", "order_create"))
	for i, row := range rows {
		if i == 7 || i == 8 { // the daily limit and the 500 have tests of their own
			continue
		}
		r, fill := how[i]()
		want := strings.NewReplacer(fill...).Replace(row.Message)
		body := fmt.Sprintf(`{"error":{"developer_message":%s,"user_message":%s},"metadata":{}}`, asJSON(want), asJSON(want))
		if r.status != row.Status || r.body != body {
			t.Errorf("%s:\n got %d %s\nwant %d %s", row.When, r.status, r.body, row.Status, body)
		}
		if r.header.Get("UC-REST-ERROR") != want || !r.resp.Close {
			t.Errorf("%s: UC-REST-ERROR %q, closed %v", row.When, r.header.Get("UC-REST-ERROR"), r.resp.Close)
		}
	}
}

func TestARefusalOnTheWire(t *testing.T) {
	t.Parallel()
	c := start(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(c.sb.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "DELETE /ultracart/rest/v2/webhook/webhooks/7 HTTP/1.1\r\nHost: localhost\r\nX-ULTRACART-SIMPLE-KEY: k\r\nx-ultracart-api-version:2017-03-01\r\n\r\n")
	var lines []string
	for s := bufio.NewScanner(conn); s.Scan(); { // until the connection closes
		if !strings.HasPrefix(s.Text(), "X-UltraCart-Request-Id: ") {
			lines = append(lines, s.Text())
		}
	}
	want := strings.ReplaceAll(compact(t, fixture(t, "samples/api/error.400.json")), "\n", "")
	got := strings.Join(lines, "\n")
	for _, line := range []string{"HTTP/1.1 400 Bad Request", "UC-REST-ERROR: Server side object 'webhook' could not be updated.  It does not exist.", "Transfer-Encoding: chunked", "Connection: close", want} {
		if !strings.Contains(got, line) {
			t.Errorf("%q is not in\n%s", line, got)
		}
	}
}

func TestANoContentOnTheWire(t *testing.T) {
	t.Parallel()
	c := start(t)
	oid := c.subscribe("box", "")
	conn, err := net.Dial("tcp", strings.TrimPrefix(c.sb.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "DELETE /ultracart/rest/v2/webhook/webhooks/%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nx-ultracart-simple-key: %s\r\nX-UltraCart-Api-Version: 2017-03-01\r\n\r\n", oid, c.key)
	got := map[string]bool{}
	for s := bufio.NewScanner(conn); s.Scan(); {
		got[s.Text()] = true
	}
	if !got["HTTP/1.1 204 No Content"] || !got["Content-Length: 0"] {
		t.Errorf("%v", got)
	}
}

func TestWrongTypesAreNamed(t *testing.T) {
	t.Parallel()
	c := start(t)
	for members, want := range map[string]string{
		`"webhook_url":1`:                     "Field 'webhook_url' must be a string.",
		`"maximum_events":"10"`:               "Field 'maximum_events' must be a integer.",
		`"maximum_events":1.5`:                "Field 'maximum_events' must be a integer.",
		`"maximum_size":2147483648`:           "Field 'maximum_size' must be a integer.",
		`"maximum_size":1e3`:                  "Field 'maximum_size' must be a integer.",
		`"compress_events":"true"`:            "Field 'compress_events' must be a boolean.",
		`"disabled":0`:                        "Field 'disabled' must be a boolean.",
		`"event_categories":{}`:               "Field 'event_categories' must be a array.",
		`"event_categories":["order"]`:        "Field 'event_categories[0]' must be a object.",
		`"event_categories":[{"events":"x"}]`: "Field 'event_categories[0].events' must be a array.",
		`"event_categories":[{"events":[{"expansion":["billing"]}]}]`: "Field 'event_categories[0].events[0].expansion' must be a string.",
		`"webhook_url":"http://x.example","api_version":"1"`:          "Field 'api_version' must be one of 2017-03-01.",
	} {
		if r := c.call("POST", webhooks, "{"+members+"}"); r.status != 400 || r.get("error.user_message").String() != want {
			t.Errorf("%s: %d %s, want %s", members, r.status, r.body, want)
		}
	}
}

func TestBodiesThatAreNoJSONObject(t *testing.T) {
	t.Parallel()
	c := start(t)
	oid := c.subscribe("box", "")
	for _, body := range []string{"", "   ", "[]", `"x"`, "1", "null", "{,}", `{"a":1,}`, `{"a":1} x`, "\xff", "{\"webhook_url\":\"http://h/\xff\"}", "\ufeff{}", strings.Repeat("[", 100000), strings.Repeat(`{"a":`, 600) + "1" + strings.Repeat("}", 600)} {
		for _, call := range [][2]string{{"POST", webhooks}, {"DELETE", webhooks}, {"PUT", webhooks + "/" + oid}} {
			r := c.call(call[0], call[1], body)
			if r.status != 400 || !strings.HasPrefix(r.get("error.user_message").String(), "Invalid JSON: ") {
				t.Errorf("%s with %.20q: %d %s", call[0], body, r.status, r.body)
			}
		}
	}
}

func TestURLsThatAreNotAbsolute(t *testing.T) {
	t.Parallel()
	c := start(t)
	for _, url := range []string{`""`, `"x"`, `"//x.example/"`, `"ftp://x.example/"`, `"http://"`, `"http:///path"`, `"http://:80/"`, `"http://x.example:65536/"`, `"http://x y/"`, `"http://x.example/\u0007"`, `null`} {
		for _, method := range []string{"POST", "DELETE"} {
			r := c.call(method, webhooks, `{"webhook_url":`+url+`}`)
			if r.status != 400 || r.get("error.user_message").String() != "Field 'webhook_url' must be an absolute http or https URL." {
				t.Errorf("%s %s: %d %s", method, url, r.status, r.body)
			}
		}
	}
}

func TestForeignTextCannotBreakTheHeader(t *testing.T) {
	t.Parallel()
	c := start(t)
	r := c.call("POST", webhooks, `{"webhook_url":"http://x.example","event_categories":[{"events":[{"event_name":"a\r\nSet-Cookie: x\u0000`+strings.Repeat("é", 5000)+`"}]}]}`)
	got := r.header.Get("UC-REST-ERROR")
	if r.status != 400 || r.header.Get("Set-Cookie") != "" || !strings.HasPrefix(got, "Event 'a  Set-Cookie: x ") || len(got) > 1100 {
		t.Errorf("%d %.100q", r.status, got)
	}
}

func TestUnknownEventsCanBeSkipped(t *testing.T) {
	t.Parallel()
	c := start(t)
	body := `{"webhook_url":"http://x.example","event_categories":[{"event_category":"nope","subscribed":true},{"event_category":"nope","events":[{"event_name":"user_login"}]},` +
		`{"event_category":"order","events":[{"event_name":"order_melt"},{"event_name":"user_login"},{"event_name":"order_ship"}]}]}`
	if r := c.call("POST", webhooks, body); r.status != 400 {
		t.Errorf("strict: %d, want 400", r.status)
	}
	c.set("strict", false)
	if diff := cmp.Diff("order_ship", subscribed(c.ok("POST", webhooks, body))); diff != "" {
		t.Error(diff)
	}
}
