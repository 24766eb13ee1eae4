package body

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Path names values of a JSON document: names and indices with dots between, #
// for every element of a list (at the end: how many there are), and
// #(name=="value") for the elements that have one (the first; with a # behind it
// all). A backslash makes any sign a part of a name.
type Path struct {
	steps []step
	name  []byte // the last name, in quotes, when it is spelled without escapes
	ends  bool   // it ends the path
}

type step struct {
	name  string
	index int // of a list, -1: the name is no number
	every bool
	first bool // the first element that fits
	where *condition
}

// condition is one comparison inside of an element.
type condition struct {
	path  []step
	op    string
	value string
}

// Bounds of a path from outside.
const (
	mostPath  = 4 << 10 // bytes
	mostSteps = 512
	mostWhere = 8
)

// PathError says where a path stops making sense.
type PathError struct {
	At  int // byte offset
	Msg string
}

func (e *PathError) Error() string { return e.Msg }

// ParsePath reads a path.
func ParsePath(s string) (Path, error) {
	if len(s) > mostPath {
		return Path{}, &PathError{mostPath, fmt.Sprintf("a path has at most %d bytes", mostPath)}
	}
	steps, err := parseSteps(s, true)
	p := Path{steps: steps}
	for i, st := range steps {
		if st.where == nil && st.index < 0 && !st.every {
			p.name, p.ends = []byte(`"`+st.name+`"`), i == len(steps)-1
		}
	}
	if !asItStands.Match(p.name) {
		p.name = nil
	}
	return p, err
}

var asItStands = regexp.MustCompile(`^"[\w-]+"$`)

func parseSteps(s string, conditions bool) (list []step, err error) {
	wheres := 0
	for at := 0; ; {
		st, n, err := parseStep(s[at:], conditions)
		if err != nil {
			var wrong *PathError
			if errors.As(err, &wrong) {
				wrong.At += at
			}
			return nil, err
		}
		if st.where != nil {
			wheres++
		}
		if list = append(list, st); len(list) > mostSteps || wheres > mostWhere {
			return nil, &PathError{at, fmt.Sprintf("a path has at most %d parts and %d conditions", mostSteps, mostWhere)}
		}
		if at += n; at == len(s) {
			return list, nil
		}
		at++ // the dot
	}
}

// parseStep reads one part and returns how long it is, without the dot behind it.
func parseStep(s string, conditions bool) (st step, n int, err error) {
	if strings.HasPrefix(s, "#(") && conditions {
		return parseWhere(s)
	}
	var name []byte
	plain := true
	for ; n < len(s) && s[n] != '.'; n++ {
		c := s[n]
		switch {
		case c == '\\' && n+1 < len(s):
			n++
			c, plain = s[n], false
		case strings.IndexByte("|*?[]{}()", c) >= 0, n == 0 && (c == '@' || c == '!'):
			return st, 0, &PathError{n, fmt.Sprintf("%q is no part of a plain path: it has names, numbers and #, and a backslash before a sign that belongs to a name", c)}
		}
		name = append(name, c)
	}
	if len(name) == 0 {
		return st, 0, &PathError{n, "a name is missing"}
	}
	st = step{name: string(name), index: -1, every: plain && string(name) == "#"}
	if i, err := strconv.Atoi(st.name); err == nil && i >= 0 && plain && st.name[0] != '+' {
		st.index = i
	}
	return st, n, nil
}

// parseWhere reads #(path op value) and #(…)#.
func parseWhere(s string) (st step, n int, err error) {
	end, quoted := 2, false
	for ; end < len(s) && (quoted || s[end] != ')'); end++ {
		switch {
		case s[end] == '\\':
			end++
		case s[end] == '"':
			quoted = !quoted
		}
	}
	if end >= len(s) {
		return st, 0, &PathError{0, "a condition without its closing parenthesis"}
	}
	inner := s[2:end]
	i := strings.IndexAny(inner, "=!<>")
	if i <= 0 {
		return st, 0, &PathError{2, `a condition is like #(name=="value")`}
	}
	k := i + 1
	for k < len(inner) && inner[k] == '=' {
		k++
	}
	c := &condition{op: strings.Replace(inner[i:k], "==", "=", 1), value: strings.TrimSpace(inner[k:])}
	if c.path, err = parseSteps(strings.TrimSpace(inner[:i]), false); err != nil {
		return st, 0, err
	}
	if strings.HasPrefix(c.value, `"`) {
		c.value = text([]byte(c.value))
	}
	if c.op == "!" || len(c.op) > 2 {
		return st, 0, &PathError{2 + i, "unknown comparison " + strconv.Quote(c.op)}
	}
	n = end + 1
	st = step{index: -1, where: c, first: true}
	if n < len(s) && s[n] == '#' {
		st.first, n = false, n+1
	}
	if n < len(s) && s[n] != '.' {
		return st, 0, &PathError{n, "a dot belongs behind a condition"}
	}
	return st, n, nil
}

// holds asks an element.
func (c *condition) holds(element []byte) bool {
	s := scanner{b: element}
	s.value(0, c.path, true)
	for _, raw := range s.found {
		if Holds(text(raw), c.op, c.value) {
			return true
		}
	}
	return false
}
