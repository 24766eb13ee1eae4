package shoptet_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"tacklebox/receiver/api"
)

// A fired job:finished leaves a job behind that the receiver's next call finds.
func TestFiredJob(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"2024-12", "2026-08"} {
		b := newBench(t, withSettings(`{"profile":"`+profile+`"}`))
		b.register(tokenA, newReceiver(t).url, "job:finished")
		b.fire(api.Firing{Type: "job:finished"})
		b.settle()
		language := `,"language":null`
		if profile == "2026-08" {
			language = ""
		}
		got := b.do(withToken(call{path: "/api/system/jobs/4k7zq2m"}))
		var doc struct {
			Data struct{ Job struct{ ResultURL string } }
		}
		b.parse(got.body, &doc)
		want := `{"data":{"job":{"jobId":"4k7zq2m","endpoint":"\/api\/products\/snapshot","creationTime":"2024-12-02T11:59:39+0100","completionTime":"2024-12-02T12:00:00+0100","duration":"20.123",` +
			`"status":"completed","resultUrl":` + php(doc.Data.Job.ResultURL) + `,"log":null,"validUntil":"2024-12-03T12:00:00+0100"` + language + `}},"errors":null`
		if !strings.HasPrefix(got.body, want) || !strings.HasPrefix(doc.Data.Job.ResultURL, "http://mock.test/shoptet/api-results/4k7zq2m-") {
			t.Errorf("got %s\nwant %s", got.body, want)
		}
		list := b.do(withToken(call{path: "/api/system/jobs"}))
		want = `{"data":{"jobs":[{"jobId":"4k7zq2m","endpoint":"\/api\/products\/snapshot","creationTime":"2024-12-02T11:59:39+0100","completionTime":"2024-12-02T12:00:00+0100","status":"completed","validUntil":"2024-12-03T12:00:00+0100"` + language + `}],` +
			`"paginator":{"totalCount":1,"page":1,"pageCount":1,"itemsOnPage":1,"itemsPerPage":100}},"errors":null`
		if !strings.HasPrefix(list.body, want) {
			t.Errorf("got %s\nwant %s", list.body, want)
		}
		result := b.do(call{path: strings.TrimPrefix(doc.Data.Job.ResultURL, "http://mock.test/shoptet")})
		if lines := gunzip(t, result.body); result.status != 200 || !strings.HasPrefix(lines, `{"guid":"`) {
			t.Errorf("result: %d %q", result.status, lines)
		}
		b.advance(24 * time.Hour)
		if got := b.do(withToken(call{path: "/api/system/jobs/4k7zq2m"})); !strings.Contains(got.body, `"status":"expired","resultUrl":null`) {
			t.Errorf("a day later: %s", got.body)
		}
		if got := b.do(call{path: strings.TrimPrefix(doc.Data.Job.ResultURL, "http://mock.test/shoptet")}); got.status != 404 {
			t.Errorf("the result of an expired job: %d", got.status)
		}
	}
}

func gunzip(t *testing.T, body string) string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// An id with odd characters has a result too.
func TestResultOfAnOddId(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.register(tokenA, callbackURL, "job:finished")
	b.fire(api.Firing{Type: "job:finished", Set: map[string]json.RawMessage{"eventInstance": json.RawMessage(`"a-b/č"`)}})
	path := b.resultPath("a-b%2F%C4%8D")
	if got := b.do(call{path: path}); got.status != 200 || !strings.HasPrefix(path, "/api-results/a-b%2F%C4%8D-") {
		t.Errorf("%s: %d %s", path, got.status, got.body)
	}
	if got := b.do(call{path: strings.Replace(path, "%C4%8D-", "%C4%8D-x", 1)}); got.status != 404 {
		t.Errorf("a guessed address: %d", got.status)
	}
}

// Only accounts that get the event get the job, also by a direct firing.
func TestWhoGetsAFiredJob(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	inbox := newReceiver(t)
	b.register(tokenA, inbox.url, "job:finished")
	b.register(tokenB, inbox.url, "order:create")
	b.fire(api.Firing{Type: "job:finished", Set: map[string]json.RawMessage{"eventInstance": json.RawMessage(`"abc"`)}})
	b.fire(api.Firing{Type: "job:finished", To: inbox.url, Account: tokenB, Set: map[string]json.RawMessage{"eventInstance": json.RawMessage(`"direct"`)}})
	b.settle()
	for _, c := range []struct {
		token, id string
		status    int
	}{{tokenA, "abc", 200}, {tokenB, "abc", 404}, {tokenB, "direct", 200}, {tokenA, "direct", 404}} {
		if got := b.do(call{path: "/api/system/jobs/" + c.id, token: c.token}); got.status != c.status {
			t.Errorf("%s of %.6s: %d, want %d", c.id, c.token, got.status, c.status)
		}
	}
	// Every copy of a firing is a job of its own.
	b.fire(api.Firing{Type: "job:finished", Account: tokenA, Count: 3})
	if got := b.do(withToken(call{path: "/api/system/jobs"})); !strings.Contains(got.body, `"totalCount":4`) {
		t.Errorf("%s", got.body)
	}
}

