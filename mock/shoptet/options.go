package shoptet

import (
	"encoding/json"
	"fmt"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
	"tacklebox/mock/shoptet/document"
)

const on = "on"

// options lists what can be switched. Defaults are what the evidence says.
func options() []provider.Option { return append(apiOptions(), deliveryOptions()...) }

// apiOptions are the switches of what the API answers.
func apiOptions() []provider.Option {
	return []provider.Option{
		{Name: "profile", Kind: provider.TextOption, Values: []string{profile2024, profile2026}, Default: `"2024-12"`,
			About: "state of the published API description that is played"},
		{Name: "credentials", Kind: provider.ListOption, Common: true, Hidden: true,
			About: "the only tokens that are accepted; without it any well-formed one is"},
		{Name: "eshop_id", Kind: provider.IntOption, Default: "222651",
			About: "number of the shop for tokens that do not begin with one"},
		{Name: "strict_content_type", Kind: provider.BoolOption, Default: "false",
			About: "refuse a body whose Content-Type is not the one that clients are told to send"},
		{Name: "strict_tokens", Kind: provider.BoolOption, Default: "false",
			About: "accept API tokens only in the documented form: 38 to 60 characters, digits-letter-…"},
		{Name: "no_rights_tokens", Kind: provider.ListOption, Default: "[]",
			About: "tokens that are refused with 403 invalid-token-no-rights"},
		{Name: "url_ports", Kind: provider.TextOption, Values: []string{"any", "documented"}, Default: `"any"`,
			About: "documented: a webhook's URL may only name the ports 80, 443, 8080 and 8443"},
		{Name: "unknown_events", Kind: provider.TextOption, Values: []string{"reject", "accept"}, Default: `"reject"`,
			About: "accept: events that the profile does not offer can be registered"},
		{Name: "page_overflow", Kind: provider.TextOption, Values: []string{"error", "empty"}, Default: `"error"`,
			About: "empty: a page beyond the last is an empty list instead of page-not-found"},
		{Name: "rate_limit", Kind: provider.TextOption, Values: []string{"off", on}, Default: `"off"`,
			About: "on: a bucket of 200 calls that leaks 10 a second, then 429"},
		{Name: "lock", Kind: provider.TextOption, Values: []string{"off", on}, Default: `"off"`,
			About: "on: the same write again within a second of provider time is 423"},
		{Name: "job_seconds", Kind: provider.DurationOption, Default: `"30s"`,
			About: "provider time until an asynchronous job is done"},
		{Name: "api_fault", Kind: provider.TextOption, Values: apiFaults(), Default: `"none"`,
			About: "answer every call with this refusal instead"},
	}
}

// deliveryOptions are the switches of what is sent and how often.
func deliveryOptions() []provider.Option {
	return []provider.Option{
		{Name: "success", Kind: provider.JSONOption, Default: `"200"`, Check: checkSuccess,
			About: "what counts as delivered: 200 alone, or 2xx"},
		{Name: "attempts", Kind: provider.IntOption, Default: "3", Check: kit.Between(1, 10),
			About: "tries in all before a callback is given up, 1 to 10"},
		{Name: "retry_every", Kind: provider.DurationOption, Default: `"15m"`,
			About: "time between a failed attempt and the next"},
		{Name: "timeout", Kind: provider.DurationOption, Default: `"4s"`, Check: kit.SomeTime,
			About: "wall time that a receiver has to answer"},
		{Name: "signature_key", Kind: provider.TextOption,
			About: "a signature key that accounts have before they renew it for the first time"},
		{Name: "user_agent", Kind: provider.TextOption, Default: `"Shoptet"`, Check: kit.HeaderText,
			About: "User-Agent of the callbacks"},
		{Name: "addon_instance", Kind: provider.TextOption, Values: []string{"number", "string"}, Default: `"number"`,
			About: "JSON type of eventInstance of addon:suspend, addon:approve and addon:terminate: number as in the documentation, string as in the official SDK's class"},
		{Name: "forwarded_for", Kind: provider.BoolOption, Default: "false",
			About: "send X-Forwarded-For with an address of 185.184.254.0/24, where real calls come from, for receivers that check it"},
		{Name: "mass_with_singles", Kind: provider.BoolOption, Default: "false",
			About: "firing a mass event also fires the single event of each entity"},
		{Name: "payload_events", Kind: provider.ListOption, Default: "[]",
			About: "event types that support sendPayload (profile 2026-08)"},
		{Name: "addon_urls", Kind: provider.MapOption, Default: "{}", Check: checkAddonURLs,
			About: "URL for each addon:* event, as the partner administration holds them"},
	}
}

// checkSuccess wants one of the two readings of "delivered".
func checkSuccess(raw json.RawMessage) error {
	switch string(raw) {
	case `"200"`, `200`, `"2xx"`:
		return nil
	}
	return fmt.Errorf("%s is neither 200 nor 2xx", raw)
}

// checkAddonURLs wants absolute URLs for events of the partner administration
// alone.
func checkAddonURLs(raw json.RawMessage) error {
	var urls map[string]string
	_ = json.Unmarshal(raw, &urls) // the kind was checked before
	for typ, u := range urls {
		if !isSystem(typ) {
			return fmt.Errorf("%q is not one of the addon:* events", typ)
		}
		if !document.AbsoluteURL(u) {
			return fmt.Errorf("%s: %q is not an absolute http or https URL", typ, u)
		}
	}
	return nil
}
