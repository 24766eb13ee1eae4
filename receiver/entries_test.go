package receiver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/memory"
	"tacklebox/receiver/journal/query"
)

type listed struct {
	Entries []struct{ Seq uint64 }
	Last    uint64 `json:"last_seq"`
	Oldest  uint64 `json:"oldest_seq"`
}

func (g *rig) list(query string) (seqs string, l listed) {
	g.t.Helper()
	a := g.do("GET", "/_/entries"+query, "").want(g.t, 200, `{"entries":[`)
	if err := json.Unmarshal([]byte(a.body), &l); err != nil {
		g.t.Fatalf("%v: %.200s", err, a.body)
	}
	for _, e := range l.Entries {
		seqs += strconv.FormatUint(e.Seq, 10) + " "
	}
	return strings.TrimSpace(seqs), l
}

// TestListEntries asks about seven entries, even ones with the word even.
func TestListEntries(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.add("odd", "even", "odd", "even", "odd", "even", "odd")
	for query, want := range map[string]string{
		"":                              "1 2 3 4 5 6 7",
		"?limit=3":                      "5 6 7",
		"?limit=3&order=asc":            "5 6 7",
		"?limit=3&order=desc":           "7 6 5",
		"?after=2&limit=3":              "3 4 5",
		"?after=2":                      "3 4 5 6 7",
		"?after=0&limit=2":              "1 2",
		"?after=2&limit=3&order=desc":   "7 6 5",
		"?before=5&limit=2":             "3 4",
		"?before=5&limit=2&order=desc":  "4 3",
		"?after=2&before=5":             "3 4",
		"?after=4&before=5":             "",
		"?after=5&before=2":             "",
		"?after=7":                      "",
		"?after=70":                     "",
		"?before=70&limit=1":            "7",
		"?before=1":                     "",
		"?q=even":                       "2 4 6",
		"?q=even&limit=2":               "4 6",
		"?q=even&limit=2&after=0":       "2 4",
		"?q=even&limit=1&before=6":      "4",
		"?q=even&limit=2&order=desc":    "6 4",
		"?q=grape":                      "",
		"?q=kind:capture+-even&limit=2": "5 7",
		"?limit=1000000":                "1 2 3 4 5 6 7",
		"?q=%20&token=whatever&limit=1": "7",
		"?q=seq:%3E2+seq:%3C5":          "3 4",
	} {
		got, l := g.list(query)
		if got != want || l.Last != 7 || l.Oldest != 1 {
			t.Errorf("%s: got %q (%d, %d), want %q", query, got, l.Oldest, l.Last, want)
		}
	}
}

// TestListMany passes both ways of finding the newest: one by one and again.
func TestListMany(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	for i := range 2500 {
		g.add(map[bool]string{true: "even", false: "odd"}[i%2 == 1])
	}
	if _, l := g.list(""); len(l.Entries) != 100 || l.Entries[0].Seq != 2401 {
		t.Errorf("the newest 100 begin with %+v", l.Entries[0])
	}
	for _, limit := range []int{999, 1000, 1001, 1200} {
		_, l := g.list("?q=even&limit=" + strconv.Itoa(limit))
		if len(l.Entries) != limit || l.Entries[0].Seq != uint64(2500-2*(limit-1)) || l.Entries[limit-1].Seq != 2500 {
			t.Errorf("limit %d: %d entries", limit, len(l.Entries))
		}
	}
}

func TestListOfTrimmed(t *testing.T) {
	t.Parallel()
	g := newRig(t, func(c *Config) { c.Journal = memory.New(memory.Limit{Count: 3}) })
	if got, l := g.list(""); got != "" || l.Oldest != 1 || l.Last != 0 {
		t.Errorf("empty: %q %+v", got, l)
	}
	g.add("a", "b", "c", "d", "e")
	for _, query := range []string{"", "?after=1", "?after=0", "?limit=3", "?q=kind:capture", "?q=kind:capture&limit=10"} {
		if got, l := g.list(query); got != "3 4 5" || l.Oldest != 3 {
			t.Errorf("%s: %q %+v", query, got, l)
		}
	}
	g.do("GET", "/_/entries/2", "").want(t, http.StatusGone, "entry_gone", "oldest_seq is 3")
	g.do("GET", "/_/entries/6", "").want(t, 404, "unknown_entry", "last_seq is 5")
	g.do("DELETE", "/_/entries", "").want(t, 204)
	if got, l := g.list(""); got != "" || l.Oldest != 6 || l.Last != 5 {
		t.Errorf("cleared: %q %+v", got, l)
	}
	g.do("GET", "/_/entries/5", "").want(t, http.StatusGone, "oldest_seq is 6")
}

func TestListRefusals(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	for query, part := range map[string]string{
		"?limit=0":       "1 to 1000000",
		"?limit=1000001": "1 to 1000000",
		"?limit=-1":      "whole number",
		"?after=x":       "after must be",
		"?before=1.5":    "before must be",
		"?order=up":      "asc or desc",
		"?offset=3":      "known are q, after, before, limit, order",
	} {
		g.do("GET", "/_/entries"+query, "").want(t, 400, part)
	}
	g.do("POST", "/_/entries", "").want(t, 405, "DELETE, GET")
	g.do("POST", "/_/entries/1", "").want(t, 405, "GET")
	g.do("GET", "/_/entries/one", "").want(t, 404, "has a number")
}

