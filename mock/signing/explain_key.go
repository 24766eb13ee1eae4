package signing

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"net/http"
	"slices"
	"strings"

	"tacklebox/mock/signing/respell"
)

// guesser thinks of what somebody may have taken for a scheme's rule.
type guesser struct{ *Scheme }

// guessing collects guesses that differ from each other.
type guessing struct {
	list []guess
	seen map[string]bool
}

func newGuessing(rule []byte) *guessing {
	return &guessing{list: []guess{{value: rule}}, seen: map[string]bool{string(rule): rule != nil}}
}

// add takes a guess unless an earlier one has the same bytes.
func (g *guessing) add(label, why string, value []byte) {
	if value == nil || g.seen[string(value)] {
		return
	}
	g.seen[string(value)] = true
	g.list = append(g.list, guess{label, why, value})
}

// keyGuesses lists the keys that may have been made of a secret. The first is
// that of the rule, nil when the secret cannot be one.
func (s guesser) keyGuesses(secret string) []guess {
	rule, _ := s.key(secret)
	g := newGuessing(rule)
	s.addSpelledSecrets(g, secret)
	s.addDecodedSecrets(g, secret)
	g.add("an empty secret", "it was made with an empty secret: the signer's setting is not there", []byte{})
	return g.list
}

// textChange is another spelling of a secret.
type textChange struct {
	label, why string
	change     func(string) string
}

// spelledSecrets lists what happens to a secret on its way through files,
// variables and forms.
func spelledSecrets() []textChange {
	add := func(before, after string) func(string) string {
		return func(s string) string { return before + s + after }
	}
	return []textChange{
		{"the secret with a line end (LF) behind it", "the signer's secret has a line end behind it: trim what is read from a file", add("", "\n")},
		{"the secret with CRLF behind it", "the signer's secret has a CRLF behind it: trim what is read from a file", add("", "\r\n")},
		{"the secret with a blank behind it", "the signer's secret has a blank behind it: trim it", add("", " ")},
		{"the secret with a blank before it", "the signer's secret has a blank before it: trim it", add(" ", "")},
		{"the secret without the blanks around it", "the secret given here has blanks or a line end around it: leave them out", strings.TrimSpace},
		{"the secret without the quotes around it", "the secret given here has quotes around it: leave them out", trimQuotes},
		{"the secret in double quotes", "the signer's secret has double quotes around it: they are no part of it", add(`"`, `"`)},
		{"the secret in single quotes", "the signer's secret has single quotes around it: they are no part of it", add("'", "'")},
		{"the secret in lower case", "the secret was used in lower case: its letters count as they are", strings.ToLower},
		{"the secret in upper case", "the secret was used in upper case: its letters count as they are", strings.ToUpper},
	}
}

func trimQuotes(s string) string { return strings.Trim(strings.TrimSpace(s), `"'`) }

// addSpelledSecrets treats each spelling as the scheme treats a secret.
func (s guesser) addSpelledSecrets(g *guessing, secret string) {
	for _, c := range spelledSecrets() {
		if key, err := s.key(c.change(secret)); err == nil {
			g.add(c.label, c.why, key)
		}
	}
}

// keyRule says what the scheme does with a secret.
func (s guesser) keyRule() string {
	if s.Key == KeyBase64 {
		return "the key is what its base64 behind " + s.KeyPrefix + " stands for"
	}
	return "its text is the key"
}

const commonPrefix = "whsec_" // of Standard Webhooks and, as part of the secret, of Stripe

func (s guesser) addDecodedSecrets(g *guessing, secret string) {
	bare := strings.TrimPrefix(secret, commonPrefix)
	add := func(how string, key []byte) { g.add("the secret "+how, "the secret was "+how+": "+s.keyRule(), key) }
	add("used as text, as it stands", []byte(secret))
	if bare != secret {
		add("used as text, without "+commonPrefix, []byte(bare))
	} else {
		add("used with "+commonPrefix+" before it", []byte(commonPrefix+secret))
	}
	for _, c := range []struct {
		how    string
		decode func(string) ([]byte, error)
	}{
		{"decoded from hex", hex.DecodeString},
		{"decoded from base64", base64.StdEncoding.DecodeString},
		{"decoded from base64 without padding", base64.RawStdEncoding.DecodeString},
		{"decoded from base64url", base64.URLEncoding.DecodeString},
		{"decoded from base64url without padding", base64.RawURLEncoding.DecodeString},
	} {
		if key, err := c.decode(strings.TrimSpace(bare)); err == nil && len(key) > 0 {
			add(c.how, key)
		}
	}
	add("encoded as base64", []byte(base64.StdEncoding.EncodeToString([]byte(secret))))
	add("encoded as hex", []byte(hex.EncodeToString([]byte(secret))))
	if rule := g.list[0].value; s.Key == KeyBase64 && rule != nil {
		add("decoded and written as hex", []byte(hex.EncodeToString(rule)))
	}
	add("used as text with a line end (LF) behind it", []byte(secret+"\n"))
}

