package cli

import (
	"testing"

	"tacklebox/tui/cli/exit"
)

func TestProviders(t *testing.T) {
	answers := map[string]string{"GET /_/providers": `200 [{"name":"dsco","title":"Dsco","base_url":"URL/dsco","events":6,"profile":"v2"},{"name":"lagerkoll","title":"Lagerkoll","base_url":"URL/lagerkoll","events":35}]`}
	runCases(t, []commandCase{
		{name: "as JSON", args: []string{"providers", "--json"}, answers: answers,
			out: lines(`[{"name":"dsco","title":"Dsco","base_url":"URL/dsco","events":6,"profile":"v2"},{"name":"lagerkoll","title":"Lagerkoll","base_url":"URL/lagerkoll","events":35,"profile":""}]`)},
		{name: "for a person", args: []string{"providers"}, answers: answers,
			out: lines(
				"NAME       TITLE      EVENTS  PROFILE  BASE URL",
				"dsco       Dsco       6       v2       URL/dsco",
				"lagerkoll  Lagerkoll  35               URL/lagerkoll")},
		{name: "one in detail", args: []string{"providers", "dsco"},
			answers: map[string]string{"GET /_/providers/dsco": `200 {"name":"dsco","title":"Dsco","base_url":"URL/dsco","profile":"v2","events":[{"type":"a"}],"context":[{"name":"stock","about":"what is left","types":["a"]}],"faults":["old_key"],"signing":"It does:\n\nx","assumptions":[{"topic":"ids","text":"they rise","evidence":"inferred","switch":"ids"},{"topic":"time","text":"UTC","evidence":"decision"}]}`,
				"GET /_/providers/dsco/settings": `200 {"ids":"rise","profile":"v2"}`},
			out: lines("Dsco  URL/dsco", "  profile  v2", "  events   1, see 'tacklebox events dsco'", "", "settings", "  ids      \"rise\"", "  profile  \"v2\"", "", "context of fire",
				"  stock  what is left (a)", "", "assumptions", "  ids   inferred  they rise (setting ids)", "  time  decision  UTC", "", "how it signs", "It does:", "", "x")},
		{name: "one in detail as JSON", args: []string{"providers", "dsco", "--json"}, answers: map[string]string{"GET /_/providers/dsco": `200 {"name":"dsco","title":"","base_url":"","events":[]}`},
			out: lines(`{"name":"dsco","title":"","base_url":"","profile":"","events":[],"assumptions":null,"context":null,"faults":null}`)},
		{name: "two", args: []string{"providers", "x", "y"}, err: `unexpected argument "y"`, code: exit.Usage},
	})
}

func TestEvents(t *testing.T) {
	answers := map[string]string{"GET /_/providers/shoptet": shop, "GET /_/providers": `200 [{"name":"shoptet"}]`,
		"GET /_/providers/shopet": `404 {"error":{"code":"unknown_provider","message":"there is no provider shopet"}}`}
	runCases(t, []commandCase{
		{name: "types", args: []string{"events", "shoptet"}, answers: answers,
			out: lines("TYPE          EVIDENCE    ABOUT", "order:create  documented  an order", "order:update")},
		{name: "types as JSON lines", args: []string{"events", "shoptet", "--json"}, answers: answers,
			out: lines(`{"type":"order:create","about":"an order","evidence":"documented","sample":{"id":5,"paid":false,"name":"x","tags":["a"],"none":null,"items":[{"price":1.5}]},"schema":null}`, `{"type":"order:update","about":"","evidence":"","sample":null,"schema":null}`)},
		{name: "a sample", args: []string{"events", "shoptet", "order:create"}, answers: answers,
			out: lines("order:create  documented", "an order", "{", `  "id": 5,`, `  "paid": false,`, `  "name": "x",`, `  "tags": [`, `    "a"`, "  ],", `  "none": null,`,
				`  "items": [`, "    {", `      "price": 1.5`, "    }", "  ]", "}")},
		{name: "a sample as JSON", args: []string{"events", "shoptet", "order:update", "--json"}, answers: answers,
			out: lines(`{"type":"order:update","about":"","evidence":"","sample":null,"schema":null}`)},
		{name: "mistyped type", args: []string{"events", "shoptet", "order:updat"}, answers: answers,
			err: `shoptet has no event type "order:updat" (did you mean "order:update"?)`, code: exit.Usage},
		{name: "mistyped provider", args: []string{"events", "shopet"}, answers: answers,
			err: `there is no provider shopet (did you mean "shoptet"?)`, code: exit.Usage},
		{name: "missing provider", args: []string{"events"}, err: "PROVIDER is missing", code: exit.Usage},
	})
}

