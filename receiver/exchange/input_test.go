package exchange

import (
	"net/http"
	"strings"
	"testing"

	"tacklebox/receiver/api"
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
