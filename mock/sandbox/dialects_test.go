package sandbox

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// While the journal cannot be written every provider says so in its own dialect,
// and nothing of the call is in force.
func TestAJournalThatCannotBeWrittenIsToldInEveryDialect(t *testing.T) {
	t.Parallel()
	sb, err := Open(Config{Clock: "manual"})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sb)
	defer server.Close()
	sb.Bind(server.Listener.Addr())
	if err := sb.journal.Close(); err != nil {
		t.Fatal(err)
	}
	for _, p := range providers() {
		req, err := http.NewRequest(http.MethodGet, server.URL+"/"+p.Name+"/nowhere", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusInsufficientStorage {
			t.Errorf("%s: %d %v %s", p.Name, resp.StatusCode, err, body)
		}
		if plain := strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain"); plain != (p.Broken == nil) {
			t.Errorf("%s: not in its dialect: %v %s", p.Name, resp.Header, body)
		}
	}
}
