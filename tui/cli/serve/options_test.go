package serve

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/spf13/pflag"

	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/yamlfile"
)

// resolved parses a command line as `up` does, without running anything.
func resolved(t *testing.T, env map[string]string, file string, args ...string) (*Options, error) {
	t.Helper()
	getenv := func(name string) string { return env[name] }
	o, flags := new(Options), pflag.NewFlagSet("up", pflag.ContinueOnError)
	flags.String("token", "", "")
	flags.String("url", "", "")
	o.Register(flags, getenv)
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	if file != "" {
		args = append(args, "--config", path)
	}
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	err := o.Resolve(flags, getenv)
	if err != nil {
		return nil, errorWithout(err, path)
	}
	o.Config = ""
	return o, nil
}

// errorWithout names the configuration file the same in every test.
func errorWithout(err error, path string) error {
	return exit.Usagef("%s", strings.ReplaceAll(err.Error(), path, "config.yaml"))
}

func seed(n uint64) *uint64 { return &n }

// base is what nobody said anything about.
func base(change func(*Options)) *Options {
	o := &Options{Addr: "127.0.0.1:4780", Data: "/state/tacklebox", Keep: 1_000_000, KeepBytes: 2 << 30, Clock: "real", MaxBody: 1 << 20, Spaces: 1000}
	if change != nil {
		change(o)
	}
	return o
}

