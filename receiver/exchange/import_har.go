package exchange

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tacklebox/receiver/api"
	"tacklebox/receiver/entries"
	"tacklebox/receiver/inbox"
	"tacklebox/receiver/journal"
)

// What an import reads of a HAR. Other members are passed over: HAR 1.2 wants
// readers to ignore what they do not know, and every browser adds its own.
type (
	harInput struct {
		Version looseText         `json:"version"`
		Entries []json.RawMessage `json:"entries"`
	}
	harInputEntry struct {
		Started  looseText         `json:"startedDateTime"`
		Time     looseNumber       `json:"time"`
		Request  *harInputRequest  `json:"request"`
		Response *harInputResponse `json:"response"`
	}
	harInputRequest struct {
		Method      looseText     `json:"method"`
		URL         looseText     `json:"url"`
		HTTPVersion looseText     `json:"httpVersion"`
		Headers     []harInPair   `json:"headers"`
		PostData    *harInputPost `json:"postData"`
		BodySize    looseNumber   `json:"bodySize"`
	}
	harInputPost struct {
		MimeType looseText   `json:"mimeType"`
		Text     looseText   `json:"text"`
		Params   []harInPair `json:"params"`
		Encoding string      `json:"encoding"`
		Own      string      `json:"_encoding"` // as exported here
	}
	harInputResponse struct {
		Status  looseNumber `json:"status"`
		Headers []harInPair `json:"headers"`
		Content struct {
			Size     looseNumber `json:"size"`
			Text     looseText   `json:"text"`
			Encoding string      `json:"encoding"`
		} `json:"content"`
	}
	harInPair struct {
		Name     looseText  `json:"name"`
		Value    *looseText `json:"value"`
		FileName looseText  `json:"fileName"`
	}
)

// skipped is why an entry is none that can be imported: the others are.
type skipped struct{ reason string }

func (s skipped) Error() string { return s.reason }

func (im *importing) readHAR(raw json.RawMessage) error {
	var log harInput
	if err := json.Unmarshal(raw, &log); err != nil {
		return badShape("log", err)
	}
	// 1.2 adds members to 1.1 and changes none. Several proxies write no version.
	if v := log.Version; v != "" && v != "1.2" && v != "1.1" && v != "1.3" {
		return api.BadRequest("", "log.version is %q: HAR 1.2 is read", entries.Cut(string(v), 100))
	}
	for i, text := range log.Entries {
		if err := im.addHAR(fmt.Sprintf("log.entries[%d]", i), text); err != nil {
			return err
		}
	}
	return nil
}

func (im *importing) addHAR(place string, raw []byte) error {
	e, err := im.harEntryOf(place, raw)
	if err == nil {
		err = im.add(place, e)
	}
	var skip skipped
	if errors.As(err, &skip) {
		im.skip(place, skip.reason)
		return nil
	}
	return err
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
	switch kind {
	case "slice":
		return "list"
	case "struct", "ptr", "map":
		return "object"
	}
	return kind
}

const mostMilliseconds = 1e12 // 31 years: longer than any exchange

func (im *importing) harEntryOf(place string, raw []byte) (*journal.Entry, error) {
	var in harInputEntry
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, badShape(place, err)
	}
	if in.Request == nil {
		return nil, api.BadRequest("", "%s has no request", place)
	}
	e := &journal.Entry{}
	if in.Started != "" {
		at, ok := looseTime(string(in.Started))
		if !ok {
			return nil, api.BadRequest("like 2026-01-31T12:00:00.000Z", "%s.startedDateTime: %q is not a time", place, entries.Cut(string(in.Started), 100))
		}
		e.Time = at
	}
	if in.Time > 0 && in.Time < mostMilliseconds {
		e.Took = time.Duration(float64(in.Time) * float64(time.Millisecond))
	}
	var err error
	if e.Request, err = im.harRequest(place+".request", in.Request); err == nil {
		e.Response, err = in.Response.message(place + ".response")
	}
	return e, err
}

func (im *importing) harRequest(place string, r *harInputRequest) (*journal.Message, error) {
	switch {
	case r.Method == "":
		return nil, api.BadRequest("", "%s has no method", place)
	case r.URL == "":
		return nil, api.BadRequest("", "%s has no url", place)
	case strings.EqualFold(string(r.Method), "CONNECT"):
		return nil, skipped{"CONNECT opens a tunnel and is no request of an application"}
	}
	if scheme, _, ok := strings.Cut(string(r.URL), ":"); ok && foreignScheme.MatchString(scheme) {
		return nil, skipped{scheme + ": is no HTTP request"}
	}
	m := &journal.Message{Method: string(r.Method), URL: string(r.URL), Proto: string(r.HTTPVersion), Headers: im.harHeadersIn(place, r.Headers)}
	if r.PostData == nil {
		return m, nil
	}
	body, err := r.PostData.body(place + ".postData")
	if err != nil {
		return nil, err
	}
	m.Body = body
	asText := r.PostData.Own == "" && r.PostData.Encoding == ""
	if size := int64(r.BodySize); (!asText || !im.decoded(place, m)) && size > int64(len(body)) { // whoever recorded it kept only a part
		m.Size, m.Truncated = size, true
	}
	return m, nil
}

