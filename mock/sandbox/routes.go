package sandbox

import (
	"encoding/json"
	"net/http"

	"tacklebox/receiver/api"
)

// routes is the control API of a space on one screen; the provider side's half is
// mock.Control's table.
func (s *Space) routes() []api.Route {
	rc := s.receiver
	list := []api.Route{
		{Method: "GET", Path: "/_/livez", Handle: alive, About: "Answers while the process lives.", Out: map[string]string{}},
		{Method: "GET", Path: "/_/readyz", Handle: s.ready, About: "Answers 200 when the sandbox can keep what it is sent, else 503.", Out: map[string]string{}},
		{Method: "GET", Path: "/_/{$}", Handle: s.index, About: "Says what answers here: version, addresses, counts.", Out: map[string]any{}},
		{Method: "GET", Path: "/_/metrics", Handle: s.metrics, About: "Numbers in the text format of Prometheus."},
		{Method: "POST", Path: "/_/reset", Handle: s.reset, About: "Forgets everything: entries, subscriptions, settings, inboxes, faults.", Out: map[string]bool{}},
		{Method: "POST", Path: "/_/snapshot", Handle: s.takeSnapshot, About: "Answers subscriptions, settings, inboxes, faults and the clock as one document.", Out: snapshot{}},
		{Method: "POST", Path: "/_/restore", Handle: s.restoreSnapshot, About: "Puts the space back to such a document. Entries stay.", In: snapshot{}, Out: map[string]bool{}},
		{Method: "GET", Path: "/_/scenarios", Handle: s.scenarios, About: "Lists the scenarios that are shipped, with their text.", Out: []api.Scenario{}},
		{Method: "GET", Path: "/_/scenarios/schema.json", Handle: s.scenarioSchema, About: "The JSON Schema of a scenario file, for editors.", Out: map[string]any{}},
		{Method: "GET", Path: "/_/ca.pem", Handle: s.process.getAuthority, About: "The certificate that clients of the HTTPS port are told to trust."},
		{Method: "GET", Path: "/_/openapi.json", Handle: s.getOpenAPI, About: "This description.", Out: map[string]any{}},

		{Method: "GET", Path: "/_/entries", Query: []string{"q", "after", "before", "limit", "order", "bodies"}, Write: rc.ListEntries, About: "Lists entries that a filter matches: the newest 100, oldest first, unless told otherwise.", Out: api.Page{}},
		{Method: "DELETE", Path: "/_/entries", Query: []string{"q"}, Handle: s.deleteEntries, About: "Forgets entries: those that match, or all. Sequence numbers stay.", Status: http.StatusNoContent},
		{Method: "GET", Path: "/_/entries/{seq}", Handle: rc.GetEntry, About: "One entry.", Out: api.Entry{}},
		{Method: "GET", Path: "/_/entries/{seq}/body", Query: []string{"of"}, Handle: rc.GetBody, About: "The raw bytes of an entry's request, or of its response."},
		{Method: "GET", Path: "/_/entries/{seq}/as/{format}", Handle: rc.ExportEntry, About: "An entry as curl, har, fixture or gotest."},
		{Method: "GET", Path: "/_/entries/diff", Query: []string{"a", "b"}, Handle: rc.DiffEntries, About: "How the requests of two entries differ; b=sample compares with the catalogue.", Out: api.Difference{}},
		{Method: "POST", Path: "/_/entries/import", Query: []string{"inbox"}, Handle: rc.ImportEntries, About: "Keeps requests that were recorded elsewhere: HAR, JSON lines, a list, curl commands or exported tests.", In: json.RawMessage{}, Out: api.ImportResult{}},
		{Method: "POST", Path: "/_/expect", Handle: rc.Expect, About: "Waits until entries match, or says what came nearest (417).", In: api.ExpectRequest{}, Out: api.ExpectResult{}},
		{Method: "GET", Path: "/_/stream", Query: []string{"q", "after"}, Write: rc.Stream, About: "WebSocket: one JSON text message per entry.", Status: http.StatusSwitchingProtocols},
		{Method: "GET", Path: "/_/inboxes", Handle: rc.ListInboxes, About: "Lists the inboxes with their counts.", Out: []api.InboxInfo{}},
		{Method: "GET", Path: "/_/inboxes/{inbox}", Handle: rc.GetInbox, About: "How an inbox replies.", Out: api.Inbox{}},
		{Method: "PUT", Path: "/_/inboxes/{inbox}", Handle: rc.PutInbox, About: "Sets how an inbox replies, forwards and verifies.", In: api.Inbox{}, Out: api.Inbox{}},
		{Method: "DELETE", Path: "/_/inboxes/{inbox}", Handle: rc.DeleteInbox, About: "Forgets how an inbox replies; its entries stay.", Out: map[string]bool{}},
	}
	list = append(list, s.Engine().Control().Routes()...)
	if s.name == "" {
		list = append(list, s.process.spaces.routes()...)
	}
	return s.passing(list)
}

// routes is what the space without a name knows of the others.
func (ss *spaces) routes() []api.Route {
	return []api.Route{
		{Method: "GET", Path: "/_/spaces", Handle: ss.getSpaces, About: "Lists the spaces.", Out: []api.Space{}},
		{Method: "PUT", Path: "/_/spaces/{name}", Handle: ss.putSpace, About: "Makes a space, or answers what it is when nothing given contradicts that.", In: api.SpaceOptions{}, Out: api.Space{}},
		{Method: "DELETE", Path: "/_/spaces/{name}", Handle: ss.deleteSpace, About: "Ends a space and forgets all it kept.", Out: map[string]bool{}},
	}
}