func TestOptions(t *testing.T) {
	state := map[string]string{"XDG_STATE_HOME": "/state", "HOME": "/home/x"}
	with := func(pairs ...string) map[string]string {
		env := map[string]string{"XDG_STATE_HOME": "/state"}
		for i := 0; i < len(pairs); i += 2 {
			env[pairs[i]] = pairs[i+1]
		}
		return env
	}
	for _, c := range []struct {
		name string
		env  map[string]string
		file string
		args []string
		want *Options
	}{
		{"defaults", state, "", nil, base(nil)},
		{"home without XDG", map[string]string{"HOME": "/home/x"}, "", nil, base(func(o *Options) { o.Data = "/home/x/.local/state/tacklebox" })},
		{"XDG must be absolute", map[string]string{"XDG_STATE_HOME": "state", "HOME": "/home/x"}, "", nil, base(func(o *Options) { o.Data = "/home/x/.local/state/tacklebox" })},
		{"every flag", state, "",
			[]string{"--addr", "localhost:1", "--no-tui", "--quiet", "--data", "/d", "--sync", "--keep", "5", "--keep-bytes", "64KiB", "--ready-file", "/r", "--seed", "0", "--clock", "manual",
				"--start", "2026-01-05T09:00:00Z", "--fixtures", "/f", "--token", "t", "--allow-host", "a", "--allow-host", "b,c", "--max-body", "2MB"},
			&Options{Addr: "localhost:1", NoTUI: true, Quiet: true, Data: "/d", Sync: true, Keep: 5, KeepBytes: 64 << 10, ReadyFile: "/r", Seed: seed(0), Clock: "manual",
				Start: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC), Fixtures: "/f", Token: "t", AllowHosts: []string{"a", "b", "c"}, Spaces: 1000, MaxBody: 2e6}},
		{"the environment", with("TACKLEBOX_KEEP_BYTES", "1GiB", "TACKLEBOX_NO_TUI", "true", "TACKLEBOX_TOKEN", "t", "TACKLEBOX_DATA", "/e", "TACKLEBOX_URL", "http://x"), "", nil,
			base(func(o *Options) { o.KeepBytes, o.NoTUI, o.Token, o.Data = 1<<30, true, "t", "/e" })},
		{"the file", state, "addr: 127.0.0.1:7\nkeep-bytes: 10MB\nquiet: true\nseed: 3\nallow-host: [a, b]\nstart: 2026-01-05T09:00:00Z\nclock: auto\n", nil,
			base(func(o *Options) {
				o.Addr, o.KeepBytes, o.Quiet, o.Seed, o.AllowHosts, o.Clock = "127.0.0.1:7", 10e6, true, seed(3), []string{"a", "b"}, "auto"
				o.Start = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
			})},
		{"flag over environment over file", with("TACKLEBOX_KEEP", "2", "TACKLEBOX_SEED", "2"), "keep: 3\nseed: 3\nclock: manual\n", []string{"--keep", "1"},
			base(func(o *Options) { o.Keep, o.Seed, o.Clock = 1, seed(2), "manual" })},
		{"an environment never beats a flag, even one that says the default", with("TACKLEBOX_KEEP", "2", "TACKLEBOX_SYNC", "true", "TACKLEBOX_CLOCK", "auto"), "max-body: 5\n",
			[]string{"--keep", "1000000", "--sync=false", "--clock", "real", "--max-body", "1MiB"}, base(nil)},
		{"nor does a file beat an environment that says the default", with("TACKLEBOX_KEEP", "1000000"), "keep: 3\n", nil, base(nil)},
		{"a list of the file is replaced, not continued", with("TACKLEBOX_ALLOW_HOST", "e"), "allow-host: [a]\n", nil, base(func(o *Options) { o.AllowHosts = []string{"e"} })},
		{"port", state, "", []string{"--port", "0"}, base(func(o *Options) { o.Addr = "127.0.0.1:0" })},
		{"port with address", state, "", []string{"--addr", "localhost:1", "--port", "2"}, base(func(o *Options) { o.Addr = "localhost:2" })},
		{"a port of the environment does not change an address of the command line", with("TACKLEBOX_PORT", "9"), "", []string{"--addr", "localhost:1"}, base(func(o *Options) { o.Addr = "localhost:1" })},
		{"a port of the environment changes an address of the file", with("TACKLEBOX_PORT", "9"), "addr: localhost:1\n", nil, base(func(o *Options) { o.Addr = "localhost:9" })},
		{"IPv6", state, "", []string{"--addr", "[::1]:0"}, base(func(o *Options) { o.Addr = "[::1]:0" })},
		{"beyond loopback with a token", state, "", []string{"--addr", ":4780", "--token", "t"}, base(func(o *Options) { o.Addr, o.Token = ":4780", "t" })},
		{"memory needs no folder", nil, "", []string{"--memory"}, base(func(o *Options) { o.Memory, o.Data = true, "" })},
		{"memory on the command line overrules a folder of the environment", with("TACKLEBOX_DATA", "/e"), "", []string{"--memory"}, base(func(o *Options) { o.Memory, o.Data = true, "" })},
		{"shared", state, "", []string{"--shared", "nats://h", "--nats-creds", "f", "--advertise", "http://10.0.0.7:1"},
			base(func(o *Options) {
				o.Sharing, o.Data = Sharing{Shared: "nats://h", NATSCreds: "f", Advertise: "http://10.0.0.7:1"}, ""
			})},
		{"shared on the command line overrules the environment", with("TACKLEBOX_DATA", "/e", "TACKLEBOX_MEMORY", "true"), "", []string{"--shared", "nats://h"}, base(func(o *Options) { o.Shared, o.Data = "nats://h", "" })},
		{"an empty file", state, "# nothing\n", nil, base(nil)},
		{"what only a file can say", state, "providers:\n  shoptet: {profile: 2026-08, attempts: 2, on: yes}\ninboxes:\n  orders: {reply: [{status: 500, times: 2}]}\nfaults:\n  - {kind: delay, probability: 0.5}\n", nil,
			base(func(o *Options) {
				o.Providers = map[string]map[string]json.RawMessage{"shoptet": {"profile": json.RawMessage(`"2026-08"`), "attempts": json.RawMessage(`2`), "on": json.RawMessage(`"yes"`)}}
				o.Inboxes = map[string]json.RawMessage{"orders": json.RawMessage(`{"reply":[{"status":500,"times":2}]}`)}
				o.Faults = json.RawMessage(`[{"kind":"delay","probability":0.5}]`)
			})},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := resolved(t, c.env, c.file, c.args...)
			if err != nil {
				t.Fatal(err)
			}
			c.want.port, c.want.places = got.port, got.places
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(Options{}, yamlfile.Places{}), cmpopts.IgnoreFields(Options{}, "Warn")); diff != "" {
				t.Errorf("options (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOptionsRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		env  map[string]string
		file string
		args []string
		want string // in the message
	}{
		{"beyond loopback", nil, "", []string{"--addr", "0.0.0.0:4780"}, "set --token, or listen on 127.0.0.1"},
		{"every interface", nil, "", []string{"--addr", ":0"}, "set --token"},
		{"a name", nil, "", []string{"--addr", "example.com:80"}, "set --token"},
		{"no port", nil, "", []string{"--addr", "127.0.0.1"}, "want HOST:PORT"},
		{"port out of range", nil, "", []string{"--port", "70000"}, `port "70000": want a number`},
		{"port no number", nil, "", []string{"--port", "http"}, `port "http"`},
		{"no folder", map[string]string{}, "", nil, "no data folder"},
		{"memory and folder", nil, "", []string{"--memory", "--data", "/d"}, "choose one"},
		{"shared and folder", nil, "", []string{"--shared", "nats://h", "--data", "/d"}, "--shared and --data: choose one"},
		{"shared and memory", nil, "", []string{"--shared", "nats://h", "--memory"}, "--shared and --memory: choose one"},
		{"shared and folder in the environment", map[string]string{"TACKLEBOX_SHARED": "nats://h", "TACKLEBOX_DATA": "/d"}, "", nil, "--shared and --data: choose one"},
		{"credentials for nothing", nil, "", []string{"--nats-creds", "f"}, "belong to --shared"},
		{"advertised path", nil, "", []string{"--shared", "nats://h", "--advertise", "http://h/x"}, "--advertise"},
		{"keep nothing", nil, "", []string{"--keep", "0"}, "--keep 0"},
		{"start of a real clock", nil, "", []string{"--start", "2026-01-05T09:00:00Z"}, "--start needs --clock"},
		{"environment", map[string]string{"HOME": "/h", "TACKLEBOX_KEEP": "many"}, "", nil, `TACKLEBOX_KEEP="many"`},
		{"environment choice", map[string]string{"HOME": "/h", "TACKLEBOX_CLOCK": "manul"}, "", nil, `did you mean "manual"?`},
		{"unknown key", nil, "quiet: true\nadr: x\n", nil, `config.yaml:2: unknown key "adr" (did you mean "addr"?); allowed: `},
		{"unknown key lists what is allowed", nil, "zzz: 1\n", nil, "keep-bytes, keep-going, max-body"},
		{"a key of the command line only", nil, "config: x\n", nil, `unknown key "config"`},
		{"a key twice", nil, "keep: 1\n\nkeep: 2\n", nil, "config.yaml:3"},
		{"value", nil, "keep: lots\n", nil, `config.yaml:1: keep: "lots"`},
		{"value of the wrong form", nil, "keep: [1]\n", nil, "config.yaml:1: keep: want one value"},
		{"environment truth", map[string]string{"HOME": "/h", "TACKLEBOX_QUIET": "maybe"}, "", nil, `TACKLEBOX_QUIET="maybe": want true or false`},
		{"truth", nil, "\nquiet: maybe\n", nil, `config.yaml:2: quiet: "maybe": want true or false`},
		{"number", nil, "keep: 1e3\n", nil, `config.yaml:1: keep: "1e3": want a whole number`},
		{"not YAML", nil, "keep: 1\n  a: b\n", nil, "config.yaml:2: mapping values"},
		{"not YAML in the first line", nil, "\tkeep: 1\n", nil, "config.yaml:1: found character"},
		{"not a mapping", nil, "- a\n", nil, "config.yaml:1: want keys and values"},
		{"two documents", nil, "keep: 1\n---\nkeep: 2\n", nil, "a second document"},
		{"providers of the wrong form", nil, "providers: [a]\n", nil, "config.yaml:1: want keys and values, not array"},
		{"alias", nil, "inboxes:\n  a: &x {}\n  b: *x\n", nil, "config.yaml:3: aliases are not supported"},
		{"settings twice", nil, "providers:\n  a:\n    b: 1\n    b: 2\n", nil, "config.yaml"},
		{"too deep", nil, "faults: " + strings.Repeat("[", 80) + strings.Repeat("]", 80) + "\n", nil, "nested too deep"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.env == nil {
				c.env = map[string]string{"HOME": "/h"}
			}
			o, err := resolved(t, c.env, c.file, c.args...)
			if err == nil {
				t.Fatalf("taken: %+v", o)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q, want %q in it", err, c.want)
			}
			if exit.Code(err) != exit.Usage {
				t.Errorf("exit code %d, want %d", exit.Code(err), exit.Usage)
			}
		})
	}
	if _, err := resolved(t, map[string]string{"HOME": "/h"}, "", "--config", "/nowhere/x.yaml"); err == nil || !strings.Contains(err.Error(), "/nowhere/x.yaml") {
		t.Errorf("error %v, want one about the file that is not there", err)
	}
}

// FuzzConfig: a file is read or refused, with its name, and never more.
func FuzzConfig(f *testing.F) {
	for _, s := range []string{"", "addr: x", "providers: {a: {b: [1, {c: null}]}}", "a: &b [*b]", "inboxes:\n  <<: {a: 1}", "? [x]\n: y", "faults: !!binary aGk=", "seed: 0x10", "---\n---", "\"\\u0000\": 1", "start: 2026-01-01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		o, flags := new(Options), pflag.NewFlagSet("up", pflag.ContinueOnError)
		o.Register(flags, func(string) string { return "" })
		err := o.ReadConfig("config.yaml", []byte(text), flags, map[string]int{})
		if err != nil && !strings.HasPrefix(err.Error(), "config.yaml:") {
			t.Fatalf("ReadConfig(%q): %v does not name the file", text, err)
		}
		for name, doc := range o.Inboxes {
			if !json.Valid(doc) {
				t.Fatalf("ReadConfig(%q): inbox %q is %q", text, name, doc)
			}
		}
	})
}
