package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"tacklebox/receiver/api"
)

// EntryCalls are the calls about what happened: entries, inboxes, expectations.
type EntryCalls struct{ *transport }

// Query chooses entries. The zero value is the newest 100, oldest first.
type Query struct {
	Q      string // filter language
	After  uint64 // only later ones, 0: no bound
	Before uint64 // only earlier ones, 0: no bound
	Limit  int    // 0: the server's default
	Order  string // asc or desc, "": the server's default

	Oldest   bool // from the oldest entry on
	NoBodies bool // without the bodies: a list does not show them
}

// Entries returns a page of the journal.
func (c EntryCalls) Entries(ctx context.Context, q Query) (*api.Page, error) {
	query := values("q", q.Q, "after", number(q.After), "before", number(q.Before), "limit", number(uint64(max(q.Limit, 0))), "order", q.Order)
	if q.Oldest {
		query.Set("after", "0")
	}
	if q.NoBodies {
		query.Set("bodies", "0")
	}
	return ask[*api.Page](ctx, c.transport, "GET", "/_/entries", query, nil)
}

// Entry returns one entry.
func (c EntryCalls) Entry(ctx context.Context, seq uint64) (*api.Entry, error) {
	return ask[*api.Entry](ctx, c.transport, "GET", entryPath(seq, ""), nil, nil)
}

// Body returns the raw bytes of an entry's request body.
func (c EntryCalls) Body(ctx context.Context, seq uint64) ([]byte, error) {
	return c.raw(ctx, "GET", entryPath(seq, "/body"), nil, nil)
}

// Export returns an entry as curl, har, fixture or gotest.
func (c EntryCalls) Export(ctx context.Context, seq uint64, format string) ([]byte, error) {
	return c.raw(ctx, "GET", entryPath(seq, "/as/"+url.PathEscape(format)), nil, nil)
}

// Diff returns the structural difference of two entries' requests.
func (c EntryCalls) Diff(ctx context.Context, a, b uint64) (*api.Difference, error) {
	return ask[*api.Difference](ctx, c.transport, "GET", "/_/entries/diff", values("a", number(a), "b", number(b)), nil)
}

// DiffSample compares an entry's body with the catalogue's sample of its type.
func (c EntryCalls) DiffSample(ctx context.Context, a uint64) (*api.Difference, error) {
	return ask[*api.Difference](ctx, c.transport, "GET", "/_/entries/diff", values("a", number(a), "b", "sample"), nil)
}

// DeleteEntries forgets every entry. Sequence numbers go on where they were.
func (c EntryCalls) DeleteEntries(ctx context.Context) error { return c.ForgetEntries(ctx, "") }

// ForgetEntries forgets the entries that q matches, all when it is empty.
func (c EntryCalls) ForgetEntries(ctx context.Context, q string) error {
	return c.call(ctx, "DELETE", "/_/entries", values("q", q), nil, nil)
}

// Import hands requests that were recorded elsewhere to an inbox ("": the one
// that doc names, else the server's choice). doc is a HAR, entries as JSON lines
// or {"requests":[…]}; it is taken whole or not at all.
func (c EntryCalls) Import(ctx context.Context, inbox string, doc []byte) (*api.ImportResult, error) {
	return ask[*api.ImportResult](ctx, c.transport, "POST", "/_/entries/import", values("inbox", inbox), verbatim(doc))
}

// Replay sends an entry again and returns the server's account of it.
func (c EntryCalls) Replay(ctx context.Context, seq uint64, req api.ReplayRequest) (json.RawMessage, error) {
	return c.raw(ctx, "POST", entryPath(seq, "/replay"), nil, req)
}

// Expect waits until the expectation is met, cannot be met any more, or its
// time is over. Not met is a result, not an error.
func (c EntryCalls) Expect(ctx context.Context, e api.ExpectRequest) (*api.ExpectResult, error) {
	status, body, err := c.roundTrip(ctx, "POST", "/_/expect", nil, e)
	if err != nil {
		return nil, err
	}
	if status != http.StatusOK && status != http.StatusExpectationFailed {
		return nil, refusal(status, body)
	}
	out := &api.ExpectResult{Raw: body}
	if err := json.Unmarshal(body, out); err != nil {
		return nil, fmt.Errorf("answer of POST /_/expect: %w", err)
	}
	if !out.Met && out.Seen == nil {
		out.Seen = &api.Seen{} // what is no server of ours may say less
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
