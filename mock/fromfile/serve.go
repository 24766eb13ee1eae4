package fromfile

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"tacklebox/mock/fromfile/spec"
	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
	"tacklebox/receiver/api/nearest"
)

// hooks are the calls that list, make and delete subscriptions: those that the
// file shows, or the plain ones.
type hooks struct {
	*author
	api *kit.API[*kit.Request]
}

func newHooks(a *author) *hooks {
	h := &hooks{author: a}
	h.api = h.newAPI()
	return h
}

// newAPI is the mock API.
func (h *hooks) newAPI() *kit.API[*kit.Request] {
	calls := h.spec.API
	routes := []kit.Route[*kit.Request]{{ID: "createWebhook", Method: calls.Create.Method, Path: calls.Create.Path, Do: h.create}}
	if calls.List.Method != "" {
		routes = append(routes, kit.Route[*kit.Request]{ID: "listWebhooks", Method: calls.List.Method, Path: calls.List.Path, Do: h.list})
	}
	if calls.Delete.Method != "" {
		routes = append(routes, kit.Route[*kit.Request]{ID: "deleteWebhook", Method: calls.Delete.Method, Path: calls.Delete.Path, Do: h.remove})
	}
	if !calls.Given {
		routes = append(routes, kit.Route[*kit.Request]{ID: "changeWebhook", Method: http.MethodPatch, Path: calls.Delete.Path, Do: h.change})
	}
	return &kit.API[*kit.Request]{
		Home: func(*provider.World) string { return h.spec.Home }, Routes: routes, Tidy: kit.OneSlash, HeadIsGet: true,
		View:   func(r *kit.Request) *kit.Request { return r },
		Steps:  []func(*kit.Request) error{h.authenticate, h.routed},
		Answer: func(r *kit.Request, v any) provider.Reply { return kit.JSON(http.StatusOK, "application/json", v) },
		Refuse: refuse,
	}
}

// refuse words an error: {"error":{"code","message"}}.
func refuse(r *kit.Request, err error) provider.Reply {
	e := kit.As(err, &kit.Error{Status: http.StatusInternalServerError, Code: "internal", Message: "the mock itself failed"})
	reply := kit.JSON(e.Status, "application/json", map[string]any{"error": map[string]string{"code": e.Code, "message": e.Message}})
	for name, values := range e.Header {
		reply.Header[name] = values
	}
	return reply
}

const mostCredential = 512

// authenticate finds out whose call it is: the credential is the account.
func (h *hooks) authenticate(r *kit.Request) error {
	account, given := h.credential(r.Call.Header)
	if !given && h.spec.API.Auth.Kind == spec.NoAuth {
		account = "default"
	} else if !kit.Printable(account, mostCredential) {
		e := kit.Refuse(http.StatusUnauthorized, "unauthorized", "%s", h.wanted())
		if scheme := map[string]string{spec.Bearer: "Bearer", spec.Basic: `Basic realm="` + h.spec.Name + `"`}[h.spec.API.Auth.Kind]; scheme != "" {
			e = e.With("Www-Authenticate", scheme)
		}
		return e
	}
	if !kit.Listed(r.World, "credentials", account) {
		return kit.Refuse(http.StatusUnauthorized, "unauthorized", "the credential is not listed")
	}
	r.Call.Account = account
	return nil
}

// credential reads the account out of a call. Where the API asks for none, one
// that is sent counts all the same.
func (h *hooks) credential(header http.Header) (account string, given bool) {
	auth := h.spec.API.Auth
	if auth.Kind == spec.HeaderAuth {
		return header.Get(auth.Header), true
	}
	value := header.Get("Authorization")
	if token, ok := kit.Bearer(value); ok && auth.Kind != spec.Basic {
		return strings.TrimSpace(token), true
	}
	if user, _, ok := kit.Basic(value); ok && auth.Kind != spec.Bearer {
		return user, true
	}
	return "", value != ""
}

