package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"tacklebox/fixtures"
	"tacklebox/receiver/api"
)

// Firing is something that a provider lets happen by itself (World.Fire).
type Firing struct {
	Type    string
	Account string
	Set     map[string]json.RawMessage
	Count   int             // 0 is 1
	Data    json.RawMessage // handed to the provider's own Prepare
}

// Event is one occurrence. It is kept in the journal in this form, so that a
// delivery that was not attempted before a crash can be made again.
type Event struct {
	ID      string                     `json:"id"`
	Type    string                     `json:"type"`
	Account string                     `json:"account,omitempty"` // "" is every account
	To      string                     `json:"to,omitempty"`
	Time    time.Time                  `json:"time"`        // of the provider's clock
	N       int                        `json:"n,omitempty"` // place in its firing, from 0
	Set     map[string]json.RawMessage `json:"set,omitempty"`
	Unset   []string                   `json:"unset,omitempty"`
	Merge   json.RawMessage            `json:"merge,omitempty"`
	Whole   json.RawMessage            `json:"body,omitempty"`
	Context map[string]json.RawMessage `json:"context,omitempty"`
	Data    json.RawMessage            `json:"data,omitempty"` // the provider's own, from Prepare
}

// Touches reports whether an override names path, something below it or
// something above it, so that the provider must leave it alone.
func (ev *Event) Touches(path string) bool {
	if len(ev.Whole) > 0 || len(ev.Merge) > 0 && touched(ev.Merge, path) {
		return true
	}
	for p := range ev.Set {
		if overlaps(p, path) {
			return true
		}
	}
	return slices.ContainsFunc(ev.Unset, func(p string) bool { return overlaps(p, path) })
}

func overlaps(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+".") || strings.HasPrefix(b, a+".")
}

func touched(merge json.RawMessage, path string) bool {
	return slices.ContainsFunc(leaves("", merge), func(l leaf) bool { return overlaps(l.path, path) })
}

// Edit applies the overrides of the firing to a payload: a whole body first,
// then merge, set and unset. Members keep their order; new ones go last.
func (ev *Event) Edit(base []byte) ([]byte, error) {
	if len(ev.Whole) > 0 {
		base = wholeBody(ev.Whole)
	}
	if len(ev.Merge) == 0 && len(ev.Set) == 0 && len(ev.Unset) == 0 {
		return base, nil
	}
	if !json.Valid(base) {
		return nil, Refuse("bad_body", "leave out set, unset and merge", "the body is not JSON, so no path in it can be changed")
	}
	list := ev.changes()
	if len(list) > mostChanges {
		return nil, Refuse("too_many", "give a body", "%d places are changed: at most %d can be", len(list), mostChanges)
	}
	for _, l := range list {
		if err := api.CheckPath(l.path); err != nil {
			return nil, err
		}
		if err := reaches(base, l.path); err != nil {
			return nil, err
		}
		var err error
		if base, err = lastOfEqual(base, l.path); err != nil {
			return nil, Refuse("bad_path", "", "path %q: %v", clip(l.path), err)
		}
		if l.raw == nil {
			base, err = sjson.DeleteBytes(base, l.path)
		} else {
			base, err = sjson.SetRawBytes(base, l.path, l.raw)
		}
		if err != nil {
			return nil, Refuse("bad_path", "", "path %q: %v", clip(l.path), err)
		}
	}
	return base, nil
}

// lastOfEqual leaves of members of one name on a path the last one, which is what
// readers of JSON take; the others would outlive the change.
func lastOfEqual(doc []byte, path string) ([]byte, error) {
	parts := api.SplitPath(path)
	for i, name := range parts {
		parent := gjson.ParseBytes(doc)
		if i > 0 {
			parent = gjson.GetBytes(doc, api.JoinPath(parts[:i]...))
		}
		if !parent.IsObject() {
			continue
		}
		equal := 0
		parent.ForEach(func(key, _ gjson.Result) bool {
			if key.String() == name {
				equal++
			}
			return true
		})
		for ; equal > 1; equal-- {
			var err error
			if doc, err = sjson.DeleteBytes(doc, api.JoinPath(parts[:i+1]...)); err != nil {
				return nil, err
			}
		}
	}
	return doc, nil
}

