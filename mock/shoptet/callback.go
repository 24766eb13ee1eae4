package shoptet

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
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

// sign is the documented recipe: lower-case hex of HMAC-SHA1 over the raw body,
// the key used as text.
func sign(key string, body []byte) string {
	m := hmac.New(sha1.New, []byte(key))
	m.Write(body)
	return hex.EncodeToString(m.Sum(nil))
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

// verify judges a callback as the official validator does: the text must be
// equal, case and all. The other recipes only explain what went wrong.
func verify(secret string, h http.Header, body []byte) mock.Verdict {
	recipe := "lower-case hex of HMAC-SHA1 over the raw body, key as text"
	got := h.Get(signatureHeader)
	want := sign(secret, body)
	switch {
	case got == "":
		return mock.Verdict{State: mock.Missing, Reason: "no " + signatureHeader + " header"}
	case hmac.Equal([]byte(got), []byte(want)):
		return mock.Verdict{State: mock.Valid, Tried: []string{recipe}}
	}
	v := mock.Verdict{State: mock.Invalid, Reason: "the signature does not belong to this body and key", Tried: []string{recipe}}
	for _, m := range mistakes(secret, body, want) {
		v.Tried = append(v.Tried, m.recipe)
		if m.equal(got) {
			v.Reason = m.reason
			break
		}
	}
	return v
}

// mistake is a wrong way to sign that is worth recognising.
type mistake struct {
	recipe, reason string
	equal          func(got string) bool
}

func mistakes(secret string, body []byte, want string) []mistake {
	same := func(s string) func(string) bool { return func(got string) bool { return got == s } }
	decoded, err := hex.DecodeString(secret)
	list := []mistake{
		{"upper-case hex", "the hex digits are in upper case", func(got string) bool { return strings.EqualFold(got, want) }},
		{"a prefix", "there is a prefix before the hex digits", func(got string) bool { return strings.HasSuffix(got, "="+want) }},
		{"HMAC-SHA256", "it was made with SHA-256 instead of SHA-1", same(hexSHA256(secret, body))},
		{"body with a line end", "a line end behind the body was signed too", same(sign(secret, append(append([]byte{}, body...), '\n')))},
	}
	if err == nil {
		list = append(list, mistake{"key decoded from hex", "the key was decoded from hex; its text is the key", same(sign(string(decoded), body))})
	}
	if sound(body) {
		list = append(list, mistake{"body encoded again", "the body was encoded again in another spelling before it was signed",
			same(sign(secret, []byte(strings.ReplaceAll(string(body), `\/`, `/`))))})
	}
	return list
}

func hexSHA256(key string, body []byte) string {
	m := hmac.New(sha256.New, []byte(key))
	m.Write(body)
	return hex.EncodeToString(m.Sum(nil))
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
