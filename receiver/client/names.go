package client

import "tacklebox/receiver/api"

// Names that these types had here before package api: code that uses them reads on.
type (
	Entry           = api.Entry
	Message         = api.Message
	SyntaxError     = api.SyntaxError
	FilterKey       = api.FilterKey
	Error           = api.Error
	Gap             = api.Gap
	Provider        = api.Provider
	ProviderDetail  = api.ProviderDetail
	EventType       = api.EventType
	Assumption      = api.Assumption
	Fact            = api.ContextKey
	Settings        = api.Settings
	FireRequest     = api.Firing
	FireResult      = api.Fired
	Fired           = api.FiredEvent
	Delivery        = api.Delivery
	Skipped         = api.Skip
	Page            = api.Page
	ReplayRequest   = api.ReplayRequest
	Expectation     = api.ExpectRequest
	ExpectResult    = api.ExpectResult
	Seen            = api.Seen
	NearMiss        = api.NearMiss
	Difference      = api.Difference
	Change          = api.Change
	HeaderChange    = api.HeaderChange
	BodyChange      = api.BodyChange
	Imported        = api.ImportResult
	Inbox           = api.Inbox
	InboxInfo       = api.InboxInfo
	Reply           = api.Reply
	Signing         = api.Signing
	Subscription    = api.Subscription
	NewSubscription = api.NewSubscription
	Secret          = api.Secret
	Fault           = api.Fault
	Clock           = api.Clock
	ClockMove       = api.ClockMove
	VerifyRequest   = api.VerifyRequest
	Verdict         = api.Verdict
	Scenario        = api.Scenario
)

// CheckFilter is api.CheckFilter.
func CheckFilter(q string) error { return api.CheckFilter(q) }

// FilterKeys is api.FilterKeys.
func FilterKeys() []FilterKey { return api.FilterKeys() }
