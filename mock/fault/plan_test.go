package fault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
)

var signsAll = &Signer{Title: "Acme", Faults: []string{"bad_signature", "missing_signature", "stale_signature", "old_key"}}

func rules(t *testing.T, faults ...api.Fault) []*Rule {
	t.Helper()
	list, err := Parse(faults, time.Now, func(string) *Signer { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func always() float64 { return 0 }

// decided is the plan of an attempt with rules of its own.
func decided(t *testing.T, faults ...api.Fault) *Plan {
	t.Helper()
	var f InForce
	return f.Decide(Attempt{Own: rules(t, faults...), Signer: signsAll, Draw: always})
}

func making(body string) *Making {
	out := &provider.Outgoing{Method: "POST", URL: "http://h.test/", Body: []byte(body), Header: []provider.Field{{Name: "Content-Type", Value: "application/json"}, {Name: "X-Sig", Value: "good"}}}
	return &Making{Out: out, Body: out.Body,
		Again: func(body []byte) (*provider.Outgoing, error) {
			return &provider.Outgoing{Method: "POST", URL: out.URL, Body: body, Header: []provider.Field{{Name: "X-Sig", Value: fmt.Sprintf("of %d", len(body))}}}, nil
		},
		Forge: func(fault string, out *provider.Outgoing) error {
			if fault == "old_key" {
				return errors.New("there was no other key")
			}
			out.Set("X-Sig", fault)
			return nil
		},
	}
}

func shown(o *provider.Outgoing) string {
	body := string(o.Body)
	if len(body) > 20 {
		body = fmt.Sprintf("%d bytes", len(body))
	}
	return fmt.Sprintf("%s %q type=%s sig=%s", o.Method, body, o.Get("Content-Type"), o.Get("X-Sig"))
}

// What each fault makes of a finished request, and what the entry says of it.
func TestWhatAFaultMakesOfARequest(t *testing.T) {
	t.Parallel()
	const same = `POST "{\"a\":1}" type=application/json sig=good`
	for name, c := range map[string]struct {
		fault      api.Fault
		want, said string
		reshaped   bool
	}{
		"content type":      {api.Fault{Kind: "wrong_content_type"}, `POST "{\"a\":1}" type=text/plain sig=good`, "wrong_content_type: Content-Type is text/plain", false},
		"redirect":          {api.Fault{Kind: "redirect"}, `GET "" type= sig=good`, "redirect: a GET without a body in place of the POST", true},
		"method":            {api.Fault{Kind: "wrong_method"}, `PUT "{\"a\":1}" type=application/json sig=good`, "wrong_method: PUT in place of POST", false},
		"empty":             {api.Fault{Kind: "empty_body"}, `POST "" type=application/json sig=good`, "empty_body: 7 bytes of body left out", true},
		"giant":             {api.Fault{Kind: "giant_body", Bytes: 1000}, `POST "1000 bytes" type= sig=of 1000`, "giant_body: padded to 1000 bytes", true},
		"giant, ordinary":   {api.Fault{Kind: "giant_body"}, fmt.Sprintf(`POST "%d bytes" type= sig=of %[1]d`, giantBody), fmt.Sprintf("giant_body: padded to %d bytes", giantBody), true},
		"bad signature":     {api.Fault{Kind: "bad_signature"}, `POST "{\"a\":1}" type=application/json sig=bad_signature`, "bad_signature: the signature or credential is wrong", false},
		"no other key":      {api.Fault{Kind: "old_key"}, same, "old_key: not possible: there was no other key", false},
		"duplicate":         {api.Fault{Kind: "duplicate"}, same, "", false},
		"drop":              {api.Fault{Kind: "drop"}, same, "drop: nothing is sent and the provider believes it arrived", false},
		"cut":               {api.Fault{Kind: "cut_body"}, same, "cut_body: half of the body, then the connection ends", false},
		"postponed already": {api.Fault{Kind: "delay"}, same, "delay: the attempt waits on the provider's clock (for, 30s)", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, m := decided(t, c.fault), making(`{"a":1}`)
			p.Change(m)
			if got := shown(m.Out); got != c.want || p.String() != c.said || Reshaped(p.String()) != c.reshaped {
				t.Errorf("%s\nsaid %q, reshaped %v\nwant %s\n%q", got, p, Reshaped(p.String()), c.want, c.said)
			}
		})
	}
}

// Where no other request can be made, the body is padded all the same.
func TestAGiantThatCannotBeSigned(t *testing.T) {
	t.Parallel()
	p, m := decided(t, api.Fault{Kind: "giant_body", Bytes: 10}), making("abc")
	m.Again = func([]byte) (*provider.Outgoing, error) { return nil, errors.New("no key") }
	if p.Change(m); string(m.Out.Body) != "abc       " {
		t.Errorf("%q", m.Out.Body)
	}
}

func TestPostponing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		faults []api.Fault
		wait   time.Duration
		behind bool
		ok     bool
	}{
		"nothing":          {nil, 0, false, false},
		"delay":            {[]api.Fault{{Kind: "delay"}}, ordinaryDelay, false, true},
		"delay of its own": {[]api.Fault{{Kind: "delay", For: "1h"}}, time.Hour, false, true},
		"reorder":          {[]api.Fault{{Kind: "reorder"}}, reorderWait, true, true},
		"the first counts": {[]api.Fault{{Kind: "drop"}, {Kind: "reorder"}, {Kind: "delay"}}, reorderWait, true, true},
		"none of these":    {[]api.Fault{{Kind: "slow", For: "1h"}}, 0, false, false},
	} {
		p := decided(t, c.faults...)
		if wait, behind, ok := p.Postponed(); wait != c.wait || behind != c.behind || ok != c.ok {
			t.Errorf("%s: %s %v %v", name, wait, behind, ok)
		}
		p.StayFirst()
		if _, behind, _ := p.Postponed(); behind {
			t.Errorf("%s: still behind", name)
		}
	}
}

