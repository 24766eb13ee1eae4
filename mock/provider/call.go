package provider

import (
	"net/http"
	"net/url"
	"strings"
)

// Call is one request to a mock API, its body already read.
type Call struct {
	Method   string
	Path     string // escaped, as it stood on the wire, behind the provider's prefix; begins with "/"
	RawQuery string
	Header   http.Header
	Body     []byte
	TooLarge bool   // the body is longer than Provider.BodyLimit; Body is empty
	BodyErr  error  // the body could not be read: broken chunks, client gone
	Remote   string // "ip:port"
	Host     string // as the client sent it
	Base     string // this instance's address as the client called it; "": as Config.BaseURL has it
	Proto    string

	// What Serve tells the journal about the call.
	Account    string
	Type       string
	EventID    string
	Violations []string // what is odd about the call although it was answered

	params map[string]string
}

// NewCall returns a request to a mock API with a JSON document as its body, as
// Provider.Register makes it. header is name, value, name, value.
func NewCall(method, path string, doc any, header ...string) *Call {
	c := &Call{Method: method, Path: path, Body: Encode(doc), Header: http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}}}
	for i := 0; i+1 < len(header); i += 2 {
		c.Header.Set(header[i], header[i+1])
	}
	return c
}

// Query returns the query parameters; malformed pairs are left out.
func (c *Call) Query() url.Values {
	v, _ := url.ParseQuery(c.RawQuery)
	return v
}

// Param returns a path parameter of the operation that Find chose, decoded.
func (c *Call) Param(name string) string { return c.params[name] }

// Reply is the answer to a Call. Header names are sent spelled as they are here.
type Reply struct {
	Status  int
	Header  http.Header
	Body    []byte
	Chunked bool // Transfer-Encoding: chunked instead of Content-Length
}

// Find chooses the operation for a call's method and path and stores its path
// parameters in c. When the path is known but not with this method, op is nil
// and allowed lists the methods it has.
func Find(ops []Operation, c *Call) (op *Operation, allowed []string) {
	for i := range ops {
		params, ok := MatchPath(ops[i].Path, c.Path)
		if !ok {
			continue
		}
		if ops[i].Method == c.Method {
			c.params = params
			return &ops[i], nil
		}
		allowed = append(allowed, ops[i].Method)
	}
	return nil, allowed
}

// MatchPath compares an escaped path with a pattern whose segments in braces
// stand for one segment each; parameters are percent-decoded after the split.
// Literal segments win only by their place in the table, so list them first.
func MatchPath(pattern, path string) (params map[string]string, ok bool) {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil, false
	}
	for i, w := range want {
		value, err := url.PathUnescape(got[i])
		if err != nil {
			value = got[i]
		}
		if len(w) > 2 && w[0] == '{' && w[len(w)-1] == '}' && got[i] != "" {
			if params == nil {
				params = map[string]string{}
			}
			params[w[1:len(w)-1]] = value
		} else if w != value {
			return nil, false
		}
	}
	return params, true
}