func TestSnapshots(t *testing.T) {
	t.Parallel()
	b := newBench(t, withSettings(`{"job_seconds":"45s"}`))
	inbox := newReceiver(t)
	for _, entity := range []string{"orders", "products", "customers", "invoices"} {
		path := "/api/" + entity + "/snapshot"
		b.want("GET", path, "", 403, `{"data":null,"errors":[{"errorCode":"webhook-not-registered","message":"Webhook \"job:finished\" must be registered to run asynchronous requests.","instance":"job:finished"}]}`)
	}
	b.register(tokenA, inbox.url, "job:finished")
	id := b.startJob("/api/orders/snapshot")
	b.want("GET", "/api/system/jobs/"+id, "", 200, `{"data":{"job":{"jobId":"`+id+`","endpoint":"\/api\/orders\/snapshot","creationTime":"2024-12-02T12:00:00+0100","completionTime":null,"duration":null,"status":"pending","resultUrl":null,"log":null,"validUntil":null,"language":null}},"errors":null}`)
	b.advance(44 * time.Second)
	if n := len(inbox.all()); n != 0 {
		t.Errorf("%d callbacks before the job ended", n)
	}
	b.advance(time.Second)
	got := inbox.all()
	if want := `{"eshopId":222651,"event":"job:finished","eventCreated":"2024-12-02T12:00:45+0100","eventInstance":"` + id + `"}`; len(got) != 1 || got[0].body != want {
		t.Fatalf("got %+v\nwant %s", got, want)
	}
	detail := b.do(withToken(call{path: "/api/system/jobs/" + id}))
	if !strings.Contains(detail.body, `"completionTime":"2024-12-02T12:00:45+0100","duration":"45.000","status":"completed","resultUrl":"http:\/\/mock.test\/shoptet\/api-results\/`+id+`-`) {
		t.Errorf("%s", detail.body)
	}
	if got := b.do(withToken(call{path: "/api/webhooks/notifications"})); !strings.Contains(got.body, `"totalCount":1`) {
		t.Errorf("%s", got.body)
	}
}

// The limit on reads is for unfinished jobs alone.
func TestReadsOfAJob(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exhaustJob()
	path := "/api/system/jobs/" + b.made["job"]
	if got := b.do(withToken(call{path: path})); got.status != 403 {
		t.Errorf("the 11th read: %d", got.status)
	}
	b.advance(30 * time.Second)
	for range 12 {
		if got := b.do(withToken(call{path: path})); got.status != 200 {
			t.Errorf("a finished job: %d", got.status)
		}
	}
}

// Firing job:finished for a pending job ends it; the planned end is then no
// second one.
func TestFiringEndsAPendingJob(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	inbox := newReceiver(t)
	b.register(tokenA, inbox.url, "job:finished")
	id := b.startJob("/api/invoices/snapshot")
	b.advance(10 * time.Second)
	b.fire(api.Firing{Type: "job:finished", Set: map[string]json.RawMessage{"eventInstance": json.RawMessage(`"` + id + `"`)}})
	b.advance(time.Hour)
	got := b.do(withToken(call{path: "/api/system/jobs/" + id}))
	if !strings.Contains(got.body, `"endpoint":"\/api\/invoices\/snapshot"`) || !strings.Contains(got.body, `"duration":"10.000"`) || len(inbox.all()) != 1 {
		t.Errorf("%d callbacks, %s", len(inbox.all()), got.body)
	}
}

func TestJobFilters(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"2024-12", "2026-08"} {
		b := newBench(t, withSettings(`{"profile":"`+profile+`","job_seconds":"60s"}`))
		b.register(tokenA, newReceiver(t).url, "job:finished")
		var ids []string
		for range 3 { // created 12:00, 12:10, 12:20; completed a minute later but for the last
			ids = append(ids, b.startJob("/api/orders/snapshot"))
			b.advance(10 * time.Minute)
		}
		b.startJob("/api/orders/snapshot")
		ids = append(ids, b.made["job"]) // created 12:30, pending
		for query, want := range map[string]string{
			"":                 "0 1 2 3",
			"status=completed": "0 1 2",
			"status=pending":   "3",
			"status=killed":    "",
			"creationTimeFrom=2024-12-02T12:10:00%2B01:00":                                                "1 2 3",
			"completionTimeFrom=2024-12-02T12:11:00%2B01:00":                                              "1 2",
			"creationTimeFrom=2024-12-02T12:10:00%2B0100&status=completed":                                "1 2",
			"creationTimeTo=2024-12-02T12:10:00%2B01:00":                                                  "0 1",
			"completionTimeTo=2024-12-02T12:11:00%2B01:00":                                                "0 1",
			"completionTimeTo=2024-12-02T12:11:00%2B01:00&creationTimeFrom=2024-12-02T12:05:00%2B01:00":   "1",
			"creationTimeTo=2024-12-02T12:10:00%2B01:00&creationTimeFrom=2024-12-02T12:10:00%2B01:00&x=y": "1",
		} {
			if profile == "2024-12" && strings.Contains(query, "To=") {
				want = map[bool]string{true: "1 2 3", false: "0 1 2 3"}[strings.Contains(query, "From=")]
			}
			got := b.do(withToken(call{path: "/api/system/jobs?" + query}))
			var doc struct {
				Data struct{ Jobs []struct{ JobID string } }
			}
			b.parse(got.body, &doc)
			var list []string
			for _, j := range doc.Data.Jobs {
				for i, id := range ids {
					if id == j.JobID {
						list = append(list, fmt.Sprint(i))
					}
				}
			}
			if strings.Join(list, " ") != want {
				t.Errorf("%s %s: %v, want %s", profile, query, list, want)
			}
		}
		for query, status := range map[string]int{"status=new": 400, "creationTimeFrom=x": 400, "completionTimeFrom=2024-12-02": 400, "itemsPerPage=0": 400, "page=2": 404} {
			if got := b.do(withToken(call{path: "/api/system/jobs?" + query})); got.status != status {
				t.Errorf("%s %s: %d", profile, query, got.status)
			}
		}
		most := map[string]string{"2024-12": `"itemsPerPage":100}`, "2026-08": `"itemsPerPage":500}`}[profile]
		if got := b.do(withToken(call{path: "/api/system/jobs?itemsPerPage=1000"})); !strings.Contains(got.body, most) {
			t.Errorf("%s: %s", profile, got.body)
		}
	}
}
