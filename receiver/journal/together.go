package journal

import (
	"bytes"
	"encoding/json"
)

// Together is what the Detail of an attempt or a capture tells when one request
// carried several events: EventID and Type are those of the first. The filter
// finds the request by each of them.
type Together struct {
	EventIDs   []string `json:"event_ids,omitempty"`
	EventTypes []string `json:"event_types,omitempty"` // of each event; left out when all are of one type
}

// WithTLS adds to a Detail what is to be said of the connection's certificate.
func WithTLS(detail json.RawMessage, what string) json.RawMessage {
	all := map[string]json.RawMessage{}
	_ = json.Unmarshal(detail, &all) // none, or one of the journal's own making
	all["tls"], _ = json.Marshal(what)
	out, _ := json.Marshal(all)
	return out
}

// together reads it off an entry.
func (e *Entry) Together() (t Together) {
	if e.Several() {
		_ = json.Unmarshal(e.Detail, &t) // a detail of another form tells of one event
	}
	return t
}

// several reports whether the entry may tell of several events.
func (e *Entry) Several() bool {
	return (e.Kind == Attempt || e.Kind == Capture) && bytes.Contains(e.Detail, []byte(`"event_ids"`))
}
