package receiver

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/query"
)

func TestParseObject(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{}`:                            "",
		`{"a":1,"b":[]}`:                "",
		`{"a":1,"a":2}`:                 "",
		` { "b" : null }`:               "",
		``:                              "the body is empty",
		`  `:                            "the body is empty",
		`null`:                          "the body is not an object",
		`3`:                             "the body is not an object",
		`"{}"`:                          "the body is not an object",
		`{"a":1}x`:                      "not JSON at byte 8",
		`{"a":`:                         "not JSON at byte 5",
		`{'a':1}`:                       "not JSON at byte 2",
		`{"A":1}`:                       `"A" is not a known field`,
		strings.Repeat(`{"a":`, 20_000): "not JSON at byte",
	} {
		_, err := parseObject([]byte(text), "", "a", "b")
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%.30s: %v, want %q", text, err, want)
		}
		if err != nil && problemOf(err).status != http.StatusBadRequest {
			t.Errorf("%.30s: status %d", text, problemOf(err).status)
		}
	}
	if _, err := parseObject([]byte(`{"c":1}`), "x[2]", "a"); err == nil || !strings.Contains(err.Error(), `"x[2].c"`) {
		t.Errorf("a member within: %v", err)
	}
}

func TestObjectMembers(t *testing.T) {
	t.Parallel()
	o, err := parseObject([]byte(`{"n":7,"f":1.5,"s":"2s","bad":"2 s","null":null,"neg":-1,"big":1e30}`), "", "n", "f", "s", "bad", "null", "neg", "big")
	if err != nil {
		t.Fatal(err)
	}
	n, d := 3, time.Minute
	for member, ok := range map[string]bool{"n": true, "null": true, "none": true, "f": false, "s": false, "neg": false, "big": false} {
		v := n
		if err := o.integer(member, &v, 0, 10); (err == nil) != ok {
			t.Errorf("integer %s: %v", member, err)
		}
		if want := map[bool]int{true: 7, false: 3}[member == "n"]; ok && v != want {
			t.Errorf("integer %s: %d", member, v)
		}
	}
	for member, ok := range map[string]bool{"s": true, "null": true, "none": true, "n": false, "bad": false} {
		v := d
		if err := o.duration(member, &v, time.Hour); (err == nil) != ok {
			t.Errorf("duration %s: %v", member, err)
		}
		if want := map[bool]time.Duration{true: 2 * time.Second, false: time.Minute}[member == "s"]; ok && v != want {
			t.Errorf("duration %s: %v", member, v)
		}
	}
	if err := o.duration("s", &d, time.Second); err == nil || !strings.Contains(err.Error(), "at most 1s") {
		t.Errorf("a duration beyond its limit: %v", err)
	}
}

func TestQueryNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "0 false", "a=": "0 false", "a=0": "0 true", "a=18446744073709551615": "18446744073709551615 true",
		"a=-1": "error", "a=1e3": "error", "a=+1": "error", "a=18446744073709551616": "error",
	} {
		q, err := url.ParseQuery(text)
		if err != nil {
			t.Fatal(err)
		}
		n, ok, err := queryNumber(q, "a")
		got := fmt.Sprint(n, ok)
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// TestProblems holds the one place where errors become statuses to a table.
func TestProblems(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err    error
		status int
		code   string
	}{
		{refuse(418, "teapot", "", "short and stout"), 418, "teapot"},
		{fmt.Errorf("wrapped: %w", refuse(409, "busy", "", "later")), 409, "busy"},
		{&query.SyntaxError{Query: "a:", Pos: 2, Msg: "m", Hint: "h"}, 400, "bad_filter"},
		{fmt.Errorf("entry 3: %w", journal.ErrUnknown), 404, "unknown_entry"},
		{fmt.Errorf("entry 3: %w", journal.ErrTrimmed), 410, "entry_gone"},
		{&journal.TrimmedError{From: 1, To: 2}, 410, "entry_gone"},
		{journal.ErrClosed, 503, "closed"},
		{errors.New("disk on fire"), 500, "internal"},
	} {
		w := httptest.NewRecorder()
		apiFunc(func(http.ResponseWriter, *http.Request) error { return c.err }).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
		answer{w.Code, w.Header(), w.Body.String()}.want(t, c.status, `"code":"`+c.code+`"`)
	}
	w := httptest.NewRecorder()
	writeJSON(w, 200, func() {})
	answer{w.Code, w.Header(), w.Body.String()}.want(t, 500, "cannot be written")
}
