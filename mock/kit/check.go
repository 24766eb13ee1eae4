package kit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// The checks of settings: each returns a sentence that says what is wanted. The
// kind of the value was checked before.

// OneOf wants one of these numbers.
func OneOf(values ...int64) func(json.RawMessage) error {
	return func(raw json.RawMessage) error {
		if n, ok := Whole(raw); !ok || !slices.Contains(values, n) {
			return fmt.Errorf("%s is not one of %s", raw, strings.Trim(fmt.Sprint(values), "[]"))
		}
		return nil
	}
}

// Between wants a number between two bounds.
func Between(low, high int64) func(json.RawMessage) error {
	return func(raw json.RawMessage) error {
		if n, ok := Whole(raw); !ok || n < low || n > high {
			return fmt.Errorf("wants a number from %d to %d", low, high)
		}
		return nil
	}
}

// AtLeast wants a number that is not below a bound.
func AtLeast(low int64) func(json.RawMessage) error {
	return func(raw json.RawMessage) error {
		if n, ok := Whole(raw); !ok || n < low {
			return fmt.Errorf("%s is not %d or more", raw, low)
		}
		return nil
	}
}

// SomeTime wants a span of time that lasts.
func SomeTime(raw json.RawMessage) error {
	if !strings.ContainsAny(string(raw), "123456789") {
		return errors.New("must be longer than nothing")
	}
	return nil
}

// SomeItems wants a list with at least one element.
func SomeItems(raw json.RawMessage) error {
	if list, ok := Items(raw); !ok || len(list) == 0 {
		return errors.New("wants at least one element")
	}
	return nil
}

// HeaderText wants text that can be the value of a header: one line, without
// control characters.
func HeaderText(raw json.RawMessage) error {
	if s, ok := Text(raw); !ok || Controls(s) {
		return errors.New("wants one line of text without control characters")
	}
	return nil
}

// Controls reports whether a text holds control characters, which must not reach
// a header on the wire.
func Controls(s string) bool { return strings.ContainsFunc(s, unicode.IsControl) }

// Strictly decodes a setting and refuses members it does not have.
func Strictly(raw json.RawMessage, v any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	return dec.Decode(v)
}
