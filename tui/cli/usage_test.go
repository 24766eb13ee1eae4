package cli

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"tacklebox/receiver/api"
	"testing"

	"tacklebox/tui/cli/exit"
)

// TestUsage: a command line that cannot be carried out ends with exit code 2,
// says what is wrong, and nobody was asked: the address is one where the test
// has no answer to give.
func TestUsage(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		// What is missing, and what is too much.
		"diff":                        "SEQ is missing\nUsage: tacklebox diff SEQ SEQ",
		"events":                      "PROVIDER is missing\nUsage: tacklebox events PROVIDER [TYPE]",
		"fire":                        "PROVIDER is missing\nUsage: tacklebox fire PROVIDER TYPE",
		"fire shoptet":                "TYPE is missing\nUsage: tacklebox fire PROVIDER TYPE",
		"replay":                      "SEQ… is missing\nUsage: tacklebox replay SEQ…",
		"export --as har":             "SEQ… is missing\nUsage: tacklebox export SEQ…",
		"verify":                      "PROVIDER is missing\nUsage: tacklebox verify PROVIDER FILE|-",
		"import --inbox a":            "FILE is missing\nUsage: tacklebox import FILE|DIR|-",
		"events a b c":                `unexpected argument "c"`,
		"fire a b c":                  `unexpected argument "c"`,
		"secrets a b":                 `unexpected argument "b"`,
		"faults delay slow":           `unexpected argument "slow"`,
		"inbox a b":                   `unexpected argument "b"`,
		"clock advance 1h 2h":         `unexpected argument "2h"`,
		"reset everything":            `unexpected argument "everything"`,
		"ready now":                   `unexpected argument "now"`,
		"doctor who":                  `unexpected argument "who"`,
		"version 2":                   `unexpected argument "2"`,
		"import a b":                  `unexpected argument "b"`,
		"verify a b c":                `unexpected argument "c"`,
		"fire shoptet t --count":      "flag needs an argument: --count",
		"entries --after":             "flag needs an argument: --after",
		"scenario":                    "FILE or NAME is missing; 'tacklebox scenario --list' lists the embedded ones",
		"scenario --junit report.xml": "FILE or NAME is missing",

		// Values that are none.
		"show -- -1":                            `"-1" is not the number of an entry: 'tacklebox entries' lists them`,
		"show 18446744073709551616":             "is not the number of an entry",
		"show 1e3":                              "is not the number of an entry",
		"diff 0 1":                              `"0" is not the number of an entry`,
		"export 1,2":                            `"1,2" is not the number of an entry`,
		"replay last":                           `"last" is not the number of an entry`,
		"entries --after x":                     `invalid argument "x" for "--after"`,
		"entries --before -1":                   `invalid argument "-1" for "--before"`,
		"entries --limit many":                  `invalid argument "many" for "--limit"`,
		"entries --order up":                    "want one of asc, desc",
		"entries --all=maybe":                   `invalid argument "maybe" for "--all"`,
		"export 1 --as json":                    "want one of curl, har, fixture, gotest",
		"export 1 --as fixtur":                  `did you mean "fixture"?`,
		"export 1 --as go":                      `did you mean "gotest"?`,
		"fire a b --count x":                    `invalid argument "x" for "--count"`,
		"fire a b --count -3":                   "--count -3: want at least 1",
		"fire a b --wait soon":                  `invalid argument "soon" for "--wait"`,
		"fire a b --context =x":                 "--context =x: want KEY=VALUE",
		"fire a b --merge @/nowhere/m.json":     "--merge: open /nowhere/m.json",
		"fire a b --merge {":                    "--merge {: not JSON: line 1: unexpected end of JSON input",
		"fire a b --body [1,":                   "--body [1,: not JSON: line 1: unexpected end of JSON input",
		"expect --count many":                   `invalid argument "many" for "--count"`,
		"expect --within -1s":                   "--count and --within cannot be negative",
		"expect x --ordered y status:abc":       "filter: ",
		"faults delay --probability often":      `invalid argument "often" for "--probability"`,
		"faults delay --times x":                `invalid argument "x" for "--times"`,
		"faults giant_body --bytes 1k":          `invalid argument "1k" for "--bytes"`,
		"help fautls":                           `unknown command "fautls" (did you mean "faults"?)`,
		"help trigger":                          `unknown command "trigger" (did you mean "fire"?)`,
		"faults --q (":                          "filter: ",
		"clock to 2026-13-01T00:00:00Z":         "want a time like 2026-01-31T12:00:00Z",
		"clock to":                              "clock to: how far? Like 'clock advance 15m' or 'clock to 2026-01-31T12:00:00Z'",
		"clock advance 15":                      `clock advance "15": want a duration like 90s, 15m or 24h`,
		"clock advance -- -15m":                 `clock advance "-15m": want a duration`,
		"clock next week":                       `clock "next": want advance, next or to`,
		"clock forward 1h":                      `clock "forward": want advance, next or to`,
		"tail --limit x":                        `invalid argument "x" for "--limit"`,
		"tail --after -1":                       `invalid argument "-1" for "--after"`,
		"tail knd:capture":                      "filter: ",
		"verify shoptet --entry 0":              `"0" is not the number of an entry`,
		"verify shoptet --entry 1 body.json":    "FILE and --entry exclude each other\nUsage: tacklebox verify",
		"verify shoptet --header :x -":          `--header ":x": want 'Name: value'`,
		"verify shoptet /nowhere/body.json":     "request: open /nowhere/body.json",
		"import /nowhere/x.har":                 "import: ",
		"scenario ./nowhere.yaml":               "scenario: open ./nowhere.yaml",
		"scenario /nowhere/a":                   "scenario: open /nowhere/a",
		"ready --wait soon":                     `invalid argument "soon" for "--wait"`,
		"completion":                            "SHELL is missing",
		"completion csh":                        "known: bash, zsh, fish, powershell",
		"up --clock manul --no-tui":             `want one of real, manual, auto (did you mean "manual"?)`,
		"up --keep-bytes much --no-tui":         "want a size like 1048576, 64KiB or 2GiB",
		"up --start noon --no-tui":              "want a time like 2026-01-31T12:00:00Z",
		"up --seed -1 --no-tui":                 "want a whole number from 0 on",
		"up --addr 0.0.0.0:0 --memory --no-tui": "set --token, or listen on 127.0.0.1",

		// Flags and words that are nearly right.
		"fire a b --sett x=1": `unknown flag: --sett (did you mean "--set"?)`,
		"fire a b --zzzz x":   "unknown flag: --zzzz",
		"entries -x":          "unknown shorthand flag: 'x' in -x",
		"reset --entry":       "unknown flag: --entry",
		"show 1 --raw":        "unknown flag: --raw",
		"providrs":            `unknown command "providrs" (did you mean "providers"?)`,
		"provider":            "provider: want check FILE or init NAME",
		"provider chek x":     `provider "chek": want check or init (did you mean "check"?)`,
		"evnets shoptet":      `unknown command "evnets" (did you mean "events"?)`,
		"exp x":               "unknown command \"exp\"\nRun 'tacklebox --help' for the commands.",
		"clock advnace 1h":    `clock "advnace": want advance, next or to (did you mean "advance"?)`,
		"scenarios --list":    `unknown command "scenarios" (did you mean "scenario"?)`,
		"entries --url= -- (": "filter: ",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			server := newControl(t, nil)
			env := map[string]string{"TACKLEBOX_URL": server.URL, "HOME": t.TempDir()}
			got := run(t.Context(), new(App), env, "", strings.Fields(line)...)
			if got.code != exit.Usage || got.out != "" || !strings.HasPrefix(got.err, "tacklebox: ") || !strings.Contains(got.err, want) {
				t.Errorf("code %d, stdout %q, stderr %q; want %d, nothing, %q", got.code, got.out, got.err, exit.Usage, want)
			}
		})
	}
}

