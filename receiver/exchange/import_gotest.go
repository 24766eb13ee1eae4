package exchange

import (
	"regexp"
	"strconv"
	"strings"
	"text/scanner"

	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
)

// goStart tells a Go file from the other forms of an import.
var goStart = regexp.MustCompile(`^(//[^\n]*\n|\s)*package\s+\w+`)

// readGoTest reads the cases of tests that were exported here: the fields of their
// table, whatever stands around them.
func (im *importing) readGoTest(text string) error {
	r := &goCases{im: im}
	r.scan.Init(strings.NewReader(text))
	r.scan.Mode = scanner.GoTokens &^ scanner.SkipComments
	r.scan.Error = func(*scanner.Scanner, string) {} // odd code around the table does not matter
	var before, last string
	for tok := r.scan.Scan(); tok != scanner.EOF; tok = r.scan.Scan() {
		if tok == scanner.Comment {
			if left := bodyCut.FindStringSubmatch(r.scan.TokenText()); left != nil {
				r.cut, _ = strconv.ParseInt(left[1], 10, 64)
			}
			continue
		}
		if last == ":" {
			if err := r.field(before, tok); err != nil {
				return err
			}
		}
		before, last = last, r.scan.TokenText()
	}
	return nil
}

// goCases are the fields of the case that is being read.
type goCases struct {
	im      *importing
	scan    scanner.Scanner
	now     journal.Message
	url     string // absolute
	cut     int64  // how long the body was
	hasCase bool
}

// field takes "name: value"; the status is a case's last one.
func (r *goCases) field(name string, tok rune) error {
	text, err := strconv.Unquote(r.scan.TokenText())
	switch isText := err == nil && (tok == scanner.String || tok == scanner.RawString); {
	case name == "method" && isText:
		r.now, r.cut, r.hasCase = journal.Message{Method: text, Proto: "HTTP/1.1", Size: r.cut}, 0, true
	case !r.hasCase:
	case name == "url" && isText:
		r.url = text
	case name == "target" && isText:
		r.now.URL = text
	case name == "host" && isText && text != "":
		r.now.Headers.Add("Host", text)
	case name == "headers":
		r.headers()
	case name == "body" && isText:
		r.now.Body = []byte(text)
	case name == "status" && tok == scanner.Int:
		return r.end(r.scan.TokenText())
	}
	return nil
}

// headers takes pairs of texts up to the end of their list.
func (r *goCases) headers() {
	var pair []string
	for depth := 0; ; {
		switch tok := r.scan.Scan(); tok {
		case '{':
			depth++
			pair = nil
		case '}':
			if depth--; depth == 0 {
				return
			}
			if len(pair) == 2 {
				r.now.Headers.Add(pair[0], pair[1])
			}
		case scanner.String, scanner.RawString:
			text, _ := strconv.Unquote(r.scan.TokenText())
			pair = append(pair, text)
		case ',':
			if depth == 0 {
				return // nil
			}
		case scanner.EOF:
			return
		}
	}
}

func (r *goCases) end(status string) error {
	m, place := r.now, "line "+strconv.Itoa(r.scan.Line)
	if m.URL == "" {
		m.URL = r.url
	}
	code, err := strconv.Atoi(status)
	if err != nil || code < 100 || code > 999 {
		return api.BadRequest("", "%s: status is %s", place, status)
	}
	if n := int64(len(m.Body)); n > 0 {
		m.Headers.Add("Content-Length", strconv.FormatInt(max(n, m.Size), 10))
	}
	m.Truncated = m.Size > int64(len(m.Body))
	r.now, r.url, r.hasCase = journal.Message{}, "", false
	return r.im.add(place, &journal.Entry{Request: &m, Response: &journal.Message{Status: code}})
}
