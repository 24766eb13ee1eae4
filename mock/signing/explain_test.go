package signing

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// body has something that every serialiser writes in its own way.
const sampleBody = `{"url":"https:\/\/x.example\/é?a=1&b=<2>","list":[1,2,{}],"a":{"z":"\u010daj","b":1.50}}`

// forger signs as somebody does who gets one thing wrong. The zero value of a
// field is the rule.
type forger struct {
	s         *Scheme
	secret    string
	key       []byte
	body      []byte
	template  string
	algorithm string
	digest    []byte
	encode    func([]byte) string
	prefix    string
	header    string
}

func newForger(s *Scheme) *forger {
	key, _ := s.key(secretFor(s))
	return &forger{s: s, secret: secretFor(s), key: key, body: []byte(sampleBody), template: s.Signed, algorithm: s.Algorithm, encode: s.encode, prefix: s.Prefix, header: s.Header}
}

func (f *forger) stamp() string { return strconv.FormatInt(instant.Unix(), 10) }

func (f *forger) sign() http.Header {
	h := headers("Content-Type", "application/json", "X-Request-Id", "5e8d1c0b7a6f4e3d2c1b0a9f8e7d6c5b")
	if f.digest == nil {
		a := (&Scheme{Algorithm: f.algorithm}).algorithm()
		f.digest = mac(a, f.key, signedText(f.template, "msg_1", f.stamp(), f.body))
	}
	value := f.prefix + f.encode(f.digest)
	if strings.HasSuffix(f.s.Timestamp, "=") {
		value = f.s.Timestamp + f.stamp() + f.s.Separator + value
	} else if f.s.Timestamp != "" {
		h.Set(f.s.Timestamp, f.stamp())
	}
	if f.s.ID != "" {
		h.Set(f.s.ID, "msg_1")
	}
	h.Set(f.header, value)
	return h
}

// cause is one mistake: how it is made, which try must fit and what the reason
// must say. The words of a reason are those of no other cause.
type cause struct {
	label, reason string
	forge         func(f *forger)
	not           string // schemes for which it is no mistake or another one
}

func bodyCause(label, words string, change func(string) string) cause {
	return cause{label, words, func(f *forger) { f.body = []byte(change(sampleBody)) }, ""}
}

func secretCause(label, words string, change func(string) string) cause {
	return cause{label, words, func(f *forger) { f.key, _ = f.s.key(change(f.secret)) }, "standard-webhooks"}
}

func rewritten(t func(*bytes.Buffer)) func(string) string {
	return func(string) string {
		var b bytes.Buffer
		t(&b)
		return b.String()
	}
}

func indented(by string) func(string) string {
	return rewritten(func(b *bytes.Buffer) { _ = json.Indent(b, []byte(sampleBody), "", by) })
}

func after(s string) func(string) string { return func(body string) string { return body + s } }

func replaced(pairs ...string) func(string) string { return strings.NewReplacer(pairs...).Replace }

