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
	"strings"
	"time"
)

// Scheme is how a sender proves that a request is its own, as data. Judging a
// request and explaining a failure both read it, so that they cannot disagree.
type Scheme struct {
	Name      string // as in the control API; "" for a provider's own
	Title     string // who signs so, for people
	Header    string // where the proof stands, in canonical spelling; InBody: the path of a member
	In        string // InBody: signature, id and timestamp are members of the JSON body; "": headers
	Algorithm string // sha1, sha256 or sha512 of an HMAC; Ed25519; Basic: a credential, nothing is computed
	Key       string // how the secret becomes the key: KeyText, KeyBase64 or KeyHex
	KeyPrefix string // stands before the secret and is no part of the key
	Encoding  string // Hex or Base64; of a credential Base64, AsGiven or Plain
	Prefix    string // before each digest
	Separator string // between the members of the header; "": it holds one digest
	Signed    string // what is signed, with {body}, {timestamp}, {id}, {method}, {url}, {uri}, {form}, {digest}
	ID        string // header that holds {id}
	IDLength  int    // of an id that is made; 0: any
	Timestamp string // header that holds {timestamp}; one that ends in "=" is a member of Header
	Unit      string // of the timestamp: Seconds, Milliseconds or RFC3339
	Late      time.Duration
	Early     time.Duration // a timestamp further behind or ahead is refused; 0: any is taken
	Digest    *Digest       // of the body, beside the signature
	Or        *Scheme       // judges a request that lacks Header and has this one's
	Document  string        // the vendor's page that says so
	Evidence  string        // documented, observed, inferred or decision, and where
}

// Digest is a digest of the body that no secret goes into.
type Digest struct {
	Header    string // where it stands …
	Query     string // … or the parameter of the URL; a body that is a form has none
	Prefix    string
	Algorithm string
	Encoding  string
}

// Values of a Scheme's fields.
const (
	InBody  = "body"
	Basic   = "basic"
	Ed25519 = "ed25519" // signs with the seed as hex, is verified with the public key as hex

	KeyText   = "text"
	KeyBase64 = "base64"
	KeyHex    = "hex"

	Hex     = "hex"      // lower case
	Base64  = "base64"   // with padding
	AsGiven = "as given" // a credential stands there as it is, or encoded when it has a colon
	Plain   = "plain"    // a credential stands there as it is

	Seconds      = "seconds" // of the Unix time; also ""
	Milliseconds = "milliseconds"
	RFC3339      = "rfc3339"
)

const fiveMinutes = 5 * time.Minute

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
	bare := strings.TrimPrefix(secret, s.KeyPrefix)
	switch s.Key {
	case KeyBase64:
		key, err := base64.StdEncoding.DecodeString(bare)
		if err != nil {
			return nil, fmt.Errorf("the secret is not base64: %w", err)
		}
		return key, nil
	case KeyHex:
		key, err := hex.DecodeString(bare)
		if err != nil {
			return nil, fmt.Errorf("the secret is not hex: %w", err)
		}
		return key, nil
	}
	return []byte(bare), nil
}

func mac(a digestAlgorithm, key, text []byte) []byte {
	m := hmac.New(a.make, key)
	m.Write(text)
	return m.Sum(nil)
}

func (s *Scheme) decode(text string) ([]byte, error) {
	if s.Encoding == Base64 {
		return base64.StdEncoding.DecodeString(text)
	}
	return hex.DecodeString(text)
}

func (s *Scheme) encode(digest []byte) string {
	if s.Encoding == Base64 {
		return base64.StdEncoding.EncodeToString(digest)
	}
	return hex.EncodeToString(digest)
}

// Sign returns the value of Header for a body. id and timestamp are ignored
// where the scheme signs none. An error says why the secret cannot be a key.
// What signs more than these three is for Apply.
func (s *Scheme) Sign(secret, id, timestamp string, body []byte) (string, error) {
	return s.value(secret, parts{id: id, timestamp: timestamp}, body)
}

