package sandbox

import (
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	"tacklebox/fixtures"
	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
	"tacklebox/mock/signing"
)

// exampleProvider is a sixth provider as an author writes it: GitHub's repository hooks, on
// the kit. This file and the folder testdata/github are all of it; the rules are those of the REST documentation
// ("Repository webhooks", "Webhook events and payloads"), what it does not say is a
// decision.

func exampleProvider() (*fixtures.Catalog, *provider.Provider) {
	return fixtures.New(os.DirFS("testdata")), &provider.Provider{
		Name: "github", Title: "GitHub", Profile: "2022-11-28", Hosts: []string{"api.github.com"},
		Options: []provider.Option{{Name: "credentials", Kind: provider.ListOption, Common: true, Hidden: true, About: "the tokens that are let in; unset: every one"}},
		API: provider.API{Operations: githubAPI.Operations(""), Serve: githubAPI.Serve, Broken: func(w *provider.World, c *provider.Call, status int) provider.Reply {
			return githubAPI.Fail(w, c, kit.Refuse(status, "", "Server Error"))
		}, Register: func(_ *provider.World, account, url string, types []string) []*provider.Call {
			return []*provider.Call{provider.NewCall("POST", "/repos/octo/box/hooks", map[string]any{"events": types, "config": map[string]any{"url": url, "content_type": "json"}}, "Authorization", "Bearer "+account)}
		}},
		Targets: hookTargets, Batch: provider.Batch{Body: hookBody, Unwrap: unform}, Request: hookRequest,
		Signing: &provider.Signing{Scheme: hub256, Secrets: hookSecrets},
		Policy:  func(*provider.World, string) provider.Policy { return provider.Policy{Timeout: 10 * time.Second} }, // documented: no retries
	}
}

var ( // the documented signature, and the older one that stands beside it
	hub1   = &signing.Scheme{Title: "GitHub", Header: "X-Hub-Signature", Algorithm: "sha1", Key: signing.KeyText, Encoding: signing.Hex, Prefix: "sha1=", Signed: "{body}"}
	hub256 = &signing.Scheme{Title: "GitHub", Header: "X-Hub-Signature-256", Algorithm: "sha256", Key: signing.KeyText, Encoding: signing.Hex, Prefix: "sha256=", Signed: "{body}",
		Or: hub1, Evidence: "documented"}
)

var errHookUnknown = kit.Refuse(http.StatusNotFound, "", "Not Found")

var githubAPI = kit.API[*kit.Request]{
	Routes: []kit.Route[*kit.Request]{
		{ID: "list", Method: "GET", Path: "/repos/{owner}/{repo}/hooks", Do: listHooks},
		{ID: "create", Method: "POST", Path: "/repos/{owner}/{repo}/hooks", Do: createHook},
		{ID: "get", Method: "GET", Path: "/repos/{owner}/{repo}/hooks/{hook_id}", Do: one(getHook)},
		{ID: "change", Method: "PATCH", Path: "/repos/{owner}/{repo}/hooks/{hook_id}", Do: one(changeHook)},
		{ID: "delete", Method: "DELETE", Path: "/repos/{owner}/{repo}/hooks/{hook_id}", Do: one(deleteHook)},
		{ID: "ping", Method: "POST", Path: "/repos/{owner}/{repo}/hooks/{hook_id}/pings", Do: one(ping)},
	},
	View: func(r *kit.Request) *kit.Request { return r },
	Steps: []func(*kit.Request) error{
		func(r *kit.Request) error {
			token, ok := kit.Bearer(r.Call.Header.Get("Authorization"))
			if !ok || !kit.Printable(token, 255) || !kit.Listed(r.World, "credentials", token) {
				return kit.Refuse(http.StatusUnauthorized, "", "Requires authentication")
			}
			r.Call.Account = token
			return nil
		},
		func(r *kit.Request) error {
			if r.Route == "" {
				return errHookUnknown
			}
			return nil
		},
	},
	Answer: func(_ *kit.Request, v any) provider.Reply {
		return kit.JSON(http.StatusOK, "application/json; charset=utf-8", v)
	},
	Refuse: func(_ *kit.Request, err error) provider.Reply {
		e := kit.As(err, kit.Refuse(http.StatusInternalServerError, "", "Server Error"))
		body := map[string]any{"message": e.Message, "documentation_url": "https://docs.github.com/rest", "status": strconv.Itoa(e.Status)}
		if e.Field != "" {
			body["errors"] = []map[string]string{{"resource": "Hook", "code": e.Code, "field": e.Field}}
		}
		return kit.JSON(e.Status, "application/json; charset=utf-8", body)
	},
}