func causes() []cause {
	list := []cause{
		{"the secret decoded from hex", "was decoded from hex", func(f *forger) { f.key, _ = hex.DecodeString(f.secret) }, "standard-webhooks"},
		{"the secret decoded from base64", "was decoded from base64", func(f *forger) { f.key, _ = base64.StdEncoding.DecodeString(f.secret) }, "standard-webhooks"},
		{"the secret used as text, as it stands", "was used as text, as it stands", func(f *forger) { f.key = []byte(f.secret) }, "shoptet github shopify stripe"},
		{"the secret used as text, without whsec_", "was used as text, without whsec_", func(f *forger) { f.key = []byte(strings.TrimPrefix(f.secret, "whsec_")) }, "shoptet github shopify stripe"},
		{"the secret used with whsec_ before it", "was used with whsec_ before it", func(f *forger) { f.key = []byte("whsec_" + f.secret) }, "standard-webhooks"},
		{"the secret decoded and written as hex", "was decoded and written as hex", func(f *forger) { f.key = []byte(hex.EncodeToString(f.key)) }, "shoptet github shopify stripe"},
		{"an empty secret", "made with an empty secret", func(f *forger) { f.key = nil }, ""},
		secretCause("the secret with a line end (LF) behind it", "has a line end behind it", after("\n")),
		secretCause("the secret with CRLF behind it", "has a CRLF behind it", after("\r\n")),
		secretCause("the secret with a blank behind it", "has a blank behind it", after(" ")),
		secretCause("the secret with a blank before it", "has a blank before it", func(s string) string { return " " + s }),
		secretCause("the secret in double quotes", "has double quotes around it", func(s string) string { return `"` + s + `"` }),
		secretCause("the secret in upper case", "was used in upper case", strings.ToUpper),
		bodyCause("the body with a line end (LF) behind it", "the body with a line end (LF) behind it", after("\n")),
		bodyCause("the body with CRLF behind it", "the body with CRLF behind it", after("\r\n")),
		bodyCause("the body with a blank behind each comma and colon, as Python writes it", "as Python writes it", replaced(`":`, `": `, `,"`, `, "`, "1,2,", "1, 2, ")),
		bodyCause("the body indented by 2 blanks", "indented by 2 blanks", indented("  ")),
		bodyCause("the body indented by 4 blanks", "indented by 4 blanks", indented("    ")),
		bodyCause("the body indented by tabs", "indented by tabs", indented("\t")),
		bodyCause("the body with its keys sorted", "with its keys sorted", func(string) string {
			return `{"a":{"b":1.50,"z":"\u010daj"},"list":[1,2,{}],"url":"https:\/\/x.example\/é?a=1&b=<2>"}`
		}),
		bodyCause(`the body with \/ written as /`, `with \/ written as /`, replaced(`\/`, "/")),
		bodyCause(`the body with letters beyond ASCII written as \uXXXX`, `written as \uXXXX:`, replaced("é", `\u00e9`)),
		bodyCause(`the body with letters beyond ASCII written as \uXXXX in upper case`, `written as \uXXXX in upper case`, replaced("é", `\u00E9`, "010d", "010D")),
		bodyCause(`the body with \uXXXX written as UTF-8`, `with \uXXXX written as UTF-8`, replaced(`\u010d`, "č")),
		bodyCause(`the body with <, > and & written as \u003c, \u003e and \u0026, as Go does`, "as Go does", replaced("<", `\u003c`, ">", `\u003e`, "&", `\u0026`)),
		bodyCause("an empty body", "an empty body was signed", func(string) string { return "" }),
		bodyCause("the text [object Object]", "JavaScript made it of the parsed body", func(string) string { return "[object Object]" }),
		bodyCause("the body encoded as base64", "the body encoded as base64", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }),
		{"signed text {body}", "the timestamp was left out of the signed text", func(f *forger) { f.template = "{body}" }, "shoptet github shopify"},
		{"signed text {timestamp}.{body}", "the id was left out of the signed text", func(f *forger) { f.template = "{timestamp}.{body}" }, "shoptet github shopify stripe"},
		{"signed text {timestamp}{body}", "put together as {timestamp}{body}", func(f *forger) { f.template = "{timestamp}{body}" }, "shoptet github shopify standard-webhooks"},
		{"signed text {timestamp}.{id}.{body}", "put together as {timestamp}.{id}.{body}", func(f *forger) { f.template = "{timestamp}.{id}.{body}" }, "shoptet github shopify stripe"},
		{`signed text {timestamp}\n{body}`, `as {timestamp}\n{body}`, func(f *forger) { f.template = "{timestamp}\n{body}" }, "shoptet github shopify standard-webhooks"},
		{"the timestamp in milliseconds", "milliseconds were signed", func(f *forger) { f.template = strings.ReplaceAll(f.template, "{timestamp}", "{timestamp}000") }, "shoptet github shopify"},
		{"a plain digest of the body", "nothing of the secret is in it", func(f *forger) { f.digest = mixed(f, 1) }, ""},
		{"a digest of secret and body", "a digest of the secret and the body in a row", func(f *forger) { f.digest = mixed(f, 2) }, ""},
		{"a digest of body and secret", "a digest of the body and the secret in a row", func(f *forger) { f.digest = mixed(f, 3) }, ""},
		{"an HMAC with secret and body swapped", "secret and body were swapped", func(f *forger) { f.digest = mixed(f, 4) }, ""},
	}
	return append(list, writingCauses()...)
}

