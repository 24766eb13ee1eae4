package api

import (
	"encoding/json"
	"net/url"
)

// Inbox is how an inbox answers what it gets: PUT /_/inboxes/{inbox}.
type Inbox struct {
	Reply   []Reply  `json:"reply,omitempty"` // the last one repeats; none: 200 with an empty body
	Forward string   `json:"forward,omitempty"`
	Verify  *Signing `json:"verify,omitempty"`
}

// InboxInfo is one line of the list of inboxes.
type InboxInfo struct {
	Inbox    string `json:"inbox"`
	Captures int    `json:"captures"` // that are still kept
	LastSeq  uint64 `json:"last_seq,omitempty"`
	Settings Inbox  `json:"settings,omitzero"`
}

// Reply is one scripted answer of an inbox.
type Reply struct {
	Status  int              `json:"status,omitempty"` // 0: 200
	Headers map[string]Texts `json:"headers,omitempty"`
	Body    json.RawMessage  `json:"body,omitempty"`  // a text, or any other JSON as it is
	Delay   string           `json:"delay,omitempty"` // Go duration
	Times   int              `json:"times,omitempty"` // 0: once
	Fault   string           `json:"fault,omitempty"` // one of ReplyFaults
}

// Signing names whose signatures an inbox checks, and with which key.
type Signing struct {
	Provider string `json:"provider"`         // or the name of a signature scheme
	Secret   string `json:"secret,omitempty"` // "": the keys in force
}

// Texts is one text or a list of them, as a header has its values.
type Texts []string

// UnmarshalJSON takes both forms.
func (t *Texts) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*t = Texts{one}
		return nil
	}
	var list []string
	if json.Unmarshal(raw, &list) != nil {
		return BadRequest("", "a header is a text or a list of texts, not %s", Clip(string(raw)))
	}
	*t = list
	return nil
}

// MarshalJSON writes one text as such.
func (t Texts) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal([]string(t))
}

// HidePassword is a URL as it is shown: what stands behind "user:" is crossed out.
func HidePassword(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.User == nil {
		return text
	}
	if _, secret := u.User.Password(); !secret {
		return text
	}
	return u.Redacted()
}
