package prioticket

import (
	"net/mail"
	"slices"
	"strings"
	"unicode"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// webhook is what a subscription keeps beside the common fields.
type webhook struct {
	Email   string `json:"email,omitempty"`
	Payload bool   `json:"payload"`
	Auth    string `json:"auth,omitempty"`
	Name    string `json:"name"` // of its creator
	Mail    string `json:"mail"`
	Failed  int64  `json:"failed,omitempty"` // notifications in a row
}

// loadWebhook returns what a subscription keeps of PrioTicket's own.
func loadWebhook(s *provider.Sub) webhook { return kit.Stored(s, webhook{}) }

// webhookBody is a webhook as answered (documented 3.5): an optional field that
// is not set is left out, never null and never empty.
type webhookBody struct {
	ID           string   `json:"webhook_id"`
	Status       string   `json:"webhook_status"`
	Version      string   `json:"webhook_version"`
	Events       []string `json:"webhook_events"`
	URL          string   `json:"webhook_url,omitempty"`
	Email        string   `json:"webhook_email,omitempty"`
	Payload      bool     `json:"webhook_payload"`
	Auth         string   `json:"webhook_auth,omitempty"` // echoed: not marked write-only (inferred)
	Created      string   `json:"webhook_created"`
	CreatedName  string   `json:"webhook_created_name"`
	CreatedEmail string   `json:"webhook_created_email"`
}

const (
	enabled  = "ENABLED"
	disabled = "DISABLED"
)

// shownWebhook writes a subscription as the API shows it, its status in words.
func shownWebhook(w *provider.World, s *provider.Sub) webhookBody {
	v := loadWebhook(s)
	b := webhookBody{ID: s.ID, Status: enabled, Version: profileOf(w).version, Events: s.Types, URL: s.URL, Email: v.Email,
		Payload: v.Payload, Auth: v.Auth, Created: stamp(s.Created), CreatedName: v.Name, CreatedEmail: v.Mail}
	if !s.Enabled {
		b.Status = disabled
	}
	return b
}

// createWebhook registers a webhook; nothing is sent to its address, there is no
// handshake (inferred).
func createWebhook(r *request) (any, error) {
	if err := strictParams(r); err != nil {
		return nil, err
	}
	in := &input{}
	s, v := in.webhook(r.World, r.Call)
	if len(in.problems) > 0 {
		return nil, invalid("The webhook cannot be registered.", in.problems...)
	}
	a := r.Account()
	if same := equalWebhook(a, s, v); same != nil {
		switch r.Option("duplicates").Text() {
		case "conflict":
			return nil, errConflict
		case "return_existing":
			return answer(201, shownAlone(r.World, same)), nil
		}
	}
	now := r.World.Now()
	s.ID, s.Enabled, s.Created = uuidV1(now, r.World.Rand("webhook")), true, now
	v.Name, v.Mail = creator(r)
	s.Store(v)
	a.Add(s)
	return answer(201, shownAlone(r.World, s)), nil
}

// creator is the client id as a person: an address as it is, anything else below
// distributor.example; a bare token is nobody in particular (decision).
func creator(r *request) (name, address string) {
	id := r.Call.Account
	if !r.issued {
		id = "api"
	}
	const domain = "@distributor.example"
	switch {
	case isAddress(id):
		name, _, _ = strings.Cut(id, "@")
		return name, id
	case isAddress(id + domain):
		return id, id + domain
	}
	return id, localPart(id) + domain
}

// isAddress reports whether a text is an e-mail address and nothing beside it.
func isAddress(text string) bool {
	found, err := mail.ParseAddress(text)
	return err == nil && found.Address == text
}

// localPart keeps the characters that every address can have before its @.
func localPart(id string) string {
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_+", r) {
			return '-'
		}
		return r
	}, id)
}

// webhook reads a webhook. Read-only fields are ignored, not refused (documented
// 3.5), unknown ones too (decision).
func (in *input) webhook(w *provider.World, c *provider.Call) (*provider.Sub, webhook) {
	const at = "data.webhook."
	s, v := &provider.Sub{}, webhook{}
	o := in.envelope(c, "webhook")
	if o == nil {
		return s, v
	}
	s.Types = in.events(w, o, at)
	s.URL, v.Email = in.address(o, at)
	v.Payload = in.payload(o, at)
	v.Auth, _ = in.text(o, at, "webhook_auth")
	if kit.Controls(v.Auth) {
		in.wrong(at+"webhook_auth", "holds control characters")
	}
	return s, v
}

// events reads the event types: in the order sent, repeats dropped (decision).
func (in *input) events(w *provider.World, o *kit.Fields, at string) []string {
	at += "webhook_events"
	if !o.Given("webhook_events") {
		in.wrong(at, "required")
		return nil
	}
	list, ok := kit.Items(o.Raw("webhook_events"))
	if !ok {
		in.wrong(at, "wants an array")
		return nil
	}
	if len(list) == 0 {
		in.wrong(at, "wants at least one event")
	}
	var types []string
	for _, raw := range list {
		if typ, ok := kit.Text(raw); !ok || !listed(w, typ) {
			in.wrong(at, "unsupported value %s", kit.Clip(string(raw)))
		} else if !slices.Contains(types, typ) {
			types = append(types, typ)
		}
	}
	return types
}