func invalidHook(field string) *kit.Error {
	e := kit.Refuse(http.StatusUnprocessableEntity, "custom", "Validation Failed")
	e.Field = field
	return e
}

// hook is what a subscription keeps beside the common fields.
type hook struct {
	Form   bool   `json:"form,omitempty"`
	Secret string `json:"secret,omitempty"`
}

func showHook(r *kit.Request, s *provider.Sub) map[string]any {
	own := kit.Stored(s, hook{})
	config := map[string]any{"url": s.URL, "content_type": map[bool]string{true: "form", false: "json"}[own.Form], "insecure_ssl": "0"}
	if own.Secret != "" {
		config["secret"] = "********" // documented: never shown
	}
	number, _ := strconv.Atoi(s.ID) // made here
	return map[string]any{"type": "Repository", "id": number, "name": "web", "active": s.Enabled, "events": s.Types, "config": config,
		"created_at": s.Created.UTC().Format(time.RFC3339), "updated_at": s.Updated.UTC().Format(time.RFC3339),
		"url": r.World.BaseURL() + "/repos/" + r.Call.Param("owner") + "/" + r.Call.Param("repo") + "/hooks/" + s.ID}
}

func listHooks(r *kit.Request) (any, error) {
	list := []any{}
	for _, s := range r.Account().Subs() {
		list = append(list, showHook(r, s))
	}
	return list, nil
}

func createHook(r *kit.Request) (any, error) {
	s := &provider.Sub{Enabled: true, Types: []string{"push"}, Created: r.World.Now()} // documented defaults
	if err := readHook(r, s); err != nil {
		return nil, err
	}
	s.ID = strconv.FormatInt(r.World.Next("hook", 1), 10)
	r.Account().Add(s)
	_, err := ping(r, s)
	return kit.JSON(http.StatusCreated, "application/json; charset=utf-8", showHook(r, s)), err
}

// readHook puts what a body says into a hook; what it leaves out stays.
func readHook(r *kit.Request, s *provider.Sub) error {
	f, ok := kit.ReadFields(r.Call.Body)
	if !ok {
		return kit.Refuse(http.StatusBadRequest, "", "Problems parsing JSON")
	}
	if f.Given("events") {
		if s.Types, ok = kit.Texts(f.Raw("events")); !ok || len(s.Types) == 0 {
			return invalidHook("events")
		}
	}
	if f.Given("active") {
		s.Enabled, _ = kit.Truth(f.Raw("active"))
	}
	own := kit.Stored(s, hook{Form: true}) // documented: form unless it says json
	if config, ok := kit.ReadFields(f.Raw("config")); ok {
		if config.Given("url") {
			s.URL, _ = kit.Text(config.Raw("url"))
			if _, callable := kit.Callable(s.URL); !callable {
				return invalidHook("url")
			}
		}
		if kind, given := kit.Text(config.Raw("content_type")); given {
			own.Form = kind != "json"
		}
		if secret, given := kit.Text(config.Raw("secret")); given {
			own.Secret = secret
		}
	}
	if s.URL == "" {
		return invalidHook("url")
	}
	s.Updated = r.World.Now()
	s.Store(own)
	return nil
}

