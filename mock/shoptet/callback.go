package shoptet

import (
	"slices"
	"strconv"
	"time"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
	"tacklebox/mock/signing"
)

const signatureHeader = "Shoptet-Webhook-Signature" // documented

// Values of an account.
const (
	keyValue        = "signature-key"
	earlierKeyValue = "earlier-signature-key"
)

// currentKey is the key in force: the last renewed, else the one of the setting,
// else none.
func currentKey(w *provider.World, account string) string {
	var key string
	if a, known := w.Known(account); known && a.Get(keyValue, &key) {
		return key
	}
	return w.Option(account, "signature_key").Text()
}

// scheme is the documented recipe: lower-case hex of HMAC-SHA1 over the raw body,
// the key used as text. The official validator compares the text, case and all.
func scheme() *signing.Scheme {
	return &signing.Scheme{Title: "Shoptet", Header: signatureHeader, Algorithm: "sha1", Key: signing.KeyText, Encoding: signing.Hex, Signed: "{body}",
		Document: "https://developers.shoptet.com/api/documentation/webhooks/", Evidence: "documented: the official PHP SDK and its test vectors"}
}

// sign computes the signature of a body; an empty key signs too, as HMAC allows
// it.
func sign(key string, body []byte) string {
	signature, _ := scheme().Sign(key, "", "", body) // any text is a key
	return signature
}

// createRequest makes one attempt. Retries are signed with the key of their moment
// (observed, inferred); without a key the header is left out (decision).
// Content-Type is inferred, User-Agent a decision; X-Forwarded-For is sent where
// the setting asks for it, and nothing else.
func createRequest(w *provider.World, d *provider.Delivery) (*provider.Outgoing, error) {
	account := owner(w, d.Account)
	if d.Direct && d.Type == jobFinished {
		directJob(w, d, account)
	}
	header := []provider.Field{{Name: "Content-Type", Value: "application/json"}}
	if agent := w.Option(account, "user_agent").Text(); agent != "" {
		header = append(header, provider.Field{Name: "User-Agent", Value: agent})
	}
	if w.Option(account, "forwarded_for").Bool() {
		header = append(header, provider.Field{Name: "X-Forwarded-For", Value: callerAddress(w, account)})
	}
	if key := currentKey(w, account); key != "" {
		header = append(header, provider.Field{Name: signatureHeader, Value: sign(key, d.Body)})
	}
	return kit.Post(d.URL, d.Body, header...), nil
}

// callerAddress is the address that an account's callbacks come from: one of the
// range that real calls come from (observed).
func callerAddress(w *provider.World, account string) string {
	const hosts = 254
	return "185.184.254." + strconv.Itoa(1+w.Fixed("forwarded-for", account).IntN(hosts))
}

// policy holds what integrators observed: 200 within 4 s, a retry 15 minutes
// after a failed attempt, three attempts in all. No back-off (inferred), nothing
// is ever disabled (decision).
func policy(w *provider.World, account string) provider.Policy {
	account = owner(w, account)
	retries := max(0, int(w.Option(account, "attempts").Int())-1)
	lenient := string(w.Option(account, "success").Raw()) == `"2xx"`
	return provider.Policy{
		Timeout: w.Option(account, "timeout").Duration(),
		Success: func(status int) bool { return status == 200 || lenient && status/100 == 2 },
		Next:    kit.Waits(slices.Repeat([]time.Duration{w.Option(account, "retry_every").Duration()}, retries)),
	}
}

// secrets lists the key in force.
func secrets(w *provider.World, a *provider.Account) []provider.Secret {
	if key := currentKey(w, a.Name); key != "" {
		return []provider.Secret{{Name: "signatureKey", Value: key}}
	}
	return nil
}

// retired lists the key before the last renewal.
func retired(w *provider.World, a *provider.Account) []provider.Secret {
	return []provider.Secret{{Name: "signatureKey", Value: earlierKey(w, a.Name)}}
}

// earlierKey is the key before the last renewal; an account that had none gets
// one that was never valid.
func earlierKey(w *provider.World, account string) string {
	var key string
	if a, known := w.Known(account); known && a.Get(earlierKeyValue, &key) && key != "" {
		return key
	}
	return letters(w.Fixed("earlier-signature-key", account), provider.HexDigits, 32)
}
