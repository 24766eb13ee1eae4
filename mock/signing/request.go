package signing

import (
	"encoding/base64"
	"encoding/hex"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// parts are what a signed text is made of beside the body.
type parts struct {
	id, timestamp, method, url, digest string
	form                               bool // the body is a form
}

// partsOf reads them from a request.
func (s *Scheme) partsOf(q Question) parts {
	p := parts{method: q.Method, url: q.URL, form: isForm(q.Header)}
	p.id, p.timestamp = s.stamps(q.Header, s.Header)
	if s.Digest != nil {
		p.digest = q.Header.Get(s.Digest.Header)
	}
	if p.method == "" {
		p.method = http.MethodPost
	}
	return p
}

func isForm(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && kind == "application/x-www-form-urlencoded"
}

// fill fills a template. Only its own braces are replaced, whatever the values
// hold.
func (p parts) fill(template string, body []byte) []byte {
	out := make([]byte, 0, len(template)+len(p.id)+len(p.timestamp)+len(p.url)+len(body))
	for template != "" {
		end := strings.IndexByte(template, '}') + 1
		if template[0] != '{' || end == 0 {
			out, template = append(out, template[0]), template[1:]
			continue
		}
		value, known := p.value(template[:end], body)
		if !known {
			out, template = append(out, template[0]), template[1:]
			continue
		}
		out, template = append(out, value...), template[end:]
	}
	return out
}

// Placeholders are what a signed text may hold.
func Placeholders() []string {
	return []string{"{body}", "{timestamp}", "{id}", "{method}", "{url}", "{uri}", "{form}", "{digest}"}
}

func (p parts) value(name string, body []byte) (value []byte, known bool) {
	switch name {
	case "{body}":
		return body, true
	case "{id}":
		return []byte(p.id), true
	case "{timestamp}":
		return []byte(p.timestamp), true
	case "{method}":
		return []byte(p.method), true
	case "{url}":
		return []byte(p.url), true
	case "{uri}":
		return []byte(decodedURI(p.url)), true
	case "{digest}":
		return []byte(p.digest), true
	case "{form}":
		if p.form {
			return formText(body), true
		}
		return nil, true
	}
	return nil, false
}

// decodedURI decodes what HubSpot's rule (version 3) decodes in a URL before it
// is signed, and nothing else.
func decodedURI(text string) string {
	return strings.NewReplacer("%3A", ":", "%2F", "/", "%3F", "?", "%40", "@", "%21", "!", "%24", "$", "%27", "'", "%28", "(", "%29", ")", "%2A", "*", "%2C", ",", "%3B", ";",
		"%3a", ":", "%2f", "/", "%3f", "?", "%2a", "*", "%2c", ",", "%3b", ";").Replace(text)
}

// formText is names and values of a form in a row, sorted by name, as Twilio
// signs them: a name that stands several times has each different value once.
func formText(body []byte) (text []byte) {
	form, _ := url.ParseQuery(string(body)) // what cannot be read is left out, as everywhere
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		values := slices.Clone(form[name])
		slices.Sort(values)
		for _, v := range slices.Compact(values) {
			text = append(append(text, name...), v...)
		}
	}
	return text
}

// facing is the scheme that a request is held to, and the request with what
// stands in its body as headers where the scheme looks there.
func (s *Scheme) facing(q Question) (*Scheme, Question) {
	s = s.inForce(q.Header)
	if s.In != InBody {
		return s, q
	}
	h := http.Header{}
	if gjson.ValidBytes(q.Body) {
		for _, path := range []string{s.Header, s.ID, s.Timestamp} {
			if v := gjson.GetBytes(q.Body, path); path != "" && v.Exists() && v.String() != "" {
				h.Set(path, v.String())
			}
		}
	}
	q.Header = h
	return s, q
}

// missing says that a header or a member is not there.
func (s *Scheme) missing(name string) string {
	if s.In == InBody {
		return "the body has no member " + name
	}
	return "there is no " + name + " header"
}

// lacksURL says that a URL is signed and none is known.
func (s *Scheme) lacksURL(p parts) string {
	if p.url == "" && s.SignsURL() {
		return "the URL is part of what is signed, and none is given: say where the request was sent"
	}
	return ""
}

// SignsURL reports whether the address of a request is a part of its proof.
func (s *Scheme) SignsURL() bool {
	return strings.Contains(s.Signed, "{url}") || strings.Contains(s.Signed, "{uri}")
}

// of makes the digest of a body.
func (d *Digest) of(body []byte) string {
	a := (&Scheme{Algorithm: d.Algorithm}).algorithm().make()
	a.Write(body)
	if d.Encoding == Base64 {
		return d.Prefix + base64.StdEncoding.EncodeToString(a.Sum(nil))
	}
	return d.Prefix + hex.EncodeToString(a.Sum(nil))
}

// wrongDigest says what is wrong with the digest beside the signature.
func (s checker) wrongDigest(q Question) string {
	d := s.Digest
	switch {
	case d == nil || d.Query != "" && (isForm(q.Header) || len(q.Body) == 0):
		return ""
	case d.Query != "":
		u, err := url.Parse(q.URL)
		if err != nil || u.Query().Get(d.Query) == "" {
			return "its URL has no parameter " + d.Query + ", the digest of a body that is no form"
		}
		if u.Query().Get(d.Query) != d.of(q.Body) {
			return "the URL's " + d.Query + " does not belong to this body"
		}
	case q.Header.Get(d.Header) == "":
		return s.missing(d.Header)
	case q.Header.Get(d.Header) != d.of(q.Body):
		return d.Header + " does not belong to this body"
	}
	return ""
}
