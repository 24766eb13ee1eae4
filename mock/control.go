package mock

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"tacklebox/mock/provider"
	"time"

	"tacklebox/fixtures"
)

// Routes adds the events half of the control API to mux.
func (e *Engine) Routes(mux *http.ServeMux) {
	for pattern, handle := range map[string]func(*http.Request) (int, any, error){
		"GET /_/providers":                         e.getProviders,
		"GET /_/providers/{provider}":              e.getProvider,
		"GET /_/providers/{provider}/openapi.json": e.getOpenAPI,
		"GET /_/providers/{provider}/settings":     e.getSettings,
		"PUT /_/providers/{provider}/settings":     e.putSettings,
		"POST /_/events":                           e.postEvents,
		"GET /_/subscriptions":                     e.getSubscriptions,
		"POST /_/subscriptions":                    e.postSubscriptions,
		"DELETE /_/subscriptions/{provider}/{id}":  e.deleteSubscription,
		"PUT /_/subscriptions/{provider}/{id}":     e.putSubscription,
		"POST /_/deliveries/{id}/retry":            e.postRetry,
		"GET /_/secrets":                           e.getSecrets,
		"GET /_/clock":                             e.getClock,
		"POST /_/clock":                            e.postClock,
		"POST /_/entries/{seq}/replay":             e.postReplay,
		"GET /_/faults":                            e.getFaults,
		"PUT /_/faults":                            e.putFaults,
		"POST /_/verify":                           e.postVerify,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if err := knownQuery(r); err != nil {
				WriteProblem(w, err)
				return
			}
			status, body, err := handle(r)
			if err != nil {
				WriteProblem(w, err)
				return
			}
			WriteJSON(w, status, body)
		})
	}
}

// WriteJSON answers with a JSON body.
func WriteJSON(w http.ResponseWriter, status int, body any) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		WriteProblem(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// WriteProblem answers with the control API's error body; an error that is no
// Problem is a 500.
func WriteProblem(w http.ResponseWriter, err error) {
	p := &Problem{Status: http.StatusInternalServerError, Code: "internal", Message: err.Error()}
	_ = errors.As(err, &p)
	if p.Message != err.Error() && p.Hint == "" {
		p = &Problem{Status: p.Status, Code: p.Code, Message: err.Error()}
	}
	WriteJSON(w, p.Status, map[string]*Problem{"error": p})
}

func (e *Engine) world(r *http.Request) (*service, error) {
	name := r.PathValue("provider")
	if w := e.services[name]; w != nil {
		return w, nil
	}
	err := e.unknownProvider(name)
	var p *Problem
	if errors.As(err, &p) {
		p.Status = http.StatusNotFound
	}
	return nil, err
}

type providerInfo struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	BaseURL string `json:"base_url"`
	Events  int    `json:"events"`
	Profile string `json:"profile"`
}

func (w *service) info() providerInfo {
	p := providerInfo{Name: w.provider.Name, Title: w.provider.Title, BaseURL: w.world.Home(), Profile: cmp.Or(w.world.Option("", "profile").Text(), w.provider.Profile)}
	for _, ev := range w.world.Catalogue().Events {
		if w.checkType("", ev.Type) == nil {
			p.Events++
		}
	}
	return p
}

func (e *Engine) getProviders(*http.Request) (int, any, error) {
	list := []providerInfo{}
	for _, name := range e.Names() {
		w := e.services[name]
		_ = w.do(func() { list = append(list, w.info()) })
	}
	return 200, list, nil
}

type eventInfo struct {
	Type     string          `json:"type"`
	Group    string          `json:"group,omitempty"`
	About    string          `json:"about"`
	Evidence string          `json:"evidence"`
	Sample   json.RawMessage `json:"sample"`
	Schema   json.RawMessage `json:"schema"`
}

func (e *Engine) getProvider(r *http.Request) (int, any, error) {
	w, err := e.world(r)
	if err != nil {
		return 0, nil, err
	}
	out := map[string]any{}
	_ = w.do(func() {
		info := w.info()
		out["name"], out["title"], out["base_url"], out["profile"] = info.Name, info.Title, info.BaseURL, info.Profile
		out["events"], out["assumptions"] = w.eventInfos(), append([]fixtures.Assumption{}, w.world.Catalogue().Assumptions...)
		out["context"], out["faults"] = w.contextInfos(), append([]string{}, w.provider.Faults...)
	})
	return 200, out, nil
}

func (w *service) contextInfos() []map[string]any {
	list := []map[string]any{}
	for _, c := range w.provider.Context {
		list = append(list, map[string]any{"name": c.Name, "about": c.About, "types": c.Types})
	}
	return list
}

func (w *service) eventInfos() []eventInfo {
	list := []eventInfo{}
	for i := range w.world.Catalogue().Events {
		ev := &w.world.Catalogue().Events[i]
		if w.checkType("", ev.Type) != nil {
			continue
		}
		info := eventInfo{Type: ev.Type, Group: ev.Group, About: ev.About, Evidence: ev.Evidence}
		if b, err := w.world.Catalogue().Sample(ev.Type); err == nil && json.Valid(b) {
			info.Sample = b
		}
		info.Schema = w.shownSchema(ev)
		list = append(list, info)
	}
	return list
}

func (e *Engine) getSettings(r *http.Request) (int, any, error) {
	w, err := e.world(r)
	if err != nil {
		return 0, nil, err
	}
	var out map[string]json.RawMessage
	_ = w.do(func() { out = w.book.Settings().Effective(r.URL.Query().Get("account")) })
	return 200, out, nil
}

