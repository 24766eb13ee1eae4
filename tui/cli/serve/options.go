// Package serve is what `tacklebox up` can be told, and the ready file by which
// others find what it serves.
package serve

import (
	"encoding/json"
	"errors"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/flags"
	"tacklebox/tui/cli/yamlfile"
)

// Options is everything that `up` can be told: by flags, by their twins in
// the environment, by the configuration file.
type Options struct {
	Addr      string
	NoTUI     bool
	UntilEOF  bool
	Theme     string
	Quiet     bool
	Data      string // "" with Memory
	Sync      bool
	Keep      int
	KeepBytes int64
	Memory    bool
	ReadyFile string
	Seed      *uint64 // nil: random
	Clock     string  // real, manual or auto
	Start     time.Time
	Fixtures  string
	ProviderFiles
	Config     string
	Token      string
	AllowHosts []string
	MaxBody    int64
	PublicURL  string   // what the sandbox calls itself; "": as it is called
	Hosts      []string // other names that it answers to
	OpenMocks  bool
	StrictTLS  bool
	TLS        bool
	TLSCert    string
	TLSKey     string
	Spaces     int // how many may exist; 0: none
	Sharing
	Version string

	// From the configuration file only, as JSON.
	Providers map[string]map[string]json.RawMessage
	Inboxes   map[string]json.RawMessage
	Faults    json.RawMessage

	// Warn prints one thing that was repaired or skipped.
	Warn func(string)

	port   string
	places yamlfile.Places
}

