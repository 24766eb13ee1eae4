package receiver

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"tacklebox/receiver/journal"
)

// Limits of an inbox's settings. They are decisions: far beyond what a test
// needs, and small enough that no setting can fill the memory.
const (
	maxReplies   = 100
	maxTimes     = 1_000_000
	maxReplyBody = 1 << 20
	maxDelay     = 10 * time.Minute
)

// inbox is one inbox's settings, ready to be played. The zero value answers
// 200 with an empty body.
type inbox struct {
	raw     json.RawMessage // as set; what GET gives back and what is kept
	replies []*reply
	until   []uint64 // until[i]: replies[i] is used while fewer requests came
	served  atomic.Uint64
	forward *url.URL
	verify  *verifySetting
}

// verifySetting says whose signature rules an inbox applies. Without a secret
// the provider's keys in force are tried.
type verifySetting struct{ Provider, Secret string }

// reply is one answer. record is what the entry says of it; that of a scripted
// one is shared by all entries and never changed. whole is the body to send
// where the record keeps only a part of it.
type reply struct {
	record *journal.Message
	whole  []byte
	fault  string // "", reset, empty, hang, slow
	delay  time.Duration
}

// Faults of a reply (contract, section 3). slow drips the body.
var replyFaults = []string{"reset", "empty", "hang", "slow"}

// silentOK is the answer of an inbox without settings.
var silentOK = &reply{record: &journal.Message{Status: http.StatusOK}}

// next picks the reply for one more request; nil means: forward it.
func (b *inbox) next() *reply {
	n := b.served.Add(1)
	for i, until := range b.until {
		if n <= until {
			return b.replies[i]
		}
	}
	switch {
	case b.forward != nil:
		return nil
	case len(b.replies) > 0:
		return b.replies[len(b.replies)-1]
	}
	return silentOK
}

// parseInbox reads {"reply":[…],"forward":url,"verify":{…}}. With forward, the
// replies come first, each as often as its times say, and are not repeated:
// so an application can be tested behind two failures (decision).
func parseInbox(o object, providers func() []string) (*inbox, error) {
	b := &inbox{}
	if err := first(b.readReplies(o), b.readForward(o), b.readVerify(o, providers)); err != nil {
		return nil, err
	}
	var err error
	b.raw, err = json.Marshal(o.members)
	return b, err
}

var inboxFields = []string{"reply", "forward", "verify"}

func (b *inbox) readReplies(o object) error {
	var list []json.RawMessage
	if err := o.into("reply", &list, "a list of replies"); err != nil {
		return err
	}
	if len(list) > maxReplies {
		return badRequest("", "reply has %d entries; at most %d are allowed", len(list), maxReplies)
	}
	sum := uint64(0)
	for i, raw := range list {
		rep, times, err := parseReply(raw, "reply["+itoa(i)+"]")
		if err != nil {
			return err
		}
		sum += uint64(times)
		b.replies, b.until = append(b.replies, rep), append(b.until, sum)
	}
	return nil
}

func parseReply(raw []byte, place string) (*reply, int, error) {
	o, err := parseObject(raw, place, "status", "headers", "body", "delay", "times", "fault")
	if err != nil {
		return nil, 0, err
	}
	rep, times := &reply{record: &journal.Message{Status: http.StatusOK}}, 1
	err = first(
		o.integer("status", &rep.record.Status, 100, 599),
		o.integer("times", &times, 1, maxTimes),
		o.duration("delay", &rep.delay, maxDelay),
		rep.readFault(o),
		rep.readHeaders(o),
		rep.readBody(o),
	)
	if err != nil {
		return nil, 0, err
	}
	if rep.fault != "" && rep.fault != "slow" {
		rep.record = nil // nothing is answered
	}
	return rep, times, nil
}

func (rep *reply) readFault(o object) error {
	if err := o.into("fault", &rep.fault, "a string"); err != nil {
		return err
	}
	if rep.fault != "" && !slices.Contains(replyFaults, rep.fault) {
		return badRequest("known: "+strings.Join(replyFaults, ", "), "%s is not a known fault: %q", o.name("fault"), rep.fault)
	}
	return nil
}

// readHeaders takes "Name": "value" and "Name": ["value", …].
func (rep *reply) readHeaders(o object) error {
	var headers map[string]json.RawMessage
	if err := o.into("headers", &headers, "an object of strings"); err != nil || headers == nil {
		return err
	}
	given := http.Header{}
	for name, raw := range headers {
		var one string
		values := []string{}
		if json.Unmarshal(raw, &one) == nil {
			values = append(values, one)
		} else if json.Unmarshal(raw, &values) != nil {
			return badRequest("", "%s: %q must be a string or a list of strings", o.name("headers"), name)
		}
		if !validHeader(name, values) {
			return badRequest("", "%s: %q cannot be sent as a header", o.name("headers"), name)
		}
		given[http.CanonicalHeaderKey(name)] = values
	}
	rep.record.Headers = journal.HeaderOf(given)
	return nil
}

// validHeader holds a header to RFC 9110, section 5: net/http would silently
// leave out a bad name and rewrite a bad value.
func validHeader(name string, values []string) bool {
	const token = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	if name == "" || strings.Trim(name, token) != "" {
		return false
	}
	for _, v := range values {
		if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
			return false
		}
	}
	return true
}

// readBody takes a string as it is, and any other JSON as JSON.
func (rep *reply) readBody(o object) error {
	if !o.has("body") {
		return nil
	}
	raw, typ := []byte(o.members["body"]), "application/json"
	var text string
	if json.Unmarshal(raw, &text) == nil {
		raw = []byte(text)
		if trimmed := bytes.TrimSpace(raw); len(trimmed) == 0 || trimmed[0] != '{' && trimmed[0] != '[' || !json.Valid(raw) {
			typ = "text/plain; charset=utf-8"
		}
	}
	if len(raw) > maxReplyBody {
		return badRequest("", "%s is larger than %d bytes", o.name("body"), maxReplyBody)
	}
	rep.record.Body, rep.record.Size = raw, int64(len(raw))
	if rep.record.Headers.Get("Content-Type") == "" && len(raw) > 0 {
		rep.record.Headers.Set("Content-Type", typ)
	}
	return nil
}

func (b *inbox) readForward(o object) error {
	var text string
	if err := o.into("forward", &text, "a URL"); err != nil || text == "" {
		return err
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.Fragment != "" {
		return badRequest("like http://127.0.0.1:3000/webhooks", `"forward" must be a whole http or https URL, not %q`, text)
	}
	b.forward = u
	return nil
}

func (b *inbox) readVerify(o object, providers func() []string) error {
	if !o.has("verify") {
		return nil
	}
	v, err := parseObject(o.members["verify"], "verify", "provider", "secret")
	if err != nil {
		return err
	}
	b.verify = &verifySetting{}
	if err := first(v.into("provider", &b.verify.Provider, "a string"), v.into("secret", &b.verify.Secret, "a string")); err != nil {
		return err
	}
	if b.verify.Provider == "" {
		return badRequest(`like {"provider":"shoptet","secret":"…"}`, "verify needs a provider")
	}
	if providers == nil {
		return nil
	}
	if known := providers(); !slices.Contains(known, b.verify.Provider) {
		return badRequest("known: "+strings.Join(known, ", "), "%s is not a known provider: %q", v.name("provider"), b.verify.Provider)
	}
	return nil
}
