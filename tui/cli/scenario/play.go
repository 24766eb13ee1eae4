package scenario

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/expectation"
	"tacklebox/tui/cli/print"
)

// play is one scenario being played.
type play struct {
	client   *client.Client
	scenario *Scenario
	vars     map[string]string
	start    uint64 // expectations count what came after the scenario began
	running  []*application
	found    *expectation.Finding // what the step that failed has found out
}

// defaultTo is where callbacks go unless --to says otherwise.
const defaultTo = "/in/scenario"

func newPlay(ctx context.Context, c *client.Client, s *Scenario, to string) (*play, error) {
	page, err := c.Entries(ctx, client.Query{Limit: 1})
	if err != nil {
		return nil, err
	}
	if to == "" {
		to = c.URL() + defaultTo
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	vars := map[string]string{"url": c.URL(), "to": to, "port": port}
	maps.Copy(vars, s.Vars)
	return &play{client: c, scenario: s, vars: vars, start: page.LastSeq}, nil
}

// step plays one step.
func (p *play) step(ctx context.Context, st step) error {
	return map[string]func(context.Context, step) error{
		"call": p.call, "settings": p.settings, "inbox": p.inbox, "fire": p.fire, "verify": p.verify,
		"expect": p.expect, "clock": p.clock, "faults": p.faults, "reset": p.reset,
		"subscribe": p.subscribe, "replay": p.replay, "assert": p.assert, "run": p.run,
	}[st.kind](ctx, st)
}

func (p *play) fire(ctx context.Context, st step) error {
	var req api.Firing
	if err := p.scenario.decode(st, p.vars, &req); err != nil {
		return err
	}
	result, err := p.client.Fire(ctx, req)
	if err == nil && len(result.Events) > 0 {
		p.vars["event"] = result.Events[0].ID
		if d := result.Events[0].Deliveries; len(d) > 0 {
			p.vars["delivery"] = d[0].ID
		}
	}
	return err
}

func (p *play) expect(ctx context.Context, st step) error {
	var e expectStep
	if err := p.scenario.decode(st, p.vars, &e); err != nil {
		return err
	}
	if e.Within == "" {
		e.Within = "5s"
	}
	if e.After == nil {
		e.After = &p.start
	}
	if e.Count != nil && *e.Count == 0 {
		e.AtMost = true
	}
	v, r, err := expectation.Ask(ctx, p.client, e.ExpectRequest)
	if err != nil {
		return err
	}
	if n := len(r.Entries); v.Code == exit.OK && n > 0 {
		p.vars["entry"] = strconv.FormatUint(r.Entries[n-1], 10)
		if e.As != "" {
			p.vars[e.As] = p.vars["entry"]
		}
	}
	if v.Code == exit.OK {
		return nil
	}
	p.found = v.Found
	return exit.With(v.Code, errors.New(v.String()))
}

// clock takes {advance}, {to}, or the short forms `next` and `15m`.
func (p *play) clock(ctx context.Context, st step) error {
	var move api.ClockMove
	var short string
	var err error
	if len(st.value.Content) > 0 {
		err = p.scenario.decode(st, p.vars, &move)
	} else if err = p.scenario.decode(st, p.vars, &short); err == nil {
		if move.Advance = short; short == "next" {
			move = api.ClockMove{To: short}
		}
	}
	if err != nil {
		return err
	}
	_, err = p.client.MoveClock(ctx, move)
	return err
}

func (p *play) faults(ctx context.Context, st step) error {
	var list []api.Fault
	if err := p.scenario.decode(st, p.vars, &list); err != nil {
		return err
	}
	return p.client.PutFaults(ctx, list)
}

func (p *play) reset(ctx context.Context, st step) error {
	var yes bool
	if err := p.scenario.decode(st, p.vars, &yes); err != nil || !yes {
		return err
	}
	return p.client.Reset(ctx)
}

func (p *play) settings(ctx context.Context, st step) error {
	var s settingsStep
	if err := p.scenario.decode(st, p.vars, &s); err != nil {
		return err
	}
	_, err := p.client.PutSettings(ctx, s.Provider, s.Account, s.Values)
	return err
}

func (p *play) inbox(ctx context.Context, st step) error {
	var in inboxStep
	if err := p.scenario.decode(st, p.vars, &in); err != nil {
		return err
	}
	list, err := api.ParseReplies(in.Reply)
	if err != nil {
		return exit.Usagef("reply %w", err)
	}
	return p.client.PutInbox(ctx, in.Name, api.Inbox{Reply: list, Forward: in.Forward, Verify: in.Verify})
}

func (p *play) verify(ctx context.Context, st step) error {
	var v verifyStep
	if err := p.scenario.decode(st, p.vars, &v); err != nil {
		return err
	}
	want := v.Valid == nil || *v.Valid
	verdict, err := p.client.Verify(ctx, api.VerifyRequest{Provider: v.Provider, Secret: v.Secret, Headers: v.Headers, Body: v.Body})
	if err != nil {
		return err
	}
	if verdict.Valid != want {
		return exit.With(exit.Failure, fmt.Errorf("the signature is valid: %t, want %t%s", verdict.Valid, want, print.Reason(verdict.Reason)))
	}
	return nil
}

// maxCallAnswer bounds what a call step reads.
const maxCallAnswer = 16 << 20

// call speaks to a mock API as an integrator's program would.
func (p *play) call(ctx context.Context, st step) error {
	var c callStep
	if err := p.scenario.decode(st, p.vars, &c); err != nil {
		return err
	}
	req, err := p.request(ctx, c)
	if err != nil {
		return exit.Misused(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("%w: %w", client.ErrConnect, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxCallAnswer))
	if err != nil {
		return fmt.Errorf("answer of %s: %w", req.URL, err)
	}
	if resp.StatusCode != c.Status && (c.Status != 0 || resp.StatusCode/100 != 2) {
		return exit.With(exit.Failure, fmt.Errorf("%s %s answered %d, want %s: %.500s", req.Method, req.URL, resp.StatusCode, wanted(c.Status), body))
	}
	return p.save(c.Save, body)
}

func wanted(status int) string {
	if status == 0 {
		return "2xx"
	}
	return strconv.Itoa(status)
}

func (p *play) request(ctx context.Context, c callStep) (*http.Request, error) {
	body := []byte(c.Body)
	if c.JSON != nil {
		body = c.JSON
	}
	if c.Method == "" {
		c.Method = "GET"
		if len(body) > 0 {
			c.Method = "POST"
		}
	}
	if strings.HasPrefix(c.URL, "/") {
		c.URL = p.client.URL() + c.URL
	}
	req, err := http.NewRequestWithContext(ctx, c.Method, c.URL, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("call: %w", err)
	}
	if c.JSON != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range c.Headers {
		req.Header.Set(name, value)
	}
	return req, nil
}

// save keeps parts of an answer as variables.
func (p *play) save(paths map[string]string, body []byte) error {
	if len(paths) == 0 {
		return nil
	}
	if !print.Walkable(body) {
		return exit.With(exit.Failure, fmt.Errorf("the answer is not JSON: %.500s", body))
	}
	for name, path := range paths {
		found := gjson.GetBytes(body, path)
		if !found.Exists() {
			return exit.With(exit.Failure, fmt.Errorf("save %s: the answer has no %s: %.500s", name, path, body))
		}
		p.vars[name] = found.String()
	}
	return nil
}
