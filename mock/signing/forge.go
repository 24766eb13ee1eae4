package signing

import (
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"github.com/tidwall/sjson"
)

// Faults of signing that Forge can show.
const (
	BadSignature     = "bad_signature"
	MissingSignature = "missing_signature"
	StaleSignature   = "stale_signature" // only where a timestamp is signed
	OldKey           = "old_key"         // only where there was another key
)

// Faults lists what Forge can show of the scheme; rotates: its keys are renewed.
func (s *Scheme) Faults(rotates bool) []string {
	list := []string{BadSignature, MissingSignature}
	if s.Timestamp != "" {
		list = append(list, StaleSignature)
	}
	if rotates {
		list = append(list, OldKey)
	}
	return list
}

// Proof is what a signature is made with.
type Proof struct {
	Secret, Old string // key in force, and the one before it
	Now         time.Time
}

// longAgo is further back than any scheme tolerates.
const longAgo = 24 * time.Hour

// Forge makes a request show a fault. It returns what changes: headers, an empty
// value for one that is left out, and the body and URL as they are sent.
func (s *Scheme) Forge(fault string, r Request, p Proof) (Signed, error) {
	has := r.Header.Get(s.Header) != ""
	out := Signed{Body: r.Body, URL: r.URL}
	switch {
	case !has && p.Secret == "" && s.Algorithm == Basic:
		return out, errors.New("the callback carries nothing that proves where it comes from")
	case fault == MissingSignature && s.In == InBody:
		body, err := sjson.DeleteBytes(r.Body, s.Header)
		out.Body = body
		return out, err
	case fault == MissingSignature:
		out.Header = []Line{{s.Header, ""}}
		return out, nil
	case fault == OldKey && p.Old == "":
		return out, errors.New("there was no other key")
	case s.Algorithm == Basic && fault == BadSignature:
		out.Header = []Line{{s.Header, s.wrongCredential(r.Header.Get(s.Header))}}
		return out, nil
	case fault == BadSignature && has && (s.Encoding == Hex || s.Encoding == Base64) && s.Algorithm != Ed25519:
		out.Header = []Line{{s.Header, s.oneDigitOff(r.Header.Get(s.Header))}}
		return out, nil
	}
	r.ID, _ = s.stamps(r.Header, s.Header)
	r.At, r.Spoil = p.Now, fault == BadSignature
	key := p.Secret
	switch fault {
	case OldKey:
		key = p.Old
	case StaleSignature:
		r.At = p.Now.Add(-longAgo)
	}
	return s.Apply(key, r)
}

// wrongCredential is a credential like the right one: with another password, or
// somebody else's where it need not be one.
func (s *Scheme) wrongCredential(value string) string {
	if pair, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(value, s.Prefix)); err == nil && s.Encoding == Base64 {
		return s.credentialOf(string(pair) + "-wrong")
	}
	return s.Prefix + base64.StdEncoding.EncodeToString([]byte("somebody:else"))
}

// oneDigitOff is a signature of the right form whose last digit, before padding,
// is the next one of its alphabet.
func (s *Scheme) oneDigitOff(value string) string {
	const hexDigits = "0123456789abcdef"
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	digits, step := hexDigits, 1
	if s.Encoding == Base64 {
		digits, step = letters, 16 // the lower bits of a last digit mean nothing
	}
	end := len(strings.TrimRight(value, "="))
	if end == 0 {
		return value
	}
	at := strings.IndexByte(digits, value[end-1])
	if at < 0 {
		return value + "0"
	}
	return value[:end-1] + string(digits[(at+step)%len(digits)]) + value[end:]
}
