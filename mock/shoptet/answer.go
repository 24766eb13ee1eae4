package shoptet

import (
	"encoding/binary"
	"fmt"
	"net/http"
	"strings"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
	"tacklebox/mock/shoptet/phpjson"
)

// request is one call to the API, or to the OAuth server in front of it.
type request struct {
	*kit.Request
	account string // whose settings count; known before the call is let in
	profile *profile
	filling int // of the rate limiter's bucket, for the header
}

// view opens a request before it is known whose it is.
func view(r *kit.Request) *request { return &request{Request: r, profile: profileOf(r.World, "")} }

// of makes the request that of an account.
func (r *request) of(account string) {
	r.account, r.profile = account, profileOf(r.World, account)
}

// oauth reports that a call is for the OAuth server, which has a dialect of its
// own.
func (r *request) oauth() bool { return strings.HasPrefix(r.Call.Path, "/action/") }

// answer is what an operation says, before the envelope.
type answer struct {
	status int
	data   any
	errors []*apiError
}

// ok is an answer of 200 with data.
func ok(data any) (any, error) { return answer{status: http.StatusOK, data: data}, nil }

// envelope is every body of the API; absent sections are null (documented).
type envelope struct {
	Data     any         `json:"data"`
	Errors   []errorBody `json:"errors"`
	Metadata *metadata   `json:"metadata,omitempty"`
}

type metadata struct {
	RequestID string `json:"requestId"`
}

// reply wraps an answer as the profile wants it.
func (r *request) reply(v any) provider.Reply {
	a, _ := v.(answer) // every operation of the API returns one
	h := r.Header
	h["Content-Type"] = []string{r.profile.answers}
	body := envelope{Data: a.data, Errors: errorBodies(a.errors)}
	if r.profile.tracing {
		id := requestID(r.World)
		body.Metadata = &metadata{id}
		// Spelled exactly so: the official SDK compares with case.
		h["X-Request-ID"] = []string{id}
		h["X-RateLimit-Bucket-Filling"] = []string{fmt.Sprintf("%d/%d", r.filling, bucketSize)}
	}
	return provider.Reply{Status: a.status, Header: h, Body: phpjson.Encode(body)}
}

// requestID makes a UUID of version 7 (inferred from the example).
func requestID(w *provider.World) string {
	var b [16]byte
	rnd := w.Rand("request")
	binary.BigEndian.PutUint64(b[:8], uint64(w.Now().UnixMilli())<<16|rnd.Uint64()&0xffff)
	binary.BigEndian.PutUint64(b[8:], rnd.Uint64())
	return provider.FormatUUID(b, 7)
}