// textGuesses lists what may stand around the body in the signed text. The first
// is the rule. A guess whose parts the request does not have is left out.
func (s guesser) textGuesses(h http.Header, id, timestamp string) []textGuess {
	list := []textGuess{{template: s.Signed, id: id, timestamp: timestamp}}
	foundID, foundTime := s.foundStamps(h, id, timestamp)
	for _, template := range []string{"{body}", "{timestamp}.{body}", "{timestamp}{body}", "{timestamp}:{body}", "{timestamp}\n{body}", "v0:{timestamp}:{body}",
		"{body}{timestamp}", "{body}.{timestamp}", "{id}.{body}", "{id}{body}", "{timestamp}.{id}.{body}", "{id}.{timestamp}.{body}", "{id}{timestamp}{body}", "{id}:{timestamp}:{body}"} {
		needsID, needsTime := strings.Contains(template, "{id}"), strings.Contains(template, "{timestamp}")
		if template == s.Signed || needsID && foundID == "" || needsTime && foundTime == "" {
			continue
		}
		list = append(list, textGuess{label: "signed text " + shown(template), why: s.textWhy(template), template: template, id: foundID, timestamp: foundTime})
	}
	if !strings.Contains(s.Signed, "{timestamp}") || timestamp == "" {
		return list
	}
	if s.Unit == RFC3339 {
		return list
	}
	unit := "seconds"
	if s.Unit == Milliseconds {
		unit = Milliseconds
	}
	if short, ok := strings.CutSuffix(timestamp, "000"); ok && short != "" {
		list = append(list, textGuess{label: "the timestamp in seconds", why: "seconds were signed but the timestamp is sent in milliseconds: sign and send the same Unix " + unit, template: s.Signed, id: id, timestamp: short})
	}
	return append(list, textGuess{label: "the timestamp in milliseconds", why: "milliseconds were signed but the timestamp is sent in seconds: sign and send the same Unix " + unit, template: s.Signed, id: id, timestamp: timestamp + "000"})
}

// textWhy says what a signed text has too much or too little of.
func (s guesser) textWhy(template string) string {
	written := shown(template)
	for _, part := range []struct{ mark, name string }{{"{timestamp}", "timestamp"}, {"{id}", "id"}} {
		has, wants := strings.Contains(template, part.mark), strings.Contains(s.Signed, part.mark)
		switch {
		case has && !wants:
			return "the " + part.name + " was put into the signed text, as " + written + ": " + s.Title + " signs " + s.Signed
		case wants && !has:
			return "the " + part.name + " was left out of the signed text: " + s.Title + " signs " + s.Signed + ", not " + written
		}
	}
	return "the parts of the signed text were put together as " + written + ": " + s.Title + " signs " + s.Signed
}

// shown keeps a template on one line.
func shown(template string) string { return strings.ReplaceAll(template, "\n", `\n`) }

// foundStamps takes an id and a timestamp from other headers where the scheme
// has none.
func (s guesser) foundStamps(h http.Header, id, timestamp string) (string, string) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		lower := strings.ToLower(name)
		if timestamp == "" && strings.HasSuffix(lower, "timestamp") {
			timestamp = h.Get(name)
		}
		if id == "" && (strings.HasSuffix(lower, "-id") || strings.HasSuffix(lower, "-delivery")) {
			id = h.Get(name)
		}
	}
	return id, timestamp
}

// simpleBodies lists the bodies that differ by one thing from the one that came.
func simpleBodies(body []byte) []guess {
	g := newGuessing(body)
	if body == nil {
		g.list[0].value, g.seen[""] = []byte{}, true
	}
	add := func(how string, value []byte) {
		g.add("the body "+how, "the signature belongs to the body "+how+": "+rawBytes, value)
	}
	with := func(before, after string) []byte { return []byte(before + string(body) + after) }
	add("with a line end (LF) behind it", with("", "\n"))
	add("with CRLF behind it", with("", "\r\n"))
	add("without the line end behind it", trimLineEnd(body))
	add("without the blanks around it", bytes.TrimSpace(body))
	add("with line ends written as LF", bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n")))
	add("with line ends written as CRLF", bytes.ReplaceAll(bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n")))
	add("without the byte order mark before it", bytes.TrimPrefix(body, []byte(byteOrderMark)))
	add("with a byte order mark before it", with(byteOrderMark, ""))
	for _, b := range respell.One(body) {
		add(b.How, b.Text)
	}
	add("in Latin-1", latin1(body))
	g.add("an empty body", "an empty body was signed: something had read the body before, keep its raw bytes", []byte{})
	g.add("the text [object Object]", "the text [object Object] was signed: JavaScript made it of the parsed body, keep its raw bytes", []byte("[object Object]"))
	add("as a JSON string", respell.Quoted(body))
	add("encoded as base64", []byte(base64.StdEncoding.EncodeToString(body)))
	if plain, err := base64.StdEncoding.DecodeString(string(body)); err == nil && len(plain) > 0 {
		add("decoded from base64", plain)
	}
	return g.list
}

const (
	rawBytes      = "sign and check the raw bytes, before anything parses or changes them"
	byteOrderMark = "\ufeff"
)

// trimLineEnd takes one line end off; nil when there is none.
func trimLineEnd(body []byte) []byte {
	short := bytes.TrimSuffix(bytes.TrimSuffix(body, []byte("\n")), []byte("\r"))
	if len(short) == len(body) {
		return nil
	}
	return short
}
