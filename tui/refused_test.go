package tui

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"tacklebox/tui/desk"
	"testing"

	"tacklebox/receiver/api"
)

// refusing is a server that has entries and refuses everything else, with a
// message that a terminal would obey.
func refusing(t *testing.T) *httptest.Server {
	t.Helper()
	page := api.Page{Entries: story(), LastSeq: 9, OldestSeq: 1}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/_/entries" && r.Method == "GET" {
			_ = json.NewEncoder(w).Encode(page)
			return
		}
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprintf(w, `{"error":{"code":"no","message":"%s %s is refused\u001b[2J","hint":"ask again"}}`, r.Method, strings.ReplaceAll(r.URL.Path, `"`, ""))
	}))
	t.Cleanup(server.Close)
	return server
}

// TestRefusals: whatever the sandbox refuses is said, in its words and without
// their teeth, and the screen goes on.
func TestRefusals(t *testing.T) {
	server := refusing(t)
	for _, c := range []struct {
		keys []string
		want string
	}{
		{[]string{"r"}, "POST /_/entries/8/replay is refused␛[2J (ask again)"},
		{[]string{"R"}, "POST /_/entries/8/replay is refused"},
		{[]string{"E"}, "GET /_/entries/8/body is refused"},
		{[]string{"home", "c"}, "POST /_/deliveries/d1/retry is refused"},
		{[]string{"C", "1h", "enter"}, "POST /_/clock is refused"},
		{[]string{"y"}, "GET /_/entries/8/body is refused"},
		{[]string{"Y"}, "GET /_/entries/8/as/curl is refused"},
		{[]string{"x", "down", "enter"}, "GET /_/entries/8/as/curl is refused"},
		{[]string{"m", "up", "d"}, "GET /_/entries/diff is refused"},
		{[]string{"!"}, "GET /_/faults is refused"},
		{[]string{"i"}, "GET /_/inboxes is refused"},
		{[]string{"s"}, "GET /_/subscriptions is refused"},
		{[]string{"S"}, "GET /_/secrets is refused"},
		{[]string{"p", "esc"}, "GET /_/providers is refused"},
		{[]string{"f", "esc"}, "GET /_/providers is refused"},
		{[]string{"e", "ctrl+n", "kind:call", "enter"}, "/_/stream is refused"},
		{[]string{"enter", "enter"}, "GET /_/entries/8 is refused"},
	} {
		t.Run(strings.Join(c.keys, " "), func(t *testing.T) {
			t.Parallel()
			d := drive(t, server.URL, desk.Options{})
			d.until("the list", func() bool { return len(d.m.List.Lines) == 5 })
			d.press(c.keys...)
			d.until(c.want, func() bool { return strings.Contains(squash(plainScreen(d.m)), squash(c.want)) })
			checkScreen(t, d.m, c.want)
		})
	}
}

// squash takes line ends and borders out, so that wrapped text is found.
func squash(s string) string {
	return strings.NewReplacer("\n", "", " ", "", "│", "").Replace(s)
}

// TestLostWithoutStream says so when the stream is refused for good.
func TestLostWithoutStream(t *testing.T) {
	t.Parallel()
	d := drive(t, refusing(t).URL, desk.Options{})
	d.sees("lost")
	d.sees("/_/stream is refused")
}
