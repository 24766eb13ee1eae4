package receiver

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"tacklebox/receiver/journal/memory"

	"tacklebox/receiver/api"
)

func (a answer) expected(t *testing.T) (r api.ExpectResult) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), &r); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	return r
}

// TestExpect asks about seven entries that are there: 1 apple, 2 pear,
// 3 apple, 4 plum, 5 pear, 6 apple, 7 plum.
func TestExpect(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.add("apple", "pear", "apple", "plum", "pear", "apple", "plum")
	for name, c := range map[string]struct {
		ask     string
		met     bool
		entries []uint64
	}{
		"anything":               {`{}`, true, []uint64{1}},
		"one by default":         {`{"q":"pear"}`, true, []uint64{2}},
		"as many as asked":       {`{"q":"apple","count":3}`, true, []uint64{1, 3, 6}},
		"after":                  {`{"q":"apple","after":3}`, true, []uint64{6}},
		"too few":                {`{"q":"apple","count":4,"within":"1ms"}`, false, []uint64{1, 3, 6}},
		"no time at all":         {`{"q":"apple","count":3,"within":"0s"}`, true, []uint64{1, 3, 6}},
		"none there":             {`{"q":"grape","within":"1ms"}`, false, nil},
		"at most, fewer":         {`{"q":"pear","count":3,"at_most":true,"within":"1ms"}`, true, []uint64{2, 5}},
		"at most, just so many":  {`{"q":"pear","count":2,"at_most":true,"within":"1ms"}`, true, []uint64{2, 5}},
		"at most, too many":      {`{"q":"apple","count":2,"at_most":true}`, false, []uint64{1, 3, 6}},
		"none, and there is one": {`{"q":"plum","count":0}`, false, []uint64{4}},
		"none, and there is not": {`{"q":"grape","count":0,"within":"1ms"}`, true, nil},
		"none after":             {`{"q":"pear","count":0,"after":5,"within":"1ms"}`, true, nil},
		"in order":               {`{"ordered":["apple","plum","apple"]}`, true, []uint64{1, 4, 6}},
		"in order among some":    {`{"q":"-apple","ordered":["","plum","plum"]}`, true, []uint64{2, 4, 7}},
		"out of order":           {`{"ordered":["plum","plum","pear"],"within":"1ms"}`, false, []uint64{4, 7}},
		"first step missing":     {`{"ordered":["grape","pear"],"within":"1ms"}`, false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status := map[bool]int{true: 200, false: 417}[c.met]
			r := g.do("POST", "/_/expect", c.ask).want(t, status, `"met":`+fmt.Sprint(c.met), `"entries":[`).expected(t)
			if !slices.Equal(r.Entries, c.entries) {
				t.Errorf("entries %v, want %v", r.Entries, c.entries)
			}
			if !c.met && (r.Error == nil || r.Wanted == "" || r.Seen == nil) {
				t.Errorf("not explained: %+v", r)
			}
		})
	}
}

