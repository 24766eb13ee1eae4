package receiver

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"tacklebox/receiver/api"
	"tacklebox/receiver/inbox"
	"tacklebox/receiver/journal"
)

// TestInboxScripts sets a script and lists the statuses that requests get.
func TestInboxScripts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		settings string
		want     []int
	}{
		"unset":              {`{}`, []int{200, 200}},
		"one repeats":        {`{"reply":[{"status":503}]}`, []int{503, 503, 503}},
		"the last repeats":   {`{"reply":[{"status":500,"times":2},{"status":429},{}]}`, []int{500, 500, 429, 200, 200}},
		"last with times":    {`{"reply":[{"status":500,"times":2}]}`, []int{500, 500, 500}},
		"no body statuses":   {`{"reply":[{"status":204,"body":"x"},{"status":304},{"status":205}]}`, []int{204, 304, 205}},
		"empty list":         {`{"reply":[]}`, []int{200}},
		"a pause of its own": {`{"reply":[{"status":201,"delay":"1ms"},{"status":202}]}`, []int{201, 202}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t)
			g.do("PUT", "/_/inboxes/a", c.settings).want(t, 200)
			for i, want := range c.want {
				if got := g.do("POST", "/in/a/below", "x"); got.status != want {
					t.Errorf("request %d got %d, want %d", i+1, got.status, want)
				}
				if e := g.entry(uint64(i + 1)); e.Response.Status != want {
					t.Errorf("entry %d says %d, want %d", i+1, e.Response.Status, want)
				}
			}
			if got := g.do("POST", "/in/other", "x"); got.status != 200 || got.body != "" {
				t.Errorf("another inbox got %+v", got)
			}
		})
	}
}

func TestInboxAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ reply, body, typ string }{
		"text":           {`{"body":"hello"}`, "hello", "text/plain; charset=utf-8"},
		"JSON in text":   {`{"body":"{\"a\":1}"}`, `{"a":1}`, "application/json"},
		"JSON as it is":  {`{"body":{"a":[1, 2.0]}}`, `{"a":[1, 2.0]}`, "application/json"},
		"a number":       {`{"body":17}`, "17", "application/json"},
		"type given":     {`{"body":"<a/>","headers":{"content-type":"text/xml"}}`, "<a/>", "text/xml"},
		"looks like web": {`{"body":"<html>"}`, "<html>", "text/plain; charset=utf-8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t)
			g.do("PUT", "/_/inboxes/a", `{"reply":[`+c.reply+`]}`).want(t, 200)
			got := g.do("POST", "/in/a", "")
			e := g.entry(1)
			if got.body != c.body || got.header.Get("Content-Type") != c.typ || string(e.Response.Body) != c.body || e.Response.Size != int64(len(c.body)) {
				t.Errorf("%+v; recorded %+v", got, e.Response)
			}
		})
	}
	g := newRig(t)
	g.do("PUT", "/_/inboxes/a", `{"reply":[{"headers":{"X-A":"1","x-b":["2","3"]}}]}`).want(t, 200)
	got := g.do("POST", "/in/a", "")
	if fmt.Sprint(got.header["X-A"], got.header["X-B"]) != "[1] [2 3]" {
		t.Errorf("headers %v", got.header)
	}
}

// TestInboxFaults looks at what a sender sees of each fault.
func TestInboxFaults(t *testing.T) {
	t.Parallel()
	const request = "POST /in/a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx"
	for name, c := range map[string]struct {
		reply, fault string
		see          func(t *testing.T, back string, err error)
	}{
		"reset": {`{"fault":"reset"}`, "reset", func(t *testing.T, back string, err error) {
			if back != "" || !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("saw %q, %v", back, err)
			}
		}},
		"empty": {`{"fault":"empty"}`, "empty", func(t *testing.T, back string, err error) {
			if back != "" || err != nil {
				t.Errorf("saw %q, %v", back, err)
			}
		}},
		"interim": {`{"status":103}`, "", func(t *testing.T, back string, err error) {
			if back != "HTTP/1.1 103 Early Hints\r\n\r\n" || err != nil {
				t.Errorf("saw %q, %v", back, err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t)
			g.do("PUT", "/_/inboxes/a", `{"reply":[`+c.reply+`]}`).want(t, 200)
			conn := g.dial()
			defer conn.Close()
			_, _ = io.WriteString(conn, request)
			back, err := io.ReadAll(conn)
			c.see(t, string(back), err)
			if e := g.entry(1); e.Fault != c.fault || c.fault != "" && e.Response != nil {
				t.Errorf("entry: fault %q response %+v", e.Fault, e.Response)
			}
		})
	}
}

// TestInboxSlow: the body comes in pieces, whole in the end.
func TestInboxSlow(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	body := strings.Repeat("0123456789", 30)
	g.do("PUT", "/_/inboxes/a", `{"reply":[{"fault":"slow","delay":"60ms","body":"`+body+`"}]}`).want(t, 200)
	started := time.Now()
	got := g.do("POST", "/in/a", "")
	if got.body != body || time.Since(started) < 50*time.Millisecond {
		t.Errorf("%d bytes after %v", len(got.body), time.Since(started))
	}
	if e := g.entry(1); e.Fault != "slow" || e.Response.Status != 200 {
		t.Errorf("%+v", e)
	}
}