// A plan that is none breaks nothing; one that doubles says so of the second.
func TestPlansOnTheConnection(t *testing.T) {
	t.Parallel()
	var none *Plan
	if none.Breaks() || none.Lost() || none.Twice() || none.String() != "" {
		t.Error("no plan does something")
	}
	p := decided(t, api.Fault{Kind: "duplicate"}, api.Fault{Kind: "drop"})
	p.Change(making("{}"))
	if !p.Twice() || !p.Lost() || !p.Breaks() {
		t.Errorf("%+v", p)
	}
	if again := p.Again().String(); again != p.String()+"; duplicate: the same request once more" {
		t.Error(again)
	}
}

// Rules in force strike what their filter matches and the signer can show.
func TestRulesInForce(t *testing.T) {
	t.Parallel()
	var f InForce
	given := []api.Fault{{Kind: "drop", Q: "type:order"}, {Kind: "old_key"}, {Kind: "slow", Times: 1}}
	f.Replace(rules(t, given...))
	if f.Empty() || len(f.List()) != 3 || f.List()[0].Q != "type:order" {
		t.Errorf("%+v", f.List())
	}
	kinds := func(typ string, signer *Signer) (list []string) {
		p := f.Decide(Attempt{Entry: func() *journal.Entry { return &journal.Entry{Kind: journal.Attempt, Type: typ} }, Signer: signer, Draw: always})
		for _, r := range p.rules {
			list = append(list, r.Kind)
		}
		return list
	}
	for i, c := range []struct {
		typ    string
		signer *Signer
		want   []string
	}{
		{"order", signsAll, []string{"drop", "old_key", "slow"}},
		{"order", signsAll, []string{"drop", "old_key"}}, // slow was used up
		{"other", &Signer{Title: "Plain"}, nil},
	} {
		if got := kinds(c.typ, c.signer); !slices.Equal(got, c.want) {
			t.Errorf("%d: %v, want %v", i, got, c.want)
		}
	}
	f.Replace(nil)
	if !f.Empty() || len(f.List()) != 0 {
		t.Error("rules are left")
	}
	own := rules(t, api.Fault{Kind: "drop"})
	if copies := Copies(own); copies[0] == own[0] || copies[0].Kind != "drop" {
		t.Error("a delivery counts with the rules of another")
	}
}

// dialled is a connection to a reader that sends back what came and how it ended.
func dialled(t *testing.T) (net.Conn, <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	came := make(chan string, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			came <- err.Error()
			return
		}
		defer c.Close()
		text, err := io.ReadAll(c)
		if err != nil {
			text = []byte("reset")
		}
		came <- string(text)
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return c, came
}

func TestWhatGoesOverTheWire(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault api.Fault
		want  string
		over  bool
		err   error
	}{
		"cut":   {api.Fault{Kind: "cut_body"}, "HEAD01234", true, errCut},
		"reset": {api.Fault{Kind: "reset"}, "reset", true, errReset},
		"left":  {api.Fault{Kind: "timeout"}, "HEAD0123456789", true, errLeft},
		"slow":  {api.Fault{Kind: "slow", For: "10ms"}, "HEAD0123456789", false, nil},
		"whole": {api.Fault{Kind: "wrong_method"}, "HEAD0123456789", false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := decided(t, c.fault)
			p.Change(making("{}"))
			conn, came := dialled(t)
			over, err := p.Write(context.Background(), conn, []byte("HEAD"), []byte("0123456789"))
			_ = conn.Close()
			if got := <-came; got != c.want || over != c.over || !errors.Is(err, c.err) {
				t.Errorf("%q over %v %v", got, over, err)
			}
		})
	}
	conn, came := dialled(t)
	if over, err := (*Plan)(nil).Write(context.Background(), conn, []byte("H"), nil); over || err != nil {
		t.Errorf("%v %v", over, err)
	}
	_ = conn.Close()
	if got := <-came; got != "H" {
		t.Errorf("%q", got)
	}
}

// A body that drips stops when nobody waits for it any more.
func TestDrippingEnds(t *testing.T) {
	t.Parallel()
	p := decided(t, api.Fault{Kind: "slow", For: "1h"})
	p.Change(making("{}"))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	conn, _ := dialled(t)
	defer conn.Close()
	if _, err := p.Write(ctx, conn, nil, []byte("abc")); err == nil || !strings.Contains(err.Error(), "dripping the body") {
		t.Errorf("%v", err)
	}
}