// one makes an operation of what is done to the hook of the path.
func one(do func(r *kit.Request, s *provider.Sub) (any, error)) func(*kit.Request) (any, error) {
	return func(r *kit.Request) (any, error) {
		if s := r.Account().Sub(r.Call.Param("hook_id")); s != nil {
			return do(r, s)
		}
		return nil, errHookUnknown
	}
}

func getHook(r *kit.Request, s *provider.Sub) (any, error) { return showHook(r, s), nil }

func changeHook(r *kit.Request, s *provider.Sub) (any, error) {
	if err := readHook(r, s); err != nil {
		return nil, err
	}
	r.Account().Save(s)
	return showHook(r, s), nil
}

func deleteHook(r *kit.Request, s *provider.Sub) (any, error) {
	r.Account().Remove(s.ID)
	return provider.Reply{Status: http.StatusNoContent}, nil
}

func ping(r *kit.Request, s *provider.Sub) (any, error) {
	_, err := r.World.Fire(provider.Firing{Type: "ping", Account: r.Call.Account, Data: provider.Encode(s.ID)})
	return provider.Reply{Status: http.StatusNoContent}, err
}

// hookTargets: a ping goes to its own hook, everything else to the active hooks
// that list it or "*".
func hookTargets(w *provider.World, ev *provider.Event) (to []provider.Target, skips []provider.Skip) {
	pinged, _ := kit.Text(ev.Data)
	for _, a := range w.Addressed(ev) {
		for _, s := range a.Subs() {
			switch {
			case pinged != "" && s.ID != pinged, pinged == "" && !s.Wants(ev.Type) && !s.Wants("*"):
			case !s.Enabled:
				skips = append(skips, provider.Skip{Subscription: s.ID, Reason: "disabled"})
			default:
				to = append(to, provider.Target{Account: a.Name, Subscription: s.ID, URL: s.URL})
			}
		}
	}
	return to, skips
}

func hookOf(w *provider.World, d *provider.Delivery) hook {
	if s := kit.SubOf(w, d); s != nil {
		return kit.Stored(s, hook{})
	}
	return hook{}
}

func hookBody(w *provider.World, d *provider.Delivery) ([]byte, error) {
	if hookOf(w, d).Form {
		return []byte("payload=" + url.QueryEscape(string(d.Payloads[0]))), nil
	}
	return d.Payloads[0], nil
}

// unform takes the JSON out of a form.
func unform(body []byte) []byte {
	if form, err := url.ParseQuery(string(body)); err == nil && form.Has("payload") {
		return []byte(form.Get("payload"))
	}
	return body
}

func hookRequest(w *provider.World, d *provider.Delivery) (*provider.Outgoing, error) {
	own := hookOf(w, d)
	media := map[bool]string{true: "application/x-www-form-urlencoded", false: "application/json"}[own.Form]
	header := []provider.Field{{Name: "User-Agent", Value: "GitHub-Hookshot/044aadd"}, {Name: "Content-Type", Value: media}, {Name: "X-GitHub-Event", Value: d.Type},
		{Name: "X-GitHub-Delivery", Value: d.ID}, {Name: "X-GitHub-Hook-ID", Value: d.Subscription}}
	for _, s := range []*signing.Scheme{hub1, hub256} {
		if own.Secret != "" {
			digest, err := s.Sign(own.Secret, "", "", d.Body)
			if err != nil {
				return nil, err
			}
			header = append(header, provider.Field{Name: s.Header, Value: digest})
		}
	}
	return kit.Post(d.URL, d.Body, header...), nil
}

func hookSecrets(_ *provider.World, a *provider.Account) (list []provider.Secret) {
	for _, s := range a.Subs() {
		if own := kit.Stored(s, hook{}); own.Secret != "" {
			list = append(list, provider.Secret{Name: "secret", Value: own.Secret, Subscription: s.ID})
		}
	}
	return list
}
