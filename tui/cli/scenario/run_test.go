package scenario_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/sandbox"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/report"
	"tacklebox/tui/cli/scenario"
)

func ctx() context.Context { return context.Background() }

// begun are steps after which there is a capture of an order, its answer and
// their numbers.
const begun = `steps:
- inbox: {name: scenario, reply: "201"}
- subscribe: {provider: shoptet, account: 222651-a-123-lifecycle0lifecycle0lifecycle00, types: ["order:create"]}
- fire: {provider: shoptet, type: "order:create", account: 222651-a-123-lifecycle0lifecycle0lifecycle00, set: {eventInstance: "2026000101"}}
- expect: {q: "inbox:scenario", as: order}
`

// TestStepsThatLook: what subscribe, replay and assert do in a sandbox, and what
// they say when it is not so. The fifth step is the one in question.
func TestStepsThatLook(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "order.json"), []byte(`{"required":["nothing"],"properties":{"eshopId":{"type":"string"}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for step, want := range map[string]string{
		`assert: {body: {event: "order:create", eshopId: 222651, eventInstance: "2026000101"}, headers: {content-type: application/json}, absent: [payload]}`: "",
		`assert: {q: "kind:capture", body: {eshopId: "222651"}}`:                                        "",
		`assert: {entry: "${order}", of: response, absent: [event]}`:                                    "",
		`assert: {entry: "${entry}", schema: {type: object, required: [event, eshopId]}}`:               "",
		`assert: {of: response, q: "kind:attempt", headers: {content-length: "0"}}`:                     "",
		`assert: {body: {eshopId: 1, nothing: null}, headers: {X-A: b}, absent: [event]}`:               "is not as wanted:\n  eshopId: want 1, got 222651\n  nothing: want null, got nothing\n  event: want nothing, got \"order:create\"\n  header X-A: want \"b\", got nothing",
		`assert: {schema: order.json}`:                                                                  "is not as wanted:\n  schema: eshopId: want string, got number\n  schema: nothing is missing",
		`assert: {schema: {type: 5}}`:                                                                   "s.yaml:6: JSON Schema: ",
		`assert: {schema: {$ref: "http://h/x.json"}}`:                                                   "nothing is loaded from elsewhere",
		`assert: {schema: gone.json}`:                                                                   "s.yaml:6: schema: open ",
		`assert: {q: "inbox:none", body: {a: 1}}`:                                                       "no entry since the scenario began matches inbox:none",
		`assert: {q: "kid:x", body: {a: 1}}`:                                                            `s.yaml:6: `,
		`assert: {entry: 99999}`:                                                                        "99999",
		`assert: {of: reponse}`:                                                                         `s.yaml:6: of: "reponse" (did you mean "response"?)`,
		`assert: {entry: last}`:                                                                         "s.yaml:6: ",
		`replay: {resign: true}`:                                                                        "",
		`replay: {q: "kind:attempt", to: "${url}/in/other", set: {eshopId: 1}, new_id: true}`:           "",
		`replay: {q: "inbox:none"}`:                                                                     "no entry since the scenario began matches inbox:none",
		`subscribe: {provider: shoptt, account: a, types: [x]}`:                                         `s.yaml:6: `,
		`call: {url: "/_/subscriptions?provider=shoptet", save: {id: "#(id==\"${subscription}\").id"}}`: "",
	} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			s, err := scenario.Parse(filepath.Join(dir, "s.yaml"), []byte(begun+"- "+step+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			cases, err := scenario.Run(ctx(), client.New(sandbox.Start(t).URL, ""), s, "", func(report.Case) error { return nil })
			last := cases[len(cases)-1]
			if want == "" && err != nil || want != "" && (last.Skipped || last.Failure == "" || !strings.Contains(last.Failure, want)) {
				t.Errorf("%v, want %q; %+v", err, want, cases)
			}
			if strings.Contains(want, "s.yaml:") && exit.Code(err) != exit.Usage {
				t.Errorf("code %d", exit.Code(err))
			}
			if strings.Contains(want, "not as wanted") && (last.Found == nil || last.Line != 6) {
				t.Errorf("line %d, nothing for programs", last.Line)
			}
		})
	}
}

// TestCopiesAreKnown by their delivery.
func TestCopiesAreKnown(t *testing.T) {
	t.Parallel()
	again := "- replay: {entry: \"${order}\", new_id: true}\n- expect: {q: \"kind:attempt delivery:${delivery}\"}\n- assert: {body: {event: \"order:create\"}}\n"
	if cases, err := played(sandbox.Start(t).URL, begun+again+"- expect: {q: \"inbox:scenario delivery:${delivery}\", count: 1, at_most: true, within: 1ms}\n"); err != nil {
		t.Errorf("%v, %+v", err, cases)
	}
}

// TestWhichEntry: an assertion before anything was found has to say.
func TestWhichEntry(t *testing.T) {
	t.Parallel()
	cases, err := played(sandbox.Start(t).URL, "steps:\n- assert: {body: {a: 1}}\n")
	if exit.Code(err) != exit.Usage || !strings.Contains(cases[0].Failure, "s.yaml:2: which entry? Give q or entry") {
		t.Errorf("%v, %+v", err, cases)
	}
}

// TestTheNearMissIsExplained: with the entry that came nearest, why it does not do,
// and how its body differs from the catalogue's.
func TestTheNearMissIsExplained(t *testing.T) {
	t.Parallel()
	cases, err := played(sandbox.Start(t).URL, begun+`- expect: {q: "inbox:scenario body.eventInstance=7", within: 50ms}`)
	if exit.Code(err) != exit.Timeout {
		t.Fatal(err)
	}
	for _, want := range []string{"not met after", "nearest: entry", "body.eventInstance is 2026000101, wanted 7", "is not as the sample of its type:", `eventInstance: there "`, `got "2026000101"`} {
		if got := cases[4].Failure; !strings.Contains(got, want) {
			t.Errorf("failure %q, want %q in it", got, want)
		}
	}
}

// TestTwentySteps with three retries over two provider days take no time: the
// clock is the sandbox's. The bound is far above what is measured, 60 ms.
func TestTwentySteps(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`steps:
- settings: {provider: shoptet, account: "${account}", values: {attempts: 4, retry_every: 16h}}
- inbox: {name: scenario, reply: "500x3,200"}
- fire: {provider: shoptet, type: "order:create", to: "${to}", account: "${account}"}
`)
	for range 3 {
		b.WriteString("- expect: {q: \"kind:attempt status:500\"}\n- clock: 16h\n- expect: {q: \"kind:attempt\"}\n- assert: {body: {event: \"order:create\"}}\n- verify: {provider: shoptet, secret: s, body: x, valid: false}\n")
	}
	b.WriteString("- expect: {q: \"kind:attempt status:200\"}\n- expect: {q: \"kind:attempt\", count: 4}\nvars: {account: 222651-a-123-lifecycle0lifecycle0lifecycle00}\n")
	sb := sandbox.Start(t)
	began, before := time.Now(), sb.Now()
	cases, err := played(sb.URL, b.String())
	if err != nil || len(cases) != 20 {
		t.Fatalf("%d steps, %v: %+v", len(cases), err, cases)
	}
	if moved := sb.Now().Sub(before); moved != 48*time.Hour {
		t.Errorf("%s of provider time passed, want two days", moved)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("20 steps took %s", took)
	} else {
		t.Log("20 steps took", took)
	}
}
