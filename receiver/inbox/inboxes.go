package inbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"

	"tacklebox/receiver/api"
)

const (
	inboxesDocument = "inboxes"
	maxInboxes      = 10_000 // with settings; captures go to any number of others
)

// registry holds the inboxes that have settings. Reading, which every capture
// does, takes no lock; a change replaces the map.
type registry struct {
	mu      sync.Mutex // one change at a time
	current atomic.Pointer[map[string]*settings]
	kept    Documents
	check   func() []string
}

func load(cfg Config) *registry {
	s := &registry{kept: cfg.Settings, check: cfg.Providers}
	s.current.Store(&map[string]*settings{})
	s.reload()
	return s
}

// reload reads the document. An inbox that stands in it as before goes on where it
// was in its replies.
func (s *registry) reload() {
	s.mu.Lock()
	defer s.mu.Unlock()
	boxes := map[string]*settings{}
	var kept map[string]json.RawMessage
	if s.kept != nil {
		if raw, ok := s.kept.Load(inboxesDocument); ok {
			if err := json.Unmarshal(raw, &kept); err != nil {
				slog.Warn("inbox settings cannot be read and start empty", "err", err)
			}
		}
	}
	for name, raw := range kept {
		if box := s.get(name); box != nil && bytes.Equal(box.raw, raw) {
			boxes[name] = box
			continue
		}
		box, err := s.parse(raw)
		if err != nil {
			slog.Warn("settings of an inbox are no longer valid and are left out", "inbox", name, "err", err)
			continue
		}
		boxes[name] = box
	}
	s.current.Store(&boxes)
}

func (s *registry) parse(raw []byte) (*settings, error) {
	return parseSettings(raw, s.check)
}

// get returns nil for an inbox without settings.
func (s *registry) get(name string) *settings { return (*s.current.Load())[name] }

// set replaces the settings of one inbox and returns once they are kept.
// Settings that say nothing remove the inbox from the document.
func (s *registry) set(name string, box *settings) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	changed := maps.Clone(*s.current.Load())
	changed[name] = box
	if len(box.replies) == 0 && box.forward == nil && box.verify == nil {
		delete(changed, name)
	}
	if len(changed) > maxInboxes {
		return api.BadRequest("", "more than %d inboxes with settings", maxInboxes)
	}
	return s.replace(changed)
}

func (s *registry) reset() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.replace(map[string]*settings{})
}

func (s *registry) replace(boxes map[string]*settings) error {
	if s.kept != nil {
		kept := map[string]json.RawMessage{}
		for name, box := range boxes {
			kept[name] = box.raw
		}
		raw, err := json.Marshal(kept)
		if err == nil {
			err = s.kept.Save(inboxesDocument, raw)
		}
		if err != nil {
			return fmt.Errorf("keep the inbox settings: %w", err)
		}
	}
	s.current.Store(&boxes)
	return nil
}

// SetInbox replaces the settings of an inbox by the JSON document that PUT
// /_/inboxes/{inbox} takes. It is how a configuration file sets them.
func (b *Inboxes) SetInbox(name string, document json.RawMessage) error {
	box, err := b.inboxes.parse(document)
	if err != nil {
		return err
	}
	return b.inboxes.set(name, box)
}

// Settings returns the settings of all inboxes that have some, as PutInbox took
// them.
func (b *Inboxes) Settings() map[string]json.RawMessage {
	all := map[string]json.RawMessage{}
	for name, box := range *b.inboxes.current.Load() {
		all[name] = box.raw
	}
	return all
}

// SetSettings replaces the settings of all inboxes; a mistake in one changes none.
func (b *Inboxes) SetSettings(all map[string]json.RawMessage) error {
	boxes := map[string]*settings{}
	for name, raw := range all {
		box, err := b.inboxes.parse(raw)
		if err != nil {
			return api.At(err, "inboxes", name)
		}
		boxes[name] = box
	}
	b.inboxes.mu.Lock()
	defer b.inboxes.mu.Unlock()
	return b.inboxes.replace(boxes)
}

// GetInbox answers the settings of an inbox.
func (b *Inboxes) GetInbox(_ context.Context, r *http.Request) (api.Answer, error) {
	box := b.inboxes.get(r.PathValue("inbox"))
	if box == nil {
		return api.OK(struct{}{}), nil
	}
	return api.OK(box.raw), nil
}

// PutInbox replaces the settings of an inbox.
func (b *Inboxes) PutInbox(ctx context.Context, r *http.Request) (api.Answer, error) {
	raw, err := api.ReadBody(r)
	if err != nil {
		return api.Answer{}, err
	}
	box, err := b.inboxes.parse(raw)
	if err != nil {
		return api.Answer{}, err
	}
	if err := b.forward.allowed(ctx, box.forward); err != nil {
		return api.Answer{}, err
	}
	return api.OK(box.raw), b.inboxes.set(r.PathValue("inbox"), box)
}

// DeleteInbox forgets how an inbox replies; its entries stay.
func (b *Inboxes) DeleteInbox(_ context.Context, r *http.Request) (api.Answer, error) {
	return api.OK(map[string]bool{"removed": true}), b.inboxes.set(r.PathValue("inbox"), &settings{})
}

// ListInboxes answers the inboxes that have settings or captures.
func (b *Inboxes) ListInboxes(ctx context.Context, _ *http.Request) (api.Answer, error) {
	lines, err := b.counts.read(ctx, b.log)
	if err != nil {
		return api.Answer{}, err
	}
	for name, box := range *b.inboxes.current.Load() {
		line := lines[name]
		line.Inbox, line.Settings = name, box.shown
		lines[name] = line
	}
	list := make([]api.InboxInfo, 0, len(lines))
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		list = append(list, lines[name])
	}
	return api.OK(list), nil
}