// TestExpectWaits: what comes in time counts, however it is asked for.
func TestExpectWaits(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]string{
		"count":    `{"q":"late","count":2,"within":"20s"}`,
		"ordered":  `{"ordered":["kind:capture early","late","late"],"within":"20s"}`,
		"too many": `{"q":"late","count":1,"at_most":true,"within":"20s"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t)
			g.add("early", "late")
			done := make(chan answer, 1)
			go func() { done <- g.do("POST", "/_/expect", ask) }()
			g.add("other")
			g.do("POST", "/in/x", "late")
			a := <-done
			if want := map[bool]int{true: 200, false: 417}[name != "too many"]; a.status != want {
				t.Errorf("%d: %s", a.status, a.body)
			}
		})
	}
}

// TestExpectNearMiss reads the explanation as a person would.
func TestExpectNearMiss(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.add("apple", "pear")
	e := sampleEntry("pear")
	e.Response.Status = 500
	e.Inbox = "returns"
	g.log.Append(e)
	for ask, want := range map[string][]string{
		`{"q":"kind:capture inbox:returns status:200","within":"1ms"}`: {`"seq":3`, "status", "500", "capture POST /in/orders?try=1 500", "wanted 1 of kind:capture inbox:returns status:200, saw 0 matching among 3 entries"},
		`{"q":"apple status:404","within":"1ms"}`:                      {`"seq":1`, "404"},
		`{"q":"apple","count":2,"within":"1ms"}`:                       {`"seq":3`, "wanted 2 of apple, saw 1 matching"},
		`{"ordered":["apple","inbox:none"],"within":"1ms"}`:            {"step 2 of 2: inbox:none", `"seq":3`, `"filter":"inbox:none"`},
		`{"q":"pear","count":1,"at_most":true}`:                        {"at most 1 of pear, saw 2"},
	} {
		g.do("POST", "/_/expect", ask).want(t, 417, append(want, `"code":"not_met"`)...)
	}
	empty := newRig(t)
	r := empty.do("POST", "/_/expect", `{"within":"1ms"}`).want(t, 417, "any entry").expected(t)
	if r.Nearest != nil || r.Seen.Entries != 0 {
		t.Errorf("%+v", r)
	}
}

// TestExpectOfTrimmed counts from what is kept.
func TestExpectOfTrimmed(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(c *Config) { c.Journal = memory.New(memory.Limit{Count: 3}) })
	g.add("a", "a", "a", "a", "a")
	r := g.do("POST", "/_/expect", `{"q":"a","count":3,"after":1}`).want(t, 200).expected(t)
	if !slices.Equal(r.Entries, []uint64{3, 4, 5}) {
		t.Errorf("%v", r.Entries)
	}
}

// TestExpectCancelled: a client that leaves ends the waiting at once.
func TestExpectCancelled(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	ended := make(chan struct{})
	url := serve(t, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(ended)
		api.Serve(g.rc.Expect).ServeHTTP(w, r)
	})})
	other := &rig{t: t, url: url}
	conn := other.dial()
	body := `{"within":"1h"}`
	fmt.Fprintf(conn, "POST /_/expect HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	_ = conn.Close()
	<-ended
}

// TestExpectEndsWithTheSandbox: one who waits is told at once that nothing will
// come, and does not hold up the stop.
func TestExpectEndsWithTheSandbox(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*rig){
		"journal":  func(g *rig) { _ = g.log.Close() },
		"receiver": func(g *rig) { g.rc.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t)
			conn := g.dial()
			defer conn.Close()
			body := `{"within":"1h"}`
			fmt.Fprintf(conn, "POST /_/expect HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
			end(g)
			readAnswer(t, bufio.NewReader(conn), "POST").want(t, 503, "closed")
		})
	}
}

func TestExpectRefusals(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	for ask, parts := range map[string][]string{
		``:                                 {"empty"},
		`{`:                                {api.CodeBadJSON, "position"},
		`{"filter":"x"}`:                   {"unknown_field", "known are q, count, at_most, ordered, within, after"},
		`{"q":"kind:capture status:"}`:     {"bad_filter", "position", "^"},
		`{"ordered":["a","kind:"]}`:        {"bad_filter", "ordered[1]"},
		`{"ordered":[]}`:                   {"1 to 1000"},
		`{"ordered":["a"],"count":2}`:      {"leave out count"},
		`{"ordered":["a"],"at_most":true}`: {"leave out count"},
		`{"ordered":"a"}`:                  {"a list is wanted"},
		`{"count":-1}`:                     {"whole number"},
		`{"within":"2h"}`:                  {"1h0m0s"},
		`{"within":5}`:                     {"a text is wanted"},
		`{"after":-1}`:                     {"whole number"},
		`{"q":1}`:                          {"a text is wanted"},
	} {
		g.do("POST", "/_/expect", ask).want(t, 400, parts...)
	}
	g.do("GET", "/_/expect", "").want(t, 405, "POST")
}

// TestExpectBoundsPatterns: regular expressions are bounded together, other
// filters are not.
func TestExpectBoundsPatterns(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	steps := func(n int, step string) string {
		list, _ := json.Marshal(map[string]any{"ordered": slices.Repeat([]string{step}, n), "within": "1ms"})
		return string(list)
	}
	g.do("POST", "/_/expect", steps(100, `body.a~"`+strings.Repeat("x", 1000)+`"`)).want(t, 400, "ordered[")
	g.do("POST", "/_/expect", steps(100, `body.a="`+strings.Repeat("x", 1000)+`"`)).want(t, 417)
}

// TestExpectManyAtOnce: a thousand that wait cost one capture little, and each is
// met by what it waits for.
func TestExpectManyAtOnce(t *testing.T) {
	t.Parallel()
	const many = 1000
	g := newRig(t)
	var wg sync.WaitGroup
	for i := range many {
		wg.Go(func() {
			body := fmt.Sprintf(`{"q":"kind:capture body.n=%d","within":"60s"}`, i)
			r := httptest.NewRequest("POST", "/_/expect", strings.NewReader(body))
			answer, err := g.rc.Expect(r.Context(), r)
			if result, ok := answer.Body.(api.ExpectResult); err != nil || !ok || !result.Met || len(result.Entries) != 1 {
				t.Errorf("%d: %+v %v", i, answer, err)
			}
		})
	}
	for g.rc.Waiting() < many {
		runtime.Gosched()
	}
	for i := range many {
		g.add(fmt.Sprintf(`{"n":%d}`, i))
	}
	wg.Wait()
	if n := g.rc.Waiting(); n != 0 {
		t.Errorf("%d still wait", n)
	}
}
