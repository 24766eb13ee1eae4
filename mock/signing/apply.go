package signing

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
)

// Request is a request to be signed.
type Request struct {
	Method string // "": POST
	URL    string // where it goes, for schemes that sign it
	Header http.Header
	Body   []byte
	ID     string // what is signed as the id, where one is
	At     time.Time
	Spoil  bool // sign something else: the signature belongs to another body
}

// Signed is what signing adds to a request.
type Signed struct {
	Header []Line // in the order they are sent
	Body   []byte // the body as it is sent: another one where the scheme signs inside it
	URL    string // the address as it is sent: another one where a digest is a part of it
}

// Line is one header, spelled as the vendor does.
type Line struct{ Name, Value string }

// Apply signs a request: the headers that the vendor would send beside the body.
// An error says why the secret cannot be a key, or what the request lacks.
func (s *Scheme) Apply(secret string, r Request) (Signed, error) {
	out := Signed{Body: r.Body, URL: r.URL}
	p := parts{id: s.idFor(r.ID), timestamp: s.Stamp(r.At), method: r.Method, form: isForm(r.Header)}
	if p.method == "" {
		p.method = http.MethodPost
	}
	if d := s.Digest; d != nil {
		if err := d.apply(&out, &p); err != nil {
			return Signed{}, err
		}
	}
	p.url = out.URL
	if missing := s.lacksURL(p); missing != "" {
		return Signed{}, errors.New(missing)
	}
	if s.In == InBody {
		return s.applyInside(secret, r, p)
	}
	body := r.Body
	if r.Spoil {
		body = append(append([]byte{}, body...), " spoiled"...)
		p.timestamp = p.spoiled(s)
	}
	value, err := s.value(s.spoiledSecret(secret, r.Spoil), p, body)
	if err != nil {
		return Signed{}, err
	}
	p.timestamp = s.Stamp(r.At)
	if s.ID != "" {
		out.Header = append(out.Header, Line{s.ID, p.id})
	}
	if s.Timestamp != "" && !strings.HasSuffix(s.Timestamp, "=") {
		out.Header = append(out.Header, Line{s.Timestamp, p.timestamp})
	}
	out.Header = append(out.Header, Line{s.Header, value})
	return out, nil
}

// spoiled leaves the timestamp that stands in the header itself alone: there it
// is sent as it is signed.
func (p parts) spoiled(s *Scheme) string {
	if strings.HasSuffix(s.Timestamp, "=") || strings.Contains(s.Signed, "{body}") {
		return p.timestamp
	}
	return p.timestamp + "0"
}

// spoiledSecret is another credential where nothing is computed, and for what
// signs no body another key.
func (s *Scheme) spoiledSecret(secret string, spoil bool) string {
	if spoil && (s.Algorithm == Basic || s.Key == KeyText && !strings.Contains(s.Signed, "{body}")) {
		return secret + "-spoiled"
	}
	return secret
}

// idFor is the id that is sent: of the length that the vendor's ids have.
func (s *Scheme) idFor(id string) string {
	if s.IDLength == 0 || len(id) == s.IDLength {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	digits := hex.EncodeToString(sum[:])
	return digits[:min(s.IDLength, len(digits))]
}

// apply adds the digest of the body: a header, or a parameter of the URL.
func (d *Digest) apply(out *Signed, p *parts) error {
	if d.Header != "" {
		p.digest = d.of(out.Body)
		out.Header = append(out.Header, Line{d.Header, p.digest})
		return nil
	}
	if p.form || len(out.Body) == 0 || out.URL == "" {
		return nil
	}
	u, err := url.Parse(out.URL)
	if err != nil {
		return fmt.Errorf("url: %w", err)
	}
	query := d.Query + "=" + url.QueryEscape(d.of(out.Body))
	if u.Query().Has(d.Query) {
		return nil // whoever gave it knows
	}
	if u.RawQuery != "" {
		query = u.RawQuery + "&" + query
	}
	u.RawQuery = query
	out.URL = u.String()
	return nil
}

// applyInside writes id, timestamp and signature into a JSON body.
func (s *Scheme) applyInside(secret string, r Request, p parts) (Signed, error) {
	if !gjson.ValidBytes(r.Body) || !gjson.ParseBytes(r.Body).IsObject() {
		return Signed{}, fmt.Errorf("%s signs inside the body: it must be a JSON object", s.Title)
	}
	digest, err := s.digest(s.spoiledSecret(secret, r.Spoil), p.fill(s.Signed, r.Body))
	if err != nil {
		return Signed{}, err
	}
	body := r.Body
	for _, m := range []Line{{s.Timestamp, p.timestamp}, {s.ID, p.id}, {s.Header, s.Prefix + s.encode(digest)}} {
		if m.Name == "" {
			continue
		}
		if body, err = sjson.SetBytes(body, m.Name, m.Value); err != nil {
			return Signed{}, fmt.Errorf("member %s: %w", m.Name, err)
		}
	}
	return Signed{Body: body, URL: r.URL}, nil
}

// NewSecret makes a secret of the form that the scheme's keys have, of 32 random
// bytes.
func (s *Scheme) NewSecret(random []byte) string {
	switch {
	case s.Algorithm == Ed25519 || s.Key == KeyHex:
		return s.KeyPrefix + hex.EncodeToString(random)
	case s.Key == KeyBase64:
		text, _ := json.Marshal(random[:min(len(random), 24)]) // as base64
		return s.KeyPrefix + strings.Trim(string(text), `"`)
	case s.Algorithm == Basic && s.Encoding == Base64:
		return "hooks:" + hex.EncodeToString(random[:min(len(random), 16)])
	}
	return s.KeyPrefix + hex.EncodeToString(random[:min(len(random), 20)])
}

// Headers lists the names that a request of the scheme carries.
func (s *Scheme) Headers() (names []string) {
	if s.In == InBody {
		return nil
	}
	for _, name := range []string{s.ID, s.Timestamp, s.Header} {
		if name != "" && !strings.HasSuffix(name, "=") {
			names = append(names, name)
		}
	}
	if s.Digest != nil && s.Digest.Header != "" {
		names = append(names, s.Digest.Header)
	}
	return names
}
