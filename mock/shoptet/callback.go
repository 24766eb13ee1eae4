package shoptet

import (
	"net/http"
	"strings"
	"time"

	"tacklebox/mock"
)

const signatureHeader = "Shoptet-Webhook-Signature" // documented

// Values of an account.
const (
	keyValue        = "signature-key"
	earlierKeyValue = "earlier-signature-key"
)

// Signing faults.
const (
	badSignature     = "bad_signature"
	missingSignature = "missing_signature"
	oldKey           = "old_key"
)

// currentKey is the key in force: the last renewed, else the one of the setting,
// else none.
func currentKey(w *mock.World, account string) string {
	var key string
	if a, known := w.Known(account); known && a.Get(keyValue, &key) {
		return key
	}
	return w.Option(account, "signature_key").Text()
}

// signing is the documented recipe: lower-case hex of HMAC-SHA1 over the raw body,
// the key used as text. The official validator compares the text, case and all.
func signing() *mock.Scheme {
	return &mock.Scheme{Title: "Shoptet", Header: signatureHeader, Algorithm: "sha1", Key: mock.KeyText, Encoding: mock.Hex, Signed: "{body}",
		Evidence: "documented: the official PHP SDK and its test vectors"}
}

func sign(key string, body []byte) string {
	signature, _ := signing().Sign(key, "", "", body) // any text is a key
	return signature
}

// outgoing makes one attempt. Retries are signed with the key of their moment
// (observed, inferred); without a key the header is left out (decision).
// Content-Type is inferred, User-Agent a decision, and nothing else is sent.
func outgoing(w *mock.World, d *mock.Delivery) (*mock.Outgoing, error) {
	account := owner(w, d.Account)
	if d.Direct && d.Type == jobFinished {
		directJob(w, d, account)
	}
	out := &mock.Outgoing{Method: http.MethodPost, URL: d.URL, Body: d.Body,
		Header: []mock.Field{{Name: "Content-Type", Value: "application/json"}}}
	if agent := w.Option(account, "user_agent").Text(); agent != "" {
		out.Header = append(out.Header, mock.Field{Name: "User-Agent", Value: agent})
	}
	if key := currentKey(w, account); key != "" {
		out.Header = append(out.Header, mock.Field{Name: signatureHeader, Value: sign(key, d.Body)})
	}
	return out, nil
}

// policy holds what integrators observed: 200 within 4 s, a retry 15 minutes
// after a failed attempt, three attempts in all. No back-off (inferred), nothing
// is ever disabled (decision).
func policy(w *mock.World, account string) mock.Policy {
	account = owner(w, account)
	attempts := int(w.Option(account, "attempts").Int())
	every := w.Option(account, "retry_every").Duration()
	lenient := string(w.Option(account, "success").Raw()) == `"2xx"`
	return mock.Policy{
		Timeout: w.Option(account, "timeout").Duration(),
		Success: func(status int) bool { return status == 200 || lenient && status/100 == 2 },
		Next: func(_ *mock.Delivery, n int, ended time.Time) (time.Time, bool) {
			return ended.Add(every), n < attempts
		},
	}
}

// secrets lists the key in force.
func secrets(w *mock.World, a *mock.Account) []mock.Secret {
	if key := currentKey(w, a.Name); key != "" {
		return []mock.Secret{{Name: "signatureKey", Value: key}}
	}
	return nil
}

// retired lists the key before the last renewal.
func retired(w *mock.World, a *mock.Account) []mock.Secret {
	return []mock.Secret{{Name: "signatureKey", Value: earlierKey(w, a.Name)}}
}

// tamper shows a fault of signing.
func tamper(w *mock.World, d *mock.Delivery, fault string, out *mock.Outgoing) error {
	account := owner(w, d.Account)
	switch fault {
	case missingSignature:
		setSignature(out, "")
	case oldKey:
		setSignature(out, sign(earlierKey(w, account), out.Body))
	case badSignature:
		right := sign(currentKey(w, account), out.Body)
		last := strings.IndexByte(hexDigits, right[len(right)-1])
		setSignature(out, right[:len(right)-1]+string(hexDigits[(last+1)%len(hexDigits)]))
	default:
		return mock.Refuse("unknown_fault", "", "shoptet knows no fault %q", fault)
	}
	return nil
}

// earlierKey is the key before the last renewal; an account that had none gets
// one that was never valid.
func earlierKey(w *mock.World, account string) string {
	var key string
	if a, known := w.Known(account); known && a.Get(earlierKeyValue, &key) && key != "" {
		return key
	}
	return letters(w.Fixed("earlier-signature-key", account), mock.HexDigits, 32)
}

// setSignature replaces, adds or ("") removes the signature line.
func setSignature(out *mock.Outgoing, value string) {
	out.Drop(signatureHeader)
	if value != "" {
		out.Header = append(out.Header, mock.Field{Name: signatureHeader, Value: value})
	}
}