// foreignScheme are the schemes that browsers write into a HAR beside http and
// https.
var foreignScheme = regexp.MustCompile(`(?i)^(wss?|data|blob|about|file|filesystem|javascript|view-source|chrome|devtools|edge|[a-z]+-extension)$`)

// decoded puts the header right where a browser wrote the text of a compressed
// body: sent with it, no receiver could read the body. Compressed bytes are never
// valid UTF-8 but by chance.
func (im *importing) decoded(place string, m *journal.Message) bool {
	if len(m.Body) == 0 || !m.Headers.Has("Content-Encoding") || !utf8.Valid(m.Body) {
		return false
	}
	im.note(place, "the body is recorded decoded: Content-Encoding "+m.Headers.Get("Content-Encoding")+" is left out")
	m.Headers.Del("Content-Encoding")
	for i, f := range m.Headers {
		if strings.EqualFold(f.Name, "Content-Length") {
			m.Headers[i].Value = strconv.Itoa(len(m.Body))
		}
	}
	return true
}

// harHeadersIn drops the pseudo-headers of HTTP/2, which are no headers; the
// host is worth keeping. A name that no request can carry is left out, and said.
func (im *importing) harHeadersIn(place string, pairs []harInPair) journal.Header {
	h := harHeaderList(pairs)
	kept := h[:0]
	for _, f := range h {
		if !inbox.ValidHeader(f.Name, nil) {
			im.note(place, fmt.Sprintf("the header %q cannot be sent and is left out", entries.Cut(f.Name, 100)))
			continue
		}
		kept = append(kept, f)
	}
	return kept
}

func harHeaderList(pairs []harInPair) (h journal.Header) {
	for _, p := range pairs {
		name, value := string(p.Name), ""
		if p.Value != nil {
			value = string(*p.Value)
		}
		switch {
		case strings.EqualFold(name, ":authority"):
			if !h.Has("Host") {
				h.Add("Host", value)
			}
		case !strings.HasPrefix(name, ":"):
			h.Add(name, value)
		}
	}
	return h
}

// body gives the posted bytes. A form of which only the fields are there is
// written again.
func (p *harInputPost) body(place string) ([]byte, error) {
	encoding := p.Own
	if encoding == "" {
		encoding = p.Encoding
	}
	if p.Text != "" || len(p.Params) == 0 {
		return decodeBody(place+".text", string(p.Text), encoding)
	}
	switch typ, options, _ := mime.ParseMediaType(string(p.MimeType)); {
	case typ == "multipart/form-data" && options["boundary"] != "":
		return multipartOf(p.Params, options["boundary"])
	case typ != "application/x-www-form-urlencoded":
		return nil, skipped{fmt.Sprintf("postData has fields of a form (%s) but not its bytes: record it with the posted text", entries.Cut(string(p.MimeType), 100))}
	}
	return []byte(formOf(p.Params)), nil
}

// formOf writes a form. Chrome records names and values as they were sent, Firefox
// and proxies record what they mean.
func formOf(params []harInPair) string {
	asSent, escaped := true, false
	for _, p := range params {
		for _, s := range []string{string(p.Name), p.text()} {
			_, err := url.QueryUnescape(s)
			asSent = asSent && err == nil && url.QueryEscape(s) != "" == (s != "") && !strings.ContainsAny(s, " &=\n\"<>")
			escaped = escaped || strings.Contains(s, "%")
		}
	}
	escape := url.QueryEscape
	if asSent && escaped {
		escape = func(s string) string { return s }
	}
	var parts []string
	for _, p := range params {
		parts = append(parts, escape(string(p.Name))+"="+escape(p.text()))
	}
	return strings.Join(parts, "&")
}

func (p harInPair) text() string {
	if p.Value == nil {
		return ""
	}
	return string(*p.Value)
}

// multipartOf writes the parts of a form; the bytes of a file are in no HAR.
func multipartOf(params []harInPair, boundary string) ([]byte, error) {
	var b strings.Builder
	for _, p := range params {
		if p.FileName != "" || p.Value == nil {
			return nil, skipped{fmt.Sprintf("the form has a file (%s), and its bytes are not recorded", entries.Cut(string(p.FileName), 100))}
		}
		fmt.Fprintf(&b, "--%s\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", boundary, string(p.Name), p.text())
	}
	fmt.Fprintf(&b, "--%s--\r\n", boundary)
	return []byte(b.String()), nil
}

// message is nil where there was no answer: browsers write status 0, -1 or a word.
func (r *harInputResponse) message(place string) (*journal.Message, error) {
	if r == nil || r.Status <= 0 {
		return nil, nil
	}
	if r.Status < 100 || r.Status > 999 {
		return nil, api.BadRequest("", "%s.status is %v", place, float64(r.Status))
	}
	body, err := decodeBody(place+".content.text", string(r.Content.Text), r.Content.Encoding)
	if err != nil {
		return nil, err
	}
	m := &journal.Message{Status: int(r.Status), Headers: harHeaderList(r.Headers), Body: body, Size: int64(len(body))}
	if r.Content.Encoding == "" && len(body) > 0 {
		m.Headers.Del("Content-Encoding") // browsers record what it meant
	}
	if size := int64(r.Content.Size); size > m.Size {
		m.Size, m.Truncated = size, true
	}
	return m, nil
}