// wanted says what a call lacks.
func (h *hooks) wanted() string {
	switch auth := h.spec.API.Auth; auth.Kind {
	case spec.HeaderAuth:
		return "send your key in the header " + auth.Header
	case spec.Basic:
		return "send user and password: Authorization: Basic …"
	}
	return "send your token: Authorization: Bearer …"
}

func (h *hooks) routed(r *kit.Request) error {
	switch {
	case r.Unknown():
		return kit.Refuse(http.StatusNotFound, "not_found", "there is no %s: %s", kit.Clip(r.Call.Path), h.calls())
	case r.NotAllowed():
		return kit.Refuse(http.StatusMethodNotAllowed, "method_not_allowed", "%s is not for this path: %s", kit.Clip(r.Call.Method), strings.Join(r.Allowed, ", ")).With("Allow", strings.Join(r.Allowed, ", "))
	}
	return nil
}

func (h *hooks) calls() string {
	var list []string
	for _, op := range h.api.Operations(h.spec.Home) {
		list = append(list, op.Method+" "+op.Path)
	}
	return "there are " + strings.Join(list, ", ")
}

// create subscribes a URL.
func (h *hooks) create(r *kit.Request) (any, error) {
	doc, err := h.document(r)
	if err != nil {
		return nil, err
	}
	s := &provider.Sub{ID: "wh_" + r.World.Text("webhook", provider.LowerAndNums, 14), Enabled: true, Created: r.World.Now()}
	if err := h.take(r, s, doc, true); err != nil {
		return nil, err
	}
	r.Account().Add(s)
	return kit.JSON(http.StatusCreated, "application/json", json.RawMessage(h.show(s, true))), nil
}

// change alters a subscription of the plain API: its URL, types, secret, or
// whether it is on.
func (h *hooks) change(r *kit.Request) (any, error) {
	s, err := h.named(r)
	if err != nil {
		return nil, err
	}
	doc, err := h.document(r)
	if err != nil {
		return nil, err
	}
	changed := *s
	if err := h.take(r, &changed, doc, false); err != nil {
		return nil, err
	}
	switched := changed.Enabled && !s.Enabled
	*s = changed
	r.Account().Save(s)
	if switched {
		r.Account().Forgive(s)
	}
	return json.RawMessage(h.show(s, true)), nil
}

// named is the subscription that a path names.
func (h *hooks) named(r *kit.Request) (*provider.Sub, error) {
	open, end := strings.LastIndex(h.spec.API.Delete.Path, "{"), strings.LastIndex(h.spec.API.Delete.Path, "}")
	id := r.Call.Param(h.spec.API.Delete.Path[open+1 : end])
	if s := r.Account().Sub(id); s != nil {
		return s, nil
	}
	return nil, kit.Refuse(http.StatusNotFound, "not_found", "there is no subscription %q", kit.Clip(id))
}

func (h *hooks) remove(r *kit.Request) (any, error) {
	s, err := h.named(r)
	if err != nil {
		return nil, err
	}
	r.Account().Remove(s.ID)
	return provider.Reply{Status: http.StatusNoContent}, nil
}

func (h *hooks) list(r *kit.Request) (any, error) {
	list := []json.RawMessage{}
	for _, s := range r.Account().Subs() {
		list = append(list, h.show(s, false))
	}
	return list, nil
}

// document reads a call's body as a JSON object: JSON, or a form whose names have
// brackets (url, config[url], events[]).
func (h *hooks) document(r *kit.Request) (gjson.Result, error) {
	body := r.Call.Body
	switch {
	case r.Call.TooLarge:
		return gjson.Result{}, kit.Refuse(http.StatusRequestEntityTooLarge, "too_large", "the body is too large")
	case isForm(r.Call) && !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")): // curl -d calls everything a form
		body = h.fromForm(body)
	}
	doc := gjson.ParseBytes(body)
	if !provider.Sound(body) || !doc.IsObject() {
		return gjson.Result{}, kit.Refuse(http.StatusBadRequest, "bad_json", "the body must be a JSON object")
	}
	return doc, h.strict(doc)
}

