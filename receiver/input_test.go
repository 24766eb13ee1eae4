package receiver

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tacklebox/receiver/api"
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
		if err != nil && api.Of(err).Status != http.StatusBadRequest {
			t.Errorf("%.30s: status %d", text, api.Of(err).Status)
		}
	}
	if _, err := parseObject([]byte(`{"c":1}`), "x[2]", "a"); err == nil || !strings.Contains(err.Error(), `"x[2].c"`) {
		t.Errorf("a member within: %v", err)
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
		{api.Failed(418, "teapot", "", "short and stout"), 418, "teapot"},
		{fmt.Errorf("wrapped: %w", api.Failed(409, "busy", "", "later")), 409, "busy"},
		{&query.SyntaxError{Query: "a:", Pos: 2, Msg: "m", Hint: "h"}, 400, "bad_filter"},
		{fmt.Errorf("entry 3: %w", journal.ErrUnknown), 404, "unknown_entry"},
		{fmt.Errorf("entry 3: %w", journal.ErrTrimmed), 410, "entry_gone"},
		{&journal.TrimmedError{From: 1, To: 2}, 410, "entry_gone"},
		{journal.ErrClosed, 503, "closed"},
		{errors.New("disk on fire"), 500, "internal"},
	} {
		w := httptest.NewRecorder()
		api.Writer(func(http.ResponseWriter, *http.Request) error { return c.err }).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
		answer{w.Code, w.Header(), w.Body.String()}.want(t, c.status, `"code":"`+c.code+`"`)
	}
	w := httptest.NewRecorder()
	api.WriteJSON(w, 200, func() {})
	answer{w.Code, w.Header(), w.Body.String()}.want(t, 500, "cannot be written")
}
