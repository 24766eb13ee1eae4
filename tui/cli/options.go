package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// UpOptions is everything that `up` can be told: by flags, by their twins in
// the environment, by the configuration file.
type UpOptions struct {
	Addr       string
	NoTUI      bool
	Quiet      bool
	Data       string // "" with Memory
	Sync       bool
	Keep       int
	KeepBytes  int64
	Memory     bool
	ReadyFile  string
	Seed       *uint64 // nil: random
	Clock      string  // real, manual or auto
	Start      time.Time
	Fixtures   string
	Config     string
	Token      string
	AllowHosts []string
	MaxBody    int64
	Version    string

	// From the configuration file only, as JSON.
	Providers map[string]map[string]json.RawMessage
	Inboxes   map[string]json.RawMessage
	Faults    json.RawMessage

	// Warn prints one thing that was repaired or skipped.
	Warn func(string)

	port   string
	places places
}

// register binds the options to flags. Every other source sets them through the
// same flags, so that there is one parser and one set of defaults.
func (o *UpOptions) register(f *pflag.FlagSet, getenv func(string) string) {
	f.StringVar(&o.Addr, "addr", "127.0.0.1:4780", "listen on `HOST:PORT`; port 0 picks one")
	f.StringVar(&o.port, "port", "", "replace the port of --addr")
	f.BoolVar(&o.NoTUI, "no-tui", false, "never open the full-screen program")
	f.BoolVar(&o.Quiet, "quiet", false, "without the full-screen program: no line per entry on stdout")
	f.StringVar(&o.Data, "data", defaultData(getenv), "`DIR` of the journal and the subscriptions")
	f.BoolVar(&o.Sync, "sync", false, "fsync each group of appends before answering")
	f.IntVar(&o.Keep, "keep", 1_000_000, "keep at most `N` entries")
	f.Var(newSize(&o.KeepBytes, 2<<30), "keep-bytes", "keep at most this many `BYTES` (2GiB, 500MB, 1048576)")
	f.BoolVar(&o.Memory, "memory", false, "keep everything in memory only")
	f.StringVar(&o.ReadyFile, "ready-file", "", "write URL, pid and version to `FILE` once everything answers")
	f.Var(&seedValue{&o.Seed}, "seed", "make ids, secrets and samples repeatable with this `N` (default random)")
	f.Var(newChoice(&o.Clock, "real", "manual", "auto"), "clock", "`MODE`: real, manual or auto")
	f.Var(&timeValue{&o.Start}, "start", "first instant of a manual or auto clock, an RFC 3339 `TIME` (default now)")
	f.StringVar(&o.Fixtures, "fixtures", "", "`DIR` with overrides of the embedded fixtures")
	f.StringVar(&o.Config, "config", "", "configuration `FILE` (default ./tacklebox.yaml if there)")
	f.StringSliceVar(&o.AllowHosts, "allow-host", nil, "also deliver to this public `HOST` (repeatable)")
	f.Var(newSize(&o.MaxBody, 1<<20), "max-body", "keep at most this many `BYTES` of one body")
}

// Where a value came from; a later one wins.
const (
	fromDefault = iota
	fromFile
	fromEnv
	fromFlag
)

// resolve fills the options that no flag named, from the environment and the
// file, and checks the whole.
func (o *UpOptions) resolve(f *pflag.FlagSet, getenv func(string) string) error {
	source := map[string]int{}
	f.Visit(func(flag *pflag.Flag) { source[flag.Name] = fromFlag })
	if err := fromEnvironment(f, getenv, source); err != nil {
		return err
	}
	if err := o.fromConfig(f, source); err != nil {
		return err
	}
	if token := f.Lookup("token"); token != nil {
		o.Token = token.Value.String()
	}
	return o.check(source)
}

