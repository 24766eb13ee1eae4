package sandbox

import (
	"strings"
	"testing"
	"time"
)

// TestSnapshot: what a test changed is as it was prepared, in the process and
// over HTTP; numbers and ids go on.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	kept := subscribe(t, r, "ann", "orders", "thing.made")
	r.Reply("orders", "500x1,200")
	r.Settings("tiny", "ann", map[string]any{"retry": []string{"7m"}})
	ask(t, "PUT", r.URL+"/_/faults", `[{"kind":"drop","q":"type:thing.lost"}]`)
	_, doc := ask(t, "POST", r.URL+"/_/snapshot", "")
	restore := r.Snapshot()
	began := r.Now()

	spoil := func() {
		subscribe(t, r, "bob", "other", "thing.lost")
		ask(t, "DELETE", r.URL+"/_/subscriptions/tiny/"+kept, "")
		r.Reply("orders", "404")
		r.Reply("another", "404")
		r.Settings("tiny", "ann", map[string]any{"retry": nil})
		ask(t, "PUT", r.URL+"/_/faults", `[]`)
		r.Advance(time.Hour)
	}
	last := uint64(0)
	for name, back := range map[string]func(){
		"in the process": restore,
		"over HTTP": func() {
			if status, body := ask(t, "POST", r.URL+"/_/restore", doc); status != 200 {
				t.Fatalf("restore: %d %s", status, body)
			}
		},
	} {
		spoil()
		back()
		for path, want := range map[string]string{"/_/subscriptions": kept, "/_/inboxes/orders": `"status":500`, "/_/inboxes/another": "{}", "/_/providers/tiny/settings?account=ann": "7m", "/_/faults": "thing.lost"} {
			if _, body := ask(t, "GET", r.URL+path, ""); !strings.Contains(body, want) || strings.Contains(body, "bob") {
				t.Errorf("%s: %s: %s, want %s", name, path, body, want)
			}
		}
		if !r.Now().Equal(began) {
			t.Errorf("%s: the clock says %v, not %v", name, r.Now(), began)
		}
		fired := r.Fire("tiny", "thing.made")
		if len(fired.Events) != 1 || len(fired.Events[0].Deliveries) != 1 {
			t.Errorf("%s: fired %+v", name, fired)
		}
		r.Expect(t, "kind:attempt event:"+fired.Events[0].ID)
		if list := r.Entries("kind:event"); list[len(list)-1].Seq <= last {
			t.Errorf("%s: numbers went back", name)
		}
		_, last = r.space.journal.Bounds()
	}
	for doc, want := range map[string]string{`{"version":9}`: "version 9", `{"version":1,"engine":{"providers":{"nobody":{}}}}`: "nobody", `{"version":1,"inboxes":{"a":{"replies":1}}}`: "replies", `{"versoin":1}`: "version"} {
		if status, body := ask(t, "POST", r.URL+"/_/restore", doc); status < 400 || status > 499 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", doc, status, body)
		}
	}
}

// BenchmarkRestore measures what beginning from a prepared state costs a test.
func BenchmarkRestore(b *testing.B) {
	r := Start(b)
	restore := r.Snapshot()
	for b.Loop() {
		restore()
	}
}
