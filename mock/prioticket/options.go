package prioticket

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

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
		{Name: "no_content_status", Kind: provider.IntOption, Default: "204", Check: oneOf(204, 200, 202),
			About: "status of the two answers without content"},
		{Name: "missing_auth_status", Kind: provider.IntOption, Default: "400", Check: oneOf(400, 401),
			About: "status when no Authorization header is sent"},
		{Name: "unknown_webhook_status", Kind: provider.IntOption, Default: "400", Check: oneOf(400, 404, 422),
			About: "status when a webhook to delete does not exist"},
		{Name: "page_size_cap", Kind: provider.IntOption, Default: "0", Check: atLeast(0),
			About: "most items on one page, whatever was asked; 0: as asked"},
		{Name: "page_index", Kind: provider.TextOption, Values: []string{"exact", "documented"}, Default: `"exact"`,
			About: "how page_index is reckoned: documented is off by one when start_index is a multiple of the page size"},
		{Name: "strict_params", Kind: provider.BoolOption, Default: "false", About: "unknown query parameters are refused"},
		{Name: "duplicates", Kind: provider.TextOption, Values: []string{"allow", "return_existing", "conflict"}, Default: `"allow"`,
			About: "what registering an equal webhook again does"},
		{Name: "auto_disable", Kind: provider.IntOption, Default: "0", Check: atLeast(0),
			About: "a webhook is DISABLED after so many failed notifications in a row; 0: never"},
		{Name: "callback_body", Kind: provider.TextOption, Values: []string{"both", "resource", "notification"}, Default: `"both"`,
			About: "what a callback with payload holds"},
		{Name: "callback_success", Kind: provider.TextOption, Values: []string{"200", "2xx"}, Default: `"200"`,
			About: "statuses that count as delivered"},
		{Name: "retry", Kind: provider.DurationsOption, Default: attemptTimes,
			About: "times of the attempts, counted from the first; a leading 0s is the first itself"},
		{Name: "callback_timeout", Kind: provider.DurationOption, Default: `"30s"`, Check: someTime, About: "how long an attempt waits for an answer"},
		{Name: "rate_limit", Kind: provider.TextOption, Values: []string{"off", "on"}, Default: `"off"`, Common: true,
			About: "whether the fair-use limits are held"},
	}
}

func oneOf(values ...int64) func(json.RawMessage) error {
	return func(raw json.RawMessage) error {
		var n int64
		if err := json.Unmarshal(raw, &n); err != nil {
			return err
		}
		if !slices.Contains(values, n) {
			return fmt.Errorf("%d is not one of %s", n, strings.Trim(fmt.Sprint(values), "[]"))
		}
		return nil
	}
}

func atLeast(least int64) func(json.RawMessage) error {
	return func(raw json.RawMessage) error {
		var n int64
		if err := json.Unmarshal(raw, &n); err != nil {
			return err
		}
		if n < least {
			return fmt.Errorf("%d is below %d", n, least)
		}
		return nil
	}
}

// someTime refuses a time-out of nothing.
func someTime(raw json.RawMessage) error {
	if !strings.ContainsAny(string(raw), "123456789") {
		return errors.New("wants more than nothing")
	}
	return nil
}
