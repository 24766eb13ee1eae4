package tui

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"tacklebox/tui/desk"
	"testing"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/api"
	"tacklebox/tui/ui"
)

// nastyServer answers every list with names that a terminal would obey: they
// come from whoever called the mock APIs.
func nastyServer(t *testing.T) *httptest.Server {
	t.Helper()
	var subs []api.Subscription
	var secrets []api.Secret
	var inboxes []api.InboxInfo
	var faults []api.Fault
	var providers []api.Provider
	for _, s := range nasty() {
		s, _ = ui.Clip(s, 5000)
		subs = append(subs, api.Subscription{Provider: s, Account: s, ID: s, URL: s, Types: []string{s, s}, NextAttempt: noon})
		secrets = append(secrets, api.Secret{Provider: s, Account: s, Name: s, Value: s, Subscription: s})
		inboxes = append(inboxes, api.InboxInfo{Inbox: s, Captures: 1, Settings: api.Inbox{Forward: s, Reply: []api.Reply{{Delay: s}}}})
		faults = append(faults, api.Fault{Kind: s, Q: s})
		providers = append(providers, api.Provider{Name: "p", Title: s, BaseURL: s, Profile: s})
	}
	change := api.Change{Path: nasty()[0], A: json.RawMessage(`"漢\u001b"`), B: json.RawMessage(`1`), Volatile: nasty()[3]}
	answers := map[string]any{
		"/_/subscriptions": subs, "/_/secrets": secrets, "/_/inboxes": inboxes, "/_/faults": faults, "/_/providers": providers[:3],
		"/_/providers/p":  api.ProviderDetail{Name: nasty()[0], Title: nasty()[1], BaseURL: nasty()[2], Assumptions: []api.Assumption{{Topic: nasty()[3], Text: nasty()[4], Evidence: nasty()[8]}}, Faults: nasty()[:4], Events: []api.EventType{{Type: nasty()[4], About: nasty()[5], Evidence: nasty()[0], Sample: json.RawMessage(`{"\u001b[31m":"\u202e"}`)}}, Context: []api.ContextKey{{Name: nasty()[0], About: nasty()[3]}}},
		"/_/entries":      api.Page{Entries: story(), LastSeq: 9, OldestSeq: 1},
		"/_/entries/diff": api.Difference{A: 7, B: 8, Request: []api.Change{change}, Headers: []api.HeaderChange{{Name: nasty()[0], A: nasty()[:4], B: nasty()[4:6]}}, Body: api.BodyChange{Kind: nasty()[0], Changes: []api.Change{change}, Lines: nasty()[:8]}},
		"/_/clock":        api.Clock{Mode: nasty()[0], Now: noon},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := answers[r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_ = json.NewEncoder(w).Encode(a)
	}))
	t.Cleanup(server.Close)
	return server
}

// TestNastyLists draws every list and form with them, at many widths.
func TestNastyLists(t *testing.T) {
	server := nastyServer(t)
	for _, keys := range [][]string{{"s"}, {"s", "ctrl+t"}, {"s", "ctrl+d"}, {"S"}, {"i"}, {"!"}, {"p"}, {"p", "enter"}, {"f"}, {"f", "enter"}, {"f", "enter", "up"}, {"m", "up", "d"}, {"i", "enter"}, {"!", "ctrl+n"}, {"/", "provider:"}} {
		t.Run(strings.Join(keys, " "), func(t *testing.T) {
			t.Parallel()
			d := drive(t, server.URL, desk.Options{})
			d.until("list and catalogue", func() bool {
				return len(d.m.List.Lines) == 5 && len(d.m.Catalog.Providers) == 3 && d.m.Status.Clock.Mode != ""
			})
			for i, k := range keys {
				d.press(k)
				d.until(k, func() bool { return d.m.Over() != nil || d.m.Filter.Editing || i < len(keys)-1 })
			}
			for width := 12; width < 200; width += 17 {
				d.m.Update(tea.WindowSizeMsg{Width: width, Height: 5 + width%30})
				checkScreen(t, d.m, strings.Join(keys, " "))
			}
		})
	}
}
