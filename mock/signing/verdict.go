// Package signing holds how senders prove that a request is theirs, as data: a
// Scheme signs, judges and explains. It knows nothing of accounts, deliveries or
// HTTP beyond header names.
package signing

import (
	"unicode/utf8"
)

// Verdict is the judgement on one request.
type Verdict struct {
	State   string   // Valid, Invalid, Missing or None
	Reason  string   // for people
	Tried   []string // in order, with the outcome: "…: no", "…: fits"
	Certain bool     // what was found is the cause, and no guess
}

// States of a Verdict.
const (
	Valid   = "valid"
	Invalid = "invalid"
	Missing = "missing"
	None    = "none"
)

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