// strict refuses members that the plain API does not have.
func (h *hooks) strict(doc gjson.Result) (err error) {
	known := []string{"url", "types", "secret", "enabled"}
	doc.ForEach(func(name, _ gjson.Result) bool {
		for _, k := range known {
			if h.spec.API.Given || name.Str == k {
				return true
			}
		}
		hint := "known are " + strings.Join(known, ", ")
		if near := nearest.Word(name.Str, known); near != "" {
			hint = "did you mean " + near + "? " + hint
		}
		err = kit.Refuse(http.StatusUnprocessableEntity, "unknown_field", "unknown member %q: %s", kit.Clip(name.Str), hint)
		return false
	})
	return err
}

// fromForm makes an object of a form's fields.
func (h *hooks) fromForm(body []byte) []byte {
	doc := []byte("{}")
	form, _ := url.ParseQuery(string(body)) // what cannot be read is left out
	for name, values := range form {
		path := strings.NewReplacer("][", ".", "[", ".", "]", "").Replace(name)
		list := strings.HasSuffix(path, ".") || len(values) > 1
		path = strings.TrimSuffix(path, ".")
		if strings.ContainsAny(path, `*#|@!{}\`) || strings.Count(path, ".") > 20 || path == "" {
			continue
		}
		var value any = values[0]
		if list {
			value = values
		}
		if next, err := sjson.SetBytes(doc, path, value); err == nil {
			doc = next
		}
	}
	return doc
}

// take reads a subscription out of a request's document.
func (h *hooks) take(r *kit.Request, s *provider.Sub, doc gjson.Result, fresh bool) error {
	at := h.spec.API.Create
	if address := doc.Get(at.URL); address.Exists() || fresh {
		if _, ok := kit.Callable(address.Str); !ok {
			return kit.Refuse(http.StatusUnprocessableEntity, "bad_url", "%s must be an absolute http or https URL", at.URL)
		}
		s.URL = address.Str
	}
	types, given, err := h.typesIn(doc)
	if err != nil {
		return err
	}
	if given || fresh {
		s.Types = types
	}
	if enabled := doc.Get("enabled"); !h.spec.API.Given && enabled.Exists() {
		if !enabled.IsBool() {
			return kit.Refuse(http.StatusUnprocessableEntity, "bad_enabled", "enabled must be true or false")
		}
		s.Enabled = enabled.Bool()
	}
	return h.takeSecret(r, s, doc, fresh)
}

// typesIn reads the types of a subscription; none given are all.
func (h *hooks) typesIn(doc gjson.Result) (types []string, given bool, err error) {
	at := h.spec.API.Create.Types
	list := doc.Get(at)
	if at == "" || !list.Exists() || list.Type == gjson.Null {
		return []string{everything}, false, nil
	}
	for _, item := range list.Array() {
		if item.Type != gjson.String {
			return nil, true, kit.Refuse(http.StatusUnprocessableEntity, "bad_types", "%s must be a list of event types", at)
		}
		if !h.knownType(item.Str) {
			hint := `"*" is all of them`
			if near := nearest.Word(item.Str, h.typeNames()); near != "" {
				hint = "did you mean " + strconv.Quote(near) + "?"
			}
			return nil, true, kit.Refuse(http.StatusUnprocessableEntity, "unknown_type", "there is no event type %q: %s", kit.Clip(item.Str), hint)
		}
		types = append(types, item.Str)
	}
	if len(types) == 0 {
		return nil, true, kit.Refuse(http.StatusUnprocessableEntity, "no_types", "%s is empty", at)
	}
	return types, true, nil
}

// takeSecret keeps the secret that is given. The plain API makes one where there
// is none; by example the account's is used then.
func (h *hooks) takeSecret(r *kit.Request, s *provider.Sub, doc gjson.Result, fresh bool) error {
	at := h.spec.API.Create.Secret
	k := kit.Stored(s, keyring{})
	switch given := doc.Get(at); {
	case h.keys.scheme == nil:
		return nil
	case at != "" && given.Exists() && given.Type != gjson.Null:
		if given.Type != gjson.String || given.Str == "" {
			return kit.Refuse(http.StatusUnprocessableEntity, "bad_secret", "%s must be a text that is not empty", at)
		}
		if err := h.keys.usable(given.Str); err != nil {
			return kit.Refuse(http.StatusUnprocessableEntity, "bad_secret", "%s: %v", at, err)
		}
		k = k.renew(given.Str)
	case fresh && !h.spec.API.Given:
		seed := make([]byte, 32)
		random := r.World.Rand("secret")
		for i := range seed {
			seed[i] = byte(random.Uint32())
		}
		k = k.renew(h.keys.scheme.NewSecret(seed))
	}
	s.Store(k)
	return nil
}

// show writes a subscription in the form of the request that makes one, with its
// id. The secret is shown to who set it.
func (h *hooks) show(s *provider.Sub, secret bool) []byte {
	at := h.spec.API.Create
	doc := []byte("{}")
	set := func(path string, value any) {
		if path == "" {
			return
		}
		if next, err := sjson.SetBytes(doc, path, value); err == nil {
			doc = next
		}
	}
	set(at.ID, s.ID)
	set(at.URL, s.URL)
	set(at.Types, s.Types)
	if k := kit.Stored(s, keyring{}); secret && k.Secret != "" {
		set(at.Secret, k.Secret)
	}
	if !h.spec.API.Given {
		set("enabled", s.Enabled)
		set("created", s.Created)
	}
	return doc
}

// register is the call that subscribes a URL, as a client of the API makes it.
func (h *hooks) register(_ *provider.World, account, address string, types []string) []*provider.Call {
	at := h.spec.API.Create
	doc := []byte("{}")
	doc, _ = sjson.SetBytes(doc, at.URL, address) // paths of members, checked when the file was read
	if at.Types != "" {
		doc, _ = sjson.SetBytes(doc, at.Types, types)
	}
	var header []string
	switch auth := h.spec.API.Auth; {
	case auth.Kind == spec.HeaderAuth:
		header = []string{auth.Header, account}
	case auth.Kind == spec.Basic:
		header = []string{"Authorization", kit.BasicValue(account + ":")}
	case account != "":
		header = []string{"Authorization", "Bearer " + account}
	}
	return []*provider.Call{provider.NewCall(at.Method, h.spec.Home+strings.NewReplacer("{", "", "}", "").Replace(at.Path), json.RawMessage(doc), header...)}
}

// description is the OpenAPI document of the mock API; the engine adds servers
// and events.
func (h *hooks) description() []byte {
	paths := map[string]map[string]any{}
	for _, op := range h.api.Operations("") {
		item := map[string]any{"operationId": op.ID, "responses": map[string]any{"2XX": map[string]any{"description": "Done"}}}
		var params []any
		for part := range strings.SplitSeq(op.Path, "/") {
			if name, ok := strings.CutPrefix(part, "{"); ok {
				params = append(params, map[string]any{"name": strings.TrimSuffix(name, "}"), "in": "path", "required": true, "schema": map[string]string{"type": "string"}})
			}
		}
		if params != nil {
			item["parameters"] = params
		}
		if op.Method == http.MethodPost || op.Method == http.MethodPatch || op.Method == http.MethodPut {
			item["requestBody"] = map[string]any{"content": map[string]any{"application/json": map[string]any{"schema": map[string]string{"type": "object"}}}}
		}
		if paths[op.Path] == nil {
			paths[op.Path] = map[string]any{}
		}
		paths[op.Path][strings.ToLower(op.Method)] = item
	}
	return provider.Encode(map[string]any{"openapi": "3.1.0", "info": map[string]string{"title": h.spec.Title, "version": "described by a file"}, "paths": paths})
}
