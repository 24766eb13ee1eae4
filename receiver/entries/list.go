package entries

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/query"
)

const (
	defaultLimit = 100
	maxLimit     = 1_000_000
	fewEntries   = 1000 // found by looking backwards, they are read one by one
)

// Entries serves the calls that read and forget entries.
type Entries struct {
	log    journal.Store
	now    func() time.Time
	forgot func()
}

// New returns the calls on a journal; now is the clock of "since:5m", forgot is
// called when single entries were forgotten.
func New(log journal.Store, now func() time.Time, forgot func()) *Entries {
	return &Entries{log, now, forgot}
}

func (x *Entries) parse(q string) (*query.Filter, error) { return ParseFilter(q, x.now) }

// listQuery is what GET /_/entries was asked for.
type listQuery struct {
	filter        *query.Filter
	after, before uint64 // both exclusive
	limit         int
	fromAfter     bool // page on from after instead of showing the newest
	descending    bool
	few           []uint64 // the entries to show, when they are known to be few
	first         uint64
	bodiless      bool // bodies are left out; their size and digest stay
}

func (x *Entries) parseList(q url.Values) (l listQuery, err error) {
	if l.filter, err = x.parse(q.Get("q")); err != nil {
		return l, err
	}
	if l.after, l.fromAfter, err = api.QueryNumber(q, "after"); err != nil {
		return l, err
	}
	if l.before, _, err = api.QueryNumber(q, "before"); err != nil {
		return l, err
	}
	bodies, given, err := api.QueryNumber(q, "bodies")
	if err != nil || bodies > 1 {
		return l, api.BadRequest("bodies=0 leaves them out", "bodies must be 0 or 1, not %q", api.Clip(q.Get("bodies")))
	}
	l.bodiless = given && bodies == 0
	limit, given, err := api.QueryNumber(q, "limit")
	switch {
	case err != nil:
		return l, err
	case !given:
		limit = defaultLimit
	case limit < 1 || limit > maxLimit:
		return l, api.BadRequest("", "limit must be from 1 to %d, not %d", maxLimit, limit)
	}
	l.limit = int(limit)
	switch order := q.Get("order"); order {
	case "", "asc":
	case "desc":
		l.descending, l.fromAfter = true, false
	default:
		return l, api.BadRequest("known: asc, desc", "order must be asc or desc, not %q", order)
	}
	return l, nil
}

// ListEntries writes entries as they are read, so that a million of them need
// no memory.
func (x *Entries) ListEntries(w http.ResponseWriter, r *http.Request) error {
	l, err := x.parseList(r.URL.Query())
	if err != nil {
		return err
	}
	oldest, last := x.log.Bounds()
	if l.before == 0 || l.before > last+1 {
		l.before = last + 1 // what comes meanwhile is not in last_seq either
	}
	if err := x.window(r.Context(), &l, oldest); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	out := bufio.NewWriterSize(w, 64<<10)
	_, _ = out.WriteString(`{"entries":[`)
	if err := x.writeEntries(r.Context(), out, l); err != nil {
		panic(http.ErrAbortHandler) // the answer has begun: only breaking it off says that it is not whole
	}
	tail := append([]byte(`],"last_seq":`), strconv.FormatUint(last, 10)...)
	tail = append(tail, `,"oldest_seq":`...)
	_, _ = out.Write(append(strconv.AppendUint(tail, oldest, 10), "}\n"...))
	_ = out.Flush() // the asker may be gone
	return nil
}

// window finds where the newest l.limit matching entries begin by looking
// backwards once. It keeps the numbers of a few and, of many, only the first.
func (x *Entries) window(ctx context.Context, l *listQuery, oldest uint64) error {
	if l.before <= l.after+1 {
		l.few = []uint64{}
		return nil
	}
	from := max(l.after+1, oldest)
	if l.descending || l.fromAfter || l.before-min(from, l.before) <= uint64(l.limit) {
		return nil
	}
	found := 0
	few := make([]uint64, 0, min(l.limit, fewEntries))
	err := x.log.Scan(ctx, l.after, l.before, true, l.filter, func(e *journal.Entry) bool {
		l.first = e.Seq
		if found++; found <= fewEntries {
			few = append(few, e.Seq)
		}
		return found < l.limit
	})
	if found <= fewEntries {
		slices.Reverse(few)
		l.few = few
	}
	l.after = max(l.after, l.first-min(l.first, 1))
	return err
}

