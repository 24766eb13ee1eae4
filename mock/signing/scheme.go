package signing

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Scheme is how a sender proves that a request is its own, as data. Judging a
// request and explaining a failure both read it, so that they cannot disagree.
type Scheme struct {
	Name      string // as in the control API; "" for a provider's own
	Title     string // who signs so, for people
	Header    string // where the proof stands, in canonical spelling
	Algorithm string // sha1, sha256 or sha512 of an HMAC; Basic: a credential, nothing is computed
	Key       string // how the secret becomes the key: KeyText or KeyBase64
	KeyPrefix string // stands before the secret and is no part of the key
	Encoding  string // Hex or Base64; of a credential Base64 or AsGiven
	Prefix    string // before each digest
	Separator string // between the members of the header; "": it holds one digest
	Signed    string // what is signed, with {body}, {timestamp} and {id}
	ID        string // header that holds {id}
	Timestamp string // header that holds {timestamp}; one that ends in "=" is a member of Header
	Late      time.Duration
	Early     time.Duration // a timestamp further behind or ahead is refused; 0: any is taken
	Or        *Scheme       // judges a request that lacks Header and has this one's
	Evidence  string        // documented, observed, inferred or decision, and where
}

// Values of a Scheme's fields.
const (
	Basic     = "basic"
	KeyText   = "text"
	KeyBase64 = "base64"
	Hex       = "hex"      // lower case
	Base64    = "base64"   // with padding
	AsGiven   = "as given" // a credential stands there as it is, or encoded when it has a colon
)

const fiveMinutes = 5 * time.Minute

// Schemes lists the ways of signing that belong to no mock provider. Any inbox
// can check them.
func Schemes() []*Scheme {
	return []*Scheme{
		{Name: "standard-webhooks", Title: "Standard Webhooks", Header: "Webhook-Signature", Algorithm: "sha256", Key: KeyBase64, KeyPrefix: "whsec_",
			Encoding: Base64, Prefix: "v1,", Separator: " ", Signed: "{id}.{timestamp}.{body}", ID: "Webhook-Id", Timestamp: "Webhook-Timestamp",
			Late: fiveMinutes, Early: fiveMinutes, Evidence: "documented: the specification of Standard Webhooks; the tolerance is that of its libraries"},
		{Name: "stripe", Title: "Stripe", Header: "Stripe-Signature", Algorithm: "sha256", Key: KeyText, Encoding: Hex, Prefix: "v1=", Separator: ",",
			Signed: "{timestamp}.{body}", Timestamp: "t=", Late: fiveMinutes, Evidence: "documented: verifying signatures by hand; its libraries refuse only what is too old"},
		{Name: "github", Title: "GitHub", Header: "X-Hub-Signature-256", Algorithm: "sha256", Key: KeyText, Encoding: Hex, Prefix: "sha256=",
			Signed: "{body}", Or: githubSHA1(), Evidence: "documented: validating webhook deliveries"},
		{Name: "shopify", Title: "Shopify", Header: "X-Shopify-Hmac-Sha256", Algorithm: "sha256", Key: KeyText, Encoding: Base64,
			Signed: "{body}", Evidence: "documented: verifying webhook deliveries"},
	}
}

// githubSHA1 is what GitHub still sends beside its newer signature.
func githubSHA1() *Scheme {
	return &Scheme{Name: "github", Title: "GitHub", Header: "X-Hub-Signature", Algorithm: "sha1", Key: KeyText, Encoding: Hex, Prefix: "sha1=",
		Signed: "{body}", Evidence: "documented: kept for older receivers"}
}

// Names lists the names of Schemes.
func Names() (names []string) {
	for _, s := range Schemes() {
		names = append(names, s.Name)
	}
	return names
}

