package exchange

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tacklebox/receiver/api"
	"tacklebox/receiver/entries"
	"tacklebox/receiver/inbox"
	"tacklebox/receiver/journal"
)

// Limits of one import. They are decisions: everything is checked before the
// first entry is kept, so all of it stands in memory at once.
const (
	importedInbox   = "imported"
	maxImport       = 64 << 20
	maxImported     = 100_000
	maxImportedHead = 1 << 20 // bytes of request line and headers, as net/http takes from the network
	maxInboxName    = 200
)

// ImportEntries takes requests that were recorded elsewhere into an inbox, as
// captures: a HAR 1.2 file, entries as JSON lines or as a page of them,
// {"inbox","requests":[…]}, curl commands, or tests as exported. It keeps all of them or, when one is wrong, none.
func (x *Exchange) ImportEntries(ctx context.Context, r *http.Request) (api.Answer, error) {
	select {
	case x.turn <- struct{}{}:
		defer func() { <-x.turn }()
	case <-ctx.Done():
		return api.Answer{}, ctx.Err()
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxImport+1))
	var refused *api.Error
	switch {
	case errors.As(err, &refused):
		return api.Answer{}, err
	case err != nil:
		return api.Answer{}, api.BadRequest("", "the body broke off: %v", err)
	case len(raw) > maxImport:
		return api.Answer{}, api.Failed(http.StatusRequestEntityTooLarge, "too_large", "import it in parts", "the body is larger than %d bytes", maxImport)
	}
	im := &importing{inbox: r.URL.Query().Get("inbox"), maxBody: x.cfg.MaxBody, now: x.cfg.Now()}
	if err := im.read(plainText(raw)); err != nil {
		return api.Answer{}, err
	}
	for _, e := range im.entries {
		x.cfg.Inboxes.Judge(e)
	}
	return x.keepImported(im)
}

func (x *Exchange) keepImported(im *importing) (api.Answer, error) {
	out := api.ImportResult{Inbox: im.inbox, Imported: len(im.entries), Skipped: im.skipped, Notes: im.notes}
	receipts := make([]journal.Receipt, 0, len(im.entries))
	for _, e := range im.entries {
		receipts = append(receipts, x.log.Append(e))
	}
	for _, receipt := range receipts {
		if err := receipt.Wait(); err != nil {
			return api.Answer{}, inbox.NotKept(err)
		}
	}
	out.FirstSeq, out.LastSeq = receipts[0].Seq, receipts[len(receipts)-1].Seq
	return api.OK(out), nil
}

// importing is an import that is being checked.
type importing struct {
	inbox   string
	maxBody int64
	now     time.Time
	entries []*journal.Entry
	skipped int
	notes   []string // what was skipped or changed, and why
}

const maxNotes = 100

// skip passes over an entry of other people's files that cannot be imported.
func (im *importing) skip(place, reason string) {
	im.skipped++
	im.note(place, "skipped: "+reason)
}

func (im *importing) note(place, text string) {
	if len(im.notes) < maxNotes {
		im.notes = append(im.notes, place+": "+text)
	}
}

// read finds out which of its forms a body has.
func (im *importing) read(raw []byte) (err error) {
	switch {
	case curlStart.Match(raw):
		err = im.readCurl(string(raw))
	case goStart.Match(raw):
		err = im.readGoTest(string(raw))
	default:
		err = im.readJSON(raw)
	}
	if err != nil {
		return err
	}
	if len(im.entries) == 0 {
		return api.Failed(http.StatusUnprocessableEntity, "nothing_to_import", strings.Join(im.notes, "\n"), "there is no request in it; %d entries are none", im.skipped)
	}
	return im.checkInbox()
}

func (im *importing) readJSON(raw []byte) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	var head json.RawMessage
	if err := dec.Decode(&head); err != nil {
		return badLine(raw, err)
	}
	return im.readForm(raw, head, dec)
}

// readForm judges by the first value: a document of its own, or the first of
// many entries.
func (im *importing) readForm(raw []byte, head json.RawMessage, dec *json.Decoder) error {
	var form struct{ Log, Requests, Entries json.RawMessage }
	_ = json.Unmarshal(head, &form) // anything but an object is refused as an entry
	if form.Log == nil && form.Requests == nil && form.Entries == nil {
		return im.readLines(raw)
	}
	at := dec.InputOffset()
	if _, err := dec.Token(); err != io.EOF {
		return api.BadRequest("", "line %d: there is text behind the JSON document", lineAt(raw, at+1))
	}
	switch {
	case form.Log != nil:
		return im.readHAR(form.Log)
	case form.Requests != nil:
		return im.readRequests(head)
	}
	return im.readPage(form.Entries)
}

// lineAt is the number of the line that holds the byte at an offset.
func lineAt(raw []byte, offset int64) int {
	return 1 + bytes.Count(raw[:min(max(offset, 0), int64(len(raw)))], []byte("\n"))
}

func badLine(raw []byte, err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF):
		return api.BadRequest("send a HAR, entries as JSON lines, curl commands, or {\"requests\":[…]}", "the body is empty")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return api.Failed(http.StatusBadRequest, api.CodeBadJSON, "", "line %d: the JSON ends too early", lineAt(raw, int64(len(bytes.TrimRight(raw, "\n")))))
	case errors.As(err, &syntax):
		at := int(syntax.Offset)
		p := api.Failed(http.StatusBadRequest, api.CodeBadJSON, "", "line %d: not JSON: %v", lineAt(raw, syntax.Offset-1), err)
		p.Position = &at
		return p
	}
	return api.BadRequest("", "not JSON: %v", err)
}