func mixed(f *forger, n int) []byte {
	return mixtures()[n].digest(f.s.algorithm(), f.key, signedText(f.template, "msg_1", f.stamp(), f.body))
}

const anotherWriting = "the digest written in another way"

// writingCauses are mistakes in how a right digest is written.
func writingCauses() []cause {
	encoded := func(words string, encode func([]byte) string, not string) cause {
		return cause{anotherWriting, words, func(f *forger) { f.encode = encode }, not}
	}
	hexed, based := "shoptet github stripe", "shopify standard-webhooks"
	return []cause{
		encoded("written as upper-case hex", func(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }, ""),
		encoded("written as lower-case hex", hex.EncodeToString, hexed),
		encoded("written as base64:", base64.StdEncoding.EncodeToString, based),
		encoded("written as base64 without padding", base64.RawStdEncoding.EncodeToString, ""),
		encoded("written as base64url:", func(b []byte) string { return base64.URLEncoding.EncodeToString(b) }, ""),
		encoded("written as base64url without padding", base64.RawURLEncoding.EncodeToString, ""),
		encoded("written as base64 of the hex digits", func(b []byte) string { return base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(b))) }, ""),
		{anotherWriting, "the prefix", func(f *forger) { f.prefix = "" }, "shoptet shopify"},
		{anotherWriting, `there is a prefix before the digest, "sha256="`, func(f *forger) { f.prefix = "sha256=" }, "github stripe standard-webhooks"},
		{anotherWriting, `the prefix is "sha9="`, func(f *forger) { f.prefix = "sha9=" }, "shoptet shopify"},
		{anotherWriting, "there are quotes around it", func(f *forger) { plain := f.encode; f.encode = func(b []byte) string { return plain(b) + `"` } }, ""},
		{anotherWriting, "made with SHA-1 instead of", func(f *forger) { f.algorithm = "sha1" }, "shoptet"},
		{anotherWriting, "made with SHA-256 instead of", func(f *forger) { f.algorithm = "sha256" }, "github shopify stripe standard-webhooks"},
		{anotherWriting, "made with SHA-512 instead of", func(f *forger) { f.algorithm = "sha512" }, ""},
		{anotherWriting, "only the first 12 of", func(f *forger) { f.digest = f.right()[:12] }, ""},
	}
}

func (f *forger) right() []byte {
	return mac(f.s.algorithm(), f.key, signedText(f.template, "msg_1", f.stamp(), f.body))
}

// TestTheRightCauseIsNamed makes each mistake with each scheme. The try that
// fits is the one of the mistake, the reason has its words and those of no
// other, and the verdict is never valid.
func TestTheRightCauseIsNamed(t *testing.T) {
	t.Parallel()
	all := causes()
	for _, name := range []string{"shoptet", "github", "shopify", "stripe", "standard-webhooks"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i, c := range all {
				if strings.Contains(c.not, name) {
					continue
				}
				f := newForger(testSchemes()[name])
				c.forge(f)
				v := f.s.Explain(Question{Now: instant, Secret: f.secret, Header: f.sign(), Body: []byte(sampleBody)})
				wantCause(t, c, v)
				for j, other := range all {
					if i != j && strings.Contains(v.Reason, other.reason) && !strings.Contains(c.reason, other.reason) {
						t.Errorf("%s: the reason is also that of %s: %s", c.label, other.label, v.Reason)
					}
				}
			}
		})
	}
}

func wantCause(t *testing.T, c cause, v Verdict) {
	t.Helper()
	if v.State != Invalid || !strings.Contains(v.Reason, c.reason) {
		t.Errorf("%s: %s %q, want %q", c.label, v.State, v.Reason, c.reason)
		return
	}
	fits := 0
	for _, line := range v.Tried {
		if strings.HasSuffix(line, ": fits") {
			fits++
		} else if !strings.HasSuffix(line, ": no") {
			t.Errorf("%s: a try without outcome: %q", c.label, line)
		}
	}
	if last := v.Tried[len(v.Tried)-1]; fits != 1 || last != c.label+": fits" {
		t.Errorf("%s: %d tries fit, the last is %q", c.label, fits, last)
	}
	if strings.Contains(v.Reason, "\n") {
		t.Errorf("%s: the reason has lines: %q", c.label, v.Reason)
	}
}