// twin is the name of a flag's environment variable.
func twin(flag string) string {
	return "TACKLEBOX_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// clientOnly are the flags of `up` that have nothing to do with what is served.
var clientOnly = map[string]bool{"url": true, "json": true, "help": true}

func fromEnvironment(f *pflag.FlagSet, getenv func(string) string, source map[string]int) error {
	var first error
	f.VisitAll(func(flag *pflag.Flag) {
		value := getenv(twin(flag.Name))
		if value == "" || source[flag.Name] != fromDefault || clientOnly[flag.Name] || first != nil {
			return
		}
		if err := flag.Value.Set(value); err != nil {
			first = usagef("%s=%q: %w", twin(flag.Name), value, plain(err))
		}
		source[flag.Name] = fromEnv
	})
	return first
}

// plain says what is wanted where the parser names a function of Go.
func plain(err error) error {
	var number *strconv.NumError
	switch {
	case !errors.As(err, &number):
		return err
	case number.Func == "ParseBool":
		return errors.New("want true or false")
	}
	return errors.New("want a whole number")
}

// check settles what depends on more than one option.
func (o *UpOptions) check(source map[string]int) error {
	host, port, err := net.SplitHostPort(o.Addr)
	if err != nil {
		return usagef("--addr %q: want HOST:PORT, like 127.0.0.1:4780 or 127.0.0.1:0", o.Addr)
	}
	if o.port != "" && source["port"] >= source["addr"] {
		port = o.port
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return usagef("port %q: want a number from 0 to 65535", port)
	}
	o.Addr = net.JoinHostPort(host, port)
	if strings.TrimSpace(o.Token) == "" && !loopback(host) {
		return usagef("listening on %s would let others on the network read what is captured and make it send: set --token, or listen on 127.0.0.1", o.Addr)
	}
	return o.checkRest(source)
}

func (o *UpOptions) checkRest(source map[string]int) error {
	if o.Memory && source["data"] == fromFlag {
		if source["memory"] == fromFlag {
			return usagef("--memory and --data: choose one")
		}
		o.Memory = false // the flag wins over the environment and the file
	}
	if o.Memory {
		o.Data = ""
	} else if o.Data == "" {
		return usagef("no data folder: set --data, XDG_STATE_HOME or HOME, or use --memory")
	}
	if o.Keep < 1 {
		return usagef("--keep %d: want at least 1", o.Keep)
	}
	if !o.Start.IsZero() && o.Clock == "real" {
		return usagef("--start needs --clock manual or auto: a real clock starts now")
	}
	return nil
}

// loopback reports whether only this machine can reach the host. A name is not
// looked up: what it means can change.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// defaultData is $XDG_STATE_HOME/tacklebox, or its place by the XDG base
// directory specification when the variable is unset or not absolute.
func defaultData(getenv func(string) string) string {
	if data := getenv("TACKLEBOX_DATA"); data != "" {
		return data
	}
	if state := getenv("XDG_STATE_HOME"); filepath.IsAbs(state) {
		return filepath.Join(state, "tacklebox")
	}
	for _, name := range []string{"HOME", "USERPROFILE"} {
		if home := getenv(name); home != "" {
			return filepath.Join(home, ".local", "state", "tacklebox")
		}
	}
	return ""
}

type sizeValue struct{ n *int64 }

func newSize(n *int64, value int64) *sizeValue { *n = value; return &sizeValue{n} }

func (v *sizeValue) Type() string { return "BYTES" }

func (v *sizeValue) String() string {
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

func (v *sizeValue) Set(s string) error {
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

type choiceValue struct {
	s       *string
	allowed []string
}

func newChoice(s *string, allowed ...string) *choiceValue {
	*s = allowed[0]
	return &choiceValue{s, allowed}
}

func (v *choiceValue) Type() string   { return "CHOICE" }
func (v *choiceValue) String() string { return *v.s }

func (v *choiceValue) Set(s string) error {
	for _, a := range v.allowed {
		if s == a {
			*v.s = s
			return nil
		}
	}
	allowed := slices.DeleteFunc(slices.Clone(v.allowed), func(a string) bool { return a == "" })
	return fmt.Errorf("want one of %s%s", strings.Join(allowed, ", "), didYouMean(s, allowed))
}

type seedValue struct{ n **uint64 }

func (v *seedValue) Type() string { return "N" }

func (v *seedValue) String() string {
	if v.n == nil || *v.n == nil {
		return ""
	}
	return strconv.FormatUint(**v.n, 10)
}

func (v *seedValue) Set(s string) error {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return fmt.Errorf("want a whole number from 0 on")
	}
	*v.n = &n
	return nil
}

type timeValue struct{ t *time.Time }

func (v *timeValue) Type() string { return "TIME" }

func (v *timeValue) String() string {
	if v.t == nil || v.t.IsZero() {
		return ""
	}
	return v.t.Format(time.RFC3339)
}

func (v *timeValue) Set(s string) error {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return fmt.Errorf("want a time like 2026-01-31T12:00:00Z")
	}
	*v.t = t
	return nil
}
