package kit

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tacklebox/mock/provider"
)

// Bearer returns the token of an Authorization value, and whether the value is of
// that scheme at all, in any letter case (RFC 9110). The token begins behind the
// first blank and may be empty.
func Bearer(value string) (token string, ok bool) {
	scheme, token, _ := strings.Cut(value, " ")
	return token, strings.EqualFold(scheme, "Bearer")
}

// Basic reads user and password of an Authorization value; base64 with or without
// its padding.
func Basic(value string) (user, password string, ok bool) {
	scheme, text, _ := strings.Cut(value, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return "", "", false
	}
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.TrimSpace(text), "="))
	user, password, pair := strings.Cut(string(raw), ":")
	return user, password, err == nil && pair
}

// BasicValue writes an Authorization value of user:password, as UTF-8.
func BasicValue(pair string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))
}

// BasicOf returns the Authorization value that the user information of a URL
// stands for, "" when it has none.
func BasicOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return ""
	}
	password, _ := u.User.Password()
	return BasicValue(u.User.Username() + ":" + password)
}

// Listed reports whether the credentials of a setting name one of these, or the
// setting names none: then everybody is let in.
func Listed(w *provider.World, option string, names ...string) bool {
	list := w.Option("", option).List()
	return len(list) == 0 || slices.ContainsFunc(names, func(name string) bool { return slices.Contains(list, name) })
}

// Printable reports whether a text of limited length can name somebody in a
// header: not empty, UTF-8, no white space and no control characters.
func Printable(s string, most int) bool {
	return s != "" && len(s) <= most && utf8.ValidString(s) &&
		!strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
}
