package sandbox

import (
	"encoding/json"
	"strings"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// TestAssistantFires: an assistant fires, waits and looks, and is guarded as the
// control API is.
func TestAssistantFires(t *testing.T) {
	t.Parallel()
	r := Start(t)
	session, err := sdk.NewClient(&sdk.Implementation{Name: "test"}, nil).Connect(t.Context(), &sdk.StreamableClientTransport{Endpoint: r.URL + "/~a/_/mcp"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	for _, c := range []struct{ name, args, want string }{
		{"fire", `{"provider":"shoptet","type":"order:create","to":"` + r.URL + `/~a/in/x","set":{"eventInstance":"7"}}`, `"deliveries"`},
		{"expect", `{"q":"kind:capture body.eventInstance=7","within":"10s"}`, `"met":true`},
		{"entries", `{"q":"kind:capture"}`, `"inbox":"x"`},
		{"entries", `{"filter":"kind:capture"}`, `filter`},
		{"fire", `{"provider":"shoptet","type":"order:created"}`, `order:create`},
	} {
		got, err := session.CallTool(t.Context(), &sdk.CallToolParams{Name: c.name, Arguments: json.RawMessage(c.args)})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if text := got.Content[0].(*sdk.TextContent).Text; !strings.Contains(text, c.want) {
			t.Errorf("%s %s: %s", c.name, c.args, text)
		}
	}
	if status, _ := ask(t, "POST", r.URL+"/_/mcp", "{}", "Host", "evil.example"); status != 403 {
		t.Errorf("a foreign host: %d", status)
	}
}
