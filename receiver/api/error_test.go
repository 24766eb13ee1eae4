package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/query"
)

func TestServe(t *testing.T) {
	_, syntax := query.Parse("status:>=x ok", nil)
	for name, c := range map[string]struct {
		answer Answer
		err    error
		status int
		body   string
	}{
		"ok":           {OK(map[string]string{"a": "<b>"}), nil, 200, `{"a":"<b>"}`},
		"no status":    {Answer{Body: 1}, nil, 200, `1`},
		"accepted":     {Accepted([]int{}), nil, 202, `[]`},
		"created":      {Created(nil), nil, 201, `null`},
		"text":         {Text("text/plain", []byte("as it is")), nil, 200, "as it is"},
		"no text":      {Text("text/plain", nil), nil, 200, ""},
		"unwritable":   {OK(func() {}), nil, 500, `{"error":{"code":"internal","message":"the answer cannot be written as JSON"}}`},
		"refused":      {Answer{}, Refuse("bad_count", "at most 5", "count %d", 6), 422, `{"error":{"code":"bad_count","message":"count 6","hint":"at most 5"}}`},
		"wrapped":      {Answer{}, fmt.Errorf("account %s: %w", "bob", Refuse("bad_setting", "known are a", "no setting x")), 422, `{"error":{"code":"bad_setting","message":"account bob: no setting x","hint":"known are a"}}`},
		"joined":       {Answer{}, errors.Join(nil, BadRequest("", "no")), 400, `{"error":{"code":"bad_request","message":"no"}}`},
		"unknown":      {Answer{}, fmt.Errorf("entry 7: %w", journal.ErrUnknown), 404, `{"error":{"code":"unknown_entry","message":"entry 7: no such entry"}}`},
		"gone":         {Answer{}, journal.ErrTrimmed, 410, `{"error":{"code":"entry_gone","message":"entry is no longer kept"}}`},
		"closed":       {Answer{}, journal.ErrClosed, 503, `{"error":{"code":"closed","message":"journal is closed","hint":"the sandbox is shutting down"}}`},
		"anything":     {Answer{}, io.ErrUnexpectedEOF, 500, `{"error":{"code":"internal","message":"unexpected EOF"}}`},
		"filter":       {Answer{}, syntax, 400, `"code":"bad_filter"`},
		"filter place": {Answer{}, syntax, 400, `"position":9`},
	} {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			Serve(func(context.Context, *http.Request) (Answer, error) { return c.answer, c.err }).ServeHTTP(w, httptest.NewRequest("GET", "/_/x", nil))
			body := strings.TrimSuffix(w.Body.String(), "\n")
			if w.Code != c.status || body != c.body && !(strings.HasPrefix(c.body, `"`) && strings.Contains(body, c.body)) {
				t.Errorf("%d %s\nwant %d %s", w.Code, body, c.status, c.body)
			}
			if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Content-Type") == "" {
				t.Errorf("headers %v", w.Header())
			}
		})
	}
}

// TestACallerThatLeft is not answered: the connection is given up.
func TestACallerThatLeft(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	leave()
	defer func() {
		if got := recover(); got != http.ErrAbortHandler {
			t.Errorf("recovered %v", got)
		}
	}()
	r := httptest.NewRequestWithContext(ctx, "GET", "/", nil)
	Serve(func(ctx context.Context, _ *http.Request) (Answer, error) { return Answer{}, ctx.Err() }).ServeHTTP(httptest.NewRecorder(), r)
	t.Error("answered")
}

func TestPath(t *testing.T) {
	inner := Refuse("bad_setting", "", "wants a number")
	err := At(fmt.Errorf("attempts: %w", At(inner, "attempts")), "providers", "shoptet")
	if got := strings.Join(Path(err), "/"); got != "providers/shoptet/attempts" {
		t.Errorf("path %s", got)
	}
	if got := err.Error(); got != "attempts: wants a number" {
		t.Errorf("text %q", got)
	}
	if inner.Path != nil {
		t.Error("the inner error was changed")
	}
	if At(nil, "x") != nil || Path(io.EOF) != nil {
		t.Error("a place for nothing")
	}
	if e := Of(At(io.EOF, "faults")); e.Message != "EOF" || e.Path[0] != "faults" {
		t.Errorf("%+v", e)
	}
}

func TestErrorText(t *testing.T) {
	for want, e := range map[string]*Error{
		"no":                                  {Message: "no"},
		"no (yes)":                            {Message: "no", Hint: "yes"},
		"the server answered 502 Bad Gateway": {Status: 502},
		"the server answered 799":             {Status: 799},
	} {
		if got := e.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestSuggest(t *testing.T) {
	for _, c := range []struct {
		word  string
		known []string
		want  string
	}{
		{"shoptt", []string{"dsco", "shoptet"}, `did you mean "shoptet"? known are dsco, shoptet`},
		{"x", []string{"dsco", "shoptet"}, "known are dsco, shoptet"},
		{"x", nil, "there are none here"},
	} {
		if got := Unknown(CodeUnknownProvider, c.word, c.known, "no provider %q", c.word); got.Hint != c.want || got.Status != 422 {
			t.Errorf("%q: %+v", c.word, got)
		}
	}
}