// register binds the options to flags. Every other source sets them through the
// same flags, so that there is one parser and one set of defaults.
func (o *Options) Register(f *pflag.FlagSet, getenv func(string) string) {
	f.StringVar(&o.Addr, "addr", "127.0.0.1:4780", "listen on `HOST:PORT`; port 0 picks one")
	f.StringVar(&o.port, "port", "", "replace the port of --addr")
	f.BoolVar(&o.NoTUI, "no-tui", false, "never open the full-screen program")
	f.StringVar(&o.Theme, "theme", "", "colours of the full-screen program: dark, light, auto or a `FILE` with colors")
	f.BoolVar(&o.Quiet, "quiet", false, "without the full-screen program: no line per entry on stdout")
	f.BoolVar(&o.UntilEOF, "until-eof", false, "without the full-screen program: end when standard input does, as when whoever started it is gone")
	f.StringVar(&o.Data, "data", DefaultData(getenv), "`DIR` of the journal and the subscriptions")
	f.BoolVar(&o.Sync, "sync", false, "fsync each group of appends before answering")
	f.IntVar(&o.Keep, "keep", 1_000_000, "keep at most `N` entries")
	f.Var(flags.NewSize(&o.KeepBytes, 2<<30), "keep-bytes", "keep at most this many `BYTES` (2GiB, 500MB, 1048576)")
	f.BoolVar(&o.Memory, "memory", false, "keep everything in memory only")
	f.StringVar(&o.ReadyFile, "ready-file", "", "write URL, pid and version to `FILE` once everything answers")
	f.Var(flags.NewSeed(&o.Seed), "seed", "make ids, secrets and samples repeatable with this `N` (default random)")
	f.Var(flags.NewChoice(&o.Clock, "real", "manual", "auto"), "clock", "`MODE`: real, manual or auto")
	f.Var(flags.NewTime(&o.Start), "start", "first instant of a manual or auto clock, an RFC 3339 `TIME` (default now)")
	f.StringVar(&o.Fixtures, "fixtures", "", "`DIR` with overrides of the embedded fixtures")
	o.providerFlags(f)
	f.StringVar(&o.Config, "config", "", "configuration `FILE` (default ./tacklebox.yaml if there)")
	f.StringSliceVar(&o.AllowHosts, "allow-host", nil, "also deliver to this public `HOST` (repeatable)")
	f.StringVar(&o.PublicURL, "public-url", "", "`URL` that the sandbox calls itself in links (default: the one it is called by)")
	f.StringSliceVar(&o.Hosts, "host", nil, "another `NAME` to answer to (repeatable)")
	f.BoolVar(&o.OpenMocks, "open-mocks", false, "beyond loopback too, let any well-formed credential in, not only listed ones")
	f.BoolVar(&o.StrictTLS, "strict-tls", false, "check the certificates of loopback and private receivers too")
	f.BoolVar(&o.TLS, "tls", false, "answer HTTPS on the same port, with a certificate of a local authority")
	f.StringVar(&o.TLSCert, "tls-cert", "", "certificate to show instead, a PEM `FILE`")
	f.StringVar(&o.TLSKey, "tls-key", "", "its key, a PEM `FILE`")
	f.IntVar(&o.Spaces, "spaces", 1000, "at most `N` spaces behind /~NAME; 0 turns them off")
	o.sharingFlags(f)
	f.Var(flags.NewSize(&o.MaxBody, 1<<20), "max-body", "keep at most this many `BYTES` of one body")
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
func (o *Options) Resolve(f *pflag.FlagSet, getenv func(string) string) error {
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
	if o.Token != "" && strings.TrimSpace(o.Token) == "" {
		return exit.Usagef("--token %q is blank: leave it out for none", o.Token)
	}
	return o.check(source)
}

// twin is the name of a flag's environment variable.
func Twin(flag string) string {
	return "TACKLEBOX_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// clientOnly are the flags of `up` that have nothing to do with what is served.
var clientOnly = map[string]bool{"url": true, "json": true, "help": true, "space": true}

func fromEnvironment(f *pflag.FlagSet, getenv func(string) string, source map[string]int) error {
	var first error
	f.VisitAll(func(flag *pflag.Flag) {
		value := getenv(Twin(flag.Name))
		if value == "" || source[flag.Name] != fromDefault || clientOnly[flag.Name] || first != nil {
			return
		}
		if err := flag.Value.Set(value); err != nil {
			first = exit.Usagef("%s=%q: %w", Twin(flag.Name), value, plain(err))
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
func (o *Options) check(source map[string]int) error {
	host, port, err := net.SplitHostPort(o.Addr)
	if err != nil {
		return exit.Usagef("--addr %q: want HOST:PORT, like 127.0.0.1:4780 or 127.0.0.1:0", o.Addr)
	}
	if o.port != "" && source["port"] >= source["addr"] {
		port = o.port
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return exit.Usagef("port %q: want a number from 0 to 65535", port)
	}
	o.Addr = net.JoinHostPort(host, port)
	if o.Token == "" && !loopback(host) {
		return exit.Usagef("listening on %s would let others on the network read what is captured and make it send: set --token, or listen on 127.0.0.1", o.Addr)
	}
	return o.checkRest(source)
}

func (o *Options) checkRest(source map[string]int) error {
	if err := o.checkSharing(source); err != nil {
		return err
	}
	if o.Memory && source["data"] == fromFlag {
		if source["memory"] == fromFlag {
			return exit.Usagef("--memory and --data: choose one")
		}
		o.Memory = false // the flag wins over the environment and the file
	}
	if o.Memory || o.Shared != "" {
		o.Data = ""
	} else if o.Data == "" {
		return exit.Usagef("no data folder: set --data, XDG_STATE_HOME or HOME, or use --memory")
	}
	if err := o.checkNames(); err != nil {
		return err
	}
	if o.Keep < 1 {
		return exit.Usagef("--keep %d: want at least 1", o.Keep)
	}
	if !o.Start.IsZero() && o.Clock == "real" {
		return exit.Usagef("--start needs --clock manual or auto: a real clock starts now")
	}
	return nil
}

// checkNames settles what the sandbox is called and how it proves that.
func (o *Options) checkNames() error {
	if o.PublicURL != "" {
		u, err := url.Parse(o.PublicURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return exit.Usagef("--public-url %q: want a URL like https://hooks.example.com", o.PublicURL)
		}
	}
	for _, host := range o.Hosts {
		if host == "" || strings.ContainsAny(host, "/ \t@?#") {
			return exit.Usagef("--host %q: want a name like tacklebox, without a scheme", host)
		}
	}
	if (o.TLSCert == "") != (o.TLSKey == "") {
		return exit.Usagef("--tls-cert and --tls-key: give both or none")
	}
	if o.Spaces < 0 {
		return exit.Usagef("--spaces %d: want 0 or more", o.Spaces)
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
func DefaultData(getenv func(string) string) string {
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