// listed reports whether an event type exists in the version in force.
func listed(w *provider.World, typ string) bool {
	_, ok := offers(w, "", typ)
	return ok
}

// address reads webhook_url and webhook_email; one of them is required
// (documented 3.5).
func (in *input) address(o *kit.Fields, at string) (to, email string) {
	to, hasURL := in.text(o, at, "webhook_url")
	email, hasMail := in.text(o, at, "webhook_email")
	switch {
	case !o.Given("webhook_url") && !o.Given("webhook_email"):
		in.wrong(at+"webhook_url", "this or webhook_email is required")
	case hasURL && !callable(to):
		in.wrong(at+"webhook_url", "wants an absolute http or https URL")
	}
	if hasMail && !mailable(email) {
		in.wrong(at+"webhook_email", "wants an e-mail address")
	}
	return to, email
}

// callable reports whether a text is an absolute http or https URL (http is a
// decision). Whether the product may call it is not asked here: the attempts say
// so (decision).
func callable(text string) bool {
	_, ok := kit.Callable(text)
	return ok && !strings.ContainsFunc(text, unicode.IsSpace)
}

// mailable wants a local part and a domain.
func mailable(text string) bool {
	at := strings.LastIndexByte(text, '@')
	return at > 0 && at < len(text)-1 && !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
}

// payload reads webhook_payload, true when absent (documented 3.5). One
// generation of the PHP client makes a string of every boolean (observed).
func (in *input) payload(o *kit.Fields, at string) bool {
	const name = "webhook_payload"
	if !o.Given(name) {
		return true
	}
	raw := string(o.Raw(name))
	if text, ok := kit.Text(o.Raw(name)); ok {
		raw = text
	}
	if raw != "true" && raw != "false" {
		in.wrong(at+name, "wants a boolean")
	}
	return raw == "true"
}

// equalWebhook finds a webhook with the same addresses and events.
func equalWebhook(a *provider.Account, s *provider.Sub, v webhook) *provider.Sub {
	for _, other := range a.Subs() {
		if other.URL == s.URL && loadWebhook(other).Email == v.Email && slices.Equal(sorted(other.Types), sorted(s.Types)) {
			return other
		}
	}
	return nil
}

// sorted copies a list in order: two webhooks are equal whatever the order of
// their events.
func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

// listWebhooks lists the webhooks, oldest first (decision).
func listWebhooks(r *request) (any, error) {
	q, err := readPaging(r, profileOf(r.World).filter)
	if err != nil {
		return nil, err
	}
	var shown []webhookBody
	for _, s := range r.Account().Subs() {
		if q.webhookID == "" || s.ID == q.webhookID {
			shown = append(shown, shownWebhook(r.World, s))
		}
	}
	return envelope{profileOf(r.World).version, paged(q, "webhook", shown)}, nil
}

const shortestID = 8 // characters (documented 3.5)

// deleteWebhook removes a webhook; a foreign one is unknown. 400 for unknown ones
// is a decision, 404 is not among the operation's documented statuses.
func deleteWebhook(r *request) (any, error) {
	if err := strictParams(r); err != nil {
		return nil, err
	}
	id := r.Call.Param("webhook_id")
	if len([]rune(id)) < shortestID {
		return nil, invalid("The webhook id is too short.", "webhook_id: shorter than 8 characters")
	}
	a := r.Account()
	if a.Sub(id) == nil {
		return nil, unknownWebhook(int(r.Option("unknown_webhook_status").Int()))
	}
	a.Remove(id)
	return noContent(r), nil
}

// unknownWebhook words the refusal of a webhook that is not there, with the
// status that the setting chooses.
func unknownWebhook(status int) *apiError {
	e := invalid("There is no such webhook.", "webhook_id: unknown")
	e.Status, e.Code = status, map[int]string{400: "INVALID_REQUEST", 404: "NOT_FOUND", 422: "UNPROCESSABLE_ENTITY"}[status]
	return e
}

// countFailure keeps the failed notifications in a row and disables the webhook
// when the setting auto_disable says so; nothing is known of the real rule.
func countFailure(w *provider.World, a *provider.Account, s *provider.Sub, failed bool) {
	v := loadWebhook(s)
	was := v.Failed
	v.Failed = 0
	if failed {
		v.Failed = was + 1
	}
	if v.Failed == was {
		return
	}
	s.Store(v)
	if most := w.Option(a.Name, "auto_disable").Int(); most > 0 && v.Failed >= most && s.Enabled {
		s.Enabled, s.Updated = false, w.Now()
	}
	a.Save(s)
}

// switched keeps the webhook in step with its status: counted anew when it is
// ENABLED, as nothing is known of the real rule. What waits while it is DISABLED
// is dropped when its time comes, as after auto_disable.
func switched(w *provider.World, _ *provider.Account, s *provider.Sub) {
	s.Updated = w.Now()
	if v := loadWebhook(s); s.Enabled && v.Failed > 0 {
		v.Failed = 0
		s.Store(v)
	}
}
