package receiver

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"strings"
	"time"

	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
)

// What an import reads of a HAR. Other members are passed over: HAR 1.2 wants
// readers to ignore what they do not know, and every browser adds its own.
type (
	harInput struct {
		Version string            `json:"version"`
		Entries []json.RawMessage `json:"entries"`
	}
	harInputEntry struct {
		Started  string            `json:"startedDateTime"`
		Time     float64           `json:"time"`
		Request  *harInputRequest  `json:"request"`
		Response *harInputResponse `json:"response"`
	}
	harInputRequest struct {
		Method      string        `json:"method"`
		URL         string        `json:"url"`
		HTTPVersion string        `json:"httpVersion"`
		Headers     []harPair     `json:"headers"`
		PostData    *harInputPost `json:"postData"`
		BodySize    *int64        `json:"bodySize"`
	}
	harInputPost struct {
		MimeType string    `json:"mimeType"`
		Text     string    `json:"text"`
		Params   []harPair `json:"params"`
		Encoding string    `json:"encoding"`
		Own      string    `json:"_encoding"` // as exported here
	}
	harInputResponse struct {
		Status  int        `json:"status"`
		Headers []harPair  `json:"headers"`
		Content harContent `json:"content"`
	}
)

func (im *importing) readHAR(raw json.RawMessage) error {
	var log harInput
	if err := json.Unmarshal(raw, &log); err != nil {
		return badShape("log", err)
	}
	if log.Version != "1.2" && log.Version != "1.1" { // 1.2 adds members and changes none
		return api.BadRequest("", "log.version is %q: HAR 1.2 is read", cutText(log.Version, 100))
	}
	for i, text := range log.Entries {
		place := fmt.Sprintf("log.entries[%d]", i)
		e, err := harEntryOf(place, text)
		if err == nil {
			err = im.add(place, e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// badShape names the member that is of another type than it must be.
func badShape(place string, err error) error {
	var shape *json.UnmarshalTypeError
	if errors.As(err, &shape) && shape.Field != "" {
		return api.BadRequest("", "%s.%s is a JSON %s where a %s belongs", place, shape.Field, shape.Value, jsonName(shape.Type.Kind().String()))
	}
	if errors.As(err, &shape) {
		return api.BadRequest("", "%s is a JSON %s where an object belongs", place, shape.Value)
	}
	return api.BadRequest("", "%s: %v", place, err)
}

// jsonName is JSON's word for a kind of ours.
func jsonName(kind string) string {
	switch {
	case kind == "slice":
		return "list"
	case kind == "struct" || kind == "ptr" || kind == "map":
		return "object"
	case strings.HasPrefix(kind, "int"):
		return "whole number"
	case strings.HasPrefix(kind, "float"):
		return "number"
	}
	return kind
}

const mostMilliseconds = 1e12 // 31 years: longer than any exchange

func harEntryOf(place string, raw []byte) (*journal.Entry, error) {
	var in harInputEntry
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, badShape(place, err)
	}
	if in.Request == nil {
		return nil, api.BadRequest("", "%s has no request", place)
	}
	e := &journal.Entry{}
	if in.Started != "" {
		at, err := time.Parse(time.RFC3339Nano, in.Started)
		if err != nil {
			return nil, api.BadRequest("like 2026-01-31T12:00:00.000Z", "%s.startedDateTime: %q is not a time", place, cutText(in.Started, 100))
		}
		e.Time = at.UTC()
	}
	if in.Time > 0 && in.Time < mostMilliseconds {
		e.Took = time.Duration(in.Time * float64(time.Millisecond))
	}
	var err error
	if e.Request, err = in.Request.message(place + ".request"); err == nil {
		e.Response, err = in.Response.message(place + ".response")
	}
	return e, err
}

func (r *harInputRequest) message(place string) (*journal.Message, error) {
	switch {
	case r.Method == "":
		return nil, api.BadRequest("", "%s has no method", place)
	case r.URL == "":
		return nil, api.BadRequest("", "%s has no url", place)
	}
	m := &journal.Message{Method: r.Method, URL: r.URL, Proto: r.HTTPVersion, Headers: harHeadersIn(r.Headers)}
	if r.PostData == nil {
		return m, nil
	}
	body, err := r.PostData.body(place + ".postData")
	if err != nil {
		return nil, err
	}
	m.Body = body
	if r.BodySize != nil && *r.BodySize > int64(len(body)) { // whoever recorded it kept only a part
		m.Size, m.Truncated = *r.BodySize, true
	}
	return m, nil
}

// harHeadersIn drops the pseudo-headers of HTTP/2, which are no headers; the
// host is worth keeping.
func harHeadersIn(pairs []harPair) (h journal.Header) {
	for _, p := range pairs {
		switch {
		case strings.EqualFold(p.Name, ":authority"):
			if !h.Has("Host") {
				h.Add("Host", p.Value)
			}
		case !strings.HasPrefix(p.Name, ":"):
			h.Add(p.Name, p.Value)
		}
	}
	return h
}

// body gives the posted bytes. A form of which only the fields are there is
// written again; one of several parts cannot be: its boundary is lost.
func (p *harInputPost) body(place string) ([]byte, error) {
	encoding := p.Own
	if encoding == "" {
		encoding = p.Encoding
	}
	if p.Text != "" || len(p.Params) == 0 {
		return decodeBody(place+".text", p.Text, encoding)
	}
	if typ, _, _ := mime.ParseMediaType(p.MimeType); typ != "application/x-www-form-urlencoded" {
		return nil, api.BadRequest("record it with the posted text", "%s has fields of a form (%s) but not its bytes", place, cutText(p.MimeType, 100))
	}
	var parts []string
	for _, param := range p.Params {
		parts = append(parts, url.QueryEscape(param.Name)+"="+url.QueryEscape(param.Value))
	}
	return []byte(strings.Join(parts, "&")), nil
}

// message is nil where there was no answer: browsers write status 0.
func (r *harInputResponse) message(place string) (*journal.Message, error) {
	if r == nil || r.Status == 0 {
		return nil, nil
	}
	if r.Status < 100 || r.Status > 999 {
		return nil, api.BadRequest("", "%s.status is %d", place, r.Status)
	}
	body, err := decodeBody(place+".content.text", r.Content.Text, r.Content.Encoding)
	if err != nil {
		return nil, err
	}
	m := &journal.Message{Status: r.Status, Headers: harHeadersIn(r.Headers), Body: body, Size: int64(len(body))}
	if r.Content.Size > m.Size {
		m.Size, m.Truncated = r.Content.Size, true
	}
	return m, nil
}
