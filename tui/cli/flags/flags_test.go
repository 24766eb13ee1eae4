package flags

import (
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

func TestSizes(t *testing.T) {
	for in, want := range map[string]int64{"1": 1, "1024": 1024, "64KiB": 64 << 10, "2gib": 2 << 30, "5 MB": 5e6, "7B": 7, "0": 0, "-1": 0, "x": 0, "1.5MB": 0, "": 0, "9999999999GiB": 0, "MiB": 0} {
		var n int64
		err := NewSize(&n, 0).Set(in)
		if (err == nil) != (want > 0) || n != want {
			t.Errorf("size %q: %d, %v; want %d", in, n, err, want)
		}
	}
	for n, want := range map[int64]string{0: "0", 1: "1B", 1 << 20: "1MiB", 3 << 30: "3GiB", 2e6: "2MB", 1000: "1KB"} {
		if got := (&Size{&n}).String(); got != want {
			t.Errorf("%d is written %q, want %q", n, got, want)
		}
	}
}

// TestFlagsNameTheirForm in the help.
func TestFlagsNameTheirForm(t *testing.T) {
	t.Parallel()
	var size int64
	var choice string
	var seed *uint64
	var at time.Time
	for _, c := range []struct {
		value                    pflag.Value
		form, first, good, shown string
		bad                      []string
	}{
		{NewSize(&size, 1<<20), "BYTES", "1MiB", "64kib", "64KiB", []string{"", "-1", "1XB", "9223372036854775808"}},
		{NewChoice(&choice, "real", "manual"), "CHOICE", "real", "manual", "manual", []string{"", "Real", "manul"}},
		{NewSeed(&seed), "N", "", "18446744073709551615", "18446744073709551615", []string{"", "-1", "1.0", "18446744073709551616"}},
		{NewTime(&at), "TIME", "", "2026-01-31T12:00:00+01:00", "2026-01-31T12:00:00+01:00", []string{"", "now", "2026-01-31", "2026-02-30T00:00:00Z"}},
	} {
		if c.value.Type() != c.form || c.value.String() != c.first {
			t.Errorf("%s is first %q, want %q of %s", c.value.Type(), c.value, c.first, c.form)
		}
		for _, bad := range c.bad {
			if err := c.value.Set(bad); err == nil || !strings.HasPrefix(err.Error(), "want ") {
				t.Errorf("%s %q: %v", c.form, bad, err)
			}
		}
		if c.value.String() != c.first {
			t.Errorf("%s changed to %q by what was refused", c.form, c.value)
		}
		if err := c.value.Set(c.good); err != nil || c.value.String() != c.shown {
			t.Errorf("%s %q: %q, %v", c.form, c.good, c.value, err)
		}
	}
}
