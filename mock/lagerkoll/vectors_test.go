package lagerkoll_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"tacklebox/receiver/api"
)

func TestCallbackVectors(t *testing.T) {
	t.Parallel()
	v := loadVectors(t).Callbacks
	if len(v.Bodies) != 35 {
		t.Fatalf("%d vectors, want one for each of the 35 event types", len(v.Bodies))
	}
	in := newInbox(t)
	b := start(t, setup{still: true, config: `{"callback_url":"` + in.URL + `/cb?x=%41&y"}`})
	for i, one := range v.Bodies {
		if !one.Clock.Equal(b.engine.Now()) {
			t.Fatalf("%s: the vector is of %s", one.Event, one.Clock)
		}
		b.fire(api.Firing{Type: one.Event})
		got := in.captures()
		if len(got) != i+1 {
			t.Fatalf("%s: %d captures after %d firings", one.Event, len(got), i+1)
		}
		last := got[i]
		if last.method != v.Method || last.body != one.Body || last.target != "/cb?x=%41&y" {
			t.Errorf("%s: %s %s\n got %s\nwant %s", one.Event, last.method, last.target, last.body, one.Body)
		}
		want := map[string]string{"Content-Length": strconv.Itoa(len(one.Body))}
		for name, value := range v.Headers {
			want[name] = value
		}
		for name, values := range last.header {
			if want[name] != strings.Join(values, ",") {
				t.Errorf("%s: header %s: %q is not wanted", one.Event, name, values)
			}
			delete(want, name)
		}
		if len(want) > 0 {
			t.Errorf("%s: headers are missing: %v", one.Event, want)
		}
	}
}

func TestCreateVectors(t *testing.T) {
	t.Parallel()
	for i, v := range loadVectors(t).Create {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			b := start(t, setup{seed: 7})
			if v.Switch != "" {
				name, value, _ := strings.Cut(v.Switch, ": ")
				b.set("", fmt.Sprintf(`{%q:%q}`, name, value))
			}
			got := b.api("POST", "/", v.Body, append(shop, "Accept", v.Accept, "Content-Type", v.ContentType)...)
			want := v.Answer
			if v.Status == 200 {
				want = fill(b, v.Answer)
			}
			if got.status != v.Status || got.body != want || got.header.Get("Content-Type") != v.Accept {
				t.Errorf("got %d %s\n%s\nwant %d %s\n%s", got.status, got.header.Get("Content-Type"), got.body, v.Status, v.Accept, want)
			}
		})
	}
}

// fill puts the only webhook's values into a vector.
func fill(b *bench, vector string) string {
	b.t.Helper()
	var all []webhook
	for _, feature := range []string{"shop-sync", "kund%20&%20lager"} {
		all = append(all, b.api("GET", "/"+feature, "", shop...).webhooks(b.t)...)
	}
	if len(all) != 1 {
		b.t.Fatalf("%d webhooks", len(all))
	}
	return strings.NewReplacer("GUID", all[0].GUID, "ID", fmt.Sprint(all[0].ID), "BASE", b.url).Replace(vector)
}

func TestOtherVectors(t *testing.T) {
	t.Parallel()
	v := loadVectors(t)
	in := newInbox(t)
	b := start(t, setup{config: `{"callback_url":"` + in.URL + `"}`})
	for _, get := range v.Get {
		if got := b.call("GET", "/lagerkoll"+get.Path, "", shop...); got.status != get.Status || got.body != get.Answer {
			t.Errorf("%s: %d %s", get.Path, got.status, got.body)
		}
	}
	h := b.create("", shop...)
	for _, run := range v.Execute {
		if got := b.api("POST", "/"+h.GUID, run.Body, shop...); got.status != run.Status || got.body != run.Answer {
			t.Errorf("execute: %d %s", got.status, got.body)
		}
		b.settle()
		if events := b.entries("kind:event type:" + run.Callback); len(events) != 1 || len(in.captures()) != 1 {
			t.Errorf("%d events, %d captures", len(events), len(in.captures()))
		}
	}
	for _, del := range v.Delete {
		got := b.api("DELETE", "/"+fmt.Sprint(h.ID), "", shop...)
		if got.status != del.Status || got.body != del.Answer || got.header["Content-Type"] != nil {
			t.Errorf("delete: %d %q %v", got.status, got.body, got.header)
		}
	}
}

func TestRateLimitVectors(t *testing.T) {
	t.Parallel()
	b := start(t, setup{still: true})
	for _, v := range loadVectors(t).RateLimit {
		at, err := time.ParseDuration(v.At)
		must(t, err)
		b.advance(begin.Add(at).Sub(b.engine.Now()))
		for n := range v.Calls {
			got := b.api("GET", "/f", "", shop...)
			if v.RetryAfter == 0 {
				if got.status == 429 {
					t.Fatalf("at %s call %d was refused", v.At, n+1)
				}
				continue
			}
			if got.status != 429 || got.header.Get("Retry-After") != strconv.Itoa(v.RetryAfter) {
				t.Errorf("at %s: %d, Retry-After %q, want %d", v.At, got.status, got.header.Get("Retry-After"), v.RetryAfter)
			}
		}
	}
}