func TestSecrets(t *testing.T) {
	runCases(t, []commandCase{
		{name: "all", args: []string{"secrets"},
			answers: map[string]string{"GET /_/secrets": `200 [{"provider":"shoptet","account":"a","name":"signatureKey","value":"61d1"},{"provider":"dsco","account":"b","subscription":"7","name":"header","value":"x\u001b"}]`},
			out:     lines("PROVIDER  ACCOUNT  SUBSCRIPTION  NAME          VALUE", "shoptet   a                      signatureKey  61d1", "dsco      b        7             header        x␛")},
		{name: "of one account", args: []string{"secrets", "shoptet", "--account", "a", "--json"},
			answers: map[string]string{"GET /_/secrets?account=a&provider=shoptet": `200 []`}, out: lines("[]")},
	})
}

func TestFaults(t *testing.T) {
	answers := map[string]string{"GET /_/faults": `200 [{"kind":"delay","q":"provider:dsco","probability":0.5,"times":3,"for":"30s"},{"kind":"duplicate"}]`, "PUT /_/faults": `200 []`}
	table := lines("KIND       PROBABILITY  TIMES  FOR  FILTER", "delay      0.5          3      30s  provider:dsco", "duplicate  always       ∞")
	const there = `{"kind":"delay","q":"provider:dsco","probability":0.5,"times":3,"for":"30s"},{"kind":"duplicate"}`
	runCases(t, []commandCase{
		{name: "list", args: []string{"faults"}, answers: answers, sent: []string{}, out: table},
		{name: "none", args: []string{"faults"}, answers: map[string]string{"GET /_/faults": "200 []"}, out: lines("no faults")},
		{name: "none as JSON", args: []string{"faults", "--clear", "--json"}, answers: map[string]string{"GET /_/faults": "200 []", "PUT /_/faults": "200 []"}, sent: []string{"PUT /_/faults []"}, out: lines("[]")},
		{name: "add", args: []string{"faults", "slow", "--q", "type:a", "--times", "2", "--for", "1s", "--probability", "0"}, answers: answers,
			sent: []string{`PUT /_/faults [` + there + `,{"kind":"slow","q":"type:a","probability":0,"times":2,"for":"1s"}]`}, out: table},
		{name: "replace", args: []string{"faults", "--clear", "giant_body", "--bytes", "9"}, answers: answers,
			sent: []string{`PUT /_/faults [{"kind":"giant_body","bytes":9}]`}, out: table},
		{name: "a preset", args: []string{"faults", "--preset", "flaky"}, answers: answers,
			sent: []string{`PUT /_/faults [` + there + `,{"preset":"flaky"}]`}, out: table},
		{name: "unknown kind", args: []string{"faults", "dely"},
			answers: map[string]string{"GET /_/faults": "200 []", "PUT /_/faults": `422 {"error":{"message":"no such fault","hint":"known: delay"}}`},
			err:     "no such fault (known: delay)", code: exit.Usage},
		{name: "broken filter", args: []string{"faults", "delay", "--q", "kind:("}, answers: answers, err: "filter: ", code: exit.Usage},
	})
}

