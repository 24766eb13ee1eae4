package kit

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/provider"
)

// petAPI is an API with an ambiguous path, a home and both ways to tidy.
var petAPI = API[*Request]{
	Home: func(*provider.World) string { return "/v1" },
	Tidy: OneSlash, HeadIsGet: true,
	Routes: []Route[*Request]{
		{ID: "getPet", Method: "GET", Path: "/pets/{id}", Do: func(r *Request) (any, error) { return r.Call.Param("id"), nil }},
		{ID: "deletePet", Method: "DELETE", Path: "/pets/{id}", Do: func(*Request) (any, error) { return nil, errors.New("cannot") }},
		{ID: "listPets", Method: "GET", Path: "/pets/all", Do: func(*Request) (any, error) { return provider.Reply{Status: 299}, nil }},
	},
	View: func(r *Request) *Request { return r },
	Steps: []func(*Request) error{func(r *Request) error {
		switch {
		case r.Unknown():
			return Refuse(404, "gone", "no %s", r.Call.Path)
		case r.NotAllowed():
			return Refuse(405, "", "not so").With("Allow", strings.Join(r.Allowed, ","))
		}
		return nil
	}},
	Answer: func(_ *Request, v any) provider.Reply {
		return provider.Reply{Status: 200, Body: []byte(fmt.Sprint(v))}
	},
	Refuse: func(_ *Request, err error) provider.Reply {
		e := As(err, Refuse(500, "broken", "%v", err))
		return provider.Reply{Status: e.Status, Header: e.Header, Body: []byte(e.Error())}
	},
}

func TestServe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method, path string
		status       int
		body, allow  string
	}{
		{"GET", "/v1/pets/7", 200, "7", ""},
		{"GET", "/v1/pets/7/", 200, "7", ""},
		{"HEAD", "/v1/pets/a%2Fb", 200, "a/b", ""},
		{"GET", "/v1/pets/all", 299, "", ""},
		{"DELETE", "/v1/pets/7", 500, "broken: cannot", ""},
		{"DELETE", "/v1/pets/all", 405, "not so", "GET"}, // never a pet that is called all
		{"PUT", "/v1/pets/7", 405, "not so", "GET,DELETE"},
		{"GET", "/v1/pets", 404, "gone: no /v1/pets", ""},
		{"GET", "/v2/pets/7", 404, "gone: no /v2/pets/7", ""},
		{"GET", "/v1/pets//", 404, "gone: no /v1/pets//", ""},
	} {
		call := &provider.Call{Method: c.method, Path: c.path}
		got := petAPI.Serve(nil, call)
		if got.Status != c.status || string(got.Body) != c.body || got.Header.Get("Allow") != c.allow {
			t.Errorf("%s %s: %d %q %v, want %d %q %q", c.method, c.path, got.Status, got.Body, got.Header, c.status, c.body, c.allow)
		}
		if call.Method != c.method || call.Path != c.path {
			t.Errorf("%s %s became %s %s", c.method, c.path, call.Method, call.Path)
		}
	}
	if got := petAPI.Fail(nil, &provider.Call{}, errNoRoute); got.Status != 500 {
		t.Errorf("failure: %+v", got)
	}
	ops := petAPI.Operations("/v1")
	if len(ops) != 3 || ops[2].Path != "/v1/pets/all" || ops[2].ID != "listPets" {
		t.Errorf("operations: %+v", ops)
	}
}