// Named returns the scheme of a name, nil when there is none.
func Named(name string) *Scheme {
	for _, s := range Schemes() {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// digestAlgorithm is one way to make a digest; its length tells it from the others.
type digestAlgorithm struct {
	name, title string
	size        int
	make        func() hash.Hash
}

func algorithms() []digestAlgorithm {
	return []digestAlgorithm{
		{"sha1", "SHA-1", sha1.Size, sha1.New},
		{"sha256", "SHA-256", sha256.Size, sha256.New},
		{"sha512", "SHA-512", sha512.Size, sha512.New},
		{"sha384", "SHA-384", sha512.Size384, sha512.New384},
		{"md5", "MD5", md5.Size, md5.New},
	}
}

func (s *Scheme) algorithm() digestAlgorithm {
	for _, a := range algorithms() {
		if a.name == s.Algorithm {
			return a
		}
	}
	return algorithms()[1]
}

// key makes the HMAC key of a secret.
func (s *Scheme) key(secret string) ([]byte, error) {
	if s.Key != KeyBase64 {
		return []byte(secret), nil
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, s.KeyPrefix))
	if err != nil {
		return nil, fmt.Errorf("the secret is not base64: %w", err)
	}
	return key, nil
}

func mac(a digestAlgorithm, key, text []byte) []byte {
	m := hmac.New(a.make, key)
	m.Write(text)
	return m.Sum(nil)
}

func (s *Scheme) encode(digest []byte) string {
	if s.Encoding == Base64 {
		return base64.StdEncoding.EncodeToString(digest)
	}
	return hex.EncodeToString(digest)
}

// Sign returns the value of Header for a body. id and timestamp are ignored
// where the scheme signs none. An error says why the secret cannot be a key.
func (s *Scheme) Sign(secret, id, timestamp string, body []byte) (string, error) {
	if s.Algorithm == Basic {
		return s.credential(secret), nil
	}
	key, err := s.key(secret)
	if err != nil {
		return "", err
	}
	value := s.Prefix + s.encode(mac(s.algorithm(), key, signedText(s.Signed, id, timestamp, body)))
	if strings.HasSuffix(s.Timestamp, "=") {
		value = s.Timestamp + timestamp + s.Separator + value
	}
	return value, nil
}

// signedText fills a template. Only its own braces are replaced, whatever the
// values hold.
func signedText(template, id, timestamp string, body []byte) []byte {
	out := make([]byte, 0, len(template)+len(id)+len(timestamp)+len(body))
	for template != "" {
		name, value, rest := "", []byte(nil), ""
		switch {
		case strings.HasPrefix(template, "{body}"):
			name, value = "{body}", body
		case strings.HasPrefix(template, "{id}"):
			name, value = "{id}", []byte(id)
		case strings.HasPrefix(template, "{timestamp}"):
			name, value = "{timestamp}", []byte(timestamp)
		default:
			name, value = template[:1], []byte(template[:1])
		}
		rest = template[len(name):]
		out, template = append(out, value...), rest
	}
	return out
}

// members are the parts of a header's value.
func (s *Scheme) members(value string) []string {
	if s.Separator == "" {
		return []string{value}
	}
	return strings.Split(value, s.Separator)
}

// stamps finds the id and the timestamp that belong to the signature in a
// header. A foreign header's companions have its name with another ending.
func (s *Scheme) stamps(h http.Header, name string) (id, timestamp string) {
	if strings.HasSuffix(s.Timestamp, "=") {
		for _, m := range s.members(h.Get(name)) {
			if t, ok := strings.CutPrefix(m, s.Timestamp); ok {
				return "", t
			}
		}
		return "", ""
	}
	id, timestamp = h.Get(s.ID), h.Get(s.Timestamp)
	if stem, ok := strings.CutSuffix(name, "-Signature"); ok && name != s.Header {
		if id == "" && s.ID != "" {
			id = h.Get(stem + "-Id")
		}
		if timestamp == "" && s.Timestamp != "" {
			timestamp = h.Get(stem + "-Timestamp")
		}
	}
	return id, timestamp
}

// inForce is the scheme that a request is held to: s, or the one it falls back to.
func (s *Scheme) inForce(h http.Header) *Scheme {
	if s.Or != nil && len(h.Values(s.Header)) == 0 && len(h.Values(s.Or.Header)) > 0 {
		return s.Or
	}
	return s
}

// Judge decides whether a request proves what the scheme asks for, as the
// sender's own libraries do. It tries nothing beyond the rule.
func (s *Scheme) Judge(now time.Time, secret string, h http.Header, body []byte) Verdict {
	s = s.inForce(h)
	if s.Algorithm == Basic {
		return s.judgeCredential(secret, h)
	}
	value := h.Get(s.Header)
	if value == "" {
		return Verdict{State: Missing, Reason: "there is no " + s.Header + " header"}
	}
	tried := []string{s.rule()}
	key, err := s.key(secret)
	if err != nil {
		return Verdict{State: Invalid, Reason: err.Error(), Tried: tried}
	}
	id, timestamp := s.stamps(h, s.Header)
	if missing := s.lacks(id, timestamp); missing != "" {
		return Verdict{State: Invalid, Reason: missing, Tried: tried}
	}
	if !s.holds(value, s.encode(mac(s.algorithm(), key, signedText(s.Signed, id, timestamp, body)))) {
		return Verdict{State: Invalid, Reason: "the signature does not belong to this body and secret", Tried: tried}
	}
	if stale := s.stale(now, timestamp); stale != "" {
		return Verdict{State: Invalid, Reason: "the signature is right, but " + stale, Tried: tried, Certain: true}
	}
	return Verdict{State: Valid, Tried: tried, Certain: true}
}

// holds reports whether a header's value has the digest among its members.
func (s *Scheme) holds(value, digest string) bool {
	for _, m := range s.members(value) {
		if got, ok := strings.CutPrefix(m, s.Prefix); ok && hmac.Equal([]byte(got), []byte(digest)) {
			return true
		}
	}
	return false
}

func (s *Scheme) lacks(id, timestamp string) string {
	switch {
	case s.ID != "" && id == "":
		return "there is no " + s.ID + " header, and it is part of what is signed"
	case timestamp != "" || s.Timestamp == "":
		return ""
	case strings.HasSuffix(s.Timestamp, "="):
		return s.Header + " has no " + s.Timestamp + " member, and the timestamp is part of what is signed"
	}
	return "there is no " + s.Timestamp + " header, and it is part of what is signed"
}

// milliseconds is where a number of seconds would lie beyond the year 5000.
const milliseconds = 100_000_000_000

// stale says how far a timestamp lies outside of what is accepted, "" when it
// does not.
func (s *Scheme) stale(now time.Time, timestamp string) string {
	if s.Timestamp == "" {
		return ""
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	switch {
	case err != nil || seconds < 0:
		return fmt.Sprintf("its timestamp %q is not a number of Unix seconds", clip(timestamp))
	case seconds >= milliseconds:
		return "its timestamp " + timestamp + " is in milliseconds: send Unix seconds"
	}
	at := time.Unix(seconds, 0).UTC().Format(time.RFC3339)
	age, late, early := now.Unix()-seconds, int64(s.Late/time.Second), int64(s.Early/time.Second)
	switch {
	case late > 0 && age > late:
		return fmt.Sprintf("its timestamp %s is %s old: at most %s are accepted, send it again or check the clock", at, span(age), span(late))
	case early > 0 && -age > early:
		return fmt.Sprintf("its timestamp %s lies %s ahead: at most %s are accepted, check the clock of the sender", at, span(-age), span(early))
	}
	return ""
}

// span writes a number of seconds in the two largest units that it fills.
func span(seconds int64) string {
	units := []struct {
		size int64
		name string
	}{{365 * 24 * 3600, "year"}, {24 * 3600, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}}
	var parts []string
	for _, u := range units {
		n := seconds / u.size
		seconds -= n * u.size
		if n == 0 && len(parts) == 0 {
			continue
		}
		if n > 0 {
			parts = append(parts, plural(n, u.name))
		}
		if len(parts) == 2 || n == 0 {
			break
		}
	}
	if len(parts) == 0 {
		return "0 seconds"
	}
	return strings.Join(parts, " ")
}

func plural(n int64, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return strconv.FormatInt(n, 10) + " " + word + "s"
}

// rule is the scheme in a line.
func (s *Scheme) rule() string {
	if s.Algorithm == Basic {
		return s.Header + ": " + s.Prefix + s.credentialRule()
	}
	key := "the secret's text as key"
	if s.Key == KeyBase64 {
		key = "the key decoded from base64"
	}
	return fmt.Sprintf("%s: %s%s of HMAC-%s over %s, %s", s.Header, s.Prefix, encodingTitle(s.Encoding), strings.ReplaceAll(s.algorithm().title, "-", ""), s.Signed, key)
}

func encodingTitle(encoding string) string {
	if encoding == Hex {
		return "lower-case hex"
	}
	return encoding
}
