package provider

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// OptionKind is the form of an option's value.
type OptionKind string

// Forms of option values, as JSON.
const (
	TextOption      OptionKind = "text"      // a string
	IntOption       OptionKind = "integer"   // a whole number
	BoolOption      OptionKind = "boolean"   // true or false
	DurationOption  OptionKind = "duration"  // "15m", or a number of seconds
	ListOption      OptionKind = "list"      // a list of strings
	DurationsOption OptionKind = "durations" // a list of durations
	MapOption       OptionKind = "map"       // an object of strings
	JSONOption      OptionKind = "json"      // anything; Check decides
	URLOption       OptionKind = "url"       // where requests go: absolute, http or https; "" is none
)

// Option is one thing that can be switched for a provider, by configuration or
// through the control API, for all accounts or for one.
type Option struct {
	Name    string
	Kind    OptionKind
	Values  []string // allowed texts of a TextOption; empty: any
	Default string   // JSON text; "" is null
	About   string
	Common  bool                            // cannot differ between accounts
	Hidden  bool                            // never shown: credentials
	Check   func(raw json.RawMessage) error // nil: the kind's own check is enough
}

// check refuses a value that the option cannot take. The form `null` is allowed
// everywhere: it takes a setting back.
func (o *Option) check(raw json.RawMessage) error {
	if err := o.checkKind(raw); err != nil {
		return err
	}
	if o.Check != nil {
		return o.Check(raw)
	}
	return nil
}

func (o *Option) checkKind(raw json.RawMessage) error {
	v := Value{raw: raw}
	var err error
	switch o.Kind {
	case TextOption:
		var s string
		if err = json.Unmarshal(raw, &s); err == nil && len(o.Values) > 0 && !slices.Contains(o.Values, s) {
			err = fmt.Errorf("%q is not one of %s", s, strings.Join(o.Values, ", "))
		}
	case IntOption:
		var n int64
		err = json.Unmarshal(raw, &n)
	case BoolOption:
		var b bool
		err = json.Unmarshal(raw, &b)
	case ListOption:
		var l []string
		err = json.Unmarshal(raw, &l)
	case MapOption:
		var m map[string]string
		err = json.Unmarshal(raw, &m)
	case URLOption:
		_, err = ParseURL(raw)
	case DurationOption:
		_, err = parseDuration(raw)
	case DurationsOption:
		_, err = v.durations()
	case JSONOption:
		if !json.Valid(raw) {
			err = fmt.Errorf("not JSON")
		}
	}
	if err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return fmt.Errorf("wants %s", o.Kind.named())
		}
		return fmt.Errorf("wants %s: %w", o.Kind.named(), err)
	}
	return nil
}

// named is the kind with its article.
func (k OptionKind) named() string {
	if strings.ContainsRune("aeiou", rune(k[0])) {
		return "an " + string(k)
	}
	return "a " + string(k)
}

// Value is an option's value in force.
type Value struct{ raw json.RawMessage }

// Raw returns the JSON text, nil when the option has no value.
func (v Value) Raw() json.RawMessage {
	if len(v.raw) == 0 || string(v.raw) == "null" {
		return nil
	}
	return v.raw
}

// Set reports whether there is a value.
func (v Value) Set() bool { return len(v.Raw()) > 0 }

// Text returns a text, "" when there is none.
func (v Value) Text() string {
	if n := len(v.raw); n > 1 && v.raw[0] == '"' && bytes.IndexByte(v.raw, '\\') < 0 && utf8.Valid(v.raw) {
		return string(v.raw[1 : n-1]) // as most are written; it is asked for with every event
	}
	return decode[string](v.raw)
}

// Int returns a whole number.
func (v Value) Int() int64 {
	n, _ := strconv.ParseInt(string(v.raw), 10, 64) // null is none
	return n
}

// Bool returns a truth value.
func (v Value) Bool() bool { return string(v.raw) == "true" }

// List returns a list of texts.
func (v Value) List() []string { return decode[[]string](v.raw) }

// Map returns an object of texts.
func (v Value) Map() map[string]string { return decode[map[string]string](v.raw) }

// Duration returns a span of time.
func (v Value) Duration() time.Duration {
	d, _ := parseDuration(v.raw)
	return d
}

// Durations returns a list of spans of time.
func (v Value) Durations() []time.Duration {
	l, _ := v.durations()
	return l
}

func (v Value) durations() ([]time.Duration, error) {
	var parts []json.RawMessage
	if err := json.Unmarshal(v.raw, &parts); err != nil {
		return nil, err
	}
	list := make([]time.Duration, len(parts))
	for i, p := range parts {
		d, err := parseDuration(p)
		if err != nil {
			return nil, err
		}
		list[i] = d
	}
	return list, nil
}

// parseDuration reads "15m" or a number of seconds; never negative.
func parseDuration(raw json.RawMessage) (time.Duration, error) {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		d, err := time.ParseDuration(s)
		if err == nil && d < 0 {
			err = fmt.Errorf("%s is negative", s)
		}
		return d, err
	}
	var secs float64
	if err := json.Unmarshal(raw, &secs); err != nil {
		return 0, err
	}
	const most = 100 * 365 * 24 * 3600
	if secs < 0 || secs > most {
		return 0, fmt.Errorf("%v seconds is out of range", secs)
	}
	return time.Duration(secs * float64(time.Second)), nil
}

func decode[T any](raw json.RawMessage) (v T) {
	_ = json.Unmarshal(raw, &v) // checked when it was set
	return v
}

var errNoURL = errors.New("not an absolute http or https URL")

// ParseURL reads an address that requests go to; nil stands for none, "".
func ParseURL(raw json.RawMessage) (*url.URL, error) {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil || text == "" {
		return nil, err
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, fmt.Errorf("%q: %w", clip(text), errNoURL)
	}
	return u, nil
}
