package exchange

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tacklebox/receiver/api"
	"tacklebox/receiver/entries"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/body"
)

const (
	maxChanges   = 1000
	maxDiffLines = 2000 // of each side, after what is equal at both ends
)

// DiffEntries answers how the requests of two entries differ.
func (x *Exchange) DiffEntries(ctx context.Context, r *http.Request) (api.Answer, error) {
	q := r.URL.Query()
	first, err := x.compared(q, "a")
	if err != nil {
		return api.Answer{}, err
	}
	var second *journal.Entry
	if q.Get("b") == "sample" {
		second, err = x.sampleOf(first)
	} else {
		second, err = x.compared(q, "b")
	}
	if err != nil {
		return api.Answer{}, err
	}
	d := diffMessages(first.Request, second.Request)
	d.A, d.B = first.Seq, second.Seq
	if repeats(first, second) && len(d.Body.Changes) > 0 {
		d.Same = false // somebody changed it on purpose
	}
	return api.OK(d), nil
}

// repeats reports whether one request is the other sent again by hand. What would
// differ between any two events then differs because it was edited.
func repeats(a, b *journal.Entry) bool {
	replayed := func(of, e *journal.Entry) bool { return e.EventID == "replay:"+strconv.FormatUint(of.Seq, 10) }
	sameEvent := a.EventID != "" && a.EventID == b.EventID || replayed(a, b) || replayed(b, a)
	toOthers := a.Subscription != "" && b.Subscription != "" && a.Subscription != b.Subscription
	return sameEvent && !toOthers && a.DeliveryID != b.DeliveryID
}

// compared returns the entry that a query parameter names.
func (x *Exchange) compared(q url.Values, name string) (*journal.Entry, error) {
	seq, given, err := api.QueryNumber(q, name)
	if err != nil {
		return nil, err
	}
	if !given {
		return nil, api.BadRequest("?a=SEQ&b=SEQ, or b=sample for the catalogue's sample", "%s is missing", name)
	}
	e, err := entries.Get(x.log, seq)
	if err != nil {
		return nil, err
	}
	if e.Request == nil {
		return nil, api.Failed(http.StatusUnprocessableEntity, "no_request", "", "entry %d has no request to compare", seq)
	}
	return e, nil
}

// sampleOf returns the entry's twin with the body of the catalogue's sample, so
// that only the bodies can differ.
func (x *Exchange) sampleOf(e *journal.Entry) (*journal.Entry, error) {
	if x.cfg.Sample != nil && e.Type != "" {
		if body, ok := x.cfg.Sample(e.Provider, e.Type); ok {
			twin := *e.Request
			twin.Body, twin.Size, twin.SHA256, twin.Truncated = body, int64(len(body)), "", false
			return &journal.Entry{Request: &twin}, nil
		}
	}
	return nil, api.Failed(http.StatusUnprocessableEntity, "no_sample", "compare what one of the providers sent", "entry %d is of no event type that the catalogue knows", e.Seq)
}

func diffMessages(a, b *journal.Message) api.Difference {
	d := api.Difference{Headers: diffHeaders(a.Headers.Map(), b.Headers.Map()), Body: diffBodies(a, b)}
	for _, part := range [][3]string{{"method", a.Method, b.Method}, {"url", a.URL, b.URL}} {
		if part[1] != part[2] {
			d.Request = append(d.Request, api.Change{Path: part[0], A: jsonText(part[1]), B: jsonText(part[2])})
		}
	}
	lasting := func(rule string) bool { return rule == "" }
	d.Same = len(d.Request) == 0 && len(d.Body.Lines) == 0 && d.Body.Kind != "binary" &&
		!slices.ContainsFunc(d.Headers, func(h api.HeaderChange) bool { return lasting(h.Volatile) }) &&
		!slices.ContainsFunc(d.Body.Changes, func(c api.Change) bool { return lasting(c.Volatile) })
	return d
}

