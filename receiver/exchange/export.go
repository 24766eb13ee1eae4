package exchange

import (
	"context"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tacklebox/receiver/api"
	"tacklebox/receiver/entries"
	"tacklebox/receiver/journal"
)

// exporter writes an entry in a form that works somewhere else.
type exporter struct {
	typ   string // media type
	ext   string // of the suggested file name
	write func(x *Exchange, e *journal.Entry) ([]byte, error)
}

// exporters are the formats of GET /_/entries/{seq}/as/{format}.
func exporters() map[string]exporter {
	return map[string]exporter{
		"curl":    {"text/plain; charset=utf-8", ".sh", exportCurl},
		"har":     {"application/json", ".har", exportHAR},
		"fixture": {"application/octet-stream", ".json", exportFixture},
		"gotest":  {"text/plain; charset=utf-8", "_test.go", exportGoTest},
	}
}

// ExportEntry answers an entry in a form that works somewhere else.
func (x *Exchange) ExportEntry(ctx context.Context, r *http.Request) (api.Answer, error) {
	form, ok := exporters()[r.PathValue("format")]
	if !ok {
		return api.Answer{}, api.Failed(http.StatusNotFound, "unknown_format", "known: curl, har, fixture, gotest", "entries are not exported as %q", r.PathValue("format"))
	}
	e, err := entries.Named(x.log, r)
	if err != nil {
		return api.Answer{}, err
	}
	if e.Request == nil {
		return api.Answer{}, api.Failed(http.StatusUnprocessableEntity, "no_request", "export an attempt, a call or a capture", "entry %d has no request", e.Seq)
	}
	out, err := form.write(x, e)
	if err != nil {
		return api.Answer{}, err
	}
	answer := api.Text(form.typ, out)
	answer.Header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": fileName(e) + form.ext}))
	return answer, nil
}

// fileName is the event type, or the kind and number, in letters that every
// file system takes.
func fileName(e *journal.Entry) string {
	name := e.Type
	if name == "" {
		name = string(e.Kind) + "-" + strconv.FormatUint(e.Seq, 10)
	}
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_", r) {
			return r
		}
		return '_'
	}, entries.Cut(name, 100))
}

// isText reports whether a body can stand in a text file and be copied from a
// terminal without loss.
func isText(body []byte) bool {
	return utf8.Valid(body) && !slices.ContainsFunc(body, func(b byte) bool {
		return b < ' ' && b != '\n' && b != '\t' || b == 0x7f
	})
}

// absoluteURL is where the request went: the recorded target behind the Host
// that it named.
func absoluteURL(m *journal.Message) string {
	if strings.Contains(m.URL, "://") && !strings.HasPrefix(m.URL, "/") {
		return m.URL
	}
	host := m.Headers.Get("Host")
	if host == "" {
		host = "localhost"
	}
	return "http://" + host + m.URL
}

// exportFixture is the body as it is: the bytes of a sample file.
func exportFixture(_ *Exchange, e *journal.Entry) ([]byte, error) {
	if e.Request.Truncated {
		return nil, api.Failed(http.StatusUnprocessableEntity, "truncated", "raise --max-body and send it again", "entry %d was cut: it cannot be a sample", e.Seq)
	}
	return e.Request.Body, nil
}

// headersBut lists names and values in the order of the wire, without those that
// belong to one connection or are set by whoever sends.
func headersBut(h journal.Header, without ...string) [][2]string {
	var list [][2]string
	for _, f := range h {
		if !slices.ContainsFunc(without, func(name string) bool { return strings.EqualFold(name, f.Name) }) {
			list = append(list, [2]string{f.Name, f.Value})
		}
	}
	return list
}
