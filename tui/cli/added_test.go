package cli

import (
	"testing"

	"tacklebox/tui/cli/exit"
)

const oneSubscription = `[{"provider":"shoptet","account":"acme","id":"7","url":"http://x/","types":["order:create","order:update"],"enabled":true,"failures":2}]`

func TestSubscriptions(t *testing.T) {
	table := lines("PROVIDER  TYPES                      URL        ID  ACCOUNT  STATE", "shoptet   order:create order:update  http://x/  7   acme     failed 2x")
	runCases(t, []commandCase{
		{name: "all", args: []string{"subscriptions"}, answers: map[string]string{"GET /_/subscriptions": "200 " + oneSubscription}, out: table},
		{name: "none", args: []string{"subscriptions", "dsco"}, answers: map[string]string{"GET /_/subscriptions?provider=dsco": "200 []"}, out: lines("nothing is subscribed")},
		{name: "as JSON", args: []string{"subscriptions", "--account", "a", "--json"}, answers: map[string]string{"GET /_/subscriptions?account=a": "200 []"}, out: lines("[]")},
		{name: "states", args: []string{"subscriptions"}, answers: map[string]string{"GET /_/subscriptions": `200 [{"id":"1","enabled":false},{"id":"2","enabled":true,"next_attempt":"2026-01-01T00:00:00Z"},{"id":"3","enabled":true,"failures":1},{"id":"4","enabled":true}]`},
			out: lines("PROVIDER  TYPES  URL  ID  ACCOUNT  STATE", "                      1            off", "                      2            retries 2026-01-01T00:00:00Z", "                      3            failed once", "                      4            on")},
		{name: "subscribe", args: []string{"subscribe", "shoptet", "http://x/", "order:create", "order:update", "--account", "acme"},
			answers: map[string]string{"POST /_/subscriptions": "201 " + oneSubscription}, out: table,
			sent: []string{`POST /_/subscriptions {"provider":"shoptet","account":"acme","url":"http://x/","types":["order:create","order:update"]}`}},
		{name: "subscribe to nothing", args: []string{"subscribe", "shoptet", "http://x/"}, err: "TYPE… is missing", code: exit.Usage},
		{name: "subscribe refused", args: []string{"subscribe", "shoptet", "x", "order:create"}, answers: map[string]string{"POST /_/subscriptions": `422 {"error":{"code":"bad_url","message":"url: no URL"}}`}, err: "no URL", code: exit.Usage},
	})
}

func TestRetry(t *testing.T) {
	runCases(t, []commandCase{
		{name: "one", args: []string{"retry", "dlv_1"}, answers: map[string]string{"POST /_/deliveries/dlv_1/retry": `202 {"id":"dlv_1","subscription":"7","url":"http://x/"}`}, out: lines("dlv_1 is tried again", "  → http://x/")},
		{name: "as JSON", args: []string{"retry", "dlv_1", "--json"}, answers: map[string]string{"POST /_/deliveries/dlv_1/retry": `202 {"id":"dlv_1","subscription":"7","url":"http://x/"}`}, out: lines(`{"id":"dlv_1","subscription":"7","url":"http://x/"}`)},
		{name: "none", args: []string{"retry"}, err: "ID is missing", code: exit.Usage},
	})
}

func TestSettings(t *testing.T) {
	runCases(t, []commandCase{
		{name: "show", args: []string{"settings", "shoptet"}, answers: map[string]string{"GET /_/providers/shoptet/settings": `200 {"profile":"2024-12","attempts":2}`}, out: lines("attempts  2", `profile   "2024-12"`)},
		{name: "change", args: []string{"settings", "shoptet", "attempts=5", "profile=2026-08", "retry_every=null", "--account", "a"}, answers: map[string]string{"PUT /_/providers/shoptet/settings?account=a": `200 {"attempts":5}`}, out: lines("attempts  5"),
			sent: []string{`PUT /_/providers/shoptet/settings {"attempts":5,"profile":"2026-08","retry_every":null}`}},
		{name: "as JSON", args: []string{"settings", "shoptet", "--json"}, answers: map[string]string{"GET /_/providers/shoptet/settings": `200 {"a":1}`}, out: lines(`{"a":1}`)},
		{name: "no assignment", args: []string{"settings", "shoptet", "attempts"}, err: `"attempts" is no KEY=VALUE`, code: exit.Usage},
		{name: "no provider", args: []string{"settings"}, err: "PROVIDER is missing", code: exit.Usage},
	})
}

func TestSpaces(t *testing.T) {
	const job = `{"name":"job","url":"URL/~job","created":"2026-01-01T00:00:00Z","last_used":"2026-01-01T00:00:01Z","entries":3,"clock":"manual","now":"2026-01-05T09:00:00Z","ttl":"1h"}`
	table := lines("NAME  ENTRIES  CLOCK   NOW                   LAST USED             TTL  URL", "job   3        manual  2026-01-05T09:00:00Z  2026-01-01T00:00:01Z  1h   URL/~job")
	runCases(t, []commandCase{
		{name: "list", args: []string{"spaces"}, answers: map[string]string{"GET /_/spaces": "200 [" + job + "]"}, out: table},
		{name: "none", args: []string{"spaces"}, answers: map[string]string{"GET /_/spaces": "200 []"}, out: lines("there are no spaces; the first request below /~NAME/ makes one")},
		{name: "make", args: []string{"spaces", "job", "--clock", "manual", "--ttl", "1h", "--seed", "7", "--keep", "9", "--own-token", "t", "--start", "2026-01-05T09:00:00Z"}, answers: map[string]string{"PUT /_/spaces/job": "200 " + job}, out: table,
			sent: []string{`PUT /_/spaces/job {"clock":"manual","start":"2026-01-05T09:00:00Z","seed":7,"keep":9,"ttl":"1h","token":"t"}`}},
		{name: "end", args: []string{"spaces", "job", "--end"}, answers: map[string]string{"DELETE /_/spaces/job": `200 {"removed":true}`}, out: lines("ended job")},
		{name: "end nothing", args: []string{"spaces", "--end"}, err: "NAME is missing", code: exit.Usage},
		{name: "a seed of letters", args: []string{"spaces", "job", "--seed", "x"}, err: "no whole number", code: exit.Usage},
		{name: "a start of letters", args: []string{"spaces", "job", "--start", "x"}, err: "want a time", code: exit.Usage},
	})
}

func TestAuthority(t *testing.T) {
	runCases(t, []commandCase{
		{name: "PEM", args: []string{"ca", "--print"}, answers: map[string]string{"GET /_/ca.pem": "200 PEM"}, out: lines("PEM")},
		{name: "off", args: []string{"ca"}, answers: map[string]string{"GET /_/ca.pem": `404 {"error":{"code":"no_authority","message":"this sandbox has no certificate authority","hint":"start with --tls"}}`}, err: "start with --tls", code: exit.Usage},
		{name: "how", args: []string{"ca"}, answers: map[string]string{"GET /_/ca.pem": "200 PEM"}, out: "*"},
	})
}

func TestCommandsOfOtherTools(t *testing.T) {
	runCases(t, []commandCase{
		{name: "listen", args: []string{"listen"}, err: `did you mean "tail"`, code: exit.Usage},
		{name: "trigger", args: []string{"trigger", "x"}, err: `did you mean "fire"`, code: exit.Usage},
	})
}
