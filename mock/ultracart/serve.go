package ultracart

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tacklebox/mock/provider"
)

// request is one call that was admitted, with what answers need.
type request struct {
	w         *provider.World
	c         *provider.Call
	a         *provider.Account
	query     url.Values
	emitFalse bool
}

// answer is a successful answer; nil is 204 without a body.
type answer struct {
	name    string // of the payload member
	payload any
	page    *resultSet
}

// serve answers every call below the prefix: credentials, version and rate
// first, then path and method, then the operation (decision).
func serve(w *provider.World, c *provider.Call) provider.Reply {
	q := plainRequest(w, c)
	if _, f := admit(w, c); f != nil {
		return q.refused(f)
	}
	op, allowed := provider.Find(w.Operations(), c)
	switch {
	case op != nil:
		return op.Serve(w, c)
	case len(allowed) > 0:
		return q.refused(wrongMethod(c.Method, strings.Join(allowed, ", ")))
	}
	return q.refused(unknown())
}

func plainRequest(w *provider.World, c *provider.Call) *request {
	return &request{w: w, c: c, emitFalse: w.Option(c.Account, optEmitFalse).Bool()}
}

// handle makes an operation of a function that answers or refuses.
func handle(do func(*request) (*answer, *failure)) func(*provider.World, *provider.Call) provider.Reply {
	return func(w *provider.World, c *provider.Call) provider.Reply {
		q := plainRequest(w, c)
		q.a, q.query = w.Account(c.Account), c.Query()
		out, f := do(q)
		switch {
		case f != nil:
			return q.refused(f)
		case out == nil:
			return q.empty()
		}
		return provider.Reply{Status: http.StatusOK, Header: q.header(), Body: q.envelope(out), Chunked: true}
	}
}

// empty is the 204: Content-Length: 0 and no Content-Type (documented). net/http
// takes the length off a 204 unless its name is spelled in another way; the
// sandbox brings back the usual spelling.
func (q *request) empty() provider.Reply {
	h := q.header()
	delete(h, "Content-Type")
	h["content-length"] = []string{"0"}
	return provider.Reply{Status: http.StatusNoContent, Header: h}
}

// text returns a setting of the account.
func (q *request) text(option string) string { return q.w.Option(q.c.Account, option).Text() }

// header is what every answer carries (documented). The date is the provider's
// own, so that one seed and one clock give the same bytes.
func (q *request) header() http.Header {
	now := q.w.Now()
	return http.Header{
		"Content-Type":           {"application/json; charset=UTF-8"},
		"Date":                   {now.UTC().Format(http.TimeFormat)},
		"X-UltraCart-Request-Id": {stamp(q.w.Text("request id", upperHex, 14), now)},
	}
}

// metadata closes every answer.
type metadata struct {
	ResultSet   *resultSet `json:"result_set,omitempty"`
	PayloadName string     `json:"payload_name,omitempty"`
}

// envelope puts the payload first, then success, then metadata (documented).
func (q *request) envelope(out *answer) []byte {
	b := append(quote([]byte{'{'}, out.name), ':')
	b = append(b, encode(out.payload)...)
	b = append(b, `,"success":true,"metadata":`...)
	b = append(b, encode(metadata{out.page, out.name})...)
	return append(b, '}')
}

// refused is an error answer; nothing but error and metadata stands in it
// (documented: recorded answers).
func (q *request) refused(f *failure) provider.Reply {
	type apiError struct {
		Developer string `json:"developer_message"`
		User      string `json:"user_message"`
	}
	type errorBody struct {
		Error    apiError `json:"error"`
		Success  *bool    `json:"success,omitempty"`
		Metadata metadata `json:"metadata"`
	}
	h := q.header()
	h["UC-REST-ERROR"] = []string{f.message}
	h["Connection"] = []string{"close"}
	if f.allow != "" {
		h["Allow"] = []string{f.allow}
	}
	if f.wait > 0 {
		h["Retry-After"] = []string{strconv.Itoa(f.wait)}
	}
	return provider.Reply{Status: f.status, Header: h, Chunked: true,
		Body: encode(errorBody{Error: apiError{f.message, f.message}, Success: flag(false, q.emitFalse)})}
}

// encode writes our own structs compact, with nothing escaped that need not be.
func encode(v any) []byte { return lineSeparators(provider.Encode(v)) }

// lineSeparators takes back the one escape of encoding/json that cannot be
// switched off: U+2028 and U+2029.
func lineSeparators(b []byte) []byte {
	if !bytes.Contains(b, []byte(`\u202`)) {
		return b
	}
	n, err := parse(b)
	if err != nil {
		return b
	}
	return n.bytes()
}

// body reads the request body as a JSON object, whatever Content-Type says
// (decision; documented that the SDKs differ).
func (q *request) body() (*node, *failure) {
	switch {
	case q.c.TooLarge:
		return nil, tooLarge()
	case q.c.BodyErr != nil:
		return nil, bad("Invalid JSON: the body could not be read")
	}
	n, err := parse(q.c.Body)
	switch {
	case err != nil:
		return nil, bad("Invalid JSON: %v", err)
	case n.kind != objectKind:
		return nil, bad("Invalid JSON: the body is not an object")
	}
	return n, nil
}