// checkInbox settles the inbox and puts every request below it.
func (im *importing) checkInbox() error {
	if im.inbox == "" {
		im.inbox = importedInbox
	}
	odd := func(r rune) bool { return r == utf8.RuneError || unicode.IsControl(r) }
	if len(im.inbox) > maxInboxName || strings.ContainsFunc(im.inbox, odd) || im.inbox == "." || im.inbox == ".." {
		return api.BadRequest("", "inbox: %q cannot be the name of an inbox", entries.Cut(im.inbox, maxInboxName))
	}
	for _, e := range im.entries {
		e.Inbox, e.Request.URL = im.inbox, below(im.inbox, e.Request.URL)
	}
	return nil
}

// below is the target that the request would have had, had it been sent to the
// inbox: replayed, it gets there. What stood below another inbox stands below
// this one.
func below(name, target string) string {
	path, query, asked := strings.Cut(target, "?")
	if path == "/in" || strings.HasPrefix(path, "/in/") {
		_, path = inbox.SplitTarget(path)
	} else if path == "/" {
		path = ""
	}
	path = "/in/" + url.PathEscape(name) + path
	if asked {
		path += "?" + query
	}
	return path
}

// add takes one request. m.URL is a target that begins with a slash, or an
// absolute URL, whose host becomes the Host header where there is none.
func (im *importing) add(place string, e *journal.Entry) error {
	if len(im.entries) >= maxImported {
		return api.Failed(http.StatusRequestEntityTooLarge, "too_large", "import it in parts", "there are more than %d requests", maxImported)
	}
	if err := im.check(place, e.Request); err != nil {
		return err
	}
	e.Kind = journal.Capture
	if e.Time.IsZero() {
		e.Time = im.now
	}
	im.entries = append(im.entries, e)
	return nil
}

func (im *importing) check(place string, m *journal.Message) error {
	for _, check := range []func(string, *journal.Message) error{im.checkHeaders, im.checkLine, im.checkBody} {
		if err := check(place, m); err != nil {
			return err
		}
	}
	return nil
}

func (im *importing) checkLine(place string, m *journal.Message) error {
	if m.Method == "" {
		m.Method = http.MethodPost
	}
	if !inbox.ValidHeader(m.Method, nil) {
		return api.BadRequest("", "%s: %q is not a method", place, entries.Cut(m.Method, 100))
	}
	host, target, ok := splitURL(m.URL)
	if !ok {
		return api.BadRequest("like /orders?x=1 or https://app.example/orders", "%s: %q is neither an http URL nor a path", place, entries.Cut(m.URL, 200))
	}
	if host != "" && m.Headers.Get("Host") == "" {
		m.Headers.Set("Host", host)
	}
	m.URL = target
	return nil
}

// splitURL takes the host and the target out of a URL byte for byte: a parser
// would spell them anew. A fragment is never sent.
func splitURL(text string) (host, target string, ok bool) {
	text, _, _ = strings.Cut(text, "#")
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return "", "", false
	}
	if text == "" || text[0] == '/' || text[0] == '?' {
		return "", slashed(text), true
	}
	scheme, rest, found := strings.Cut(text, "://")
	if !found || !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return "", "", false
	}
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	host = rest[:end]
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		host = host[i+1:] // a password is not part of Host
	}
	return host, slashed(rest[end:]), host != ""
}

func slashed(target string) string {
	if !strings.HasPrefix(target, "/") {
		return "/" + target
	}
	return target
}

// checkHeaders refuses what no request can carry.
func (im *importing) checkHeaders(place string, m *journal.Message) error {
	size := len(m.URL)
	for _, f := range m.Headers {
		if !inbox.ValidHeader(f.Name, []string{f.Value}) {
			return api.BadRequest("", "%s: %q cannot be a header", place, entries.Cut(f.Name, 100))
		}
		size += len(f.Name) + len(f.Value)
	}
	if size > maxImportedHead {
		return api.Failed(http.StatusRequestEntityTooLarge, "too_large", "", "%s: URL and headers are larger than %d bytes", place, maxImportedHead)
	}
	return nil
}

func (im *importing) checkBody(place string, m *journal.Message) error {
	if int64(len(m.Body)) > im.maxBody {
		return api.Failed(http.StatusRequestEntityTooLarge, "too_large", "raise --max-body", "%s: the body has %d bytes, and %d are kept of one", place, len(m.Body), im.maxBody)
	}
	if !m.Truncated {
		m.Size = int64(len(m.Body))
	}
	return nil
}

// decodeBody takes a body from its text or from base64.
func decodeBody(place, text, encoding string) ([]byte, error) {
	switch encoding {
	case "":
		return []byte(text), nil
	case "base64":
		body, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, api.BadRequest("", "%s is not base64: %v", place, err)
		}
		return body, nil
	}
	return nil, api.BadRequest("known: base64", "%s: unknown encoding %q", place, entries.Cut(encoding, 100))
}
