package signing

import (
	"bytes"
	"crypto/hmac"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"tacklebox/mock/signing/respell"
)

// Question asks why a request is signed as it is.
type Question struct {
	Now        time.Time
	Secret     string
	Keys       []NamedKey // others in force: somebody may have used the wrong one
	Method     string     // of the request, where the scheme signs it; "": POST
	URL        string     // where the request was sent, as the sender knows it
	Header     http.Header
	Body       []byte
	Candidates []Candidate // other bodies that the signature may belong to
	Brief      bool        // try one thing at a time only, and nothing on large bodies: it is asked for every capture
}

// NamedKey is a secret and whose it is.
type NamedKey struct{ Name, Secret string }

// Candidate is the body of another request.
type Candidate struct {
	Name string // for people: "entry 12"
	Body []byte
}

const (
	briefBody    = 64 << 10  // larger bodies are not explained in brief
	respeltBody  = 256 << 10 // nor these in every spelling of their JSON
	hashedAtMost = 256 << 20 // bytes that one explanation hashes
)

// Explain judges a request and, when it is refused, names the cause by trying
// what people get wrong, the likelier first and one thing before two at a time.
// Verdict.Tried lists what was tried, in order, with its outcome.
func (s *Scheme) Explain(q Question) Verdict {
	s, q = s.facing(q)
	if s.Algorithm == Basic {
		return credential{s}.explain(q.Secret, q.Header)
	}
	v := checker{s}.judge(q)
	if v.Certain || q.Brief && len(q.Body) > briefBody {
		return v.told()
	}
	if q.Secret == "" {
		v.Reason, v.Tried = "no secret is given: there is nothing to check the signature with", []string{}
		return v
	}
	if s.lacksURL(s.partsOf(q)) != "" && v.State != Missing {
		return v.told()
	}
	v = v.told()
	if v.State == Missing {
		var found bool
		if v, found = (guesser{s}).recognised(q, v); found {
			return v
		}
	}
	if s.Algorithm == Ed25519 {
		return guesser{s}.meant(q, checker{s}.explainEd25519(q, v))
	}
	return guesser{s}.meant(q, s.search(q, v))
}

// told gives the tries of a judgement their outcome.
func (v Verdict) told() Verdict {
	outcome := ": no"
	if v.Certain {
		outcome = ": fits"
	}
	tried := []string{}
	for _, t := range v.Tried {
		tried = append(tried, t+outcome)
	}
	v.Tried = tried
	return v
}

func (v Verdict) misses(label string) Verdict {
	v.Tried = append(v.Tried, label+": no")
	return v
}

func (v Verdict) fits(label, why string) Verdict {
	v.State, v.Reason, v.Certain = Invalid, why, true
	v.Tried = append(v.Tried, label+": fits")
	return v
}

func joinWhys(whys ...string) string {
	whys = slices.DeleteFunc(whys, func(s string) bool { return s == "" })
	return strings.Join(whys, "; and ")
}

// guess is one thing that may have been done differently. The first of each list
// is the rule itself and has no label.
type guess struct {
	label, why string
	value      []byte // the key or the body
}

// textGuess is another text around the body.
type textGuess struct {
	label, why, template, id, timestamp string
	url                                 string // another than the one that is known; "": that one
}

// mixture is how key and text may have been put together.
type mixture struct {
	label, why string
	digest     func(a digestAlgorithm, key, text []byte) []byte
}

func mixtures() []mixture {
	sum := func(a digestAlgorithm, parts ...[]byte) []byte {
		h := a.make()
		for _, p := range parts {
			h.Write(p)
		}
		return h.Sum(nil)
	}
	return []mixture{
		{"", "", mac},
		{"a plain digest of the body", "it is a plain digest of the body: nothing of the secret is in it, make an HMAC",
			func(a digestAlgorithm, _, text []byte) []byte { return sum(a, text) }},
		{"a digest of secret and body", "it is a digest of the secret and the body in a row: make an HMAC",
			func(a digestAlgorithm, key, text []byte) []byte { return sum(a, key, text) }},
		{"a digest of body and secret", "it is a digest of the body and the secret in a row: make an HMAC",
			func(a digestAlgorithm, key, text []byte) []byte { return sum(a, text, key) }},
		{"an HMAC with secret and body swapped", "secret and body were swapped: the secret is the key, the body the text",
			func(a digestAlgorithm, key, text []byte) []byte { return mac(a, text, key) }},
	}
}

// trial is a search under way.
type trial struct {
	*Scheme
	q       Question
	header  string    // where the digests stand
	digests []reading // what came
	keys    []guess
	bodies  []guess
	texts   []textGuess
	left    int // bytes that may still be hashed
	v       Verdict
}