func TestRetryVectors(t *testing.T) {
	t.Parallel()
	for name, v := range loadVectors(t).Retry {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := newInbox(t, append(v.Answers, 500, 500)...)
			b := start(t, setup{still: true})
			b.set("key", `{"callback_url":"`+in.URL+`"}`)
			if name != "default" {
				b.set("key", `{"retry":["1m","5m"]}`)
			}
			b.fire(api.Firing{Type: "article.updated", Account: "key"})
			b.advance(24 * time.Hour)
			attempts := b.entries("kind:attempt")
			if len(attempts) != len(v.At) {
				t.Fatalf("%d attempts, want %d", len(attempts), len(v.At))
			}
			for i, at := range v.At {
				d, err := time.ParseDuration(at)
				must(t, err)
				e := attempts[i]
				if !e.Time.Equal(begin.Add(d)) || string(e.Request.Body) != string(attempts[0].Request.Body) {
					t.Errorf("attempt %d at %s with %s", i+1, e.Time, e.Request.Body)
				}
				if e.Subscription != "callback:key" || e.Account != "key" || e.NextAttempt.IsZero() != (i == len(v.At)-1) {
					t.Errorf("attempt %d: subscription %q, next %s", i+1, e.Subscription, e.NextAttempt)
				}
			}
		})
	}
}

// TestErrorVectors replays errors.json: every error in JSON and, where a call
// offers XML, in XML, with what provokes it.
func TestErrorVectors(t *testing.T) {
	t.Parallel()
	var doc struct {
		Errors []struct {
			Key, JSON, XML string
			Status         int
		} `json:"errors"`
	}
	loadJSON(t, "testdata/errors.json", &doc)
	for _, e := range doc.Errors {
		t.Run(e.Key, func(t *testing.T) {
			t.Parallel()
			provoke, ok := provocations[e.Key]
			if !ok {
				t.Fatal("nothing provokes this error")
			}
			for _, accept := range []string{"application/json", "application/xml"} {
				b := start(t, provoke.setup)
				want := e.JSON
				if accept == "application/xml" {
					if provoke.jsonOnly {
						continue
					}
					want = e.XML
				}
				if provoke.settings != "" {
					b.set("", provoke.settings)
				}
				headers := append([]string{"Accept", accept}, provoke.headers...)
				if provoke.accept != "" {
					headers[1] = provoke.accept
				}
				if !provoke.bare {
					headers = append(headers, shop...)
				}
				for range provoke.before {
					b.api(provoke.method, provoke.path, provoke.body, headers...)
				}
				got := b.api(provoke.method, provoke.path, provoke.body, headers...)
				if got.status != e.Status || got.body != want {
					t.Errorf("got %d %s\nwant %d %s", got.status, got.body, e.Status, want)
				}
				if ct := got.header.Get("Content-Type"); ct != accept && !provoke.jsonOnly || got.header.Get("Www-Authenticate") != "" {
					t.Errorf("headers %v", got.header)
				}
				for name, value := range provoke.want {
					if got.header.Get(name) != value {
						t.Errorf("header %s: %q, want %q", name, got.header.Get(name), value)
					}
				}
			}
		})
	}
}

type provocation struct {
	method, path, body string
	headers            []string
	settings           string
	setup              setup
	accept             string // in place of a good one
	before             int    // calls before it
	bare               bool   // without credentials
	jsonOnly           bool
	want               map[string]string
}

func post(body string) provocation { return provocation{method: "POST", path: "/", body: body} }

var provocations = map[string]provocation{
	"credentials":           {method: "POST", path: "/", body: jsonBody, bare: true},
	"webhook-not-found":     {method: "DELETE", path: "/12"},
	"too-many-requests":     {method: "DELETE", path: "/12", settings: `{"rate_limit":3}`, before: 3, want: map[string]string{"Retry-After": "60"}},
	"malformed-body":        post(`{"featureId":`),
	"featureId-missing":     post(`{"featureMethod":"m"}`),
	"featureMethod-missing": post(`{"featureId":"f","featureMethod":null}`),
	"featureId-invalid":     post(`{"featureId":{},"featureMethod":"m"}`),
	"featureMethod-invalid": post(`{"featureId":"f","featureMethod":"` + strings.Repeat("å", 256) + `"}`),
	"webhooks-invalid":      post(`{"webhooks":[]}`),
	"unknown-path":          {method: "GET", path: "/a/b", bare: true, jsonOnly: true},
	"method":                {method: "PUT", path: "/12", jsonOnly: true, want: map[string]string{"Allow": "GET, POST, DELETE"}},
	"accept":                {method: "POST", path: "/", body: jsonBody, accept: "text/html;q=1, application/json;q=0, application/xml;q=0", jsonOnly: true},
	"too-large":             post(`{"featureId":"` + strings.Repeat("x", 1<<20) + `"}`),
	"media-type":            {method: "POST", path: "/", body: jsonBody, headers: []string{"Content-Type", "text/xml"}},
	"server":                {method: "POST", path: "/", body: jsonBody, setup: setup{base: broken}},
}

func TestVectorsAreJSON(t *testing.T) {
	for _, v := range loadVectors(t).Callbacks.Bodies {
		if !json.Valid([]byte(v.Body)) {
			t.Errorf("%s: %s", v.Event, v.Body)
		}
	}
}
