package lagerkoll

import (
	"encoding/json"
	"fmt"
	"strconv"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
)

// options are decisions, all of them: what the provider leaves open, one can
// choose. The rate limit's default is documented (page).
func options() []provider.Option {
	return []provider.Option{
		{Name: "profile", Kind: provider.TextOption, Values: []string{profileName}, Default: `"v1"`, Common: true, About: "the version of the API; there is one"},
		{Name: "callback_url", Kind: provider.URLOption, Default: `""`, About: `where callbacks go; "" for none, also where a common one is set`},
		{Name: "execute_callback", Kind: provider.BoolOption, Default: "true", About: "whether executing a webhook fires feature.executed"},
		{Name: "execute_auth", Kind: provider.TextOption, Values: []string{"required", "optional"}, Default: `"required"`, Common: true,
			About: "whether executing a webhook needs credentials: required or optional"},
		{Name: "execute_reply", Kind: provider.JSONOption, Default: `{"status":200,"body":{}}`, Check: checkReply,
			About: `what executing a webhook answers: {"status":200,"body":{}}`},
		{Name: "create_reply", Kind: provider.TextOption, Values: []string{"list", "object"}, Default: `"list"`, About: "what creating a webhook answers: list or object"},
		{Name: "stores", Kind: provider.JSONOption, Default: "{}", Check: checkStores, About: `the group of each store: {"186008":192005}; others belong to 192005`},
		{Name: "features", Kind: provider.ListOption, Default: "[]", About: "the features that exist; empty: any"},
		{Name: "rate_limit", Kind: provider.IntOption, Default: "200", Check: kit.AtLeast(0), About: "requests that pass in one window; 0: no limit"},
		{Name: "rate_window", Kind: provider.DurationOption, Default: `"60s"`, Check: kit.SomeTime, About: "how long a window of the rate limit lasts"},
		{Name: "retry", Kind: provider.DurationsOption, Default: "[]", About: `delays before further attempts, each from the end of the one before: ["1m","5m"]`},
		{Name: "timeout", Kind: provider.DurationOption, Default: `"10s"`, Check: kit.SomeTime, About: "wall time for one whole attempt"},
		{Name: "credentials", Kind: provider.JSONOption, Common: true, Hidden: true, Check: checkCredentials,
			About: `who is let in: ["API_KEY",{"api_key":…,"store":…},{"user_id":…,"user_token":…}]; absent: anyone`},
	}
}

// executeReply is what executing a webhook answers.
type executeReply struct {
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body"`
}

// checkReply wants an answer that HTTP can carry.
func checkReply(raw json.RawMessage) error {
	var r *executeReply
	if err := kit.Strictly(raw, &r); err != nil {
		return err
	}
	if r.Status < 200 || r.Status > 599 {
		return fmt.Errorf("status %d is not between 200 and 599", r.Status)
	}
	return nil
}

// settingStores reads the group of each store.
func settingStores(raw json.RawMessage) map[string]int64 {
	var groups map[string]int64
	_ = json.Unmarshal(raw, &groups) // checked when it was set
	return groups
}

// checkStores wants store ids with the number of their group.
func checkStores(raw json.RawMessage) error {
	var groups map[string]int64
	if err := json.Unmarshal(raw, &groups); err != nil {
		return err
	}
	for store, group := range groups {
		if !wellFormed(store, maxStore) || group < 0 {
			return fmt.Errorf("store %q: group %d: want a store id and a group number", store, group)
		}
	}
	return nil
}

// credential is one item of the list of who is let in.
type credential struct {
	Key   word `json:"api_key"`
	User  word `json:"user_id"`
	Token word `json:"user_token"`
	Store word `json:"store"` // "" is any
}

// word is a text; a whole number is taken as it is written, because store ids
// and often users are numbers and a configuration need not quote them.
type word string

// UnmarshalJSON reads "186008" and 186008 alike.
func (t *word) UnmarshalJSON(b []byte) error {
	if _, err := strconv.ParseUint(string(b), 10, 64); err == nil {
		*t = word(b)
		return nil
	}
	return json.Unmarshal(b, (*string)(t))
}

// UnmarshalJSON takes a bare text as an api_key.
func (c *credential) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &c.Key) == nil {
		return nil
	}
	type plain credential
	return kit.Strictly(b, (*plain)(c))
}

// checkCredentials wants each item to name a machine or a person, never half of
// one.
func checkCredentials(raw json.RawMessage) error {
	var list []credential
	if err := json.Unmarshal(raw, &list); err != nil {
		return err
	}
	for i, c := range list {
		machine, person := c.Key != "", c.User != "" && c.Token != ""
		if machine == person || !machine && (c.User == "") != (c.Token == "") {
			return fmt.Errorf("item %d: want either an api_key or a user_id with its user_token", i)
		}
	}
	return nil
}
