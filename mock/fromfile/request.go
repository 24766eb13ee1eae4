package fromfile

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"tacklebox/mock/fromfile/spec"
	"tacklebox/mock/kit"
	"tacklebox/mock/provider"
	"tacklebox/mock/signing"
)

// createRequest makes one attempt: type, headers and signature as of now.
func (a *author) createRequest(w *provider.World, d *provider.Delivery) (*provider.Outgoing, error) {
	s := kit.SubOf(w, d)
	if s != nil && !s.Enabled {
		return nil, &provider.DropError{Reason: "the subscription was switched off"}
	}
	header := []provider.Field{{Name: "Content-Type", Value: a.spec.ContentType}}
	if a.spec.TypeHeader != "" {
		header = append(header, provider.Field{Name: a.spec.TypeHeader, Value: a.wire(d.Type)})
	}
	fill := a.placeholders(w, d)
	for _, h := range a.spec.Headers {
		header = append(header, provider.Field{Name: h.Name, Value: fill.Replace(h.Value)})
	}
	out := kit.Post(d.URL, d.Body, header...)
	if a.keys.scheme == nil {
		return out, nil
	}
	signed, err := a.keys.scheme.Apply(a.keys.secretFor(w, d), signing.Request{Method: out.Method, URL: out.URL, Body: out.Body, ID: d.ID, At: w.Now(),
		Header: http.Header{"Content-Type": {a.spec.ContentType}}})
	if err != nil {
		return nil, err
	}
	out.Body, out.URL = signed.Body, signed.URL
	for _, l := range signed.Header {
		out.Set(l.Name, l.Value)
	}
	return out, nil
}

// placeholders are what the braces in a header stand for.
func (a *author) placeholders(w *provider.World, d *provider.Delivery) *strings.Replacer {
	event := d.ID
	if len(d.EventIDs) > 0 {
		event = d.EventIDs[0]
	}
	stamp := strconv.FormatInt(w.Now().Unix(), 10)
	if a.keys.scheme != nil {
		stamp = a.keys.scheme.Stamp(w.Now())
	}
	return strings.NewReplacer("{type}", a.wire(d.Type), "{delivery_id}", d.ID, "{event_id}", event, "{timestamp}", stamp,
		"{attempt}", strconv.Itoa(len(d.Attempts)+1), "{account}", headerText(d.Account))
}

// headerText takes out what no header can carry.
func headerText(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, text)
}

// formBody writes the payload as a form: one field of JSON, or a field for each
// of its members.
func (a *author) formBody(_ *provider.World, d *provider.Delivery) ([]byte, error) {
	payload := d.Payloads[0]
	if a.spec.FormField != "" {
		return []byte(url.Values{a.spec.FormField: {string(payload)}}.Encode()), nil
	}
	doc := gjson.ParseBytes(payload)
	if !json.Valid(payload) || !doc.IsObject() {
		return payload, nil // a sample that is a form already
	}
	var fields []string
	doc.ForEach(func(name, value gjson.Result) bool {
		text := value.String()
		if value.Type == gjson.Null {
			text = ""
		}
		fields = append(fields, url.QueryEscape(name.Str)+"="+url.QueryEscape(text))
		return true
	})
	return []byte(strings.Join(fields, "&")), nil
}

// unwrap takes the payload out of a form; the fields of one without a form_field
// have lost their types, so nothing is said about them.
func (a *author) unwrap(body []byte) []byte {
	if a.spec.FormField == "" {
		return nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || !form.Has(a.spec.FormField) {
		return []byte("null")
	}
	return []byte(form.Get(a.spec.FormField))
}

// isForm reports whether a call's body is a form.
func isForm(c *provider.Call) bool {
	kind, _, _ := strings.Cut(c.Header.Get("Content-Type"), ";")
	return strings.EqualFold(strings.TrimSpace(kind), spec.Form)
}
