package dsco_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"tacklebox/mock/dsco"
	"tacklebox/mock/provider"
)

// The description's request schema accepts and refuses what the mock does, as far
// as a schema without the rules across attributes can say.
func TestTheRequestSchemaAgreesWithTheCases(t *testing.T) {
	t.Parallel()
	var cases registrations
	testdata(t, "webhook-cases.json", &cases)
	s, err := describe(t).compiler.Compile("mem:///openapi.json#/components/schemas/WebhookRequest")
	must(t, err)
	verdict := func(c registration) error {
		var v any
		must(t, json.Unmarshal(c.Body, &v))
		return s.Validate(v)
	}
	for _, c := range cases.Valid {
		if err := verdict(c); err != nil && !strings.Contains(c.Name, "null") {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
	rules := []string{"both quantity options", "applyToPartners", "catalogIds and assortmentIds", "someone else", "frames the request"}
	for _, c := range cases.Invalid {
		ruled := slices.ContainsFunc(rules, func(r string) bool { return strings.Contains(c.Name, r) })
		if verdict(c) == nil && !ruled {
			t.Errorf("%s: the schema accepts it", c.Name)
		}
	}
}

// What is not documented is listed with its evidence, and every switch exists.
func TestAssumptions(t *testing.T) {
	t.Parallel()
	topics := map[string]bool{}
	for _, a := range folder(t).Assumptions {
		topics[a.Topic] = true
		known := a.Switch == "" || slices.ContainsFunc(dsco.New().Options, func(o provider.Option) bool { return o.Name == a.Switch })
		if a.Text == "" || !slices.Contains([]string{"observed", "inferred", "decision"}, a.Evidence) || !known {
			t.Errorf("%+v", a)
		}
	}
	for _, topic := range []string{"webhook paths", "HttpHeader shape", "error types of refusals", "history parameters", "history hash", "no retries", "401 body"} {
		if !topics[topic] {
			t.Errorf("%q is not listed", topic)
		}
	}
}