func jsonText(s string) json.RawMessage {
	raw, _ := json.Marshal(s) // a string always can
	return raw
}

// diffHeaders compares names without their case: an attempt has them as the
// provider spells them, its capture as net/http does.
func diffHeaders(a, b http.Header) []api.HeaderChange {
	a, b = canonical(a), canonical(b)
	names := maps.Clone(a)
	maps.Copy(names, b)
	var list []api.HeaderChange
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if !slices.Equal(a[name], b[name]) {
			list = append(list, api.HeaderChange{Name: name, A: a[name], B: b[name], Volatile: headerRule(name)})
		}
	}
	return list
}

func canonical(h http.Header) http.Header {
	out := http.Header{}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		key := http.CanonicalHeaderKey(name)
		out[key] = slices.Concat(out[key], h[name])
	}
	return out
}

// volatileHeaders differ between two requests for one and the same occurrence:
// by time, by number, or because they are computed from what differs.
var volatileHeaders = regexp.MustCompile(`(?i)^(date|age|expires|content-length|etag|cookie|traceparent|tracestate)$|(signature|hmac|digest|timestamp|nonce|request-?id|trace-?id|correlation-?id|event-?id|delivery-?id|message-?id|idempotency-?key)`)

func headerRule(name string) string {
	if volatileHeaders.MatchString(name) {
		return "header " + strings.ToLower(name)
	}
	return ""
}

func diffBodies(a, b *journal.Message) api.BodyChange {
	c := api.BodyChange{Kind: "same", SizeA: a.Size, SizeB: b.Size, Cut: a.Truncated || b.Truncated}
	left, right := body.Of(a).Bytes, body.Of(b).Bytes // as their reader sees them
	if sameBody(a, b) || !c.Cut && bytes.Equal(left, right) {
		return c
	}
	va, oka := parseValue(left)
	vb, okb := parseValue(right)
	switch {
	case oka && okb && !c.Cut: // a part of a document is none
		c.Kind = "json"
		var t treeDiff
		t.values("", va, vb)
		c.Changes, c.Cut = t.changes, c.Cut || t.cut
	case utf8.Valid(left) && utf8.Valid(right):
		c.Kind = "text"
		var cut bool
		c.Lines, cut = diffLines(strings.Split(string(left), "\n"), strings.Split(string(right), "\n"))
		c.Cut = c.Cut || cut
	default:
		c.Kind = "binary"
	}
	return c
}

// sameBody goes by the digests, which are of the whole bodies, where both are
// known: of two cut bodies the same part may have been kept.
func sameBody(a, b *journal.Message) bool {
	if a.SHA256 != "" && b.SHA256 != "" {
		return a.SHA256 == b.SHA256
	}
	return a.Size == b.Size && bytes.Equal(a.Body, b.Body)
}

// parseValue reads JSON that is not nested beyond reason. Numbers stay as
// written, so that 1.0 and 1 differ and long ids keep their digits.
func parseValue(raw []byte) (v any, ok bool) {
	if !journal.Shallow(raw) || !json.Valid(raw) {
		return nil, false
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	return v, dec.Decode(&v) == nil
}

// treeDiff collects where two JSON values differ.
type treeDiff struct {
	changes []api.Change
	cut     bool
}

func (t *treeDiff) values(path string, a, b any) {
	switch left := a.(type) {
	case map[string]any:
		if right, ok := b.(map[string]any); ok {
			t.objects(path, left, right)
			return
		}
	case []any:
		if right, ok := b.([]any); ok {
			t.lists(path, left, right)
			return
		}
	}
	ra, rb := rawValue(a), rawValue(b)
	if !bytes.Equal(ra, rb) {
		t.add(api.Change{Path: path, A: ra, B: rb, Volatile: valueRule(path, a, b)})
	}
}

func (t *treeDiff) objects(path string, a, b map[string]any) {
	names := maps.Clone(a)
	maps.Copy(names, b)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		va, ina := a[name]
		vb, inb := b[name]
		t.member(join(path, escapeKey(name)), va, vb, ina, inb)
	}
}