// mostChanges bounds the single changes of one order: each reads the whole body.
const mostChanges = 4096

// reaches refuses an index beyond the end of its list: what lies between would be
// filled up with null.
func reaches(doc []byte, path string) error {
	parts := api.SplitPath(path)
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 10, 31)
		if err != nil {
			continue
		}
		length := uint64(0) // of a list that is not there yet
		if i == 0 {
			if whole := gjson.ParseBytes(doc); whole.IsArray() {
				length = uint64(len(whole.Array()))
			} else if whole.IsObject() {
				continue
			}
		} else if at := gjson.GetBytes(doc, api.JoinPath(parts[:i]...)); at.IsArray() {
			length = uint64(len(at.Array()))
		} else if at.IsObject() {
			continue // a member that looks like a number
		}
		if n > length {
			return Refuse("bad_path", "", "path %q: the list has %d entries, and index %d lies beyond the next one", clip(path), length, n)
		}
	}
	return nil
}

type leaf struct {
	path   string
	raw    []byte // nil: remove
	merged bool   // of the merge, not of set or unset
}

// changes lists the single changes in the order they are applied.
func (ev *Event) changes() []leaf {
	all := leaves("", ev.Merge)
	for _, p := range sortedKeys(ev.Set) {
		all = append(all, leaf{p, ev.Set[p], false})
	}
	for _, p := range ev.Unset {
		all = append(all, leaf{p, nil, false})
	}
	return all
}

// leaves flattens a merge patch (RFC 7396): null removes, an object goes deeper,
// anything else replaces.
func leaves(at string, merge json.RawMessage) []leaf {
	if len(merge) == 0 {
		return nil
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(merge, &members) != nil || members == nil {
		if string(bytes.TrimSpace(merge)) == "null" {
			return []leaf{{at, nil, true}}
		}
		return []leaf{{at, merge, true}}
	}
	if len(members) == 0 && at != "" {
		return []leaf{{at, merge, true}}
	}
	var all []leaf
	for _, k := range sortedKeys(members) {
		path := api.EscapeName(k)
		if at != "" {
			path = at + "." + path
		}
		all = append(all, leaves(path, members[k])...)
	}
	return all
}

// CheckPaths refuses overrides that name nothing the payload can have. A merge may
// add members (RFC 7396).
func (ev *Event) CheckPaths(known *fixtures.PathSet) error {
	for _, l := range ev.changes() {
		if l.path == "" && len(ev.Merge) > 0 {
			return Refuse("bad_merge", "", "merge must be a JSON object")
		}
		if err := api.CheckPath(l.path); err != nil && l.path != "" {
			return err
		}
		if !known.Has(l.path) && !l.merged {
			hint := knownPaths(known)
			if near := known.Nearest(l.path); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			return Refuse("unknown_path", hint, "%s has no path %q", ev.Type, clip(l.path))
		}
	}
	return nil
}

// knownPaths lists what can be named, the beginning where that is much.
func knownPaths(known *fixtures.PathSet) string {
	const most = 12
	list := known.List()
	if len(list) > most {
		list = append(list[:most:most], fmt.Sprintf("and %d more", len(list)-most))
	}
	return "known are " + strings.Join(list, ", ")
}

// wholeBody returns the bytes that a firing's body stands for: a JSON string is
// its text, anything else itself, compact.
func wholeBody(raw json.RawMessage) []byte {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return []byte(text)
	}
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return raw
	}
	return b.Bytes()
}

// clip shortens foreign text for a message.
func clip(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	for i := most; ; i-- {
		if utf8.RuneStart(s[i]) {
			return s[:i] + "…"
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
