package mock

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"

	"tacklebox/receiver/journal"
)

// attempt sends one request and reads the answer. It runs outside the world's
// lock. An error of the provider (no request to make) is the attempt's error.
func (e *Engine) attempt(w *World, d *Delivery, out *Outgoing, policy Policy, broken error) result {
	res := result{out: out, began: e.clock.Now(), entry: &journal.Entry{}, err: broken}
	if broken != nil {
		return res
	}
	res.hopeful = true
	res.entry.Request = e.sentMessage(out)
	u, err := url.Parse(out.URL)
	if err != nil {
		res.err = fmt.Errorf("callback URL: %w", err)
		return res
	}
	ctx, cancel := context.WithTimeout(e.ctx, policy.timeout())
	defer cancel()
	watch := stopwatch()
	origin := Origin{Provider: w.provider.Name, Account: d.Account, Type: d.Type, EventID: d.EventIDs[0],
		DeliveryID: d.ID, Subscription: d.Subscription, Attempt: len(d.Attempts) + 1}
	answer, err := e.sender.do(ctx, u, out, &origin)
	res.took, res.entry.CaptureSeq = watch(), origin.captureSeq()
	if err != nil {
		res.err = explain(ctx, err, policy.timeout())
		return res
	}
	res.status, res.entry.Response = answer.Status, answer
	return res
}

func (e *Engine) sentMessage(out *Outgoing) *journal.Message {
	m := keptMessage(out.Body, e.cfg.MaxBody)
	m.Method, m.URL, m.Proto = out.Method, out.URL, "HTTP/1.1"
	m.Headers = make(http.Header, len(out.Header))
	for _, f := range out.Header {
		m.Headers[f.Name] = append(m.Headers[f.Name], f.Value)
	}
	return m
}

// explain words a failed exchange for a person.
func explain(ctx context.Context, err error, timeout fmt.Stringer) error {
	if ctx.Err() == context.DeadlineExceeded {
		return fmt.Errorf("no answer within %s", timeout)
	}
	return err
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// wireBytes renders the request as it goes out: header order and spelling are
// the provider's, Host first and Content-Length last.
func wireBytes(u *url.URL, out *Outgoing) []byte {
	var b bytes.Buffer
	target := u.EscapedPath()
	if target == "" {
		target = "/"
	}
	if u.RawQuery != "" || u.ForceQuery {
		target += "?" + u.RawQuery
	}
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", out.Method, target, u.Host)
	for _, f := range out.Header {
		b.WriteString(f.Name + ": " + f.Value + "\r\n")
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n", len(out.Body))
	b.Write(out.Body)
	return b.Bytes()
}
