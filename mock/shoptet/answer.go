package shoptet

import (
	"encoding/binary"
	"fmt"
	"net/http"

	"tacklebox/mock/provider"
)

// request is one authenticated call to the API.
type request struct {
	w       *provider.World
	c       *provider.Call
	account string
	profile *profile
	filling int         // of the rate limiter's bucket, for the header
	header  http.Header // further headers of the answer
}

func newRequest(w *provider.World, c *provider.Call, account string) *request {
	return &request{w: w, c: c, account: account, profile: profileOf(w, account), header: http.Header{}}
}

// own returns the caller's part of the mock.
func (r *request) own() *provider.Account { return r.w.Account(r.account) }

func (r *request) option(name string) provider.Value { return r.w.Option(r.account, name) }

// answer is what an operation says, before the envelope.
type answer struct {
	status int
	data   any
	errors []problem
}

func ok(data any) answer { return answer{status: http.StatusOK, data: data} }

// refuse answers with problems alone; the first one's status counts.
func refuse(problems ...problem) answer {
	return answer{status: problems[0].status, errors: problems}
}

// envelope is every body of the API; absent sections are null (documented).
type envelope struct {
	Data     any       `json:"data"`
	Errors   []problem `json:"errors"`
	Metadata *metadata `json:"metadata,omitempty"`
}

type metadata struct {
	RequestID string `json:"requestId"`
}

// reply wraps an answer as the profile wants it.
func (r *request) reply(a answer) provider.Reply {
	h := r.header
	h["Content-Type"] = []string{r.profile.answers}
	body := envelope{Data: a.data, Errors: a.errors}
	if r.profile.tracing {
		id := requestID(r.w)
		body.Metadata = &metadata{id}
		// Spelled exactly so: the official SDK compares with case.
		h["X-Request-ID"] = []string{id}
		h["X-RateLimit-Bucket-Filling"] = []string{fmt.Sprintf("%d/%d", r.filling, bucketSize)}
	}
	return provider.Reply{Status: a.status, Header: h, Body: encode(body)}
}

// requestID makes a UUID of version 7 (inferred from the example).
func requestID(w *provider.World) string {
	var b [16]byte
	rnd := w.Rand("request")
	binary.BigEndian.PutUint64(b[:8], uint64(w.Now().UnixMilli())<<16|rnd.Uint64()&0xffff)
	binary.BigEndian.PutUint64(b[8:], rnd.Uint64())
	return provider.FormatUUID(b, 7)
}

// api makes an operation of a handler: token first, then what every call shares
// (decision on the order: path and method, token, body, rules).
func api(handle func(*request) answer) func(*provider.World, *provider.Call) provider.Reply {
	return func(w *provider.World, c *provider.Call) provider.Reply {
		account, bad := authenticate(w, c)
		if bad != nil {
			return newRequest(w, c, account).reply(refuse(*bad))
		}
		c.Account = account
		r := newRequest(w, c, account)
		for _, check := range []func() *problem{r.fault, r.drip, r.lock} {
			if bad := check(); bad != nil {
				return r.reply(refuse(*bad))
			}
		}
		return r.reply(handle(r))
	}
}
