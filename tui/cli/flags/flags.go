// Package flags is the values of flags that pflag does not have: sizes, choices,
// seeds and times.
package flags

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tacklebox/tui/cli/exit"
)

// Size is a number of bytes: 1048576, 64KiB, 2GiB.
type Size struct{ n *int64 }

// NewSize is a size in *n, value at first.
func NewSize(n *int64, value int64) *Size { *n = value; return &Size{n} }

func (v *Size) Type() string { return "BYTES" }

func (v *Size) String() string {
	for _, u := range sizeUnits {
		if v.n != nil && *v.n >= u.bytes && *v.n%u.bytes == 0 {
			return strconv.FormatInt(*v.n/u.bytes, 10) + u.name
		}
	}
	return "0"
}

var sizeUnits = []struct {
	name  string
	bytes int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}, {"B", 1}, {"", 1}}

func (v *Size) Set(s string) error {
	for _, u := range sizeUnits {
		if len(s) < len(u.name) || !strings.EqualFold(s[len(s)-len(u.name):], u.name) {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(s[:len(s)-len(u.name)]), 10, 64)
		if err != nil || n < 1 || n > (1<<62)/u.bytes {
			return fmt.Errorf("want a size like 1048576, 64KiB or 2GiB")
		}
		*v.n = n * u.bytes
		return nil
	}
	return nil
}

// Choice is one word of a few.
type Choice struct {
	s       *string
	allowed []string
}

// NewChoice is a word in *s, the first of the allowed ones at first.
func NewChoice(s *string, allowed ...string) *Choice {
	*s = allowed[0]
	return &Choice{s, allowed}
}

// Allowed lists the words.
func (v *Choice) Allowed() []string { return v.allowed }

func (v *Choice) Type() string   { return "CHOICE" }
func (v *Choice) String() string { return *v.s }

func (v *Choice) Set(s string) error {
	for _, a := range v.allowed {
		if s == a {
			*v.s = s
			return nil
		}
	}
	allowed := slices.DeleteFunc(slices.Clone(v.allowed), func(a string) bool { return a == "" })
	return fmt.Errorf("want one of %s%s", strings.Join(allowed, ", "), exit.DidYouMean(s, allowed))
}

// NewSeed is a seed in *n, nil for a random one.
func NewSeed(n **uint64) *Seed { return &Seed{n} }

// Seed is a whole number that need not be given.
type Seed struct{ n **uint64 }

func (v *Seed) Type() string { return "N" }

func (v *Seed) String() string {
	if v.n == nil || *v.n == nil {
		return ""
	}
	return strconv.FormatUint(**v.n, 10)
}

func (v *Seed) Set(s string) error {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return fmt.Errorf("want a whole number from 0 on")
	}
	*v.n = &n
	return nil
}

// NewTime is an instant in *t.
func NewTime(t *time.Time) *Time { return &Time{t} }

// Time is an instant as RFC 3339 writes it.
type Time struct{ t *time.Time }

func (v *Time) Type() string { return "TIME" }

func (v *Time) String() string {
	if v.t == nil || v.t.IsZero() {
		return ""
	}
	return v.t.Format(time.RFC3339)
}

func (v *Time) Set(s string) error {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return fmt.Errorf("want a time like 2026-01-31T12:00:00Z")
	}
	*v.t = t
	return nil
}