// What comes back of the body another way: the body at hand is the rewritten one
// and the signature is that of the plain one.
func TestBodiesChangedOnTheWay(t *testing.T) {
	t.Parallel()
	s := Named("github")
	for _, c := range []struct{ signed, got, label string }{
		{"a\n", "a", "the body with a line end (LF) behind it"},
		{"a", "a\n", "the body without the line end behind it"},
		{"a", "a\r\n", "the body without the line end behind it"},
		{"a", " a ", "the body without the blanks around it"},
		{"a\r\nb", "a\nb", "the body with line ends written as CRLF"},
		{"a\nb", "a\r\nb", "the body with line ends written as LF"},
		{"\ufeff{}", "{}", "the body with a byte order mark before it"},
		{"{}", "\ufeff{}", "the body without the byte order mark before it"},
		{"\xe9", "é", "the body in Latin-1"},
		{`"a\"b"`, `a"b`, "the body as a JSON string"},
		{"plain text", "cGxhaW4gdGV4dA==", "the body decoded from base64"},
		{`{"a":1}`, "{\n  \"a\": 1\n}", "the body written compactly"},
		{`{"a":"/"}`, `{"a":"\/"}`, `the body with \/ written as /`},
		{`{"a":"\/"}`, `{"a":"/"}`, `the body with / written as \/, as PHP does`},
		{`{"a":"<"}`, `{"a":"\u003c"}`, `the body with \u003c, \u003e and \u0026 written as <, > and &`},
		{`{"a":"\ud83d\ude00"}`, `{"a":"😀"}`, `the body with letters beyond ASCII written as \uXXXX`},
		{`{"a":"😀"}`, `{"a":"\ud83d\ude00"}`, `the body with \uXXXX written as UTF-8`},
	} {
		h := signedHeaders(t, s, "k", c.signed, instant)
		v := s.Explain(Question{Now: instant, Secret: "k", Header: h, Body: []byte(c.got)})
		wantCause(t, cause{label: c.label, reason: ": " + rawBytes}, v)
	}
}

// Secrets that were copied with something around them.
func TestSecretsGivenWrongly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ scheme, given, right, words string }{
		{"github", "k3y\n", "k3y", "the secret given here has blanks"},
		{"github", " k3y", "k3y", "the secret given here has blanks"},
		{"github", `"k3y"`, "k3y", "the secret given here has quotes"},
		{"github", "K3Y", "k3y", "was used in lower case"},
		{"standard-webhooks", " whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw ", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "the secret given here has blanks"},
		{"standard-webhooks", "whsec_bm9wYWRkaW5nLQ", "whsec_bm9wYWRkaW5nLQ==", "was decoded from base64 without padding"},
		{"standard-webhooks", "whsec_-_8xMjM0NTY3ODkw", "whsec_+/8xMjM0NTY3ODkw", "was decoded from base64url"},
		{"standard-webhooks", "not base64!", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "the secret is not base64"},
	} {
		s := Named(c.scheme)
		h := signedHeaders(t, s, c.right, "x", instant)
		v := s.Explain(Question{Now: instant, Secret: c.given, Header: h, Body: []byte("x")})
		if v.State != Invalid || !strings.Contains(v.Reason, c.words) {
			t.Errorf("%q for %q: %+v, want %q", c.given, c.right, v, c.words)
		}
	}
}