// TestInboxHang: the sender waits until it leaves, or until the receiver closes.
func TestInboxHang(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.do("PUT", "/_/inboxes/a", `{"reply":[{"fault":"hang"}]}`).want(t, 200)
	g.do("PUT", "/_/inboxes/d", `{"reply":[{"delay":"10m"}]}`).want(t, 200)
	for _, name := range []string{"a", "d"} {
		conn := g.dial()
		defer conn.Close()
		_, last := g.log.Bounds()
		fmt.Fprintf(conn, "POST /in/%s HTTP/1.1\r\nHost: h\r\n\r\n", name)
		g.entry(last + 1)
		done := make(chan error, 1)
		go func() { _, err := bufio.NewReader(conn).ReadByte(); done <- err }()
		select {
		case err := <-done:
			t.Fatalf("%s: answered, %v", name, err)
		default:
		}
		if name == "d" {
			g.rc.Close()
			if err := <-done; err == nil {
				t.Error("answered when the receiver closed")
			}
		}
	}
}

// TestInboxSettingsRoundTrip: what GET gives can be PUT again, and what was
// set is there after a restart.
func TestInboxSettingsRoundTrip(t *testing.T) {
	t.Parallel()
	settings := &memorySettings{}
	with := func(c *Config) { c.Settings = settings; c.Providers = func() []string { return []string{"dsco"} } }
	g := newRig(t, with)
	full := `{"forward":"http://127.0.0.1:9/x?y=1","reply":[{"body":{"b":1},"delay":"1s","fault":"slow","headers":{"A":"b"},"status":500,"times":3}],"verify":{"provider":"dsco","secret":"s"}}`
	g.do("PUT", "/_/inboxes/a%20b", full).want(t, 200)
	if got := strings.TrimSpace(g.do("GET", "/_/inboxes/a%20b", "").body); got != full {
		t.Errorf("got back\n%s\nset\n%s", got, full)
	}
	g.do("GET", "/_/inboxes/none", "").want(t, 200, "{}")
	again := newRig(t, with)
	again.do("GET", "/_/inboxes/a%20b", "").want(t, 200, full)
	again.do("PUT", "/_/inboxes/a%20b", `{}`).want(t, 200)
	if got := string(settings.docs["inboxes"]); got != "{}" {
		t.Errorf("kept %s", got)
	}
	g.do("PUT", "/_/inboxes/c", `{"reply":[{"status":404}]}`).want(t, 200)
	if err := g.rc.Reset(); err != nil {
		t.Fatal(err)
	}
	g.do("POST", "/in/c", "").want(t, 200)
}

func TestInboxSettingsThatFail(t *testing.T) {
	t.Parallel()
	settings := &memorySettings{docs: map[string]json.RawMessage{"inboxes": []byte(`{"good":{"reply":[{"status":404}]},"bad":{"replies":[]}}`)}}
	g := newRig(t, func(c *Config) { c.Settings = settings })
	if got := g.do("POST", "/in/good", ""); got.status != 404 {
		t.Errorf("the valid one got lost: %d", got.status)
	}
	g.do("GET", "/_/inboxes/bad", "").want(t, 200, "{}")
	settings.fail = errors.New("disk on fire")
	g.do("PUT", "/_/inboxes/x", `{"reply":[{"status":404}]}`).want(t, 500, "disk on fire")
	g.do("POST", "/in/x", "").want(t, 200)
	if err := g.rc.Reset(); err == nil {
		t.Error("Reset kept quiet about settings that were not kept")
	}
	if err := g.rc.SetInbox("y", []byte(`{"reply":1}`)); err == nil || !slices.Equal(api.Path(err), []string{"reply"}) {
		t.Errorf("SetInbox: %v", err)
	}
}

