package prioticket

import (
	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// attemptTimes is when a notification is attempted, counted from its first
// attempt. Only the seven days are documented (3.5); the steps are a decision.
const attemptTimes = `["0s","1m","5m","15m","1h","4h","12h","24h","48h","72h","96h","120h","144h","168h"]`

// options is every switch; each stands for a choice that PrioTicket's documents
// leave open.
func options() []provider.Option {
	return []provider.Option{
		{Name: "profile", Kind: provider.TextOption, Values: []string{v38, v35}, Default: quoted(v38), Common: true,
			About: "version of the API: paths, api_version, page sizes and event types"},
		{Name: "credentials", Kind: provider.ListOption, Common: true, Hidden: true,
			About: "the only client_id:client_secret pairs and bearer tokens that are accepted; empty: any"},
		{Name: "no_content_status", Kind: provider.IntOption, Default: "204", Check: kit.OneOf(204, 200, 202),
			About: "status of the two answers without content"},
		{Name: "missing_auth_status", Kind: provider.IntOption, Default: "400", Check: kit.OneOf(400, 401),
			About: "status when no Authorization header is sent"},
		{Name: "unknown_webhook_status", Kind: provider.IntOption, Default: "400", Check: kit.OneOf(400, 404, 422),
			About: "status when a webhook to delete does not exist"},
		{Name: "page_size_cap", Kind: provider.IntOption, Default: "0", Check: kit.AtLeast(0),
			About: "most items on one page, whatever was asked; 0: as asked"},
		{Name: "page_index", Kind: provider.TextOption, Values: []string{"exact", "documented"}, Default: `"exact"`,
			About: "how page_index is reckoned: documented is off by one when start_index is a multiple of the page size"},
		{Name: "strict_params", Kind: provider.BoolOption, Default: "false", About: "unknown query parameters are refused"},
		{Name: "duplicates", Kind: provider.TextOption, Values: []string{"allow", "return_existing", "conflict"}, Default: `"allow"`,
			About: "what registering an equal webhook again does"},
		{Name: "auto_disable", Kind: provider.IntOption, Default: "0", Check: kit.AtLeast(0),
			About: "a webhook is DISABLED after so many failed notifications in a row; 0: never"},
		{Name: "callback_body", Kind: provider.TextOption, Values: []string{"both", "resource", "notification"}, Default: `"both"`,
			About: "what a callback with payload holds"},
		{Name: "callback_success", Kind: provider.TextOption, Values: []string{"200", "2xx"}, Default: `"200"`,
			About: "statuses that count as delivered"},
		{Name: "retry", Kind: provider.DurationsOption, Default: attemptTimes,
			About: "times of the attempts, counted from the first; a leading 0s is the first itself"},
		{Name: "callback_timeout", Kind: provider.DurationOption, Default: `"30s"`, Check: kit.SomeTime, About: "how long an attempt waits for an answer"},
		{Name: "rate_limit", Kind: provider.TextOption, Values: []string{"off", "on"}, Default: `"off"`, Common: true,
			About: "whether the fair-use limits are held"},
	}
}
