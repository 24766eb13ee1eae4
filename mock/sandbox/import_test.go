package sandbox

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"tacklebox/mock/signing"
	"tacklebox/receiver/api"
)

// What one sandbox captured, another imports, judges and sends again: the same
// bytes arrive.
func TestACaptureTravelsAsHAR(t *testing.T) {
	t.Parallel()
	const key = "00112233445566778899aabbccddeeff"
	from := Start(t)
	from.Settings("shoptet", "", map[string]any{"signature_key": key})
	from.Fire(api.Firing{Provider: "shoptet", Type: "order:create", To: from.Inbox("orders")})
	sent := from.Expect(t, "kind:capture", 1)[0]
	_, har := from.call("GET", fmt.Sprintf("/_/entries/%d/as/har", sent.Seq), nil)

	to := Start(t)
	to.Reply("copies", `{"verify":{"provider":"shoptet","secret":"`+key+`"}}`)
	if status, answer := to.call("POST", "/_/entries/import?inbox=copies", []byte(strings.TrimPrefix(har, "200 "))); status != 200 {
		t.Fatal(answer)
	}
	kept := to.Expect(t, "kind:capture inbox:copies", 1)[0]
	if string(kept.Request.Body) != string(sent.Request.Body) || kept.Signature == nil || kept.Signature.State != signing.Valid {
		t.Errorf("imported %s, signature %+v; want %s", kept.Request.Body, kept.Signature, sent.Request.Body)
	}
	if status, answer := to.call("POST", fmt.Sprintf("/_/entries/%d/replay", kept.Seq), nil); status != 202 {
		t.Fatal(answer)
	}
	again := to.Expect(t, "kind:capture inbox:copies", 2)[1]
	if string(again.Request.Body) != string(sent.Request.Body) {
		t.Errorf("replayed %s, want %s", again.Request.Body, sent.Request.Body)
	}
	if got, want := again.Request.Headers.Get("Shoptet-Webhook-Signature"), sent.Request.Headers.Get("Shoptet-Webhook-Signature"); got != want || want == "" {
		t.Errorf("signature %q, want %q", got, want)
	}
}

// Everything that `entries --json` prints of a busy sandbox can be imported.
func TestAWholeJournalCanBeImported(t *testing.T) {
	t.Parallel()
	from := Start(t, withTiny)
	subscribe(t, from, "ann", "box", "thing.made")
	from.Fire(api.Firing{Type: "thing.made", Provider: "tiny", Count: 3})
	from.Expect(t, "kind:attempt", 3)
	_, page := from.call("GET", "/_/entries?limit=1000", nil)
	to := Start(t, withTiny)
	status, answer := to.call("POST", "/_/entries/import", []byte(strings.TrimPrefix(page, "200 ")))
	var done struct{ Imported, Skipped int }
	if err := json.Unmarshal([]byte(strings.TrimPrefix(answer, "200 ")), &done); err != nil || status != 200 {
		t.Fatal(answer)
	}
	if done.Imported != 7 || done.Skipped != 3 { // a call, three attempts and three captures; three events
		t.Errorf("%+v", done)
	}
	if n := len(to.Entries("kind:capture inbox:imported")); n != done.Imported {
		t.Errorf("%d entries of %d", n, done.Imported)
	}
}