func (s *Scheme) search(q Question, v Verdict) Verdict {
	t := &trial{Scheme: s, q: q, header: s.Header, left: hashedAtMost, v: v}
	t.digests = digestReader{s}.digestsIn(q.Header, s.Header)
	t.keys, t.bodies = guesser{s}.keyGuesses(q.Secret), simpleBodies(q.Body)
	id, timestamp := s.stamps(q.Header, s.Header)
	t.texts = append(guesser{s}.textGuesses(q.Header, id, timestamp), guesser{s}.urlGuesses(q.URL, id, timestamp)...)
	if len(t.digests) > 0 && t.run() {
		return t.v
	}
	if t.elsewhere() {
		return t.v
	}
	t.giveUp()
	return t.v
}

// run tries everything against the digests at hand.
func (t *trial) run() bool {
	if t.fit(hypothesis{}, "the digest written in another way") || t.singles() || t.otherKeys() || t.otherBodies() {
		return true
	}
	if t.q.Brief {
		return false
	}
	return t.spellings() || t.pairs()
}

// hypothesis chooses one of each list; all zero is the rule.
type hypothesis struct{ key, body, text, mixture int }

func (t *trial) singles() bool {
	for i := 1; i < len(t.keys); i++ {
		if t.fit(hypothesis{key: i}, t.keys[i].label) {
			return true
		}
	}
	for i := 1; i < len(t.bodies); i++ {
		if t.fit(hypothesis{body: i}, t.bodies[i].label) {
			return true
		}
	}
	for i := 1; i < len(t.texts); i++ {
		if t.fit(hypothesis{text: i}, t.texts[i].label) {
			return true
		}
	}
	for i := 1; i < len(mixtures()); i++ {
		if t.fit(hypothesis{mixture: i}, mixtures()[i].label) {
			return true
		}
	}
	return false
}

// fit tries one hypothesis and notes the outcome under a label. Once too much
// was hashed it tries nothing any more.
func (t *trial) fit(h hypothesis, label string) bool {
	if t.left < 0 {
		return false
	}
	d, ok := t.match(h, t.keys[h.key].value, t.bodies[h.body].value)
	if !ok {
		t.v = t.v.misses(label)
		return false
	}
	t.found(label, d, t.keys[h.key].why, t.bodies[h.body].why, t.texts[h.text].why, mixtures()[h.mixture].why)
	return true
}

// found words the cause: what was done differently, then how the digest is
// written, then what else is wrong.
func (t *trial) found(label string, d reading, whys ...string) {
	if t.header != t.Header {
		whys = append(whys, fmt.Sprintf("the signature stands in %s: it belongs into %s", t.header, t.Header))
	}
	whys = append(whys, d.notes...)
	_, timestamp := t.stamps(t.q.Header, t.header)
	if timestamp != "" {
		whys = append(whys, t.stale(t.q.Now, timestamp))
	}
	why := joinWhys(whys...)
	if why == "" {
		why = "the signature is right, but " + t.lacks(t.stamps(t.q.Header, t.Header))
	}
	t.v = t.v.fits(label, why)
}

// match compares the digests that came with the one of a hypothesis.
func (t *trial) match(h hypothesis, key, body []byte) (reading, bool) {
	if key == nil && h.key == 0 {
		return reading{}, false // the secret cannot be a key by the rule
	}
	text := t.texts[h.text]
	p := t.partsOf(t.q)
	p.id, p.timestamp = text.id, text.timestamp
	if text.url != "" {
		p.url = text.url
	}
	signed := p.fill(text.template, body)
	mix := mixtures()[h.mixture].digest
	made := map[string][]byte{}
	for _, d := range t.digests {
		want, ok := made[d.algorithm.name]
		if !ok {
			t.left -= len(signed)
			want = mix(d.algorithm, key, signed)
			made[d.algorithm.name] = want
		}
		if hmac.Equal(d.raw, want[:min(len(d.raw), len(want))]) {
			return d, true
		}
	}
	return reading{}, false
}

// otherKeys tries the keys of other accounts and subscriptions by the rule.
func (t *trial) otherKeys() bool {
	for _, k := range t.q.Keys {
		key, err := t.key(k.Secret)
		if err != nil || k.Secret == t.q.Secret {
			continue
		}
		label := "another secret, " + k.Name
		if d, ok := t.match(hypothesis{}, key, t.q.Body); ok {
			t.found(label, d, "it was made with another secret, that of "+k.Name)
			return true
		}
		t.v = t.v.misses(label)
	}
	return false
}

// otherBodies tries the bodies of other requests by the rule.
func (t *trial) otherBodies() bool {
	for _, c := range t.q.Candidates {
		if bytes.Equal(c.Body, t.q.Body) {
			continue
		}
		label := "the body of " + c.Name
		if d, ok := t.match(hypothesis{}, t.keys[0].value, c.Body); ok {
			why := "the signature belongs to the body of " + c.Name + ", not to this one: the two were mixed up on the way"
			if how := respell.SameButFor(c.Body, t.q.Body); how != "" {
				why = "this is the body of " + c.Name + ", but " + how + ": " + rawBytes
			}
			t.found(label, d, why)
			return true
		}
		t.v = t.v.misses(label)
		if t.left < 0 {
			break
		}
	}
	return false
}

