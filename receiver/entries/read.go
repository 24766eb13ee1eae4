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
	"time"

	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/query"
)

// ParseFilter reads a filter; nil, which matches all, for an empty one.
func ParseFilter(q string, now func() time.Time) (*query.Filter, error) {
	if strings.TrimSpace(q) == "" {
		return nil, nil
	}
	return query.Parse(q, now)
}

// Kept reads what is kept of (after, before) in rising order. Entries that are
// dropped meanwhile are passed over: who asks for a list asks for what there is.
func Kept(ctx context.Context, log journal.Store, after, before uint64, f *query.Filter, yield func(*journal.Entry) bool) error {
	for {
		err := log.Scan(ctx, after, before, false, f, yield)
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