// TestBadFilterPointsAtThePlace: the caret stands under the place that
// position names.
func TestBadFilterPointsAtThePlace(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	a := g.do("GET", "/_/entries?q=k%C3%A4se+kind:capture+status:x", "").want(t, 400, "bad_filter")
	var p struct {
		Error struct {
			Hint     string
			Position int
		}
	}
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(p.Error.Hint, "\n")
	if len(lines) != 2 || lines[0] != "käse kind:capture status:x" {
		t.Fatalf("hint %q", p.Error.Hint)
	}
	caret := len([]rune(lines[1][:strings.IndexByte(lines[1], '^')]))
	if got := len(string([]rune(lines[0])[:caret])); got != p.Error.Position || p.Error.Position < len("käse kind:capture ") {
		t.Errorf("caret at byte %d, position %d:\n%s", got, p.Error.Position, p.Error.Hint)
	}
	hostile := api.Of(&query.SyntaxError{Query: "a\x1b[2J\n", Pos: 99, Msg: "m"})
	if strings.ContainsAny(hostile.Hint[:5], "\x1b\n") {
		t.Errorf("hint %q", hostile.Hint)
	}
}

func TestGetEntryAndBody(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	add := func(typ, body string, cut bool) {
		e := sampleEntry(body)
		e.Request.Headers = journal.HeaderOf(http.Header{"Content-Type": {typ}})
		e.Request.Truncated = cut
		g.log.Append(e)
	}
	add("application/json; charset=utf-8", `{"a":1}`, false)
	add("application/vnd.x+json", `[1]`, false)
	add("application/json", `{"a":`, true)
	add("text/plain", "hi", false)
	add("text/plain", "\xff", false)
	add("text/html", "<script>", false)
	add("", "", false)
	for seq, typ := range []string{"application/json", "application/json", "application/octet-stream", "text/plain; charset=utf-8", "application/octet-stream", "application/octet-stream", "application/octet-stream"} {
		got := g.do("GET", fmt.Sprintf("/_/entries/%d/body", seq+1), "")
		want := g.entry(uint64(seq + 1)).Request
		if got.status != 200 || got.header.Get("Content-Type") != typ || got.body != string(want.Body) || got.header.Get("X-Content-Type-Options") != "nosniff" || (got.header.Get("X-Truncated") != "") != want.Truncated {
			t.Errorf("entry %d: %+v", seq+1, got)
		}
	}
	g.do("GET", "/_/entries/1", "").want(t, 200, `"seq":1`, `"kind":"capture"`, `"took_ms":1.5`)
	g.do("GET", "/_/entries/1/body?of=response", "").want(t, 200)
	g.do("GET", "/_/entries/1/body?of=both", "").want(t, 400, "known: request, response")
	g.do("GET", "/_/entries/9/body", "").want(t, 404)
	g.log.Append(&journal.Entry{Kind: journal.Event, Time: clockStart})
	g.do("GET", "/_/entries/8/body", "").want(t, 404, "no_body")
	g.do("GET", "/_/entries/8/as/curl", "").want(t, 422, "no_request")
}

func TestEntriesOfAClosedJournal(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.add("a")
	_ = g.log.Close()
	for _, path := range []string{"/_/entries/1", "/_/inboxes"} {
		g.do("GET", path, "").want(t, 503, "closed")
	}
}

// TestListIsOneMoment: an entry that comes while a list is written is neither
// in it nor in its last_seq.
func TestListIsOneMoment(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
				g.log.Append(sampleEntry("x"))
			}
		}
	}()
	for until := time.Now().Add(200 * time.Millisecond); time.Now().Before(until); {
		_, l := g.list("?limit=5")
		if n := len(l.Entries); n > 0 && l.Entries[n-1].Seq != l.Last {
			t.Errorf("last_seq %d, newest listed %d", l.Last, l.Entries[n-1].Seq)
		}
	}
	close(stop)
	<-done
}

// TestListWithoutBodies leaves what is said of them.
func TestListWithoutBodies(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.add(`{"a":1}`)
	for _, order := range []string{"", "&order=desc", "&after=0"} {
		got := g.do("GET", "/_/entries?bodies=0"+order, "").want(t, 200, `"size":7`, `"seq":1`)
		if strings.Contains(got.body, `"body"`) {
			t.Errorf("%s: %s", order, got.body)
		}
	}
	g.do("GET", "/_/entries?bodies=1", "").want(t, 200, `"body":"{\"a\":1}"`)
	g.do("GET", "/_/entries?bodies=2", "").want(t, 400, "bodies=0")
}

// TestDeleteWhatMatches: the others stay, with their numbers, and are counted.
func TestDeleteWhatMatches(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	for _, name := range []string{"a", "b", "a", "b", "a"} {
		g.do("POST", "/in/"+name, "")
	}
	g.do("GET", "/_/inboxes", "").want(t, 200, `"inbox":"a","captures":3`)
	g.do("DELETE", "/_/entries?q="+url.QueryEscape("inbox:a"), "").want(t, 204)
	got := g.do("GET", "/_/entries", "").want(t, 200, `"seq":2`, `"seq":4`, `"last_seq":5`)
	if strings.Contains(got.body, `"inbox":"a"`) {
		t.Errorf("what matched is still there: %s", got.body)
	}
	g.do("GET", "/_/inboxes", "").want(t, 200, `"inbox":"b","captures":2`)
	g.do("DELETE", "/_/entries?q=inbox:", "").want(t, 400, "bad_filter")
	g.do("DELETE", "/_/entries?query=inbox:b", "").want(t, 400, "unknown_parameter")
	g.do("POST", "/in/a", "")
	if e := g.entry(6); e.Inbox != "a" {
		t.Errorf("the next entry is %+v", e)
	}
}