func (t *treeDiff) lists(path string, a, b []any) {
	for i := range max(len(a), len(b)) {
		var va, vb any
		if i < len(a) {
			va = a[i]
		}
		if i < len(b) {
			vb = b[i]
		}
		t.member(join(path, strconv.Itoa(i)), va, vb, i < len(a), i < len(b))
	}
}

func (t *treeDiff) member(path string, a, b any, ina, inb bool) {
	switch {
	case ina && inb:
		t.values(path, a, b)
	case ina:
		t.add(api.Change{Path: path, A: rawValue(a)})
	default:
		t.add(api.Change{Path: path, B: rawValue(b)})
	}
}

func (t *treeDiff) add(c api.Change) {
	if len(t.changes) == maxChanges {
		t.cut = true
		return
	}
	t.changes = append(t.changes, c)
}

func rawValue(v any) json.RawMessage {
	raw, _ := json.Marshal(v) // it was JSON
	return raw
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// escapeKey spells a member so that the path works in body.PATH of a filter.
func escapeKey(name string) string {
	var b strings.Builder
	for _, r := range name {
		if strings.ContainsRune(`.*?|#@!{}[]()\`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

var (
	dateText = regexp.MustCompile(`^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s?(Z|[+-]\d\d:?\d\d)?)?$`)
	uuidText = regexp.MustCompile(`(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$`)
	idName   = regexp.MustCompile(`(^|[._-])(id|uuid|guid|oid|instance)$|(Id|ID|Uuid|UUID|Oid|Instance)$|(?i)(nonce|signature)$`)
	timeName = regexp.MustCompile(`(?i:(^|[._-])(ts|time|timestamp|date))$|(At|Time|Date|_at|Timestamp|Created|Modified)$`)
)

// valueRule names the rule by which two values may differ between any two
// events: both are dates, both are UUIDs, or the member is an id or a time.
func valueRule(path string, a, b any) string {
	ta, tb := scalar(a), scalar(b)
	name := path[strings.LastIndexByte(path, '.')+1:]
	switch {
	case ta == "" || tb == "":
		return ""
	case dateText.MatchString(ta) && dateText.MatchString(tb):
		return "date"
	case uuidText.MatchString(ta) && uuidText.MatchString(tb):
		return "uuid"
	case timeName.MatchString(name):
		return "time"
	case idName.MatchString(name):
		return "id"
	}
	return ""
}

func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// diffLines is the shortest edit between two texts, with one line of context
// around each change. Texts with too many lines that differ are replaced whole.
func diffLines(a, b []string) (out []string, cut bool) {
	head := 0
	for head < min(len(a), len(b)) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < min(len(a), len(b))-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	if head > 0 {
		out = append(out, " "+a[head-1])
	}
	ca, cb := a[head:len(a)-tail], b[head:len(b)-tail]
	if len(ca) > maxDiffLines || len(cb) > maxDiffLines {
		cut = true
		ca, cb = ca[:min(len(ca), maxDiffLines)], cb[:min(len(cb), maxDiffLines)]
	}
	out = append(out, editScript(ca, cb)...)
	if tail > 0 {
		out = append(out, " "+a[len(a)-tail])
	}
	return out, cut
}

// editScript walks the table of longest common subsequences.
func editScript(a, b []string) (out []string) {
	longest := make([][]int32, len(a)+1)
	for i := range longest {
		longest[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out, i, j = append(out, " "+a[i]), i+1, j+1
		case j == len(b) || i < len(a) && cmp.Compare(longest[i+1][j], longest[i][j+1]) >= 0:
			out, i = append(out, "-"+a[i]), i+1
		default:
			out, j = append(out, "+"+b[j]), j+1
		}
	}
	return out
}
