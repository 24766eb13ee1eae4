package sandbox

import (
	"context"
	"net/http"
	"time"

	"tacklebox/receiver/api"
)

// info describes a slot; ok is false when its space has ended or never began.
func (ss *spaces) info(s *slot) (info api.Space, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.space == nil {
		return api.Space{}, false
	}
	info = api.Space{Name: s.name, URL: s.space.URL(), Created: s.saved.Created, LastUsed: time.Unix(0, s.used.Load()).UTC(),
		Entries: s.space.journal.Count(), Clock: modeOf(s.space.cfg.Clock), Now: s.space.Engine().Now(), Token: s.saved.Token != nil}
	if s.saved.TTL != nil {
		info.TTL = *s.saved.TTL
	}
	return info, true
}

func (ss *spaces) getSpaces(context.Context, *http.Request) (api.Answer, error) {
	list := []api.Space{}
	for _, s := range ss.list() {
		if info, ok := ss.info(s); ok {
			list = append(list, info)
		}
	}
	return api.OK(list), nil
}

func (ss *spaces) putSpace(_ context.Context, r *http.Request) (api.Answer, error) {
	var options api.SpaceOptions
	if err := api.ReadOptional(r, &options); err != nil {
		return api.Answer{}, err
	}
	info, err := ss.make(r.PathValue("name"), spaceOptions{options})
	return api.OK(info), err
}

// make makes a space, or answers what it is when nothing given contradicts that.
func (ss *spaces) make(name string, options spaceOptions) (api.Space, error) {
	if _, err := options.check(); err != nil {
		return api.Space{}, err
	}
	s, err := ss.use(name, options)
	if err != nil {
		return api.Space{}, err
	}
	defer s.release()
	if what := options.contradicts(s.saved.spaceOptions, s.space.cfg); what != "" {
		return api.Space{}, api.Failed(http.StatusConflict, "space_exists", "DELETE /_/spaces/"+name+" ends it", "the space %s exists with another %s", name, what)
	}
	info, _ := ss.info(s)
	return info, nil
}

func (ss *spaces) deleteSpace(_ context.Context, r *http.Request) (api.Answer, error) {
	return api.OK(map[string]bool{"removed": true}), ss.remove(r.PathValue("name"))
}

// remove ends a space and forgets all it kept.
func (ss *spaces) remove(name string) error {
	ss.mu.Lock()
	s := ss.all[name]
	ss.mu.Unlock()
	if s == nil {
		return notHere(api.CodeUnknownSpace, "GET /_/spaces lists them", "there is no space %q", api.Clip(name))
	}
	return ss.end(s)
}
