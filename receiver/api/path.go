package api

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Bounds of a path that comes from outside. Deeper ones and higher indices make
// what reads or writes by path recurse and fill the memory.
const (
	MaxPathParts = 512
	MaxPathIndex = 65_535
	MaxPathBytes = 16 << 10
)

// SplitPath cuts a path into names and indices. A backslash takes the meaning from
// what stands behind it, so "a\.b" is one name.
func SplitPath(path string) []string {
	var parts []string
	var part strings.Builder
	for i := 0; i < len(path); i++ {
		switch {
		case path[i] == '\\' && i+1 < len(path):
			i++
			part.WriteByte(path[i])
		case path[i] == '.':
			parts = append(parts, part.String())
			part.Reset()
		default:
			part.WriteByte(path[i])
		}
	}
	return append(parts, part.String())
}

// JoinPath is the inverse of SplitPath.
func JoinPath(parts ...string) string {
	escaped := make([]string, len(parts))
	for i, p := range parts {
		escaped[i] = EscapeName(p)
	}
	return strings.Join(escaped, ".")
}

// EscapeName writes a member's name as a part of a path.
func EscapeName(name string) string {
	return strings.NewReplacer(`\`, `\\`, ".", `\.`, "*", `\*`, "?", `\?`, "|", `\|`, "#", `\#`, "@", `\@`).Replace(name)
}

// CheckPath refuses a path that names nothing, goes too deep or counts too high.
func CheckPath(path string) error {
	if path == "" {
		return Refuse("bad_path", "names and indices, with dots between them", "a path is empty")
	}
	if len(path) > MaxPathBytes {
		return Refuse("bad_path", "", "a path has %d bytes; at most %d are allowed", len(path), MaxPathBytes)
	}
	parts := SplitPath(path)
	if len(parts) > MaxPathParts {
		return Refuse("bad_path", "", "a path has %d parts; at most %d are allowed", len(parts), MaxPathParts)
	}
	for _, p := range parts {
		if strings.Trim(p, "0123456789") == "" && p != "" {
			if n, err := strconv.Atoi(p); err != nil || n > MaxPathIndex {
				return Refuse("bad_path", "", "path %q: the index %s is above %d", Clip(path), Clip(p), MaxPathIndex)
			}
		}
	}
	return nil
}

// ValueAt returns the value at a path of a JSON document, of equal members the
// last; ok is false where nothing stands there.
func ValueAt(doc json.RawMessage, path string) (value json.RawMessage, ok bool) {
	if !json.Valid(doc) || !Shallow(doc) || CheckPath(path) != nil {
		return nil, false
	}
	for _, part := range SplitPath(path) {
		if doc, ok = child(doc, part); !ok {
			return nil, false
		}
	}
	return doc, true
}

func child(doc json.RawMessage, part string) (json.RawMessage, bool) {
	var members map[string]json.RawMessage
	if json.Unmarshal(doc, &members) == nil {
		value, ok := members[part]
		return value, ok
	}
	var items []json.RawMessage
	i, err := strconv.ParseUint(part, 10, 31)
	if err != nil || json.Unmarshal(doc, &items) != nil || i >= uint64(len(items)) {
		return nil, false
	}
	return items[i], true
}
