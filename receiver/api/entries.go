package api

import (
	"encoding/json"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/query"
)

// The journal's own types are those of the wire.
type (
	// Entry is one thing that happened.
	Entry = journal.Entry
	// Message is one half of an entry's HTTP exchange.
	Message = journal.Message
	// Signature is the verdict on a request's signature.
	Signature = journal.Signature
	// Contract is the verdict on a payload against its schema.
	Contract = journal.Contract
	// SyntaxError says where a filter stops making sense.
	SyntaxError = query.SyntaxError
	// FilterKey describes one key of the filter language.
	FilterKey = query.KeyInfo
)

// CheckFilter returns the error of a filter that does not parse, before anything
// is asked of a server. It points at the place.
func CheckFilter(q string) error {
	_, err := query.Parse(q, nil)
	return err
}

// FilterKeys lists the keys of the filter language, for help and completion.
func FilterKeys() []FilterKey { return query.Keys() }

// Page is the answer of GET /_/entries.
type Page struct {
	Entries   []Entry `json:"entries"`
	LastSeq   uint64  `json:"last_seq"`
	OldestSeq uint64  `json:"oldest_seq"`
}

// Gap stands in a stream for entries that are no longer kept: {"gap":{…}}.
type Gap struct {
	From uint64 `json:"from"`
	To   uint64 `json:"to"`
}

// ExpectRequest is what a caller waits for: POST /_/expect.
type ExpectRequest struct {
	Q       string   `json:"q,omitempty"`
	Count   *int     `json:"count,omitempty"` // nil: 1
	AtMost  bool     `json:"at_most,omitempty"`
	Ordered []string `json:"ordered,omitempty"` // filters that must match in this order
	Within  string   `json:"within,omitempty"`  // Go duration of wall time
	After   *uint64  `json:"after,omitempty"`   // nil: from the oldest kept entry
}

// ExpectResult says whether an expectation was met, and if not, how far it came.
// Entries are the matching ones, or those that met the steps of Ordered.
type ExpectResult struct {
	Met      bool            `json:"met"`
	Entries  []uint64        `json:"entries"`
	WaitedMS float64         `json:"waited_ms"`
	Wanted   string          `json:"wanted,omitempty"`
	Seen     *Seen           `json:"seen,omitempty"`
	Nearest  *NearMiss       `json:"nearest,omitempty"`
	Error    *Error          `json:"error,omitempty"` // when it was not met, in the shape of every refusal
	Raw      json.RawMessage `json:"-"`               // the whole answer as it was
}

// Seen is what an expectation that was not met has looked at.
type Seen struct {
	Matching int    `json:"matching"` // entries, or steps of Ordered
	Entries  uint64 `json:"entries"`  // that were there to match
	LastSeq  uint64 `json:"last_seq"`
}

// NearMiss is the entry that failed the fewest parts of the filter.
type NearMiss struct {
	Seq     uint64   `json:"seq"`
	Summary string   `json:"summary"`
	Filter  string   `json:"filter"`
	Reasons []string `json:"reasons"`
}

// ImportResult says what an import has kept.
type ImportResult struct {
	Inbox    string `json:"inbox"`
	Imported int    `json:"imported"`
	Skipped  int    `json:"skipped,omitempty"` // entries that are no request
	FirstSeq uint64 `json:"first_seq"`
	LastSeq  uint64 `json:"last_seq"`

	Notes []string `json:"notes,omitempty"` // what was skipped or put right in other people's files, the first 100
}

// Difference is how two entries' requests differ. Same is true also when only
// volatile things do: times, ids, signatures.
type Difference struct {
	A       uint64         `json:"a"`
	B       uint64         `json:"b"`
	Same    bool           `json:"same"`
	Request []Change       `json:"request,omitempty"` // method, url
	Headers []HeaderChange `json:"headers,omitempty"`
	Body    BodyChange     `json:"body"`
}

// Change is one value that differs; A or B is missing when only the other has
// it. Volatile, when set, says why any two requests would differ there.
type Change struct {
	Path     string          `json:"path"` // gjson path
	A        json.RawMessage `json:"a,omitempty"`
	B        json.RawMessage `json:"b,omitempty"`
	Volatile string          `json:"volatile,omitempty"`
}

// HeaderChange is one header whose values differ.
type HeaderChange struct {
	Name     string   `json:"name"`
	A        []string `json:"a,omitempty"`
	B        []string `json:"b,omitempty"`
	Volatile string   `json:"volatile,omitempty"`
}

// BodyChange is how two bodies differ. Kind is same, json, text or binary.
type BodyChange struct {
	Kind    string   `json:"kind"`
	Changes []Change `json:"changes,omitempty"`
	Lines   []string `json:"lines,omitempty"` // "-gone", "+new", " kept"
	SizeA   int64    `json:"size_a"`
	SizeB   int64    `json:"size_b"`
	Cut     bool     `json:"cut,omitempty"` // more differs than is listed, or a body was not kept whole
}
