package ultracart

import (
	"bytes"
	"net/http"
	"strings"
	"unicode/utf8"

	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
	"tacklebox/mock/ultracart/jsontree"
)

// request is one call, with what answers need.
type request struct {
	*kit.Request
	a         *provider.Account // once it is known
	emitFalse bool
}

// answer is a successful answer; nil is 204 without a body.
type answer struct {
	name    string // of the payload member
	payload any
	page    *resultSet
}

// api lists the eight calls (documented: the SDK's pages and the OpenAPI
// description). There is none to get one webhook. Credentials, version and rate
// come first, then path and method, then the operation (decision).
var api = kit.API[*request]{
	Routes: []kit.Route[*request]{
		{ID: "getWebhooks", Method: "GET", Path: webhooks, Do: handle(getWebhooks)},
		{ID: "insertWebhook", Method: "POST", Path: webhooks, Do: handle(insertWebhook)},
		{ID: "deleteWebhookByUrl", Method: "DELETE", Path: webhooks, Do: handle(deleteWebhookByURL)},
		{ID: "updateWebhook", Method: "PUT", Path: one, Do: handle(updateWebhook)},
		{ID: "deleteWebhook", Method: "DELETE", Path: one, Do: handle(deleteWebhook)},
		{ID: "getWebhookLogSummaries", Method: "GET", Path: one + "/logs", Do: handle(getWebhookLogSummaries)},
		{ID: "getWebhookLog", Method: "GET", Path: one + "/logs/{requestId}", Do: handle(getWebhookLog)},
		{ID: "resendEvent", Method: "POST", Path: one + "/reflow/{eventName}", Do: handle(resendEvent)},
	},
	View:   func(r *kit.Request) *request { return &request{Request: r, emitFalse: r.Option(optEmitFalse).Bool()} },
	Steps:  []func(*request) error{authenticate, checkVersion, rateLimit, route},
	Answer: func(q *request, v any) provider.Reply { return q.reply(v.(*answer)) }, // what handle returns
	Refuse: dialect,
}

// handle fits an operation, whose answer may be none, into the routes.
func handle(do func(*request) (*answer, error)) func(*request) (any, error) {
	return func(q *request) (any, error) { return do(q) }
}

// route refuses paths and methods that are not served.
func route(q *request) error {
	switch {
	case q.Unknown():
		return unknown()
	case q.NotAllowed():
		return refuse(405, "Method %s is not allowed.", q.Call.Method).With("Allow", strings.Join(q.Allowed, ", "))
	}
	return nil
}

// reply writes a successful answer.
func (q *request) reply(a *answer) provider.Reply {
	if a == nil {
		return q.empty()
	}
	return provider.Reply{Status: http.StatusOK, Header: q.header(), Body: q.envelope(a), Chunked: true}
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
func (q *request) text(option string) string { return q.Option(option).Text() }

// header is what every answer carries (documented). The date is the provider's
// own, so that one seed and one clock give the same bytes.
func (q *request) header() http.Header {
	now := q.World.Now()
	return http.Header{
		"Content-Type":           {"application/json; charset=UTF-8"},
		"Date":                   {now.UTC().Format(http.TimeFormat)},
		"X-UltraCart-Request-Id": {stamp(q.World.Text("request id", upperHex, 14), now)},
	}
}

// metadata closes every answer.
type metadata struct {
	ResultSet   *resultSet `json:"result_set,omitempty"`
	PayloadName string     `json:"payload_name,omitempty"`
}

// envelope puts the payload first, then success, then metadata (documented).
func (q *request) envelope(out *answer) []byte {
	b := append(jsontree.AppendQuoted([]byte{'{'}, out.name), ':')
	b = append(b, encode(out.payload)...)
	b = append(b, `,"success":true,"metadata":`...)
	b = append(b, encode(metadata{out.page, out.name})...)
	return append(b, '}')
}

// dialect words an error; nothing but error and metadata stands in it
// (documented: recorded answers).
func dialect(q *request, err error) provider.Reply {
	type texts struct {
		Developer string `json:"developer_message"`
		User      string `json:"user_message"`
	}
	type errorBody struct {
		Error    texts    `json:"error"`
		Success  *bool    `json:"success,omitempty"`
		Metadata metadata `json:"metadata"`
	}
	e := kit.As(err, broken())
	h := q.header()
	h["UC-REST-ERROR"] = []string{e.Message}
	h["Connection"] = []string{"close"}
	for name, values := range e.Header {
		h[name] = values
	}
	return provider.Reply{Status: e.Status, Header: h, Chunked: true,
		Body: encode(errorBody{Error: texts{e.Message, e.Message}, Success: flag(false, q.emitFalse)})}
}

// encode writes our own structs compact, with nothing escaped that need not be.
func encode(v any) []byte { return lineSeparators(provider.Encode(v)) }

// lineSeparators takes back the one escape of encoding/json that cannot be
// switched off: U+2028 and U+2029.
func lineSeparators(b []byte) []byte {
	if !bytes.Contains(b, []byte(`\u202`)) {
		return b
	}
	n, err := jsontree.Parse(b)
	if err != nil {
		return b
	}
	return n.Bytes()
}

// body reads the request body as a JSON object, whatever Content-Type says
// (decision; documented that the SDKs differ).
func (q *request) body() (*jsontree.Node, error) {
	switch {
	case q.Call.TooLarge:
		return nil, tooLarge()
	case q.Call.BodyErr != nil:
		return nil, bad("Invalid JSON: the body could not be read")
	}
	n, err := jsontree.Parse(q.Call.Body)
	switch {
	case err != nil:
		return nil, bad("Invalid JSON: %v", err)
	case !utf8.Valid(q.Call.Body):
		return nil, bad("Invalid JSON: the body is not UTF-8")
	case n.Kind != jsontree.Object:
		return nil, bad("Invalid JSON: the body is not an object")
	}
	return n, nil
}
