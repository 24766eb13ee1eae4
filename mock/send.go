package mock

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"tacklebox/mock/provider"
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
		credentials(u, t.out)
	}
	tidy(t.out)
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
	watch := stopwatch()
	provider, account := w.sender(d)
	origin := Origin{Provider: provider, Account: account, Type: d.Type, EventID: d.EventIDs[0],
		DeliveryID: d.ID, Subscription: d.Subscription, Attempt: len(d.Attempts) + 1, Detail: d.detail()}
	answer, err := e.sender.do(e.ctx, u, t, &origin)
	res.took, res.entry.CaptureSeq = watch(), origin.captureSeq()
	if origin.unchecked {
		res.tls = outbound.NotChecked
	}
	if err != nil {
		res.err = explain(err, res.took, timeout(t.policy))
		return res
	}
	res.status, res.reason, res.entry.Response = answer.Status, answer.reason, answer.Message
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

// tidy keeps control characters off the wire: a header that a setting or a client
// gave must not become two, or the end of the head.
func tidy(out *provider.Outgoing) {
	control := func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return ' '
		}
		return r
	}
	out.Header = slices.DeleteFunc(out.Header, func(f provider.Field) bool { return strings.ContainsFunc(f.Name, notInName) || f.Name == "" })
	for i := range out.Header {
		out.Header[i].Value = strings.Map(control, out.Header[i].Value)
	}
}

// notInName reports characters that no header name has (RFC 9110, section 5.6.2).
func notInName(r rune) bool {
	letter := r|0x20 >= 'a' && r|0x20 <= 'z'
	return !letter && (r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r))
}

// explain words a failed exchange for a person.
func explain(err error, took, timeout time.Duration) error {
	if took >= timeout && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)) {
		return fmt.Errorf("no answer within %s", timeout)
	}
	return err
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// wireHead renders the request up to its body: header order and spelling are the
// provider's, Host first and Content-Length last.
func wireHead(u *url.URL, out *provider.Outgoing) []byte {
	b := make([]byte, 0, 512)
	b = append(append(append(append(b, out.Method...), ' '), requestTarget(out.URL)...), " HTTP/1.1\r\nHost: "...)
	b = append(append(b, u.Host...), "\r\n"...)
	for _, f := range out.Header {
		b = append(append(append(append(b, f.Name...), ": "...), f.Value...), "\r\n"...)
	}
	b = strconv.AppendInt(append(b, "Content-Length: "...), int64(len(out.Body)), 10)
	return append(b, "\r\n\r\n"...)
}

// requestTarget is the path and query of a URL as they were registered: a
// receiver may sign or compare them byte for byte. Only what cannot stand in a
// request line, blanks and bytes beyond ASCII, is escaped.
func requestTarget(registered string) string {
	_, rest, _ := strings.Cut(registered, "://")
	rest, _, _ = strings.Cut(rest, "#")
	target := "/"
	if i := strings.IndexAny(rest, "/?"); i >= 0 && rest[i] == '/' {
		target = rest[i:]
	} else if i >= 0 {
		target += rest[i:]
	}
	if !strings.ContainsFunc(target, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return target
	}
	var b strings.Builder
	for i := range len(target) {
		if c := target[i]; c > ' ' && c < 0x7f {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
