package dsco

import (
	"encoding/json"
	"errors"
	"fmt"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// Names and values of the settings.
const (
	optProfile       = "profile"
	optCredentials   = "credentials"
	optID            = "id"
	optType          = "type"
	optPartners      = "partners"
	optQuantityRule  = "quantity_rule"
	optInventoryOnly = "inventory_only_fields"
	optOwner         = "owning_account"
	optHeaderKeys    = "http_header_keys"
	optRetry         = "retry"
	optTimeout       = "timeout"
	optPageSize      = "history_page_size"
	optUserAgent     = "user_agent"
	optRateLimit     = "rate_limit"

	ruleSeed, ruleOverview = "seed", "overview"
	ignore, reject         = "ignore", "reject"
	checkOwner, anyOwner   = "check", "accept"
)

// maxPageSize bounds a page of the history to what an account's log holds.
const maxPageSize = 10_000

// options lists what can be switched. An account's entry below
// `providers.dsco.accounts` sets id, type and partners for its token.
func options() []provider.Option {
	return []provider.Option{
		{Name: optProfile, Kind: provider.TextOption, Values: []string{"v2"}, Default: `"v2"`, Common: true, About: "webhooks exist in V2 only"},
		{Name: optCredentials, Kind: provider.ListOption, Common: true, Hidden: true, About: "the tokens that are let in; unset: every well-formed one"},
		{Name: optID, Kind: provider.IntOption, Check: checkNumber, About: "account number; unset: read from the token"},
		{Name: optType, Kind: provider.TextOption, Values: []string{retailer, supplier}, About: "account type; unset: read from the token"},
		{Name: optPartners, Kind: provider.JSONOption, Check: checkNumbers, About: "numbers of the trading partners; unset: every other account"},
		{Name: optQuantityRule, Kind: provider.TextOption, Values: []string{ruleSeed, ruleOverview}, Default: `"seed"`,
			About: "which of Dsco's pages defines the two quantity options: the Webhook object's (seed) or the overview's"},
		{Name: optInventoryOnly, Kind: provider.TextOption, Values: []string{ignore, reject}, Default: `"ignore"`,
			About: "inventory options on another event: kept without effect, or refused"},
		{Name: optOwner, Kind: provider.TextOption, Values: []string{checkOwner, anyOwner}, Default: `"check"`,
			About: "an owningAccountId that is not yours: refused, or replaced by yours"},
		{Name: optHeaderKeys, Kind: provider.ListOption, Default: `["name","value"]`, Check: checkHeaderKeys, About: "the two member names of an HttpHeader"},
		{Name: optRetry, Kind: provider.DurationsOption, Default: `[]`, About: "waits before the second, third… attempt; Dsco documents none"},
		{Name: optTimeout, Kind: provider.DurationOption, Default: `"30s"`, Check: kit.SomeTime, About: "wall time for one whole callback"},
		{Name: optPageSize, Kind: provider.IntOption, Default: `100`, Check: kit.Between(1, maxPageSize), About: "records on one page of the webhook history"},
		{Name: optUserAgent, Kind: provider.TextOption, Default: `"Dsco"`, Check: kit.HeaderText, About: "User-Agent of callbacks; empty: none"},
		{Name: optRateLimit, Kind: provider.IntOption, Default: `0`, Check: kit.Between(0, 1_000_000), About: "calls a minute before 429; 0: no limit"},
	}
}

// checkNumber wants an account number.
func checkNumber(raw json.RawMessage) error {
	if _, ok := number(raw); !ok {
		return errors.New("wants a whole number from 1 to 2^53")
	}
	return nil
}

// checkNumbers wants a list of account numbers.
func checkNumbers(raw json.RawMessage) error {
	list, ok := kit.Items(raw)
	if !ok {
		return errors.New("wants a list of account numbers")
	}
	for _, n := range list {
		if err := checkNumber(n); err != nil {
			return fmt.Errorf("%s: %w", n, err)
		}
	}
	return nil
}

// checkHeaderKeys wants two names that differ: what an HttpHeader calls its name
// and its value is inferred.
func checkHeaderKeys(raw json.RawMessage) error {
	keys, ok := kit.Texts(raw)
	if !ok || len(keys) != 2 || keys[0] == "" || keys[1] == "" || keys[0] == keys[1] {
		return errors.New("wants two different names, as in [\"name\", \"value\"]")
	}
	return nil
}
