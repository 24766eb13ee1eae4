package sandbox

import (
	"net/http"
	"strings"

	"tacklebox/mock"
)

// spaceMark begins the first segment of a path that names a space.
const spaceMark = "/~"

const longestName = 63

// validName holds a space's name to [a-z0-9][a-z0-9-]{0,62}.
func validName(name string) bool {
	const alphanumeric = "abcdefghijklmnopqrstuvwxyz0123456789"
	return name != "" && len(name) <= longestName && name[0] != '-' && strings.Trim(name, alphanumeric+"-") == ""
}

// spaceOf tells which space a request names, and returns the request as it
// stands below that: path and target lose the prefix, nothing else changes.
func spaceOf(r *http.Request) (name string, below *http.Request, named bool) {
	path, ok := mock.PathBehind(r.RequestURI, "")
	if !ok || !strings.HasPrefix(path, spaceMark) {
		return "", nil, false
	}
	name, _, _ = strings.Cut(path[len(spaceMark):], "/")
	prefix := spaceMark + name
	below = new(http.Request)
	*below = *r
	below.RequestURI = targetBelow(r.RequestURI, prefix)
	u := *r.URL
	u.Path, u.RawPath = pathBelow(u.Path, prefix), ""
	if r.URL.RawPath != "" {
		u.RawPath = pathBelow(r.URL.RawPath, prefix)
	}
	below.URL = &u
	return name, below, true
}

// targetBelow cuts the first prefix out of a request target, which is a path or a
// whole URL.
func targetBelow(target, prefix string) string {
	at := strings.Index(target, prefix)
	before, rest := target[:at], target[at+len(prefix):]
	if !strings.HasPrefix(rest, "/") {
		rest = "/" + rest
	}
	return before + rest
}

func pathBelow(path, prefix string) string {
	rest := strings.TrimPrefix(path, prefix)
	if !strings.HasPrefix(rest, "/") {
		rest = "/" + rest
	}
	return rest
}

// isControl reports whether a target is the control API's.
func isControl(r *http.Request) bool {
	path, ok := mock.PathBehind(r.RequestURI, "")
	return ok && (path == "/_" || strings.HasPrefix(path, "/_/"))
}