// Two mistakes at once are both named.
func TestTwoMistakesAreNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		scheme string
		forge  func(f *forger)
		words  []string
	}{
		"hex key and line end": {"shoptet", func(f *forger) { f.key, _ = hex.DecodeString(f.secret); f.body = []byte(sampleBody + "\n") },
			[]string{"decoded from hex", "line end (LF) behind it"}},
		"line end behind the secret and no timestamp": {"stripe", func(f *forger) { f.key = []byte(f.secret + "\n"); f.template = "{body}" },
			[]string{"line end behind it", "timestamp was left out"}},
		"hash and encoding": {"github", func(f *forger) { f.algorithm, f.encode = "sha512", base64.StdEncoding.EncodeToString }, []string{"SHA-512", "base64"}},
		"python and HMAC": {"shopify", func(f *forger) {
			f.body = []byte(`{"url": "https://x.example/\u00e9?a=1&b=<2>", "list": [1, 2, {}], "a": {"z": "\u010daj", "b": 1.50}}`)
		}, []string{"as Python writes it", `with \/ written as /`, `\uXXXX`}},
		"header and writing": {"shopify", func(f *forger) { f.header, f.encode = "X-Signature", hex.EncodeToString }, []string{"stands in X-Signature", "lower-case hex"}},
		"header and key":     {"shoptet", func(f *forger) { f.header = "X-Signature"; f.key, _ = hex.DecodeString(f.secret) }, []string{"stands in X-Signature", "decoded from hex"}},
		"header and no id":   {"standard-webhooks", func(f *forger) { f.header = "Acme-Signature"; f.template = "{timestamp}.{body}" }, []string{"stands in Acme-Signature", "the id was left out"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newForger(testSchemes()[c.scheme])
			c.forge(f)
			v := f.s.Explain(Question{Now: instant, Secret: f.secret, Header: f.sign(), Body: []byte(sampleBody)})
			for _, w := range c.words {
				if v.State != Invalid || !strings.Contains(v.Reason, w) {
					t.Errorf("%s %q, want %q", v.State, v.Reason, w)
				}
			}
		})
	}
}

func TestStaleAndWrong(t *testing.T) {
	t.Parallel()
	f := newForger(Named("stripe"))
	f.body = []byte(sampleBody + "\n")
	v := f.s.Explain(Question{Now: instant.Add(1e12), Secret: f.secret, Header: f.sign(), Body: []byte(sampleBody)})
	if !strings.Contains(v.Reason, "line end") || !strings.Contains(v.Reason, "16 minutes 40 seconds old") {
		t.Errorf("%+v", v)
	}
}

func TestOtherHeaders(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"shoptet", "github", "shopify", "stripe", "standard-webhooks"} {
		f := newForger(testSchemes()[name])
		f.header = "X-My-Signature"
		v := f.s.Explain(Question{Now: instant, Secret: f.secret, Header: f.sign(), Body: f.body})
		wantCause(t, cause{label: "the header X-My-Signature", reason: "the signature stands in X-My-Signature: it belongs into " + f.s.Header}, v)
	}
	// the companions of a foreign header are found by its name
	s := Named("standard-webhooks")
	h := signedHeaders(t, s, secretFor(s), "x", instant)
	acme := headers("acme-id", h.Get(s.ID), "acme-timestamp", h.Get(s.Timestamp), "acme-signature", h.Get(s.Header))
	v := s.Explain(Question{Now: instant, Secret: secretFor(s), Header: acme, Body: []byte("x")})
	wantCause(t, cause{label: "the header Acme-Signature", reason: "stands in Acme-Signature"}, v)
	// an SHA-1 digest under the name of the newer header
	f := newForger(Named("github"))
	f.algorithm, f.prefix = "sha1", "sha1="
	v = f.s.Explain(Question{Now: instant, Secret: f.secret, Header: f.sign(), Body: f.body})
	wantCause(t, cause{label: anotherWriting, reason: "SHA-1 instead of SHA-256"}, v)
}

func TestOtherKeysAndBodies(t *testing.T) {
	t.Parallel()
	s := testSchemes()["shoptet"]
	h := signedHeaders(t, s, "theirs", "a", instant)
	q := Question{Now: instant, Secret: "mine", Header: h, Body: []byte("a"), Keys: []NamedKey{{"key of ann", "mine"}, {"key of bob", "theirs"}}}
	wantCause(t, cause{label: "another secret, key of bob", reason: "another secret, that of key of bob"}, s.Explain(q))
	h = signedHeaders(t, s, "mine", "b", instant)
	q = Question{Now: instant, Secret: "mine", Header: h, Body: []byte("a"), Candidates: []Candidate{{"entry 1", []byte("a")}, {"entry 2", []byte("c")}, {"entry 3", []byte("b")}}}
	wantCause(t, cause{label: "the body of entry 3", reason: "belongs to the body of entry 3, not to this one"}, s.Explain(q))
}

