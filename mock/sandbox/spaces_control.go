package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"tacklebox/receiver/api"
	"time"
)

// spaceInfo is one row of GET /_/spaces.
type spaceInfo struct {
	Name     string    `json:"name"`
	URL      string    `json:"url"`
	Created  time.Time `json:"created"`
	LastUsed time.Time `json:"last_used"`
	Entries  uint64    `json:"entries"` // that are kept
	Clock    string    `json:"clock"`   // real, manual or auto
	Now      time.Time `json:"now"`     // on it
	TTL      string    `json:"ttl,omitempty"`
	Token    bool      `json:"token,omitempty"` // it has one of its own
}

// info describes a slot; ok is false when its space has ended or never began.
func (ss *spaces) info(s *slot) (info spaceInfo, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.space == nil {
		return spaceInfo{}, false
	}
	oldest, last := s.space.journal.Bounds()
	info = spaceInfo{Name: s.name, URL: s.space.URL(), Created: s.saved.Created, LastUsed: time.Unix(0, s.used.Load()).UTC(),
		Entries: last + 1 - oldest, Clock: modeOf(s.space.cfg.Clock), Now: s.space.engine.Now(), Token: s.saved.Token != nil}
	if s.saved.TTL != nil {
		info.TTL = *s.saved.TTL
	}
	return info, true
}

func (ss *spaces) getSpaces() []spaceInfo {
	list := []spaceInfo{}
	for _, s := range ss.list() {
		if info, ok := ss.info(s); ok {
			list = append(list, info)
		}
	}
	return list
}

// putSpace makes a space, or answers what it is when nothing given contradicts
// that.
func (ss *spaces) putSpace(name string, options spaceOptions) (spaceInfo, error) {
	if _, err := options.check(); err != nil {
		return spaceInfo{}, err
	}
	s, err := ss.use(name, options)
	if err != nil {
		return spaceInfo{}, err
	}
	defer s.release()
	if what := options.contradicts(s.saved.spaceOptions, s.space.cfg); what != "" {
		return spaceInfo{}, &api.Error{Status: http.StatusConflict, Code: "space_exists", Message: "the space " + name + " exists with another " + what,
			Hint: "DELETE /_/spaces/" + name + " ends it"}
	}
	info, _ := ss.info(s)
	return info, nil
}

// deleteSpace ends a space and forgets all it kept.
func (ss *spaces) deleteSpace(name string) error {
	ss.mu.Lock()
	s := ss.all[name]
	ss.mu.Unlock()
	if s == nil {
		return notHere("unknown_space", "GET /_/spaces lists them", "there is no space %q", name)
	}
	return ss.end(s)
}

// routes adds what the space without a name knows of the others.
func (ss *spaces) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /_/spaces", func(w http.ResponseWriter, _ *http.Request) { api.WriteJSON(w, http.StatusOK, ss.getSpaces()) })
	mux.HandleFunc("PUT /_/spaces/{name}", func(w http.ResponseWriter, r *http.Request) {
		var options spaceOptions
		info, err := spaceInfo{}, json.NewDecoder(r.Body).Decode(&options)
		if errors.Is(err, io.EOF) { // an empty body asks for nothing
			err = nil
		}
		if err == nil {
			info, err = ss.putSpace(r.PathValue("name"), options)
		}
		if err != nil {
			api.WriteError(w, err)
			return
		}
		api.WriteJSON(w, http.StatusOK, info)
	})
	mux.HandleFunc("DELETE /_/spaces/{name}", func(w http.ResponseWriter, r *http.Request) {
		if err := ss.deleteSpace(r.PathValue("name")); err != nil {
			api.WriteError(w, err)
			return
		}
		api.WriteJSON(w, http.StatusOK, map[string]bool{"removed": true})
	})
}
