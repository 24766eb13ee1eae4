package receiver

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/query"
)

const (
	inboxesDocument = "inboxes"
	maxInboxes      = 10_000 // with settings; captures go to any number of others
)

func itoa(i int) string { return strconv.Itoa(i) }

// inboxes holds the inboxes that have settings. Reading, which every capture
// does, takes no lock; a change replaces the map.
type inboxes struct {
	mu       sync.Mutex // one change at a time
	current  atomic.Pointer[map[string]*inbox]
	settings Settings
	check    func() []string
}

func loadInboxes(cfg Config) *inboxes {
	s := &inboxes{settings: cfg.Settings, check: cfg.Providers}
	boxes := map[string]*inbox{}
	var kept map[string]json.RawMessage
	if cfg.Settings != nil {
		if raw, ok := cfg.Settings.Load(inboxesDocument); ok {
			if err := json.Unmarshal(raw, &kept); err != nil {
				slog.Warn("inbox settings cannot be read and start empty", "err", err)
			}
		}
	}
	for name, raw := range kept {
		box, err := s.parse(raw)
		if err != nil {
			slog.Warn("settings of an inbox are no longer valid and are left out", "inbox", name, "err", err)
			continue
		}
		boxes[name] = box
	}
	s.current.Store(&boxes)
	return s
}

func (s *inboxes) parse(raw []byte) (*inbox, error) {
	return parseInbox(raw, s.check)
}

// get returns nil for an inbox without settings.
func (s *inboxes) get(name string) *inbox { return (*s.current.Load())[name] }

// set replaces the settings of one inbox and returns once they are kept.
// Settings that say nothing remove the inbox from the document.
func (s *inboxes) set(name string, box *inbox) error {
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

func (s *inboxes) reset() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.replace(map[string]*inbox{})
}

func (s *inboxes) replace(boxes map[string]*inbox) error {
	if s.settings != nil {
		kept := map[string]json.RawMessage{}
		for name, box := range boxes {
			kept[name] = box.raw
		}
		raw, err := json.Marshal(kept)
		if err == nil {
			err = s.settings.Save(inboxesDocument, raw)
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
func (rc *Receiver) SetInbox(name string, settings json.RawMessage) error {
	box, err := rc.inboxes.parse(settings)
	if err != nil {
		return err
	}
	return rc.inboxes.set(name, box)
}

// Settings returns the settings of all inboxes that have some, as PutInbox took
// them.
func (rc *Receiver) Settings() map[string]json.RawMessage {
	all := map[string]json.RawMessage{}
	for name, box := range *rc.inboxes.current.Load() {
		all[name] = box.raw
	}
	return all
}

// SetSettings replaces the settings of all inboxes; a mistake in one changes none.
func (rc *Receiver) SetSettings(all map[string]json.RawMessage) error {
	boxes := map[string]*inbox{}
	for name, raw := range all {
		box, err := rc.inboxes.parse(raw)
		if err != nil {
			return api.At(err, "inboxes", name)
		}
		boxes[name] = box
	}
	rc.inboxes.mu.Lock()
	defer rc.inboxes.mu.Unlock()
	return rc.inboxes.replace(boxes)
}

// GetInbox answers the settings of an inbox.
func (rc *Receiver) GetInbox(_ context.Context, r *http.Request) (api.Answer, error) {
	box := rc.inboxes.get(r.PathValue("inbox"))
	if box == nil {
		return api.OK(struct{}{}), nil
	}
	return api.OK(box.raw), nil
}

// PutInbox replaces the settings of an inbox.
func (rc *Receiver) PutInbox(ctx context.Context, r *http.Request) (api.Answer, error) {
	raw, err := api.ReadBody(r)
	if err != nil {
		return api.Answer{}, err
	}
	box, err := rc.inboxes.parse(raw)
	if err != nil {
		return api.Answer{}, err
	}
	if err := rc.forward.allowed(ctx, box.forward); err != nil {
		return api.Answer{}, err
	}
	return api.OK(box.raw), rc.inboxes.set(r.PathValue("inbox"), box)
}

// DeleteInbox forgets how an inbox replies; its entries stay.
func (rc *Receiver) DeleteInbox(_ context.Context, r *http.Request) (api.Answer, error) {
	return api.OK(map[string]bool{"removed": true}), rc.inboxes.set(r.PathValue("inbox"), &inbox{})
}

// inboxLine is one line of GET /_/inboxes.
type inboxLine struct {
	Inbox    string          `json:"inbox"`
	Captures int             `json:"captures"` // that are still kept
	LastSeq  uint64          `json:"last_seq,omitempty"`
	Settings json.RawMessage `json:"settings,omitempty"`
}

// ListInboxes answers the inboxes that have settings or captures.
func (rc *Receiver) ListInboxes(context.Context, *http.Request) (api.Answer, error) {
	lines, err := rc.counts.read(rc.log)
	if err != nil {
		return api.Answer{}, err
	}
	for name, box := range *rc.inboxes.current.Load() {
		line := lines[name]
		line.Inbox, line.Settings = name, box.raw
		lines[name] = line
	}
	list := make([]inboxLine, 0, len(lines))
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		list = append(list, lines[name])
	}
	return api.OK(list), nil
}

// counts remembers how many captures of each inbox the journal keeps, so that
// asking again looks only at what came since.
type counts struct {
	mu           sync.Mutex
	oldest, last uint64
	lines        map[string]inboxLine
}

// read counts on from where it was, or afresh when entries were dropped. The
// result is the caller's own.
func (c *counts) read(log journal.Store) (map[string]inboxLine, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	oldest, last := log.Bounds()
	if c.lines == nil || oldest != c.oldest {
		c.lines, c.oldest, c.last = map[string]inboxLine{}, oldest, oldest-1
	}
	captures, err := query.Parse("kind:capture", nil)
	if err != nil {
		return nil, err
	}
	err = scanKept(log, c.last, last+1, captures, func(e *journal.Entry) bool {
		if e.Kind == journal.Capture {
			line := c.lines[e.Inbox]
			line.Inbox, line.Captures, line.LastSeq = e.Inbox, line.Captures+1, e.Seq
			c.lines[e.Inbox] = line
		}
		return true
	})
	if err != nil {
		c.lines = nil
		return nil, fmt.Errorf("count captures: %w", err)
	}
	c.last = last
	return maps.Clone(c.lines), nil
}