func (x *Entries) writeEntries(ctx context.Context, out *bufio.Writer, l listQuery) error {
	var line []byte
	var failed error
	left := l.limit
	write := func(e *journal.Entry) bool {
		line = line[:0]
		if left < l.limit {
			line = append(line, ",\n"...)
		}
		if l.bodiless {
			dropBodies(e)
		}
		line = e.AppendJSON(line)
		_, failed = out.Write(line)
		left--
		return left > 0 && failed == nil
	}
	switch {
	case l.few != nil:
		return errors.Join(x.each(l.few, write), failed)
	case l.descending:
		return errors.Join(x.log.Scan(ctx, l.after, l.before, true, l.filter, write), failed)
	}
	return errors.Join(Kept(ctx, x.log, l.after, l.before, l.filter, write), failed)
}

// dropBodies leaves of the bodies what is said of them. e is the reader's own.
func dropBodies(e *journal.Entry) {
	for _, m := range []*journal.Message{e.Request, e.Response} {
		if m != nil {
			m.Body = nil
		}
	}
}

// each reads entries one by one; those dropped meanwhile are passed over.
func (x *Entries) each(seqs []uint64, yield func(*journal.Entry) bool) error {
	for _, seq := range seqs {
		e, err := x.log.Get(seq)
		if errors.Is(err, journal.ErrTrimmed) {
			continue
		}
		if err != nil {
			return err
		}
		if !yield(e) {
			return nil
		}
	}
	return nil
}

// GetEntry answers one entry.
func (x *Entries) GetEntry(_ context.Context, r *http.Request) (api.Answer, error) {
	e, err := Named(x.log, r)
	if err != nil {
		return api.Answer{}, err
	}
	return api.OK(e), nil
}

// DeleteEntries forgets entries: those that q matches, or all. Their numbers are
// never given again.
func (x *Entries) DeleteEntries(ctx context.Context, r *http.Request) (api.Answer, error) {
	filter, err := x.parse(r.URL.Query().Get("q"))
	if err != nil {
		return api.Answer{}, err
	}
	if filter == nil {
		err = x.log.Clear()
	} else {
		err = x.log.Forget(ctx, filter)
		x.forgot()
	}
	return api.Answer{Status: http.StatusNoContent, Raw: []byte{}}, err
}

// GetBody answers the raw bytes of the request, or with ?of=response those of
// the answer, in a type that no browser will run.
func (x *Entries) GetBody(_ context.Context, r *http.Request) (api.Answer, error) {
	e, err := Named(x.log, r)
	if err != nil {
		return api.Answer{}, err
	}
	m := e.Request
	switch of := r.URL.Query().Get("of"); of {
	case "", "request":
	case "response":
		m = e.Response
	default:
		return api.Answer{}, api.BadRequest("known: request, response", "of must be request or response, not %q", of)
	}
	if m == nil {
		return api.Answer{}, api.Failed(http.StatusNotFound, "no_body", "", "entry %d has no such half", e.Seq)
	}
	answer := api.Text(safeType(m), m.Body)
	answer.Header.Set("Content-Security-Policy", "sandbox")
	if m.Truncated {
		answer.Header.Set("X-Truncated", "true")
	}
	return answer, nil
}

// safeType passes JSON and plain text on as such and calls everything else
// bytes: a captured page must not run in the sandbox's origin.
func safeType(m *journal.Message) string {
	typ, _, _ := mime.ParseMediaType(m.Headers.Get("Content-Type"))
	switch {
	case (typ == "application/json" || strings.HasSuffix(typ, "+json")) && json.Valid(m.Body):
		return "application/json"
	case typ == "text/plain" && utf8.Valid(m.Body):
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}