// TestFilterMistakes stand under the filter as the person wrote it, the same
// for every command that takes one.
func TestFilterMistakes(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"entries", "tail", "expect"} {
		runCases(t, []commandCase{
			{name: command + ": a field that is none", args: []string{command, "kind:capture", "inbx:a"}, sent: []string{}, code: exit.Usage,
				err: "\n  kind:capture inbx:a\n               ^"},
			{name: command + ": a parenthesis that stays open", args: []string{command, "kind:capture", "(inbox:a"}, sent: []string{}, code: exit.Usage,
				err: "\n  kind:capture (inbox:a\n"},
			{name: command + ": escape sequences", args: []string{command, "\x1b[2J("}, sent: []string{}, code: exit.Usage, err: "\n  ␛[2J(\n"},
			{name: command + ": a regular expression", args: []string{command, "body.a~("}, sent: []string{}, code: exit.Usage, err: "filter: "},
		})
	}
}

// TestHelp of every command: its usage line, its flags, an exit code of 0 and
// nothing on stderr, without a sandbox.
func TestHelp(t *testing.T) {
	t.Parallel()
	app := &App{Getenv: func(string) string { return "" }}
	for _, c := range rootOf(app).Commands() {
		for _, words := range [][]string{{c.Name(), "--help"}, {"help", c.Name()}} {
			t.Run(strings.Join(words, " "), func(t *testing.T) {
				t.Parallel()
				got := run(t.Context(), new(App), map[string]string{"HOME": filepath.Join(t.TempDir(), "none")}, "", words...)
				if c.IsAdditionalHelpTopicCommand() {
					return // TestTopics
				}
				if got.code != exit.OK || got.err != "" || !strings.Contains(got.out, "Usage:\n  tacklebox "+c.Use) {
					t.Errorf("code %d, stderr %q, stdout\n%s", got.code, got.err, got.out)
				}
				if !strings.Contains(got.out, "--url") && c.Name() != "help" {
					t.Errorf("the help of %s does not name --url:\n%s", c.Name(), got.out)
				}
			})
		}
	}
}

// TestTopics: what help says of filters and faults is all there is of them.
func TestTopics(t *testing.T) {
	t.Parallel()
	named := map[string][]string{"filter": nil, "faults": nil}
	for _, k := range api.FilterKeys() {
		named["filter"] = append(named["filter"], k.Name)
	}
	for _, k := range slices.Concat(api.FaultKinds(), api.SignatureFaults(), api.FaultPresets()) {
		named["faults"] = append(named["faults"], k.Name)
	}
	for topic, names := range named {
		got := run(t.Context(), new(App), nil, "", "help", topic)
		for _, name := range names {
			if got.code != exit.OK || !strings.Contains(got.out, "\n  "+name+" ") {
				t.Errorf("help %s: code %d, %s is missing:\n%s", topic, got.code, name, got.out)
			}
		}
	}
	text := run(t.Context(), new(App), nil, "", "help", "filter").out
	_, examples, _ := strings.Cut(text, "Examples:\n")
	for _, quoted := range regexp.MustCompile(`'([^']+)'`).FindAllStringSubmatch(examples, -1) {
		if err := api.CheckFilter(quoted[1]); err != nil {
			t.Errorf("the example %s: %v", quoted[1], err)
		}
	}
}
