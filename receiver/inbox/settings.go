package inbox

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"tacklebox/receiver/api"
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

// settings are one inbox's settings, ready to be played. The zero value answers
// 200 with an empty body.
type settings struct {
	raw     json.RawMessage // as set; what GET gives back and what is kept
	shown   api.Inbox       // the same, read
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

// Faults of a reply (contract, section 3). slow writes the body slowly.
var replyFaults = []string{"reset", "empty", "hang", "slow"}

// silentOK is the answer of an inbox without settings.
var silentOK = &reply{record: &journal.Message{Status: http.StatusOK}}

// next picks the reply for one more request; nil means: forward it.
func (x *settings) next() *reply {
	n := x.served.Add(1)
	for i, until := range x.until {
		if n <= until {
			return x.replies[i]
		}
	}
	switch {
	case x.forward != nil:
		return nil
	case len(x.replies) > 0:
		return x.replies[len(x.replies)-1]
	}
	return silentOK
}

// parseSettings reads {"reply":[…],"forward":url,"verify":{…}}. With forward, the
// replies come first, each as often as its times say, and are not repeated:
// so an application can be tested behind two failures (decision).
func parseSettings(raw []byte, providers func() []string) (*settings, error) {
	var in api.Inbox
	if err := api.Decode(raw, &in); err != nil {
		return nil, err
	}
	x := &settings{shown: in}
	if err := noZeroes(raw); err != nil {
		return nil, err
	}
	if err := x.setReplies(in.Reply); err != nil {
		return nil, err
	}
	if err := x.setForward(in.Forward); err != nil {
		return nil, err
	}
	if err := x.setVerify(in.Verify, providers); err != nil {
		return nil, err
	}
	var kept bytes.Buffer
	if err := json.Compact(&kept, raw); err != nil {
		return nil, err
	}
	x.raw = kept.Bytes()
	return x, nil
}

// noZeroes refuses a status or a number of times that is said to be 0: left out
// they have a meaning, as 0 they have none.
func noZeroes(raw []byte) error {
	var said struct {
		Reply []struct{ Status, Times *int }
	}
	if err := json.Unmarshal(raw, &said); err != nil {
		return err
	}
	for i, r := range said.Reply {
		if r.Status != nil && *r.Status == 0 {
			return inReply(i, api.BadMember("status", "must be a whole number from 100 to 599, not 0"))
		}
		if r.Times != nil && *r.Times == 0 {
			return inReply(i, api.BadMember("times", "must be a whole number from 1 to %d, not 0", maxTimes))
		}
	}
	return nil
}

func (x *settings) setReplies(list []api.Reply) error {
	if len(list) > maxReplies {
		return api.At(api.BadRequest("", "reply has %d entries; at most %d are allowed", len(list), maxReplies), "reply")
	}
	sum := uint64(0)
	for i, in := range list {
		rep, times, err := newReply(in)
		if err != nil {
			return inReply(i, err)
		}
		sum += uint64(times)
		x.replies, x.until = append(x.replies, rep), append(x.until, sum)
	}
	return nil
}

// newReply checks a scripted answer and makes it ready to be played, times times.
func newReply(in api.Reply) (rep *reply, times int, err error) {
	rep, times = &reply{record: &journal.Message{Status: cmp.Or(in.Status, http.StatusOK)}, fault: in.Fault}, cmp.Or(in.Times, 1)
	switch {
	case rep.record.Status < 100 || rep.record.Status > 599:
		return nil, 0, api.BadMember("status", "must be a whole number from 100 to 599, not %d", in.Status)
	case times < 1 || times > maxTimes:
		return nil, 0, api.BadMember("times", "must be a whole number from 1 to %d, not %d", maxTimes, in.Times)
	case in.Fault != "" && !slices.Contains(replyFaults, in.Fault):
		return nil, 0, api.At(api.BadRequest(api.Suggest(in.Fault, replyFaults), "fault: %q is not a known one", api.Clip(in.Fault)), "fault")
	}
	if in.Delay != "" {
		if rep.delay, err = time.ParseDuration(in.Delay); err != nil || rep.delay < 0 || rep.delay > maxDelay {
			return nil, 0, api.BadMember("delay", `must be a duration like "250ms" or "5s" of at most %v, not %q`, maxDelay, api.Clip(in.Delay))
		}
	}
	if err := rep.setHeaders(in.Headers); err != nil {
		return nil, 0, err
	}
	if err := rep.setBody(in.Body); err != nil {
		return nil, 0, err
	}
	if rep.fault != "" && rep.fault != "slow" {
		rep.record = nil // nothing is answered
	}
	return rep, times, nil
}

// inReply says in which reply a mistake is.
func inReply(i int, err error) error {
	e := *api.Of(err)
	e.Message = fmt.Sprintf("reply[%d].%s", i, e.Message)
	return api.At(&e, "reply", strconv.Itoa(i))
}

func (rep *reply) setHeaders(headers map[string]api.Texts) error {
	given := http.Header{}
	for name, values := range headers {
		if !ValidHeader(name, values) {
			return api.BadMember("headers", "%q cannot be sent as a header", name)
		}
		given[http.CanonicalHeaderKey(name)] = values
	}
	rep.record.Headers = journal.HeaderOf(given)
	return nil
}

// ValidHeader holds a header to RFC 9110, section 5: net/http would silently
// leave out a bad name and rewrite a bad value.
func ValidHeader(name string, values []string) bool {
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

// setBody takes a string as it is, and any other JSON as JSON.
func (rep *reply) setBody(body json.RawMessage) error {
	if len(body) == 0 || string(body) == "null" {
		return nil
	}
	raw, typ := []byte(body), "application/json"
	var text string
	if json.Unmarshal(raw, &text) == nil {
		raw = []byte(text)
		if trimmed := bytes.TrimSpace(raw); len(trimmed) == 0 || trimmed[0] != '{' && trimmed[0] != '[' || !json.Valid(raw) {
			typ = "text/plain; charset=utf-8"
		}
	}
	if len(raw) > maxReplyBody {
		return api.BadMember("body", "is larger than %d bytes", maxReplyBody)
	}
	rep.record.Body, rep.record.Size = raw, int64(len(raw))
	if rep.record.Headers.Get("Content-Type") == "" && len(raw) > 0 {
		rep.record.Headers.Set("Content-Type", typ)
	}
	return nil
}

func (x *settings) setForward(text string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Fragment != "" {
		return api.At(api.BadRequest("like http://127.0.0.1:3000/webhooks", `"forward" must be a whole http or https URL, not %q`, api.Clip(text)), "forward")
	}
	x.forward = u
	return nil
}

func (x *settings) setVerify(in *api.Signing, providers func() []string) error {
	if in == nil {
		return nil
	}
	x.verify = &verifySetting{in.Provider, in.Secret}
	if in.Provider == "" {
		return api.At(api.BadRequest(`like {"provider":"shoptet","secret":"…"}`, "verify needs a provider"), "verify")
	}
	if providers == nil {
		return nil
	}
	if known := providers(); !slices.Contains(known, in.Provider) {
		return api.At(api.BadRequest(api.Suggest(in.Provider, known), "verify.provider: not a known provider: %q", api.Clip(in.Provider)), "verify", "provider")
	}
	return nil
}