func TestClock(t *testing.T) {
	answers := map[string]string{"GET /_/clock": `200 {"now":"2026-01-05T09:00:00Z","mode":"manual","next":"2026-01-05T09:15:00Z"}`,
		"POST /_/clock": `200 {"now":"2026-01-06T09:00:00Z","mode":"manual"}`}
	runCases(t, []commandCase{
		{name: "look", args: []string{"clock"}, answers: answers, out: lines("2026-01-05T09:00:00Z  manual", "next attempt 2026-01-05T09:15:00Z, in 15m0s")},
		{name: "look as JSON", args: []string{"clock", "--json"}, answers: answers, out: lines(`{"now":"2026-01-05T09:00:00Z","mode":"manual","next":"2026-01-05T09:15:00Z"}`)},
		{name: "advance", args: []string{"clock", "advance", "24h"}, answers: answers, sent: []string{`POST /_/clock {"advance":"24h"}`}, out: lines("2026-01-06T09:00:00Z  manual")},
		{name: "next", args: []string{"clock", "next"}, answers: answers, sent: []string{`POST /_/clock {"to":"next"}`}, out: lines("2026-01-06T09:00:00Z  manual")},
		{name: "advance next", args: []string{"clock", "advance", "next"}, answers: answers, sent: []string{`POST /_/clock {"to":"next"}`}, out: lines("2026-01-06T09:00:00Z  manual")},
		{name: "to", args: []string{"clock", "to", "2026-01-06T09:00:00Z"}, answers: answers, sent: []string{`POST /_/clock {"to":"2026-01-06T09:00:00Z"}`}, out: lines("2026-01-06T09:00:00Z  manual")},
		{name: "back", args: []string{"clock", "advance", "-1h"}, err: "unknown shorthand flag", code: exit.Usage},
		{name: "no duration", args: []string{"clock", "advance", "tomorrow"}, err: "want a duration", code: exit.Usage},
		{name: "no time", args: []string{"clock", "to", "noon"}, err: "want a time", code: exit.Usage},
		{name: "how far", args: []string{"clock", "advance"}, err: "how far?", code: exit.Usage},
		{name: "mistyped", args: []string{"clock", "advnce", "1h"}, err: `did you mean "advance"?`, code: exit.Usage},
		{name: "a real clock", args: []string{"clock", "next"}, answers: map[string]string{"POST /_/clock": `409 {"error":{"message":"the clock is real","hint":"up --clock manual"}}`},
			err: "the clock is real (up --clock manual)", code: exit.Usage},
	})
}

func TestReset(t *testing.T) {
	runCases(t, []commandCase{
		{name: "all", args: []string{"reset"}, answers: map[string]string{"POST /_/reset": "200 {}"}, out: lines("forgot everything")},
		{name: "entries", args: []string{"reset", "--entries"}, answers: map[string]string{"DELETE /_/entries": "204 "}, out: lines("forgot entries")},
		{name: "as JSON", args: []string{"reset", "--json"}, answers: map[string]string{"POST /_/reset": "200 {}"}, out: lines(`{"forgot":"everything"}`)},
	})
}

