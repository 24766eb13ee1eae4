package shoptet

import (
	"bytes"
	"encoding/json"
	"mime"

	"tacklebox/mock/provider"
	"tacklebox/mock/shoptet/apierror"
	"tacklebox/mock/shoptet/document"
)

// document returns the body of a write. Everything that cannot be read is one
// and the same refusal (status documented, wording decision).
func (r *request) document() (json.RawMessage, error) {
	switch {
	case r.Option("strict_content_type").Bool() && !r.toldType():
		return nil, apierror.ContentTypeWrong()
	case r.Call.TooLarge:
		return nil, apierror.BodyTooLarge()
	case r.Call.BodyErr != nil || !provider.Sound(r.Call.Body):
		return nil, apierror.NotJSON()
	}
	return bytes.TrimSpace(r.Call.Body), nil
}

// toldType reports whether the body is declared as the profile's description
// tells clients to.
func (r *request) toldType() bool {
	media, _, err := mime.ParseMediaType(r.Call.Header.Get("Content-Type"))
	return err == nil && media == r.profile.told
}

// checker opens the checks of a document under the rules of the profile.
func (r *request) checker() *document.Checker {
	return &document.Checker{Payloads: r.profile.payloads, Ports: r.Option("url_ports").Text() == "documented"}
}
