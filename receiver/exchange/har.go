package exchange

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"tacklebox/receiver/entries"
	"tacklebox/receiver/journal"
)

// The parts of HAR 1.2 that an entry fills. Members that the format requires
// are always written; -1 stands for "not known" where it allows that.
type (
	harFile struct {
		Log harLog `json:"log"`
	}
	harLog struct {
		Version string     `json:"version"`
		Creator harCreator `json:"creator"`
		Pages   []struct{} `json:"pages"` // Firefox reads it unguarded
		Entries []harEntry `json:"entries"`
	}
	harCreator struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	harEntry struct {
		Started  string      `json:"startedDateTime"`
		Time     float64     `json:"time"`
		Request  harRequest  `json:"request"`
		Response harResponse `json:"response"`
		Cache    struct{}    `json:"cache"`
		Timings  harTimings  `json:"timings"`
		Comment  string      `json:"comment,omitempty"`
	}
	harRequest struct {
		Method      string    `json:"method"`
		URL         string    `json:"url"`
		HTTPVersion string    `json:"httpVersion"`
		Cookies     []harPair `json:"cookies"`
		Headers     []harPair `json:"headers"`
		Query       []harPair `json:"queryString"`
		PostData    *harPost  `json:"postData,omitempty"`
		HeadersSize int       `json:"headersSize"`
		BodySize    int64     `json:"bodySize"`
	}
	harResponse struct {
		Status      int        `json:"status"`
		StatusText  string     `json:"statusText"`
		HTTPVersion string     `json:"httpVersion"`
		Cookies     []harPair  `json:"cookies"`
		Headers     []harPair  `json:"headers"`
		Content     harContent `json:"content"`
		RedirectURL string     `json:"redirectURL"`
		HeadersSize int        `json:"headersSize"`
		BodySize    int64      `json:"bodySize"`
	}
	harPair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	harPost struct {
		MimeType string    `json:"mimeType"`
		Params   []harPair `json:"params"`
		Text     string    `json:"text"`
		Encoding string    `json:"_encoding,omitempty"` // the format names none for requests
	}
	harContent struct {
		Size     int64  `json:"size"`
		MimeType string `json:"mimeType"`
		Text     string `json:"text,omitempty"`
		Encoding string `json:"encoding,omitempty"`
	}
	harTimings struct {
		Send    float64 `json:"send"`
		Wait    float64 `json:"wait"`
		Receive float64 `json:"receive"`
	}
)

// exportHAR writes a HAR 1.2 file with one entry.
func exportHAR(x *Exchange, e *journal.Entry) ([]byte, error) {
	took := float64(e.Took) / float64(time.Millisecond)
	version := x.cfg.Version
	if version == "" {
		version = "dev"
	}
	entry := harEntry{
		Started:  e.Time.Format(time.RFC3339Nano),
		Time:     took,
		Request:  harRequestOf(e.Request),
		Response: harResponseOf(e.Response),
		Timings:  harTimings{Wait: took},
		Comment:  entries.Summary(e),
	}
	return json.MarshalIndent(harFile{harLog{"1.2", harCreator{"tacklebox", version}, []struct{}{}, []harEntry{entry}}}, "", "  ")
}

func harRequestOf(m *journal.Message) harRequest {
	r := harRequest{
		Method: m.Method, URL: absoluteURL(m), HTTPVersion: m.Proto,
		Cookies: cookiesOf(m.Headers.HTTP()), Headers: harHeaders(m.Headers), Query: queryOf(m.URL),
		HeadersSize: -1, BodySize: m.Size,
	}
	if r.HTTPVersion == "" {
		r.HTTPVersion = "HTTP/1.1"
	}
	if len(m.Body) > 0 {
		text, encoding := harText(m)
		r.PostData = &harPost{MimeType: m.Headers.Get("Content-Type"), Params: []harPair{}, Text: text, Encoding: encoding}
	}
	return r
}

// harResponseOf writes status 0 when there was no answer, as browsers do.
func harResponseOf(m *journal.Message) harResponse {
	r := harResponse{HTTPVersion: "HTTP/1.1", Cookies: []harPair{}, Headers: []harPair{}, HeadersSize: -1, BodySize: -1}
	r.Content.MimeType = "x-unknown"
	if m == nil {
		return r
	}
	r.Status, r.StatusText = m.Status, http.StatusText(m.Status)
	r.Headers, r.RedirectURL, r.BodySize = harHeaders(m.Headers), m.Headers.Get("Location"), m.Size
	r.Content.Size = m.Size
	if typ := m.Headers.Get("Content-Type"); typ != "" {
		r.Content.MimeType = typ
	}
	r.Content.Text, r.Content.Encoding = harText(m)
	return r
}

// harText is the body as text, or as base64 where text would not hold it. One with
// a content encoding is never text: browsers write so what it means.
func harText(m *journal.Message) (text, encoding string) {
	if utf8.Valid(m.Body) && (len(m.Body) == 0 || !m.Headers.Has("Content-Encoding")) {
		return string(m.Body), ""
	}
	return base64.StdEncoding.EncodeToString(m.Body), "base64"
}

func harHeaders(h journal.Header) []harPair {
	pairs := []harPair{}
	for _, line := range headersBut(h) {
		pairs = append(pairs, harPair{line[0], line[1]})
	}
	return pairs
}

func cookiesOf(h http.Header) []harPair {
	pairs := []harPair{}
	for _, c := range (&http.Request{Header: h}).Cookies() {
		pairs = append(pairs, harPair{c.Name, c.Value})
	}
	return pairs
}

// queryOf lists the parameters in the order in which they were sent.
func queryOf(target string) []harPair {
	pairs := []harPair{}
	_, query, _ := strings.Cut(target, "?")
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, harPair{unescaped(name), unescaped(value)})
	}
	return pairs
}

func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}