func TestInbox(t *testing.T) {
	answers := map[string]string{"GET /_/inboxes": `200 [{"inbox":"a","captures":3},{"inbox":"orders","captures":0,"settings":{"reply":[{"status":500,"times":2},{"body":{"x":1},"delay":"3s"},{"fault":"reset"}],"forward":"http://h/"}}]`,
		"GET /_/inboxes/orders": `200 {"reply":[{"status":503,"headers":{"Retry-After":"1"}}],"forward":"http://h/"}`, "PUT /_/inboxes/orders": "200 {}", "GET /_/inboxes/new": "200 {}", "PUT /_/inboxes/new": "200 {}"}
	runCases(t, []commandCase{
		{name: "list", args: []string{"inbox"}, answers: answers,
			out: lines("NAME    CAPTURES  REPLY                                      FORWARD", "a       3         200", "orders  0         500x2,{\"body\":{\"x\":1},\"delay\":\"3s\"},reset  http://h/")},
		{name: "list as JSON", args: []string{"inbox", "--json"}, answers: map[string]string{"GET /_/inboxes": `200 [{"inbox":"a","captures":3}]`}, out: lines(`[{"inbox":"a","captures":3}]`)},
		{name: "show", args: []string{"inbox", "orders"}, answers: answers, sent: []string{}, out: lines("orders  URL/in/orders", "  reply    {\"status\":503,\"headers\":{\"Retry-After\":\"1\"}}", "  forward  http://h/")},
		{name: "show one never set", args: []string{"inbox", "new"}, answers: answers, out: lines("new  URL/in/new", "  reply    200")},
		{name: "replies", args: []string{"inbox", "new", "--reply", "500x2, 200@3s"}, answers: answers,
			sent: []string{`PUT /_/inboxes/new {"reply":[{"status":500,"times":2},{"status":200,"delay":"3s"}]}`}, out: lines("new  URL/in/new", "  reply    500x2,200@3s")},
		{name: "what is not named stays", args: []string{"inbox", "orders", "--verify", "shoptet:a:b", "--json"}, answers: answers,
			sent: []string{`PUT /_/inboxes/orders {"reply":[{"status":503,"headers":{"Retry-After":"1"}}],"forward":"http://h/","verify":{"provider":"shoptet","secret":"a:b"}}`},
			out:  lines(`{"inbox":"orders","captures":0,"settings":{"reply":[{"status":503,"headers":{"Retry-After":"1"}}],"forward":"http://h/","verify":{"provider":"shoptet","secret":"a:b"}}}`)},
		{name: "undo", args: []string{"inbox", "orders", "--reply", "", "--forward", "", "--verify", ""}, answers: answers,
			sent: []string{`PUT /_/inboxes/orders {}`}, out: lines("orders  URL/in/orders", "  reply    200")},
		{name: "no status", args: []string{"inbox", "new", "--reply", "fine"}, answers: answers, err: "want a status", code: exit.Usage},
		{name: "status out of range", args: []string{"inbox", "new", "--reply", "99"}, answers: answers, err: "want a status", code: exit.Usage},
		{name: "no times", args: []string{"inbox", "new", "--reply", "500x"}, answers: answers, err: "want a number of times", code: exit.Usage},
		{name: "no delay", args: []string{"inbox", "new", "--reply", "200@soon"}, answers: answers, err: "want a duration", code: exit.Usage},
		{name: "empty between commas", args: []string{"inbox", "new", "--reply", "200,,500"}, answers: answers, err: "want a status", code: exit.Usage},
	})
}

func TestExport(t *testing.T) {
	answers := map[string]string{"GET /_/entries/1/as/curl": "200 curl -X POST\n", "GET /_/entries/2/as/curl": "200 curl -X PUT",
		"GET /_/entries/1/as/har": `200 {"log":{"version":"1.2","entries":[{"a":1}]}}`, "GET /_/entries/2/as/har": `200 {"log":{"version":"1.2","entries":[{"a":2}]}}`, "GET /_/entries/3/as/har": "200 x"}
	runCases(t, []commandCase{
		{name: "one", args: []string{"export", "1"}, answers: answers, out: "curl -X POST\n"},
		{name: "several", args: []string{"export", "1", "2", "--as", "curl"}, answers: answers, out: "curl -X POST\n\ncurl -X PUT\n"},
		{name: "one HAR of several", args: []string{"export", "1", "2", "--as", "har"}, answers: answers,
			out: lines("{", `  "log": {`, `    "entries": [`, "      {", `        "a": 1`, "      },", "      {", `        "a": 2`, "      }", "    ],", `    "version": "1.2"`, "  }", "}")},
		{name: "in JSON", args: []string{"export", "1", "--json"}, answers: answers, out: lines(`{"as":"curl","text":"curl -X POST\n"}`)},
		{name: "a broken HAR", args: []string{"export", "1", "3", "--as", "har"}, answers: answers, err: "HAR from the server", code: exit.Failure},
		{name: "unknown form", args: []string{"export", "1", "--as", "crl"}, err: `did you mean "curl"?`, code: exit.Usage},
		{name: "no entry", args: []string{"export"}, err: "SEQ… is missing", code: exit.Usage},
	})
}

func TestVersion(t *testing.T) {
	got := run(t.Context(), new(App), nil, "", "version")
	if got.code != 0 || len(got.out) < len("tacklebox v0.0.0-test go1.") || got.out[:len("tacklebox v0.0.0-test go1.")] != "tacklebox v0.0.0-test go1." {
		t.Errorf("version printed %q (code %d)", got.out, got.code)
	}
}
