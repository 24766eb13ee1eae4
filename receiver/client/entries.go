package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"tacklebox/receiver/journal"
)

// Query chooses entries. The zero value is the newest 100, oldest first.
type Query struct {
	Q      string // filter language
	After  uint64 // only later ones, 0: no bound
	Before uint64 // only earlier ones, 0: no bound
	Limit  int    // 0: the server's default
	Order  string // asc or desc, "": the server's default
}

// Page is an answer to a Query.
type Page struct {
	Entries   []journal.Entry `json:"entries"`
	LastSeq   uint64          `json:"last_seq"`
	OldestSeq uint64          `json:"oldest_seq"`
}

// ReplayRequest says how an entry is sent again.
type ReplayRequest struct {
	To     string          `json:"to,omitempty"`
	Set    map[string]any  `json:"set,omitempty"`
	Unset  []string        `json:"unset,omitempty"`
	Body   json.RawMessage `json:"body,omitempty"`
	Resign bool            `json:"resign,omitempty"` // sign again with the key in force
	NewID  bool            `json:"new_id,omitempty"` // as a new event, not another try of the old one
}

// Expectation is what a caller waits for.
type Expectation struct {
	Q       string   `json:"q,omitempty"`
	Count   *int     `json:"count,omitempty"` // nil: 1
	AtMost  bool     `json:"at_most,omitempty"`
	Ordered []string `json:"ordered,omitempty"` // filters that must match in this order
	Within  string   `json:"within,omitempty"`  // Go duration of wall time
	After   *uint64  `json:"after,omitempty"`   // nil: from the oldest kept entry
}

// ExpectResult says whether an Expectation was met, and if not, how far it
// came. Raw keeps the whole answer as it was.
type ExpectResult struct {
	Met      bool            `json:"met"`
	Entries  []uint64        `json:"entries"` // that matched, or met the steps of Ordered
	WaitedMS float64         `json:"waited_ms"`
	Wanted   string          `json:"wanted,omitempty"`
	Seen     Seen            `json:"seen,omitzero"`
	Nearest  *NearMiss       `json:"nearest,omitempty"`
	Raw      json.RawMessage `json:"-"`
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

// Entries returns a page of the journal.
func (c *Client) Entries(ctx context.Context, q Query) (*Page, error) {
	query := values("q", q.Q, "after", number(q.After), "before", number(q.Before), "limit", number(uint64(max(q.Limit, 0))), "order", q.Order)
	out := new(Page)
	return out, c.call(ctx, "GET", "/_/entries", query, nil, out)
}

// Entry returns one entry.
func (c *Client) Entry(ctx context.Context, seq uint64) (*journal.Entry, error) {
	out := new(journal.Entry)
	return out, c.call(ctx, "GET", entryPath(seq, ""), nil, nil, out)
}

// Body returns the raw bytes of an entry's request body.
func (c *Client) Body(ctx context.Context, seq uint64) ([]byte, error) {
	return c.raw(ctx, "GET", entryPath(seq, "/body"), nil, nil)
}

// Export returns an entry as curl, har, fixture or gotest.
func (c *Client) Export(ctx context.Context, seq uint64, format string) ([]byte, error) {
	return c.raw(ctx, "GET", entryPath(seq, "/as/"+url.PathEscape(format)), nil, nil)
}

// Diff returns the structural difference of two entries' requests.
func (c *Client) Diff(ctx context.Context, a, b uint64) (*Difference, error) {
	out := new(Difference)
	return out, c.call(ctx, "GET", "/_/entries/diff", values("a", number(a), "b", number(b)), nil, out)
}

// DiffSample compares an entry's body with the catalogue's sample of its type.
func (c *Client) DiffSample(ctx context.Context, a uint64) (*Difference, error) {
	out := new(Difference)
	return out, c.call(ctx, "GET", "/_/entries/diff", values("a", number(a), "b", "sample"), nil, out)
}

// DeleteEntries forgets every entry. Sequence numbers go on where they were.
func (c *Client) DeleteEntries(ctx context.Context) error {
	return c.call(ctx, "DELETE", "/_/entries", nil, nil, nil)
}

// Imported says what an import has kept.
type Imported struct {
	Inbox    string `json:"inbox"`
	Imported int    `json:"imported"`
	Skipped  int    `json:"skipped,omitempty"` // entries that are no request
	FirstSeq uint64 `json:"first_seq"`
	LastSeq  uint64 `json:"last_seq"`
}

// Import hands requests that were recorded elsewhere to an inbox ("": the one
// that doc names, else the server's choice). doc is a HAR, entries as JSON lines
// or {"requests":[…]}; it is taken whole or not at all.
func (c *Client) Import(ctx context.Context, inbox string, doc []byte) (*Imported, error) {
	out := new(Imported)
	return out, c.call(ctx, "POST", "/_/entries/import", values("inbox", inbox), verbatim(doc), out)
}

// Replay sends an entry again and returns the server's account of it.
func (c *Client) Replay(ctx context.Context, seq uint64, req ReplayRequest) (json.RawMessage, error) {
	return c.raw(ctx, "POST", entryPath(seq, "/replay"), nil, req)
}

// Expect waits until the expectation is met, cannot be met any more, or its
// time is over. Not met is a result, not an error.
func (c *Client) Expect(ctx context.Context, e Expectation) (*ExpectResult, error) {
	status, body, err := c.roundTrip(ctx, "POST", "/_/expect", nil, e)
	if err != nil {
		return nil, err
	}
	if status != http.StatusOK && status != http.StatusExpectationFailed {
		return nil, problem(status, body)
	}
	out := &ExpectResult{Raw: body}
	if err := json.Unmarshal(body, out); err != nil {
		return nil, fmt.Errorf("answer of POST /_/expect: %w", err)
	}
	return out, nil
}

func entryPath(seq uint64, rest string) string {
	return "/_/entries/" + strconv.FormatUint(seq, 10) + rest
}

// number writes n, or nothing for 0, which every bound here reads as "none".
func number(n uint64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(n, 10)
}
