package sender

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tacklebox/mock/provider"
)

// Credentials takes user and password out of a URL: they are sent as Basic, where
// nothing else is, and never shown.
func Credentials(u *url.URL, out *provider.Outgoing) {
	if u.User == nil {
		return
	}
	if password, _ := u.User.Password(); out.Get("Authorization") == "" {
		out.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(u.User.Username()+":"+password)))
	}
	u.User = nil
	out.URL = withoutUser(out.URL)
}

// withoutUser cuts what stands before the @ out of a URL; the rest stays as it is
// written.
func withoutUser(text string) string {
	scheme, rest, ok := strings.Cut(text, "://")
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	if at := strings.LastIndexByte(rest[:end], '@'); ok && at >= 0 {
		return scheme + "://" + rest[at+1:]
	}
	return text
}

// Tidy keeps control characters off the wire: a header that a setting or a client
// gave must not become two, or the end of the head.
func Tidy(out *provider.Outgoing) {
	control := func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return ' '
		}
		return r
	}
	out.Header = slices.DeleteFunc(out.Header, func(f provider.Field) bool { return strings.ContainsFunc(f.Name, notInName) || f.Name == "" })
	for i := range out.Header {
		out.Header[i].Value = strings.Map(control, out.Header[i].Value)
	}
}

// notInName reports characters that no header name has (RFC 9110, section 5.6.2).
func notInName(r rune) bool {
	letter := r|0x20 >= 'a' && r|0x20 <= 'z'
	return !letter && (r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r))
}

// wireHead renders the request up to its body: header order and spelling are the
// provider's, Host first and Content-Length last.
func wireHead(u *url.URL, out *provider.Outgoing) []byte {
	b := make([]byte, 0, 512)
	b = append(append(append(append(b, out.Method...), ' '), requestTarget(out.URL)...), " HTTP/1.1\r\nHost: "...)
	b = append(append(b, u.Host...), "\r\n"...)
	for _, f := range out.Header {
		b = append(append(append(append(b, f.Name...), ": "...), f.Value...), "\r\n"...)
	}
	b = strconv.AppendInt(append(b, "Content-Length: "...), int64(len(out.Body)), 10)
	return append(b, "\r\n\r\n"...)
}

// requestTarget is the path and query of a URL as they were registered: a
// receiver may sign or compare them byte for byte. Only what cannot stand in a
// request line, blanks and bytes beyond ASCII, is escaped.
func requestTarget(registered string) string {
	_, rest, _ := strings.Cut(registered, "://")
	rest, _, _ = strings.Cut(rest, "#")
	target := "/"
	if i := strings.IndexAny(rest, "/?"); i >= 0 && rest[i] == '/' {
		target = rest[i:]
	} else if i >= 0 {
		target += rest[i:]
	}
	if !strings.ContainsFunc(target, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return target
	}
	var b strings.Builder
	for i := range len(target) {
		if c := target[i]; c > ' ' && c < 0x7f {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
