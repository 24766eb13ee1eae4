package query

import (
	"encoding/json"
	"slices"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/disk"
	"tacklebox/receiver/journal/memory"
	"testing"
	"time"
)

// several is a request that carried three events of two types.
func severalEvents(kind journal.Kind) *journal.Entry {
	return &journal.Entry{Kind: kind, Type: "order_create", EventID: "evt_1",
		Detail: json.RawMessage(`{"event_ids":["evt_1","evt_2","evt_3"],"event_types":["order_create","order_ship","order_ship"]}`)}
}

// TestARequestWithSeveralEventsIsFoundByEach in memory, on disk and after the
// disk was read again, where the index decides first.
func TestARequestWithSeveralEventsIsFoundByEach(t *testing.T) {
	t.Parallel()
	entries := []*journal.Entry{
		{Kind: journal.Attempt, Type: "order_create", EventID: "evt_0"},
		severalEvents(journal.Attempt),
		severalEvents(journal.Capture),
		severalEvents(journal.Event), // its detail is the engine's: it is one event
		{Kind: journal.Attempt, Type: "order_ship", EventID: "evt_4", Detail: json.RawMessage(`{"event_ids":"odd"}`)},
	}
	finds := map[string][]uint64{
		"event:evt_1":                    {2, 3, 4},
		"event:evt_2":                    {2, 3},
		"event:EVT_3":                    {2, 3},
		"event:evt_4":                    {5},
		"event:evt_5":                    nil,
		"event:evt_*":                    {1, 2, 3, 4, 5},
		"type:order_ship":                {2, 3, 5},
		"type:order_create":              {1, 2, 3, 4},
		"type:*_ship kind:capture":       {3},
		"-type:order_ship":               {1, 4},
		"type:order_refund":              nil,
		"type:order_ship OR event:evt_0": {1, 2, 3, 5},
	}
	dir := t.TempDir()
	onDisk, err := disk.Open(dir, disk.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []journal.Store{memory.New(memory.Limit{}), onDisk} {
		for _, e := range entries {
			if err := s.Append(e.Clone()).Wait(); err != nil {
				t.Fatal(err)
			}
		}
		found(t, s, finds)
	}
	if err := onDisk.Close(); err != nil {
		t.Fatal(err)
	}
	if onDisk, err = disk.Open(dir, disk.Options{}); err != nil {
		t.Fatal(err)
	}
	defer onDisk.Close()
	found(t, onDisk, finds)
}

func found(t *testing.T, s journal.Store, finds map[string][]uint64) {
	t.Helper()
	for q, want := range finds {
		f, err := Parse(q, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		var got []uint64
		if err := s.Scan(t.Context(), 0, 0, false, f, func(e *journal.Entry) bool { got = append(got, e.Seq); return true }); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s finds %v, want %v", q, got, want)
		}
	}
}