// spellings tries every way of writing the body's JSON again.
func (t *trial) spellings() bool {
	if len(t.q.Body) > respeltBody {
		return false
	}
	n := 0
	tried := func(yield func([]byte) bool) {
		for _, g := range t.bodies {
			if !yield(g.value) {
				return
			}
		}
	}
	for b := range respell.All(t.q.Body, tried) {
		if t.left < 0 {
			break
		}
		n++
		if d, ok := t.match(hypothesis{}, t.keys[0].value, b.Text); ok {
			t.found("the body "+b.How, d, "the signature belongs to the body "+b.How+": "+rawBytes)
			return true
		}
	}
	if n > 0 {
		t.v = t.v.misses(plural(int64(n), "further spelling") + " of the JSON")
	}
	return false
}

// pairs tries two things at a time.
func (t *trial) pairs() bool {
	n := 0
	try := func(h hypothesis, a, b string) bool {
		n++
		d, ok := t.match(h, t.keys[h.key].value, t.bodies[h.body].value)
		if ok {
			t.found(a+", and "+b, d, t.keys[h.key].why, t.bodies[h.body].why, t.texts[h.text].why)
		}
		return ok
	}
	for b := range t.bodies {
		for k := range t.keys {
			for x := range t.texts {
				if !two(k, b, x) || t.left < 0 {
					continue
				}
				labels := slices.DeleteFunc([]string{t.keys[k].label, t.bodies[b].label, t.texts[x].label}, func(s string) bool { return s == "" })
				if try(hypothesis{key: k, body: b, text: x}, labels[0], labels[1]) {
					return true
				}
			}
		}
	}
	t.v = t.v.misses(plural(int64(n), "pair") + " of these")
	return false
}

// two reports whether exactly two of the numbers are not zero.
func two(numbers ...int) bool {
	n := 0
	for _, i := range numbers {
		if i != 0 {
			n++
		}
	}
	return n == 2
}

// elsewhere looks for the signature in the other headers, each by the rule first
// and, when the scheme's own is missing, with one thing done differently.
func (t *trial) elsewhere() bool {
	missing := t.q.Header.Get(t.Scheme.Header) == ""
	for _, name := range slices.Sorted(maps.Keys(t.q.Header)) {
		if name == http.CanonicalHeaderKey(t.Scheme.Header) || len(t.q.Header[name]) == 0 {
			continue
		}
		digests := digestReader{t.Scheme}.digestsIn(t.q.Header, name)
		if !slices.ContainsFunc(digests, func(d reading) bool { return !d.cut }) {
			continue
		}
		id, timestamp := t.stamps(t.q.Header, name)
		t.header, t.digests, t.texts = name, digests, guesser{t.Scheme}.textGuesses(t.q.Header, id, timestamp)
		if t.fit(hypothesis{}, "the header "+name) || missing && t.singles() {
			return true
		}
	}
	t.header = t.Scheme.Header
	return false
}

// giveUp words what is left when nothing fits.
func (t *trial) giveUp() {
	value := t.q.Header.Get(t.Scheme.Header)
	if value == "" {
		return // the judgement has said that the header is missing
	}
	t.v.Reason = t.unlike(value)
	if t.v.Reason != "" {
		return
	}
	t.v.Reason = "nothing that was tried fits: most likely the secret is another one, or the body is not the one that was signed"
	if id, timestamp := t.stamps(t.q.Header, t.Scheme.Header); t.lacks(id, timestamp) != "" {
		t.v.Reason = t.lacks(id, timestamp)
	}
	if _, err := t.key(t.q.Secret); err != nil {
		t.v.Reason = err.Error() + ", and no other use of it fits"
	}
	if t.left < 0 {
		t.v.Tried = append(t.v.Tried, "the rest: left out, the body is too large")
	}
}

// unlike says why a value cannot be a signature of the scheme at all.
func (t *trial) unlike(value string) string {
	wanted := fmt.Sprintf("%s%s of %d bytes", t.Prefix, encodingTitle(t.Encoding), t.algorithm().size)
	digests := digestReader{t.Scheme}.digestsIn(t.q.Header, t.Scheme.Header)
	if len(digests) == 0 {
		return fmt.Sprintf("%s holds no signature: %q, where %s belongs", t.Scheme.Header, clip(value), wanted)
	}
	for _, d := range digests {
		if !d.cut {
			return ""
		}
	}
	if digests[0].length == t.algorithm().size {
		return fmt.Sprintf("%s holds the right number of bytes in another form than %s", t.Scheme.Header, wanted)
	}
	what := "it was cut or is not a digest"
	if digests[0].length > t.algorithm().size {
		what = "something stands behind it or it is not a digest"
	}
	return fmt.Sprintf("%s holds %d bytes, where %s belongs: %s", t.Scheme.Header, digests[0].length, wanted, what)
}