func TestAPIWithoutARefusalOfPaths(t *testing.T) {
	t.Parallel()
	api := petAPI
	api.Steps = nil
	if got := api.Serve(nil, &provider.Call{Method: "GET", Path: "/x"}); got.Status != 500 || !strings.Contains(string(got.Body), "without a route") {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

func TestTidyPaths(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/": "/", "//": "/", "/v1/webhooks": "/v1/webhooks", "/v1/webhooks/": "/v1/webhooks", "/v1/webhooks//6586/": "/v1/webhooks/6586",
		"//v1///webhooks": "/v1/webhooks", "/v1/webhooks/a%2F%2Fb": "/v1/webhooks/a%2F%2Fb", "/v1/./webhooks": "/v1/./webhooks",
	} {
		if got := NoEmptySegments(path); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
	for path, want := range map[string]string{"/": "/", "/a/": "/a", "/a//": "/a/", "/a": "/a"} {
		if got := OneSlash(path); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	plain := Refuse(400, "bad", "%s is wrong", "a")
	with := plain.With("Retry-After", "5", "X-Odd-CASE", "y")
	if plain.Header != nil || with.Header["X-Odd-CASE"][0] != "y" || with.Header.Get("Retry-After") != "5" {
		t.Errorf("%v %v", plain.Header, with.Header)
	}
	if got := (Errors{plain, {Message: "b"}}).Error(); got != "bad: a is wrong; b" {
		t.Error(got)
	}
	if As(fmt.Errorf("in a call: %w", plain), nil) != plain || As(errors.New("x"), with) != with {
		t.Error("the refusal in an error is not found")
	}
	if got := Clip(strings.Repeat("é", 81)); got != strings.Repeat("é", 80)+"…" {
		t.Error(got)
	}
	if got := Clip(strings.Repeat("é", 80)); got != strings.Repeat("é", 80) {
		t.Error(got)
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{"Bearer x": "x", "bearer  x": " x", "BEARER": "", "Bearer x y": "x y"} {
		if got, ok := Bearer(value); got != want || !ok {
			t.Errorf("%q: %q %v", value, got, ok)
		}
	}
	if _, ok := Bearer("Basic x"); ok {
		t.Error("Basic is taken for Bearer")
	}
	for _, c := range []struct {
		value, user, password string
		ok                    bool
	}{{BasicValue("a:b"), "a", "b", true}, {"basic YTpi==", "a", "b", true}, {"Basic YTpiOmM", "a", "b:c", true}, {"Basic !", "", "", false},
		{"Basic YQ==", "a", "", false}, {"Bearer YTpi", "", "", false}} {
		if user, password, ok := Basic(c.value); ok != c.ok || ok && (user != c.user || password != c.password) {
			t.Errorf("%q: %q %q %v", c.value, user, password, ok)
		}
	}
	if got := BasicOf("http://u:p%20w@h/"); got != BasicValue("u:p w") {
		t.Error(got)
	}
	if got := BasicOf("http://h/"); got != "" {
		t.Error(got)
	}
	for text, want := range map[string]bool{"a": true, "é": true, "": false, "a b": false, "a\x7f": false, "\xff": false, "1234567": false} {
		if Printable(text, 6) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

func TestCallable(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"http://h": true, "HTTPS://u:p@h:1/x": true, "ftp://h": false, "//h": false, "http://": false,
		"http://:80": false, "h": false, "http://a b": false, "http://h/\x00": false, "http://[::1]:1/": true} {
		if _, ok := Callable(text); ok != want {
			t.Errorf("%q: %v", text, ok)
		}
	}
}

func TestWaits(t *testing.T) {
	t.Parallel()
	next := Waits([]time.Duration{time.Second, time.Minute})
	for n, want := range []time.Duration{1: time.Second, 2: time.Minute} {
		if n == 0 {
			continue
		}
		if at, ok := next(nil, n, noon); !ok || !at.Equal(noon.Add(want)) {
			t.Errorf("after %d: %s %v", n, at, ok)
		}
	}
	if _, ok := next(nil, 3, noon); ok {
		t.Error("a third retry")
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	ev := &provider.Event{Set: map[string]rawJSON{"a.b": rawJSON("1")}}
	got, err := Fit(ev, []byte(`{"a":{"b":0},"c":0}`), []Member{{"a", []byte("9")}, {"c", []byte("2")}, {"d", []byte("3")}})
	if err != nil || string(got) != `{"a":{"b":0},"c":2,"d":3}` {
		t.Errorf("%s %v", got, err)
	}
	if got := Replace([]byte(`{"a":1}`), Member{"a", []byte("2")}, Member{"b", []byte("3")}); string(got) != `{"a":2}` {
		t.Errorf("%s", got)
	}
	if got := Replace([]byte(`a`), Member{"a", []byte("2")}); string(got) != `a` {
		t.Errorf("%s", got)
	}
	if got, err := Compact([]byte("{ \"a\" : 1 }\n")); err != nil || string(got) != `{"a":1}` {
		t.Errorf("%s %v", got, err)
	}
	if _, err := Compact([]byte("{")); err == nil {
		t.Error("half a document is compact")
	}
	if got := JSON(201, "a/b", []int{1}); got.Status != 201 || got.Header.Get("Content-Type") != "a/b" || string(got.Body) != "[1]" {
		t.Errorf("%+v", got)
	}
	sub := &provider.Sub{}
	type own struct{ A int }
	if Stored(sub, own{5}).A != 5 {
		t.Error("a fresh subscription")
	}
	if sub.Store(own{7}); Stored(sub, own{5}).A != 7 {
		t.Error("a stored subscription")
	}
}

type rawJSON = json.RawMessage

func TestPages(t *testing.T) {
	t.Parallel()
	all := []int{1, 2, 3, 4, 5}
	for _, c := range []struct {
		offset, limit int
		want          []int
		page          Page
	}{
		{0, 2, []int{1, 2}, Page{0, 2, 2, 5, 3, 2}},
		{4, 2, []int{5}, Page{4, 2, 1, 5, 3, 0}},
		{3, 2, []int{4, 5}, Page{3, 2, 2, 5, 3, 0}},
		{9, 2, []int{}, Page{9, 2, 0, 5, 3, 0}},
		{1, 1 << 62, []int{2, 3, 4, 5}, Page{1, 1 << 62, 4, 5, 1, 0}},
	} {
		if got, page := Cut(all, c.offset, c.limit); !slices.Equal(got, c.want) || page != c.page {
			t.Errorf("%d+%d: %v %+v", c.offset, c.limit, got, page)
		}
	}
	if _, page := Cut([]int(nil), 0, 10); page.Pages != 0 || page.More() {
		t.Errorf("%+v", page)
	}
	for text, want := range map[string][2]bool{"1": {true, true}, "9": {true, true}, "0": {true, false}, "10": {true, false}, "x": {}, "": {},
		"1.0": {}, "99999999999999999999": {true, false}} {
		if _, whole, within := Number(text, 1, 9); [2]bool{whole, within} != want {
			t.Errorf("%q: %v %v", text, whole, within)
		}
	}
}

func TestChecksOfSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		check func(json.RawMessage) error
		good  []string
		bad   []string
	}{
		{"one of", OneOf(200, 204), []string{"200", "204"}, []string{"201", `"200"`, "null"}},
		{"between", Between(1, 3), []string{"1", "3"}, []string{"0", "4", "x"}},
		{"at least", AtLeast(0), []string{"0", "7"}, []string{"-1", "1.5"}},
		{"some time", SomeTime, []string{`"1s"`, "0.5"}, []string{"0", `"0s"`, `""`}},
		{"some items", SomeItems, []string{`[1]`}, []string{`[]`, "{}", "null"}},
		{"header text", HeaderText, []string{`"Agent/1 (é)"`, `""`}, []string{`"a\nb"`, `"a\tb"`, `"\u0000"`, `"\u007f"`, `"\u0085"`, "5"}},
		{"strictly", func(raw json.RawMessage) error { return Strictly(raw, &struct{ A int }{}) }, []string{`{"a":1}`, "{}"}, []string{`{"b":1}`, "[]"}},
	} {
		for _, raw := range c.good {
			if err := c.check(json.RawMessage(raw)); err != nil {
				t.Errorf("%s: %s: %v", c.name, raw, err)
			}
		}
		for _, raw := range c.bad {
			if c.check(json.RawMessage(raw)) == nil {
				t.Errorf("%s: %s is let through", c.name, raw)
			}
		}
	}
}

func TestHeaderNamesKeepTheirSpelling(t *testing.T) {
	t.Parallel()
	if got := Header("X-Request-ID", "1"); got["X-Request-ID"][0] != "1" || len(got) != 1 {
		t.Errorf("%v", http.Header(got))
	}
}

func TestPostSendsTheUserInformationOfTheURL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		url    string
		header []provider.Field
		want   string
	}{
		{"http://h/", nil, ""},
		{"http://u:p@h/", nil, BasicValue("u:p")},
		{"http://u@h/", []provider.Field{{Name: "A", Value: "b"}}, BasicValue("u:")},
		{"http://u:p@h/", []provider.Field{{Name: "authorization", Value: "mine"}}, "mine"},
	} {
		out := Post(c.url, []byte("x"), c.header...)
		if got := out.Get("Authorization"); got != c.want || out.Method != "POST" || out.URL != c.url || string(out.Body) != "x" {
			t.Errorf("%s: %+v", c.url, out)
		}
	}
}
