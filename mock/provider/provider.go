// Package provider is what the author of a mock provider imports: the contract
// (Provider, a value of data and functions) and what its functions may ask and
// change (World, Account, Sub). It knows nothing of queues, connections or the
// journal's files; those are the engine's, package mock.
package provider

import (
	"time"

	"tacklebox/fixtures"
	"tacklebox/mock/signing"
)

// Provider is one mocked service as data and functions. Every function is
// called with the provider's World, alone: no two run at the same time, none may
// keep the World or block. A zero field means the ordinary.
type Provider struct {
	Name      string   // URL prefix and name in the control API
	Title     string   // for people
	Hosts     []string // the service's own host names; "*.x" is any sub-domain of x
	Profile   string   // what it is a mock of, where no option "profile" chooses
	Options   []Option // what can be switched; "profile", "credentials" and the like
	Context   []Context
	Unsigned  string // where Signing is nil: the evidence that its callbacks prove nothing
	Described bool   // by a file: each attempt carries the verdict of the schema on its body

	API

	// Offers reports whether a type of the catalogue can be fired in the
	// account's profile; hint says why not. nil: all can.
	Offers func(w *World, account, typ string) (hint string, ok bool)
	// Prepare settles what is particular to one occurrence before anything is
	// sent: ids, positions, facts from ev.Context. It may set ev.Data and must
	// change nothing else; an error (see Problem) refuses the firing. nil: nothing.
	Prepare func(w *World, ev *Event) error
	// Targets decides who gets an event. nil: every enabled subscription of the
	// addressed accounts that lists its type (EachSubscription).
	Targets func(w *World, ev *Event) ([]Target, []Skip)
	// Note lets the provider remember that an event happened (quantities,
	// counters). It is called after Targets, and again for events that a crash
	// made the World forget.
	Note func(w *World, ev *Event)
	// Payload builds one event's part of the callback body for one target:
	// usually the sample, fitted to the moment and the account, then changed by
	// ev.Edit. nil: ev.Edit of the sample.
	Payload func(w *World, ev *Event, t Target) ([]byte, error)
	Batch
	// Request makes the HTTP request of one attempt from d.Body: URL, headers,
	// signature, all as of now. An error ends the delivery undelivered; a
	// *DropError drops it without an attempt.
	Request func(w *World, d *Delivery) (*Outgoing, error)
	// Policy says when a delivery counts as made and what happens otherwise.
	Policy func(w *World, account string) Policy
	// Attempted is told of every finished attempt.
	Attempted func(w *World, d *Delivery, a *Attempt)
	// Switched is told when the control API switched a subscription on or off, to
	// keep what is the provider's own beside Sub.Enabled in step; it decides what
	// becomes of what waits. nil: that is kept until it is switched on again
	// (Account.Pause).
	Switched func(w *World, a *Account, s *Sub)
	// Due is told when a moment asked for with World.Schedule has come.
	Due func(w *World, name string, data []byte)

	Resend
	// Signing is how a callback proves where it comes from. From it the engine has
	// the faults of signing, the keys that it shows, the verdict and its reason. nil:
	// nothing is signed.
	Signing *Signing
}

// API is the mock API of a provider: where it stands and what answers there.
type API struct {
	Home      string            // where its API begins below the prefix, for base_url: "/rest/v2"
	Homes     map[string]string // the same by profile, where a profile has one of its own
	BodyLimit int64             // bytes of a request body that are read; 0 is 1 MiB. Beyond: Call.TooLarge

	// Operations lists what Serve answers, for the OpenAPI description's tests
	// and for Find.
	Operations []Operation
	// Serve answers a request to the mock API. It must answer everything,
	// unknown paths included, in the provider's dialect.
	Serve func(w *World, c *Call) Reply

	// Register returns the requests that a client with an account's credential
	// sends to subscribe a URL to event types: method, path with Home, headers and
	// JSON body. It changes nothing; Serve answers the calls in their order. nil:
	// the provider has no subscriptions.
	Register func(w *World, account, url string, types []string) []*Call
	// Broken answers, in the provider's dialect, a call that Serve panicked at (500)
	// or that cannot be kept because the journal cannot be written (507). nil: the
	// plain status.
	Broken func(w *World, c *Call, status int) Reply
}

// Batch is how the events of a delivery become one callback body. The zero value
// sends each event's payload as it is.
type Batch struct {
	// Join reports whether a further event may share a delivery that waits for
	// its first attempt. nil: never.
	Join func(w *World, d *Delivery, payload []byte) bool
	// Body makes the whole callback body from d.Payloads, once, before the first
	// attempt. nil: the only payload as it is.
	Body func(w *World, d *Delivery) ([]byte, error)
	// Envelope wraps the schema of one event's payload into that of a whole
	// callback body, for the OpenAPI description. nil: they are the same.
	Envelope func(typ string, payload map[string]any) map[string]any
	// Unwrap returns a callback body in the plain form that Envelope describes,
	// nil when it cannot be had. nil: it is plain already.
	Unwrap func(body []byte) []byte
}

// Resend is what changes in a callback body that is sent again.
type Resend struct {
	// Renew gives a callback body that is sent again a new id and time of the
	// provider's kind. nil: it has none.
	Renew func(w *World, body []byte) []byte
	// Spell writes a callback body that was changed for a replay the way the
	// provider writes JSON. nil: it stays as the change left it.
	Spell func(body []byte) []byte
}

// Signing is a scheme with the keys that a provider uses it with.
type Signing struct {
	Scheme *signing.Scheme
	// Secrets lists the signing keys and callback credentials in force.
	Secrets func(w *World, a *Account) []Secret
	// Retired lists keys that were in force before: they can be signed with as a
	// fault, and an explanation recognises them. nil: none are remembered.
	Retired func(w *World, a *Account) []Secret
}

// Operation is one method and path of a mock API. Path segments in braces are
// parameters: "/api/webhooks/{id}".
type Operation struct {
	ID     string
	Method string
	Path   string
	Serve  func(w *World, c *Call) Reply
}

// Context is one key of a firing's context: a fact that decides who gets the
// event and is not in its payload.
type Context struct {
	Name  string
	About string
	Types []string // event types that know it; empty: all
	// Check refuses a value of the wrong form; raw is one JSON value.
	Check func(raw []byte) error
}

// Policy is what makes a delivery succeed, wait or end.
type Policy struct {
	Timeout time.Duration         // wall time for one whole attempt; 0 is 30 s
	Success func(status int) bool // nil: any 2xx
	// Next returns when to try again after the n-th failed attempt ended at the
	// instant ended; ok false: given up. nil: never again.
	Next func(d *Delivery, n int, ended time.Time) (at time.Time, ok bool)
	// Hold makes a failure stop the whole subscription until the next attempt is
	// due; otherwise other deliveries go on.
	Hold bool
}

// Target is one place an event goes to.
type Target struct {
	Account      string
	Subscription string // "" for a direct firing to a URL
	URL          string
	ID           string // delivery id; "" makes one
	Data         []byte // provider's own JSON, kept with the delivery
	Done         bool   // delivered without HTTP, as by e-mail
	Direct       bool   // the `to` of a firing
}

// Secret is a signing key or a callback credential.
type Secret struct {
	Name         string `json:"name"` // what the provider calls it
	Value        string `json:"value"`
	Subscription string `json:"subscription,omitempty"` // when it belongs to one
}

// Catalogue is short for the fixtures of one provider.
type Catalogue = fixtures.Provider

// Signs reports whether callbacks are signed with keys that accounts have.
func (p *Provider) Signs() bool { return p.Signing != nil && p.Signing.Secrets != nil }
