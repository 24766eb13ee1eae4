package exchange

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"tacklebox/receiver/journal"
)

// curlArgument is the largest body given as an argument: Linux takes 128 KiB
// in one. Larger ones go through a pipe.
const curlArgument = 64 << 10

// exportCurl writes a POSIX shell command that sends the same request. What
// curl would add or change by itself is switched off: globbing, path
// cleaning, its own headers.
func exportCurl(_ *Exchange, e *journal.Entry) ([]byte, error) {
	m := e.Request
	var b strings.Builder
	if m.Truncated {
		fmt.Fprintf(&b, "# the body was cut: %d of %d bytes were kept\n", len(m.Body), m.Size)
	}
	piped := len(m.Body) > 0 && (!isText(m.Body) || len(m.Body) > curlArgument)
	if piped {
		fmt.Fprintf(&b, "printf %%s %s | base64 -d |\n", quote(base64.StdEncoding.EncodeToString(m.Body)))
	}
	b.WriteString("curl --globoff --path-as-is")
	switch {
	case m.Method == "HEAD" && len(m.Body) == 0:
		b.WriteString(" --head") // -X HEAD would wait for a body
	default:
		b.WriteString(" -X " + quote(m.Method))
	}
	b.WriteString(" " + quote(absoluteURL(m)))
	for _, h := range curlHeaders(m) {
		b.WriteString(" \\\n  -H " + quote(h))
	}
	switch {
	case piped:
		b.WriteString(" \\\n  --data-binary @-")
	case len(m.Body) > 0:
		b.WriteString(" \\\n  --data-raw " + quote(string(m.Body)))
	}
	b.WriteString("\n")
	return []byte(b.String()), nil
}

// curlHeaders are the captured headers, and an empty one for each that curl
// would send of its own accord.
func curlHeaders(m *journal.Message) []string {
	var list []string
	without := []string{"Content-Length", "Transfer-Encoding", "Expect"}
	if len(m.Body) == 0 && (slices.Contains([]string{"POST", "PUT", "PATCH"}, m.Method) || m.Headers.Get("Content-Length") == "0") {
		list = append(list, "Content-Length: 0") // curl sends none with -X alone, and servers answer 411
	}
	for _, h := range headersBut(m.Headers, without...) {
		if h[1] == "" {
			list = append(list, h[0]+";") // curl's spelling of an empty value
			continue
		}
		list = append(list, h[0]+": "+h[1])
	}
	own := []string{"Accept", "User-Agent"}
	if len(m.Body) > 0 {
		own = append(own, "Content-Type", "Expect")
	}
	for _, name := range own {
		if !m.Headers.Has(name) || name == "Expect" {
			list = append(list, name+":")
		}
	}
	return list
}

// quote makes one shell word of any text without NUL.
func quote(s string) string {
	return "'" + strings.ReplaceAll(strings.ReplaceAll(s, "\x00", ""), "'", `'\''`) + "'"
}