func (e *Engine) putSettings(r *http.Request) (int, any, error) {
	w, err := e.world(r)
	if err != nil {
		return 0, nil, err
	}
	var doc map[string]json.RawMessage
	if err := readBody(r, &doc); err != nil {
		return 0, nil, err
	}
	account := r.URL.Query().Get("account")
	var refused error
	var out map[string]json.RawMessage
	err = w.do(func() {
		if refused = w.book.Settings().Change(account, doc); refused == nil {
			w.book.Touch()
		}
		out = w.book.Settings().Effective(account)
	})
	return 200, out, errors.Join(refused, err)
}

func (e *Engine) postEvents(r *http.Request) (int, any, error) {
	var f Firing
	if err := readBody(r, &f); err != nil {
		return 0, nil, err
	}
	fired, err := e.Fire(f)
	return http.StatusAccepted, fired, err
}

// each visits the accounts that a request asks for.
func (e *Engine) each(r *http.Request, visit func(w *service, a *provider.Account)) error {
	q := r.URL.Query()
	for _, name := range e.Names() {
		if p := q.Get("provider"); p != "" && p != name {
			if e.services[p] == nil {
				return e.unknownProvider(p)
			}
			continue
		}
		w := e.services[name]
		_ = w.do(func() {
			for _, a := range w.world.Accounts() {
				if q.Get("account") == "" || q.Get("account") == a.Name {
					visit(w, a)
				}
			}
		})
	}
	return nil
}

type secretInfo struct {
	Provider string `json:"provider"`
	Account  string `json:"account"`
	provider.Secret
}

func (e *Engine) getSecrets(r *http.Request) (int, any, error) {
	list := []secretInfo{}
	err := e.each(r, func(w *service, a *provider.Account) {
		if w.provider.Secrets == nil {
			return
		}
		for _, s := range w.provider.Secrets(w.world, a) {
			list = append(list, secretInfo{w.provider.Name, a.Name, s})
		}
	})
	return 200, list, err
}

func (e *Engine) clockInfo() map[string]any {
	out := map[string]any{"now": e.clock.Now(), "mode": e.clock.mode}
	if next, ok := e.schedule.peek(); ok {
		out["next"] = next
	}
	return out
}

func (e *Engine) getClock(*http.Request) (int, any, error) { return 200, e.clockInfo(), nil }

func (e *Engine) postClock(r *http.Request) (int, any, error) {
	var move struct {
		Advance string `json:"advance"`
		To      string `json:"to"`
	}
	if err := readBody(r, &move); err != nil {
		return 0, nil, err
	}
	if err := e.moveClock(r.Context(), move.Advance, move.To); err != nil {
		return 0, nil, err
	}
	return 200, e.clockInfo(), nil
}

func (e *Engine) moveClock(ctx context.Context, advance, to string) error {
	switch {
	case (advance == "") == (to == ""):
		return provider.Refuse("bad_clock", `{"advance":"24h"}, {"to":"2026-01-31T12:00:00Z"} or {"to":"next"}`, "say either advance or to")
	case advance != "":
		d, err := time.ParseDuration(advance)
		if err != nil || d < 0 {
			return provider.Refuse("bad_clock", "a duration is written 90s, 15m or 24h", "advance: %q is not a duration", clip(advance))
		}
		return e.Advance(ctx, e.clock.Now().Add(d))
	case to == "next":
		next, ok := e.schedule.peek()
		if !ok {
			return e.Advance(ctx, e.clock.Now())
		}
		return e.Advance(ctx, next)
	}
	t, err := time.Parse(time.RFC3339, to)
	if err != nil {
		return provider.Refuse("bad_clock", "an instant is written 2026-01-31T12:00:00Z", "to: %q is not an instant", clip(to))
	}
	if t.Before(e.clock.Now()) {
		return provider.Refuse("bad_clock", "the clock says "+e.clock.Now().Format(time.RFC3339), "the clock does not go back")
	}
	return e.Advance(ctx, t)
}

func (e *Engine) getFaults(*http.Request) (int, any, error) {
	e.faultMu.Lock()
	defer e.faultMu.Unlock()
	return 200, append([]*Fault{}, e.faults...), nil
}

func (e *Engine) putFaults(r *http.Request) (int, any, error) {
	var in []Fault
	if err := readBody(r, &in); err != nil {
		return 0, nil, err
	}
	if err := e.setFaults(in); err != nil {
		return 0, nil, err
	}
	return e.getFaults(r)
}

// SetFaults replaces the faults in force by the document that PUT /_/faults
// takes. It is how a configuration file sets them: a mistake is a SettingError.
func (e *Engine) SetFaults(doc json.RawMessage) error {
	var list []json.RawMessage
	if json.Unmarshal(doc, &list) != nil {
		return &SettingError{Path: []string{"faults"}, Err: errors.New("wants a list, like [{kind: delay, probability: 0.1}]")}
	}
	all := make([]Fault, len(list))
	for i, raw := range list {
		if err := e.readFault(raw, &all[i]); err != nil {
			return &SettingError{Path: []string{"faults", strconv.Itoa(i)}, Err: err}
		}
	}
	return e.setFaults(all)
}

func (e *Engine) readFault(raw json.RawMessage, f *Fault) error {
	if err := json.Unmarshal(raw, f); err != nil {
		return badJSON(err, f)
	}
	_, err := e.parseFaults([]Fault{*f}, nil)
	return err
}

// setFaults replaces the faults in force.
func (e *Engine) setFaults(in []Fault) error {
	faults, err := e.parseFaults(in, nil)
	if err != nil {
		return err
	}
	e.faultMu.Lock()
	e.faults = faults
	e.faultMu.Unlock()
	return e.state.Save("faults", provider.Encode(append([]*Fault{}, faults...)))
}
