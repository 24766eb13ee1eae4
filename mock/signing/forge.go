package signing

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
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
	Body        []byte
	Now         time.Time
}

// longAgo is further back than any scheme tolerates.
const longAgo = 24 * time.Hour

// Forge returns the headers that show a fault, "" for one that is left out. h has
// the headers of the request as it would be sent.
func (s *Scheme) Forge(fault string, h http.Header, p Proof) (map[string]string, error) {
	has := h.Get(s.Header) != ""
	switch {
	case !has && p.Secret == "" && s.Algorithm == Basic:
		return nil, errors.New("the callback carries nothing that proves where it comes from")
	case fault == MissingSignature:
		return map[string]string{s.Header: ""}, nil
	case fault == OldKey && p.Old == "":
		return nil, errors.New("there was no other key")
	case s.Algorithm == Basic && fault == BadSignature:
		return map[string]string{s.Header: s.wrongCredential(h.Get(s.Header))}, nil
	case fault == OldKey:
		return s.resign(p.Old, h, p, p.Now)
	case fault == StaleSignature:
		return s.resign(p.Secret, h, p, p.Now.Add(-longAgo))
	}
	value := h.Get(s.Header)
	if !has {
		signed, err := s.resign(p.Secret, h, p, p.Now)
		if err != nil {
			return nil, err
		}
		value = signed[s.Header]
	}
	return map[string]string{s.Header: s.wrongDigest(value)}, nil
}

// resign makes the signature and its timestamp anew.
func (s *Scheme) resign(secret string, h http.Header, p Proof, at time.Time) (map[string]string, error) {
	id, timestamp := s.stamps(h, s.Header)
	if s.Timestamp != "" && (timestamp == "" || !at.Equal(p.Now)) {
		timestamp = strconv.FormatInt(at.Unix(), 10)
	}
	value, err := s.Sign(secret, id, timestamp, p.Body)
	if err != nil {
		return nil, err
	}
	out := map[string]string{s.Header: value}
	if s.Timestamp != "" && !strings.HasSuffix(s.Timestamp, "=") {
		out[s.Timestamp] = timestamp
	}
	return out, nil
}

// wrongCredential is a credential like the right one: with another password, or
// somebody else's where it need not be one.
func (s *Scheme) wrongCredential(value string) string {
	if pair, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(value, s.Prefix)); err == nil && s.Encoding == Base64 {
		return s.credential(string(pair) + "-wrong")
	}
	return s.Prefix + base64.StdEncoding.EncodeToString([]byte("somebody:else"))
}

// wrongDigest is a signature of the right form whose last digit, before padding,
// is the next one of its alphabet.
func (s *Scheme) wrongDigest(value string) string {
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
