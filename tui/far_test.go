package tui

import (
	"fmt"
	"tacklebox/tui/desk"
	"testing"

	"tacklebox/mock/sandbox"
	"tacklebox/receiver/api"
	"tacklebox/tui/rows"
)

// TestFarAndBack goes from the newest of many entries to the oldest and back,
// page by page and at once, while more come.
func TestFarAndBack(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	const all = 5000
	put := func(from, to int) {
		for i := from; i <= to; i++ {
			receipt := sb.Sandbox().Journal().Append(&api.Entry{Kind: "capture", Time: noon, Inbox: "many", Request: &api.Message{Method: "POST", URL: fmt.Sprintf("/in/many?%d;", i)}})
			if i == to {
				if err := receipt.Wait(); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	put(1, all)
	d := drive(t, sb.URL, desk.Options{})
	d.sees("/in/many?5000;")
	d.press("home")
	d.sees("/in/many?1;")
	if len(d.m.List.Win.Rows) > rows.WindowRows {
		t.Errorf("%d rows are held", len(d.m.List.Win.Rows))
	}
	put(all+1, all+10)
	d.sees("10 new entries")
	for range 40 {
		d.press("pgdown")
	}
	d.until("the next page", func() bool { return d.m.List.Win.Last() >= 400 })
	d.press("end")
	d.sees("/in/many?5010;")
	put(all+11, all+11)
	d.sees("/in/many?5011;")
	for range 30 {
		d.press("pgup")
	}
	d.until("the page before", func() bool { return d.m.List.Win.First() < all-400 })
	d.press("home")
	d.sees("/in/many?1;")
	for i, r := range d.m.List.Win.Rows {
		if r.Seq != uint64(i+1) {
			t.Fatalf("row %d is entry %d", i, r.Seq)
		}
	}
}