// What cannot be explained is said to be so, with what is most likely.
func TestNothingFits(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"shoptet", "github", "shopify", "stripe", "standard-webhooks"} {
		s := testSchemes()[name]
		h := signedHeaders(t, s, secretFor(s), "another body", instant)
		v := s.Explain(Question{Now: instant, Secret: secretFor(s), Header: h, Body: []byte(sampleBody)})
		if v.State != Invalid || !strings.HasPrefix(v.Reason, "nothing that was tried fits: most likely the secret is another one") || len(v.Tried) < 40 {
			t.Errorf("%s: %s %q after %d tries", name, v.State, v.Reason, len(v.Tried))
		}
		for _, line := range v.Tried {
			if !strings.HasSuffix(line, ": no") {
				t.Errorf("%s: %q", name, line)
			}
		}
		h.Set(s.Header, "hello")
		if v := s.Explain(Question{Now: instant, Secret: secretFor(s), Header: h, Body: []byte("x")}); v.State != Invalid || !strings.Contains(v.Reason, s.Header+" holds no signature: \"hello\"") {
			t.Errorf("%s: %+v", name, v)
		}
		h.Set(s.Header, s.Prefix+"0123456789abcdef0123456789abcdef012345")
		if v := s.Explain(Question{Now: instant, Secret: secretFor(s), Header: h, Body: []byte("x")}); !strings.Contains(v.Reason, "it was cut or is not a digest") && name != "standard-webhooks" && name != "shopify" {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

func TestMissingCompanions(t *testing.T) {
	t.Parallel()
	s := Named("standard-webhooks")
	for _, name := range []string{s.ID, s.Timestamp} {
		h := signedHeaders(t, s, secretFor(s), "x", instant)
		h.Del(name)
		if v := s.Explain(Question{Now: instant, Secret: secretFor(s), Header: h, Body: []byte("x")}); v.State != Invalid || !strings.Contains(v.Reason, "there is no "+name+" header") {
			t.Errorf("without %s: %+v", name, v)
		}
	}
}

// A capture's verdict must not cost what an explanation may.
func TestBriefIsBrief(t *testing.T) {
	t.Parallel()
	s := testSchemes()["shoptet"]
	large := bytes.Repeat([]byte("x"), briefBody+1)
	h := signedHeaders(t, s, "k", string(large), instant)
	if v := s.Explain(Question{Now: instant, Secret: "k", Header: h, Body: large, Brief: true}); v.State != Valid {
		t.Errorf("%+v", v)
	}
	if v := s.Explain(Question{Now: instant, Secret: "other", Header: h, Body: large, Brief: true}); v.State != Invalid || len(v.Tried) != 1 {
		t.Errorf("a large body: %+v", v)
	}
	brief := s.Explain(Question{Now: instant, Secret: "other", Header: h, Body: []byte(`{"a":"b"}`), Brief: true})
	full := s.Explain(Question{Now: instant, Secret: "other", Header: h, Body: []byte(`{"a":"b"}`)})
	if len(brief.Tried) >= len(full.Tried) {
		t.Errorf("%d tries in brief, %d in full", len(brief.Tried), len(full.Tried))
	}
}

// A body of many megabytes ends the search early, and it is said.
func TestLargeBodiesEndTheSearch(t *testing.T) {
	t.Parallel()
	s := testSchemes()["shoptet"]
	h := signedHeaders(t, s, "k", "x", instant)
	v := s.Explain(Question{Now: instant, Secret: "other", Header: h, Body: bytes.Repeat([]byte("x "), 4<<20)})
	if v.State != Invalid || v.Tried[len(v.Tried)-1] != "the rest: left out, the body is too large" {
		t.Errorf("%+v", v)
	}
}

func BenchmarkExplain(b *testing.B) {
	s := testSchemes()["shoptet"]
	h := signedHeaders(b, s, "k", "x", instant)
	for _, brief := range []bool{true, false} {
		b.Run(strconv.FormatBool(brief), func(b *testing.B) {
			for b.Loop() {
				if v := s.Explain(Question{Now: instant, Secret: "other", Header: h, Body: []byte(sampleBody), Brief: brief}); v.State != Invalid {
					b.Fatal(v)
				}
			}
		})
	}
}

// FuzzExplain: whatever a request holds, the answer is a verdict, and valid only
// when the rule says so.
func FuzzExplain(f *testing.F) {
	f.Add("github", "k", "sha256=00", "1", []byte(`{"a":["\ud83d\/<é",{}]}`))
	f.Add("stripe", "k", "t=1,v1=", "", []byte(`[[1, 2 ],""]`))
	f.Add("standard-webhooks", "whsec_AA==", "v1,AAAA v1,757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17", "1", []byte("\xff\x00"))
	f.Add("ultracart", "a:b", "Basic YTpi", "", []byte(nil))
	f.Add("prioticket", "a:b", "basic  x", "", []byte(nil))
	f.Add("shoptet", "\n", "\"0000000000000000000000000000000000000000\"", "", []byte(`{"b":1,"a":{"d":"\u00E9"}}`))
	f.Fuzz(func(t *testing.T, name, secret, value, stamp string, body []byte) {
		s := testSchemes()[name]
		if s == nil || len(body) > 2000 {
			return
		}
		h := headers(s.Header, value, "Webhook-Id", stamp, "Webhook-Timestamp", stamp, "X-Other", secret)
		v := s.Explain(Question{Now: instant, Secret: secret, Header: h, Body: body, Candidates: []Candidate{{"one", []byte(stamp)}}})
		judged := s.Judge(instant, secret, h, body)
		if (v.State == Valid) != (judged.State == Valid) || v.State != Valid && v.Reason == "" || v.Tried == nil {
			t.Fatalf("explained %+v, judged %+v", v, judged)
		}
	})
}

// The size that is told is that of what stands there, never the one that belongs
// there.
func TestTheSizeOfWhatIsNoDigest(t *testing.T) {
	t.Parallel()
	s := &Scheme{Title: "Plain", Header: "X-Sig", Algorithm: "sha256", Encoding: Hex, Signed: "{body}"}
	for n, want := range map[int]string{12: "holds 12 bytes", 31: "holds 31 bytes", 33: "holds 33 bytes", 40: "holds 40 bytes"} {
		h := http.Header{"X-Sig": {strings.Repeat("a7", n)}}
		v := s.Explain(Question{Secret: "k", Header: h, Body: []byte("{}")})
		if v.State != Invalid || !strings.Contains(v.Reason, want) {
			t.Errorf("%d bytes: %s %q", n, v.State, v.Reason)
		}
	}
}

// TestRewrittenBodiesAreCauses: numbers and the order of keys, by trying and by
// comparing with other bodies.
func TestRewrittenBodiesAreCauses(t *testing.T) {
	t.Parallel()
	s := Named("shopify")
	for name, c := range map[string]struct {
		signed, got string
		known       bool // the signed body is among the candidates
		words       string
	}{
		"short numbers": {`{"a":7.5,"b":[1.25,"7.50"]}`, `{"a":7.50,"b":[1.250,"7.50"]}`, false, "7.50 as 7.5"},
		"cents":         {`{"a":7.50,"n":3}`, `{"a":7.5,"n":3}`, false, "7.5 as 7.50"},
		"sorted":        {`{"a":1,"b":2}`, `{"b":2,"a":1}`, false, "with its keys sorted"},
		"any order":     {`{"z":1,"a":2,"m":3}`, `{"a":2,"m":3,"z":1}`, true, "this is the body of entry 7, but with its keys in another order"},
		"both":          {`{"z":7.500,"a":1}`, `{"a":1,"z":7.5}`, true, "but with its numbers written anew"},
		"another":       {`{"z":1}`, `{"z":2}`, true, "mixed up"},
	} {
		h := signedHeaders(t, s, "k", c.signed, instant)
		q := Question{Now: instant, Secret: "k", Header: h, Body: []byte(c.got)}
		if c.known {
			q.Candidates = []Candidate{{"entry 7", []byte(c.signed)}}
		}
		if v := s.Explain(q); v.State != Invalid || !strings.Contains(v.Reason, c.words) {
			t.Errorf("%s: %+v, want %q", name, v, c.words)
		}
	}
}

// signedText fills a template that speaks of body, id and timestamp only.
func signedText(template, id, timestamp string, body []byte) []byte {
	return parts{id: id, timestamp: timestamp}.fill(template, body)
}
