package cli

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

// TestMistakesFoundLaterAreNamedWithTheirLine: the sandbox knows the path, the
// file its lines.
func TestMistakesFoundLaterAreNamedWithTheirLine(t *testing.T) {
	t.Parallel()
	const file = `# a comment
providers:
  shoptet:
    attempts: 3
    waits:
      - 1m
      - 2m
inboxes:
  "or.ders":
    reply:
      - status: 500
      -
        status: 200
faults: [{kind: drop},
  {kind: slow}]
`
	o, flags := new(UpOptions), pflag.NewFlagSet("up", pflag.ContinueOnError)
	o.register(flags, func(string) string { return "" })
	if err := o.readConfig("t.yaml", []byte(file), flags, map[string]int{}); err != nil {
		t.Fatal(err)
	}
	cause := errors.New("is wrong")
	for path, want := range map[string]string{
		"providers":                       "t.yaml:2: is wrong",
		"providers shoptet":               "t.yaml:3: is wrong",
		"providers shoptet attempts":      "t.yaml:4: is wrong",
		"providers shoptet attempts more": "t.yaml:4: is wrong",
		"providers shoptet waits":         "t.yaml:5: is wrong",
		"providers shoptet waits 1":       "t.yaml:7: is wrong",
		"providers shoptet waits 9":       "t.yaml:5: is wrong",
		"providers unknown":               "t.yaml:2: is wrong",
		"inboxes or.ders":                 "t.yaml:9: is wrong",
		"inboxes or.ders reply 0":         "t.yaml:11: is wrong",
		"inboxes or.ders reply 1 status":  "t.yaml:13: is wrong",
		"faults 0":                        "t.yaml:14: is wrong",
		"faults 1 kind":                   "t.yaml:15: is wrong",
		"elsewhere":                       "is wrong",
		"":                                "is wrong",
	} {
		got := o.locate(fmt.Errorf("%w", &ConfigError{Path: strings.Fields(path), Err: cause}))
		if got.Error() != want || !errors.Is(got, cause) {
			t.Errorf("%s: %v, want %s", path, got, want)
		}
	}
	if got := o.locate(cause); got != cause {
		t.Errorf("a mistake without a place became %v", got)
	}
}

// TestDeepConfigurationsEnd: neither the reader nor its memory of places goes on.
func TestDeepConfigurationsEnd(t *testing.T) {
	t.Parallel()
	o, flags := new(UpOptions), pflag.NewFlagSet("up", pflag.ContinueOnError)
	o.register(flags, func(string) string { return "" })
	deep := "faults: " + strings.Repeat("[", 2000) + strings.Repeat("]", 2000)
	if err := o.readConfig("t.yaml", []byte(deep), flags, map[string]int{}); err == nil || !strings.HasPrefix(err.Error(), "t.yaml:1: nested too deep") {
		t.Errorf("got %.200v", err)
	}
	if n := len(o.places.lines); n > maxYAMLDepth+1 {
		t.Errorf("%d places are remembered", n)
	}
}

func TestWhatAPortProblemSays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		addr string
		err  error
		want []string
	}{
		{"127.0.0.1:4780", syscall.EADDRINUSE, []string{"port 4780 is taken", "tacklebox ready --url http://127.0.0.1:4780", "--port 4781 (0 picks a free one)"}},
		{"127.0.0.1:65535", syscall.EADDRINUSE, []string{"port 65535 is taken", "--port 0 "}},
		{"127.0.0.1:http", syscall.EADDRINUSE, []string{"port http is taken", "--port 0 "}},
		{"127.0.0.1:80", syscall.EACCES, []string{"cannot listen on 127.0.0.1:80", "permission denied", "--port 0"}},
	} {
		got := bindProblem(c.addr, fmt.Errorf("listen: %w", c.err)).Error()
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q, want %q in it", c.addr, got, want)
			}
		}
	}
}

func TestReachable(t *testing.T) {
	t.Parallel()
	for addr, want := range map[net.Addr]string{
		&net.TCPAddr{IP: net.IPv4zero, Port: 5}:             "127.0.0.1:5",
		&net.TCPAddr{IP: net.IPv6unspecified, Port: 6}:      "127.0.0.1:6",
		&net.TCPAddr{IP: net.IPv6loopback, Port: 7}:         "[::1]:7",
		&net.TCPAddr{IP: net.IPv4(10, 0, 0, 1), Port: 8}:    "10.0.0.1:8",
		&net.UnixAddr{Name: "/run/tacklebox", Net: "unix"}:  "/run/tacklebox",
		&net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 900}: "127.0.0.1:900",
	} {
		if got := reachable(addr); got != want {
			t.Errorf("%s is reached at %s, want %s", addr, got, want)
		}
	}
}

func TestTheZoneIsThePersons(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"UTC": "UTC", "Europe/Prague": "Europe/Prague", "": time.Local.String(), "Nowhere/At All": time.Local.String(), "../../etc/passwd": time.Local.String()} {
		if got := zone(name).String(); got != want {
			t.Errorf("TZ=%s is %s, want %s", name, got, want)
		}
	}
}

// TestTheLocaleIsTheFirstThatSaysOne, as the C library decides.
func TestTheLocaleIsTheFirstThatSaysOne(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		all, ctype, lang string
		want             bool
	}{
		{"", "", "", false}, {"", "", "C", false}, {"", "", "en_US.UTF-8", true}, {"", "", "cs_CZ.utf8", true},
		{"C", "", "en_US.UTF-8", false}, {"C.UTF-8", "", "C", true}, {"", "C", "en_US.UTF-8", false}, {"", "C.UTF-8", "POSIX", true},
		{"C", "C.UTF-8", "C.UTF-8", false}, {"", "", "utf", false},
	} {
		env := map[string]string{"LC_ALL": c.all, "LC_CTYPE": c.ctype, "LANG": c.lang}
		if got := utf8Locale(func(name string) string { return env[name] }); got != c.want {
			t.Errorf("%v: %v, want %v", env, got, c.want)
		}
	}
}

// TestDoctorLooksAtThePort: a stranger is told from a sandbox.
func TestDoctorLooksAtThePort(t *testing.T) {
	t.Parallel()
	app := &App{Getenv: func(string) string { return "" }}
	if f := app.checkPort(t.Context(), true); !f.OK || !strings.Contains(f.Found, "a sandbox answers at ") || f.Advice != "" {
		t.Errorf("with a sandbox: %+v", f)
	}
	stranger := newControl(t, map[string]string{"GET /_/readyz": "500 oops"})
	app.Getenv = func(name string) string { return map[string]string{"TACKLEBOX_URL": stranger.URL}[name] }
	if f := app.checkPort(t.Context(), false); f.OK || !strings.Contains(f.Found, "something else answers at "+stranger.URL) || !strings.Contains(f.Advice, "--port") {
		t.Errorf("with a stranger: %+v", f)
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
		{newSize(&size, 1<<20), "BYTES", "1MiB", "64kib", "64KiB", []string{"", "-1", "1XB", "9223372036854775808"}},
		{newChoice(&choice, "real", "manual"), "CHOICE", "real", "manual", "manual", []string{"", "Real", "manul"}},
		{&seedValue{&seed}, "N", "", "18446744073709551615", "18446744073709551615", []string{"", "-1", "1.0", "18446744073709551616"}},
		{&timeValue{&at}, "TIME", "", "2026-01-31T12:00:00+01:00", "2026-01-31T12:00:00+01:00", []string{"", "now", "2026-01-31", "2026-02-30T00:00:00Z"}},
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
