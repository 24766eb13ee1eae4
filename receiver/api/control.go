package api

import (
	"encoding/json"
	"time"
)

// Clock is the provider side's time: GET /_/clock.
type Clock struct {
	Now  time.Time `json:"now"`
	Mode string    `json:"mode"`          // real, manual or auto
	Next time.Time `json:"next,omitzero"` // when the next attempt is due
}

// ClockMove moves a manual or auto clock; one field is set. POST /_/clock.
type ClockMove struct {
	Advance string `json:"advance,omitempty"` // Go duration
	To      string `json:"to,omitempty"`      // RFC 3339, or "next"
}

// VerifyRequest asks whether a signature is right: POST /_/verify.
type VerifyRequest struct {
	Provider   string           `json:"provider"`          // or the name of a signature scheme
	Secret     string           `json:"secret"`            // "" with Account: its keys in force
	Account    string           `json:"account,omitempty"` // whose keys and captures are compared
	Headers    map[string]Texts `json:"headers"`
	Body       string           `json:"body"`
	BodyBase64 string           `json:"body_base64,omitempty"` // in place of Body where that is no text
	URL        string           `json:"url,omitempty"`         // for schemes that sign it
	Method     string           `json:"method,omitempty"`
	At         string           `json:"at,omitempty"`         // RFC 3339, when it is judged; "": now, by the provider side's clock
	Candidates []Candidate      `json:"candidates,omitempty"` // absent: the newest captures
}

// Candidate is another body that a signature may belong to. A plain text is one
// without a name.
type Candidate struct {
	Name       string `json:"name,omitempty"`
	Body       string `json:"body,omitempty"`
	BodyBase64 string `json:"body_base64,omitempty"`
}

func (c *Candidate) setText(body string) { *c = Candidate{Body: body} }

// UnmarshalJSON takes both forms. Unknown members are refused.
func (c *Candidate) UnmarshalJSON(raw []byte) error {
	var body string
	if json.Unmarshal(raw, &body) == nil {
		c.setText(body)
		return nil
	}
	type plain Candidate
	if err := check(raw, (*plain)(c)); err != nil {
		return err
	}
	return json.Unmarshal(raw, (*plain)(c))
}

// Verdict answers a VerifyRequest.
type Verdict struct {
	Valid  bool     `json:"valid"`
	Reason string   `json:"reason"`
	Tried  []string `json:"tried"`
}

// SignRequest asks for a signature: POST /_/sign.
type SignRequest struct {
	Scheme     string           `json:"scheme"`
	Secret     string           `json:"secret"`
	Body       string           `json:"body"`
	BodyBase64 string           `json:"body_base64,omitempty"`
	Headers    map[string]Texts `json:"headers,omitempty"`
	URL        string           `json:"url,omitempty"`
	Method     string           `json:"method,omitempty"`
	At         string           `json:"at,omitempty"` // RFC 3339; "": now
	ID         string           `json:"id,omitempty"` // "": a random one
}

// SignResult answers a SignRequest.
type SignResult struct {
	Headers    map[string]string `json:"headers"`
	Body       string            `json:"body"`                  // as given, unless the scheme signs inside it
	BodyBase64 string            `json:"body_base64,omitempty"` // in place of Body where that is no text
	URL        string            `json:"url,omitempty"`         // where the scheme puts a digest into it
}

// Scheme is one row of GET /_/schemes: a way of signing that `verify`, `sign`, an
// inbox and a provider file know by name.
type Scheme struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Rule     string `json:"rule"`               // in a line
	Header   string `json:"header"`             // where the proof stands
	SignsURL bool   `json:"signs_url"`          // url and method are needed
	Document string `json:"document,omitempty"` // the vendor's page
	Evidence string `json:"evidence"`
	Provider bool   `json:"provider"` // a mock provider of that name, not a scheme alone
}

// Scenario is one embedded scenario: GET /_/scenarios.
type Scenario struct {
	Name  string `json:"name"`
	About string `json:"about"`
	Text  string `json:"text"` // its YAML
}

// Space is one row of GET /_/spaces.
type Space struct {
	Name     string    `json:"name"`
	URL      string    `json:"url"`
	Created  time.Time `json:"created"`
	LastUsed time.Time `json:"last_used"`
	Entries  uint64    `json:"entries"` // that are kept
	Clock    string    `json:"clock"`   // real, manual or auto
	Now      time.Time `json:"now"`     // on it
	TTL      string    `json:"ttl,omitempty"`
	Token    bool      `json:"token,omitempty"` // it has one of its own
}

// SpaceOptions is what PUT /_/spaces/NAME can say. What is nil was not said: it is
// as the process has it.
type SpaceOptions struct {
	Clock *string    `json:"clock,omitempty"`
	Start *time.Time `json:"start,omitempty"`
	Seed  *uint64    `json:"seed,omitempty"`
	Keep  *int       `json:"keep,omitempty"`
	TTL   *string    `json:"ttl,omitempty"` // Go duration of wall time
	Token *string    `json:"token,omitempty"`
}

// Index says what answers here: GET /_/.
type Index struct {
	Name    string            `json:"name"`
	Version string            `json:"version"`
	PID     int               `json:"pid"`
	URLs    map[string]string `json:"urls"`
	Entries Kept              `json:"entries"`
}

// Kept says which entries the journal has.
type Kept struct {
	OldestSeq uint64 `json:"oldest_seq"`
	LastSeq   uint64 `json:"last_seq"`
	Count     uint64 `json:"count"`
}

// Done is the answer of calls that have nothing to tell but that they did it.
type (
	Removed struct {
		Removed bool `json:"removed"`
	}
	ResetDone struct {
		Reset bool `json:"reset"`
	}
	Status struct {
		Status string `json:"status"`
	}
)
