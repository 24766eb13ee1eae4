package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ReplyFaults are the ways an inbox can fail to answer (CONTRACT section 3).
func ReplyFaults() []string { return []string{"reset", "empty", "hang", "slow"} }

// ParseReplies reads the answers of an inbox as people write them: 500x2,200@3s.
// Each is a status or a fault, with xTIMES, @DELAY and !FAULT if wanted
// (503x2@1s!slow), or a JSON object where it has headers or a body. "" is none.
func ParseReplies(text string) (list []Reply, err error) {
	for rest := strings.TrimSpace(text); rest != ""; {
		var r Reply
		if r, rest, err = nextReply(rest); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

// nextReply reads one reply and the comma behind it.
func nextReply(text string) (r Reply, rest string, err error) {
	if text[0] != '{' {
		one, rest, more := strings.Cut(text, ",")
		if rest = strings.TrimSpace(rest); more && rest == "" {
			return r, "", fmt.Errorf("%q: a reply is missing behind the last comma", text)
		}
		r, err = parseReply(strings.TrimSpace(one))
		return r, rest, err
	}
	dec := json.NewDecoder(strings.NewReader(text))
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		return r, "", fmt.Errorf("%q is not JSON: %w", Clip(text), err)
	}
	rest = strings.TrimSpace(text[dec.InputOffset():])
	behind, more := strings.CutPrefix(rest, ",")
	if behind = strings.TrimSpace(behind); rest != "" && !more || more && behind == "" {
		return r, "", fmt.Errorf("%q: a comma and another reply belong behind an object", Clip(text))
	}
	return r, behind, Decode(raw, &r)
}

func parseReply(text string) (r Reply, err error) {
	rest, fault, faulty := strings.Cut(text, "!")
	rest, delay, delayed := strings.Cut(rest, "@")
	head, times, repeated := strings.Cut(rest, "x")
	if slices.Contains(ReplyFaults(), head) {
		r.Fault = head
	} else if r.Status, err = strconv.Atoi(head); err != nil || r.Status < 100 || r.Status > 599 {
		return r, fmt.Errorf("%q: want a status from 100 to 599, like 500x2,200, or one of %s", text, strings.Join(ReplyFaults(), ", "))
	}
	if repeated {
		if r.Times, err = strconv.Atoi(times); err != nil || r.Times < 1 {
			return r, fmt.Errorf("%q: want a number of times after x, like 500x2", text)
		}
	}
	if delayed {
		if d, err := time.ParseDuration(delay); err != nil || d < 0 {
			return r, fmt.Errorf("%q: want a duration after @, like 200@3s", text)
		}
		r.Delay = delay
	}
	if faulty {
		if r.Fault != "" || !slices.Contains(ReplyFaults(), fault) {
			return r, fmt.Errorf("%q: want one fault of %s behind !", text, strings.Join(ReplyFaults(), ", "))
		}
		r.Fault = fault
	}
	return r, nil
}

// FormatReplies writes replies so that ParseReplies reads the same. An inbox
// without any answers 200.
func FormatReplies(list []Reply) string {
	parts := make([]string, len(list))
	for i, r := range list {
		parts[i] = r.String()
	}
	return strings.Join(parts, ",")
}

// String writes one reply as FormatReplies does.
func (r Reply) String() string {
	if len(r.Headers) > 0 || len(r.Body) > 0 || strings.ContainsAny(r.Delay, ",!@x") {
		raw, err := Encode(r)
		if err != nil {
			return fmt.Sprint(r.Status) // a body that is no JSON cannot have come from the wire
		}
		return string(bytes.TrimSpace(raw))
	}
	text := strconv.Itoa(r.Status)
	switch {
	case r.Status == 0 && r.Fault != "":
		text = r.Fault
	case r.Status == 0:
		text = "200"
	}
	if r.Times > 0 {
		text += "x" + strconv.Itoa(r.Times)
	}
	if r.Delay != "" {
		text += "@" + r.Delay
	}
	if r.Status != 0 && r.Fault != "" {
		text += "!" + r.Fault
	}
	return text
}