func (s *Scheme) value(secret string, p parts, body []byte) (string, error) {
	if s.Algorithm == Basic {
		return s.credentialOf(secret), nil
	}
	digest, err := s.digest(secret, p.fill(s.Signed, body))
	if err != nil {
		return "", err
	}
	value := s.Prefix + s.encode(digest)
	if strings.HasSuffix(s.Timestamp, "=") {
		value = s.Timestamp + p.timestamp + s.Separator + value
	}
	return value, nil
}

// digest signs a text.
func (s *Scheme) digest(secret string, text []byte) ([]byte, error) {
	if s.Algorithm == Ed25519 {
		return signEd25519(secret, text)
	}
	key, err := s.key(secret)
	if err != nil {
		return nil, err
	}
	return mac(s.algorithm(), key, text), nil
}

// members are the parts of a header's value.
func (s *Scheme) members(value string) []string {
	if s.Separator == "" {
		return []string{value}
	}
	return strings.Split(value, s.Separator)
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
	return checker{s}.judge(Question{Now: now, Secret: secret, Header: h, Body: body})
}

// checker holds requests against a scheme's rule, and nothing else.
type checker struct{ *Scheme }

func (s checker) judge(q Question) Verdict {
	s.Scheme, q = s.facing(q)
	if s.Algorithm == Basic {
		return credential{s.Scheme}.judge(q.Secret, q.Header)
	}
	value := q.Header.Get(s.Header)
	if value == "" {
		return Verdict{State: Missing, Reason: s.missing(s.Header)}
	}
	tried := []string{s.Rule()}
	key, err := s.verifier(q.Secret)
	if err != nil {
		return Verdict{State: Invalid, Reason: err.Error(), Tried: tried}
	}
	p := s.partsOf(q)
	if missing := s.lacks(p.id, p.timestamp) + s.lacksURL(p); missing != "" {
		return Verdict{State: Invalid, Reason: missing, Tried: tried}
	}
	if !s.proves(key, value, p.fill(s.Signed, q.Body)) {
		return Verdict{State: Invalid, Reason: "the signature does not belong to this body and secret", Tried: tried}
	}
	if wrong := s.wrongDigest(q); wrong != "" {
		return Verdict{State: Invalid, Reason: "the signature is right, but " + wrong, Tried: tried, Certain: true}
	}
	if stale := s.stale(q.Now, p.timestamp); stale != "" {
		return Verdict{State: Invalid, Reason: "the signature is right, but " + stale, Tried: tried, Certain: true}
	}
	return Verdict{State: Valid, Tried: tried, Certain: true}
}

// proves reports whether a header's value holds the signature of a text.
func (s checker) proves(key, value string, text []byte) bool {
	if s.Algorithm == Ed25519 {
		return s.provesEd25519(key, value, text)
	}
	return s.holds(value, s.encode(mac(s.algorithm(), []byte(key), text)))
}

// holds reports whether a header's value has the digest among its members.
func (s checker) holds(value, digest string) bool {
	for _, m := range s.members(value) {
		if got, ok := strings.CutPrefix(m, s.Prefix); ok && hmac.Equal([]byte(got), []byte(digest)) {
			return true
		}
	}
	return false
}

// Rule is the scheme in a line.
func (s *Scheme) Rule() string {
	if s.Algorithm == Basic {
		return s.Header + ": " + s.Prefix + s.credentialRule()
	}
	place := s.Header
	if s.In == InBody {
		place = "the body's " + place
	}
	if s.Algorithm == Ed25519 {
		return fmt.Sprintf("%s: %s%s of Ed25519 over %s, the public key as hex", place, s.Prefix, encodingTitle(s.Encoding), s.Signed)
	}
	key := "the secret's text as key"
	if s.Key == KeyBase64 || s.Key == KeyHex {
		key = "the key decoded from " + s.Key
	}
	return fmt.Sprintf("%s: %s%s of HMAC-%s over %s, %s", place, s.Prefix, encodingTitle(s.Encoding), strings.ReplaceAll(s.algorithm().title, "-", ""), s.Signed, key)
}

func encodingTitle(encoding string) string {
	if encoding == Hex {
		return "lower-case hex"
	}
	return encoding
}
