// Package entries reads the journal for the control API: lists, single entries
// and their bodies, and what the other calls need for that. A read ends with the
// request that asked for it.
package entries

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/query"
	"tacklebox/receiver/journal/record"
)

// ParseFilter reads a filter; nil, which matches all, for an empty one.
func ParseFilter(q string, now func() time.Time) (*query.Filter, error) {
	if strings.TrimSpace(q) == "" {
		return nil, nil
	}
	return query.Parse(q, now)
}

// Scan is Store.Scan that ends with ctx, whose error it returns then. A filter
// that matches nothing would otherwise be looked for to the end, long after who
// asked has left.
func Scan(ctx context.Context, log journal.Store, after, before uint64, reverse bool, f *query.Filter, yield func(*journal.Entry) bool) error {
	left := new(atomic.Bool)
	defer context.AfterFunc(ctx, func() { left.Store(true) })()
	var matcher journal.Matcher
	if f != nil {
		matcher = leaving{f, left}
	}
	err := log.Scan(after, before, reverse, matcher, func(e *journal.Entry) bool {
		return !left.Load() && yield(e)
	})
	return errors.Join(err, ctx.Err())
}

// leaving is a filter that matches anything as soon as nobody asks any more: the
// entry is then offered, which ends the scan.
type leaving struct {
	*query.Filter
	left *atomic.Bool
}

var _ record.Shortcut = leaving{}

// Match reports whether the filter matches, or nobody asks.
func (l leaving) Match(e *journal.Entry) bool { return l.left.Load() || l.Filter.Match(e) }

// ByIndex judges by what the index keeps.
func (l leaving) ByIndex(seq uint64, m *record.Meta) record.Verdict {
	if l.left.Load() {
		return record.Yes
	}
	return l.Filter.ByIndex(seq, m)
}

// ByBytes judges by the raw bytes.
func (l leaving) ByBytes(frame []byte) bool { return l.left.Load() || l.Filter.ByBytes(frame) }

// Kept reads what is kept of (after, before) in rising order. Entries that are
// dropped meanwhile are passed over: who asks for a list asks for what there is.
func Kept(ctx context.Context, log journal.Store, after, before uint64, f *query.Filter, yield func(*journal.Entry) bool) error {
	for {
		err := Scan(ctx, log, after, before, false, f, yield)
		var trimmed *journal.TrimmedError
		if !errors.As(err, &trimmed) || ctx.Err() != nil {
			return err
		}
		after = trimmed.To
	}
}

// Get reads one entry. Errors say what numbers there are.
func Get(log journal.Store, seq uint64) (*journal.Entry, error) {
	e, err := log.Get(seq)
	oldest, last := log.Bounds()
	switch {
	case errors.Is(err, journal.ErrTrimmed):
		return nil, api.Failed(http.StatusGone, api.CodeEntryGone, "oldest_seq is "+strconv.FormatUint(oldest, 10), "entry %d is no longer kept", seq)
	case errors.Is(err, journal.ErrUnknown):
		return nil, api.Failed(http.StatusNotFound, api.CodeUnknownEntry, "last_seq is "+strconv.FormatUint(last, 10), "there is no entry %d", seq)
	}
	return e, err
}

// Named reads the entry that the path of a call names.
func Named(log journal.Store, r *http.Request) (*journal.Entry, error) {
	text := r.PathValue("seq")
	seq, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return nil, api.Failed(http.StatusNotFound, api.CodeUnknownEntry, "", "an entry has a number, not %q", text)
	}
	return Get(log, seq)
}

// Summary is an entry in a few words.
func Summary(e *journal.Entry) string {
	words := []string{string(e.Kind)}
	for _, word := range []string{e.Provider, e.Type} {
		if word != "" {
			words = append(words, word)
		}
	}
	if e.Request != nil {
		words = append(words, e.Request.Method, Cut(e.Request.URL, 200))
	}
	if e.Response != nil {
		words = append(words, fmt.Sprint(e.Response.Status))
	}
	return strings.Join(words, " ")
}

// Cut shortens a text to at most limit bytes of whole characters.
func Cut(s string, limit int) string { return strings.ToValidUTF8(s[:min(len(s), limit)], "") }