func TestInboxRefusals(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(c *Config) { c.Providers = func() []string { return []string{"dsco", "shoptet"} } })
	long := strings.Repeat("x", 1<<20+1)
	for settings, parts := range map[string][]string{
		``:                                                 {"empty"},
		`[]`:                                               {"the body"},
		`null`:                                             {"null"},
		`{"reply":[}`:                                      {api.CodeBadJSON, `"position":11`, "byte 11"},
		`{"replies":[]}`:                                   {"unknown_field", "replies", "known are reply, forward, verify"},
		`{"reply":{}}`:                                     {"a list is wanted"},
		`{"reply":[1]}`:                                    {"reply[0]", "an object is wanted"},
		`{"reply":[{},{"code":1}]}`:                        {"reply[1].code", "known are status"},
		`{"reply":[{"status":99}]}`:                        {"reply[0].status", "100 to 599", "99"},
		`{"reply":[{"status":600}]}`:                       {"600"},
		`{"reply":[{"status":"200"}]}`:                     {"reply[0].status", "whole number"},
		`{"reply":[{"status":200.5}]}`:                     {"whole number"},
		`{"reply":[{"times":0}]}`:                          {"times", "1 to"},
		`{"reply":[{"delay":5}]}`:                          {"delay", "a text is wanted"},
		`{"reply":[{"delay":"5"}]}`:                        {"delay", "duration"},
		`{"reply":[{"delay":"-1s"}]}`:                      {"delay"},
		`{"reply":[{"delay":"11m"}]}`:                      {"10m0s"},
		`{"reply":[{"fault":"explode"}]}`:                  {"explode", "known are reset, empty, hang, slow"},
		`{"reply":[{"headers":{"A b":"x"}}]}`:              {"A b"},
		`{"reply":[{"headers":{"A":"x\r\nB:1"}}]}`:         {"cannot be sent"},
		`{"reply":[{"headers":{"A":1}}]}`:                  {"a text or a list of texts"},
		`{"reply":[{"headers":[]}]}`:                       {"an object is wanted"},
		`{"reply":[{"body":"` + long + `"}]}`:              {"larger than"},
		`{"forward":"localhost:3000"}`:                     {"whole http or https URL"},
		`{"forward":"ftp://a/"}`:                           {"http"},
		`{"forward":5}`:                                    {"a text is wanted"},
		`{"verify":{"secret":"s"}}`:                        {"needs a provider"},
		`{"verify":{"provider":"dsoc","secret":"s"}}`:      {"verify.provider", "known are dsco, shoptet"},
		`{"verify":{"key":"s"}}`:                           {"verify.key", "known are provider, secret"},
		`{"verify":true}`:                                  {"an object is wanted"},
		`{"reply":[` + strings.Repeat("{},", 100) + `{}]}`: {"at most 100"},
	} {
		got := g.do("PUT", "/_/inboxes/a", settings)
		if got.status != 400 {
			t.Errorf("%.60s: status %d", settings, got.status)
			continue
		}
		for _, part := range parts {
			if !strings.Contains(strings.ReplaceAll(got.body, `\"`, ""), strings.ReplaceAll(part, `\"`, "")) {
				t.Errorf("%.60s: the answer lacks %q: %s", settings, part, got.body)
			}
		}
		wantProblem(t, got)
	}
	g.do("PUT", "/_/inboxes/a", strings.Repeat(" ", api.MaxBody+1)).want(t, http.StatusRequestEntityTooLarge)
	g.do("PUT", "/_/inboxes/a", `{"forward":"http://169.254.169.254/"}`).want(t, 422, "link-local")
	g.do("PUT", "/_/inboxes/a", `{"forward":"http://8.8.8.8/"}`).want(t, 422, "--allow-host 8.8.8.8")
	g.do("GET", "/_/inboxes/a", "").want(t, 200, "{}")
}

func TestInboxList(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	list := func() (lines []api.InboxInfo) {
		if err := json.Unmarshal([]byte(g.do("GET", "/_/inboxes", "").want(t, 200).body), &lines); err != nil {
			t.Fatal(err)
		}
		return lines
	}
	if lines := list(); lines == nil || len(lines) != 0 {
		t.Errorf("%+v", lines)
	}
	g.do("PUT", "/_/inboxes/b", `{"reply":[{"status":404}]}`).want(t, 200)
	for _, name := range []string{"a", "c", "a"} {
		g.do("POST", "/in/"+name, "")
	}
	list()
	g.do("POST", "/in/a", "")
	lines := list()
	got := ""
	for _, l := range lines {
		settings, _ := json.Marshal(l.Settings)
		got += fmt.Sprintf("%s:%d:%d:%s ", l.Inbox, l.Captures, l.LastSeq, settings)
	}
	if want := `a:3:4:{} b:0:0:{"reply":[{"status":404}]} c:1:2:{} `; got != want {
		t.Errorf("got %s want %s", got, want)
	}
	g.do("DELETE", "/_/entries", "").want(t, 204)
	if lines := list(); len(lines) != 1 || lines[0].Inbox != "b" {
		t.Errorf("after the deletion: %+v", lines)
	}
}

// TestAnInboxDecidesTheVerdict, also on what the sandbox itself sent: the entry is
// the sender's, the rules are the inbox's.
func TestAnInboxDecidesTheVerdict(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(c *Config) {
		c.Origin = func(string) (Origin, bool) { return Origin{Provider: "dsco", Account: "me", Type: "order"}, true }
		c.Verify = func(o Origin, secret string, _ inbox.Received) *journal.Signature {
			return &journal.Signature{State: "valid", Reason: o.Provider + " " + o.Account + " " + secret}
		}
	})
	g.do("PUT", "/_/inboxes/own", `{"verify":{"provider":"github","secret":"k"}}`).want(t, 200)
	for name, want := range map[string]string{"own": "github me k", "other": "dsco me "} {
		g.do("POST", "/in/"+name, "x").want(t, 200)
		_, last := g.log.Bounds()
		if e := g.entry(last); e.Provider != "dsco" || e.Type != "order" || e.Signature.Reason != want {
			t.Errorf("%s: %s %s, %q, want %q", name, e.Provider, e.Type, e.Signature.Reason, want)
		}
	}
}
