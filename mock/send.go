package mock

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"

	"tacklebox/mock/clock"
	"tacklebox/mock/provider"
	"tacklebox/mock/sender"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/outbound"
)

// attempt sends one request and reads the answer. It runs outside the world's
// lock. When the provider could make no request, that is the attempt's error.
func (e *Engine) attempt(w *service, d *delivery, t try) result {
	res := result{began: e.clock.Now(), entry: &journal.Entry{}, err: t.err, fault: t.plan.String()}
	if t.err != nil {
		return res
	}
	res.hopeful = true
	u, err := url.Parse(t.out.URL)
	if err == nil {
		sender.Credentials(u, t.out)
	}
	sender.Tidy(t.out)
	res.entry.Request = e.sentMessage(t.out)
	if t.plan.Lost() {
		res.lost = true
		return res
	}
	if err != nil {
		res.err = fmt.Errorf("callback URL: %w", err)
		return res
	}
	if place, ok := outbound.AsForbidden(e.cfg.Outbound.CheckURL(e.ctx, u)); ok {
		res.err = fmt.Errorf("%w; %s", place, place.Hint)
		return res
	}
	watch := clock.Stopwatch()
	provider, account := w.sender(d)
	origin := sender.Origin{Provider: provider, Account: account, Type: d.Type, EventID: d.EventIDs[0],
		DeliveryID: d.ID, Subscription: d.Subscription, Attempt: len(d.Attempts) + 1, Detail: d.detail()}
	answer, err := e.sender.Do(e.ctx, u, sender.Request{Out: t.out, Timeout: timeout(t.policy), Plan: t.plan}, &origin)
	res.took, res.entry.CaptureSeq = watch(), origin.Capture()
	if origin.Unchecked() {
		res.tls = outbound.NotChecked
	}
	if err != nil {
		res.err = err
		return res
	}
	res.status, res.reason, res.entry.Response = answer.Status, answer.Reason, answer.Message
	return res
}

func (e *Engine) sentMessage(out *provider.Outgoing) *journal.Message {
	m := keptMessage(out.Body, e.cfg.MaxBody)
	m.Method, m.URL, m.Proto = out.Method, out.URL, "HTTP/1.1"
	for _, f := range out.Header {
		m.Headers.Add(f.Name, f.Value)
	}
	return m
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
