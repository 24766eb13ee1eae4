package sandbox

import (
	"context"
	"encoding/json"
	"net/http"

	"tacklebox/mock"
	"tacklebox/receiver/api"
)

// snapshot is a space's prepared state, so that each test begins from the same:
// subscriptions, settings, inboxes, faults, clock. Entries are not in it.
type snapshot struct {
	Version int                        `json:"version"`
	Engine  mock.Snapshot              `json:"engine"`
	Inboxes map[string]json.RawMessage `json:"inboxes"`
}

const snapshotVersion = 1

// takeSnapshot answers the state of the space as a document.
func (s *Space) takeSnapshot(context.Context, *http.Request) (api.Answer, error) {
	return api.OK(s.snapshot()), nil
}

func (s *Space) snapshot() snapshot {
	return snapshot{snapshotVersion, s.Engine().Snapshot(), s.receiver.Settings()}
}

// restoreSnapshot puts the space back to what takeSnapshot answered. Entries
// stay, and their numbers go on.
func (s *Space) restoreSnapshot(_ context.Context, r *http.Request) (api.Answer, error) {
	var doc snapshot
	if err := api.ReadJSON(r, &doc); err != nil {
		return api.Answer{}, err
	}
	return api.OK(map[string]bool{"restored": true}), s.restore(doc)
}

func (s *Space) restore(doc snapshot) error {
	if doc.Version != snapshotVersion {
		return api.Refuse("bad_snapshot", "send back what POST /_/snapshot answered", "a snapshot of version %d: this is %d", doc.Version, snapshotVersion)
	}
	if err := s.receiver.SetSettings(doc.Inboxes); err != nil {
		return err
	}
	return s.Engine().RestoreSnapshot(doc.Engine)
}

// Snapshot remembers subscriptions, settings, inboxes, faults and the clock; what
// it returns brings them back.
func (r *Running) Snapshot() (restore func()) {
	r.t.Helper()
	doc := r.space.snapshot()
	return func() {
		r.t.Helper()
		if err := r.space.restore(doc); err != nil {
			r.t.Fatalf("restoring the snapshot: %v", err)
		}
	}
}
