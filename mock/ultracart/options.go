package ultracart

import (
	"math"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// Names of the settings, README section 16.
const (
	optBody              = "body"
	optEmitFalse         = "emit_false"
	optVersionHeader     = "version_header"
	optCredentials       = "credentials"
	optRevoked           = "revoked"
	optStrict            = "strict"
	optUpdate            = "update"
	optDeleteByURL       = "delete_by_url"
	optRequireHTTPS      = "require_https"
	optMaxLimit          = "max_limit"
	optRateLimit         = "rate_limit"
	optRetryDelays       = "retry_delays"
	optDisableAfter      = "disable_after"
	optReflowObjects     = "reflow_objects"
	optReflowUnsubscribe = "reflow_unsubscribed"
	optMerchantID        = "merchant_id"
)

// options is what can be switched. Every default is a decision.
func options() []provider.Option {
	return []provider.Option{
		{Name: optBody, Kind: provider.TextOption, Values: []string{"envelope", "array"}, Default: `"envelope"`,
			About: `envelope: {"events":[…]}; array: the bare array of the years 2016 and 2017`},
		{Name: optEmitFalse, Kind: provider.BoolOption, Default: "false",
			About: "true: booleans that are false are written in answers and callbacks instead of left out"},
		{Name: optVersionHeader, Kind: provider.TextOption, Values: []string{"required", "optional"}, Default: `"required"`,
			About: "optional: calls without X-UltraCart-Api-Version are served too"},
		{Name: optCredentials, Kind: provider.ListOption, Common: true, Hidden: true,
			About: "the keys and tokens that are accepted; none: every well-formed one"},
		{Name: optRevoked, Kind: provider.ListOption, Common: true, Hidden: true,
			About: "keys and tokens that get 410, as an application that UltraCart has disabled does"},
		{Name: optStrict, Kind: provider.BoolOption, Default: "true",
			About: "false: unknown events and categories in a webhook are skipped instead of refused"},
		{Name: optUpdate, Kind: provider.TextOption, Values: []string{"replace", "merge"}, Default: `"replace"`,
			About: "merge: fields and events that an update leaves out stay as they are"},
		{Name: optDeleteByURL, Kind: provider.IntOption, Default: "200", Check: kit.OneOf(200, 204),
			About: "the status of deleteWebhookByUrl: 200 with the webhook, or 204 as the comments of the samples say"},
		{Name: optRequireHTTPS, Kind: provider.BoolOption, Default: "false",
			About: "true: a URL with http is refused for all events but those of items"},
		{Name: optMaxLimit, Kind: provider.IntOption, Default: "200", Check: kit.Between(1, math.MaxInt32),
			About: "the highest _limit"},
		{Name: optRateLimit, Kind: provider.TextOption, Values: []string{"off", "documented"}, Default: `"off"`,
			About: "documented: 1,000 calls an hour and 10,000 a day for each account, then 429"},
		{Name: optRetryDelays, Kind: provider.DurationsOption, Default: "[60,120,240,480,960,1920,3600]", Check: kit.SomeItems,
			About: "seconds (or 90s, 15m) to wait after the first, second, … failure in a row; the last one repeats"},
		{Name: optDisableAfter, Kind: provider.IntOption, Default: "24", Check: kit.AtLeast(0),
			About: "failures in a row until the webhook is disabled; 0: never"},
		{Name: optReflowObjects, Kind: provider.IntOption, Default: "3", Check: kit.Between(0, 10_000),
			About: "how many objects are in stock for a reflow"},
		{Name: optReflowUnsubscribe, Kind: provider.TextOption, Values: []string{"refuse", "send"}, Default: `"refuse"`,
			About: "send: reflow also to a webhook that does not subscribe to the event or is disabled"},
		{Name: optMerchantID, Kind: provider.TextOption, Default: `"DEMO"`,
			About: "merchant_id in webhooks and payloads"},
	}
}
