package serve

import (
	"errors"
	"fmt"
	"strings"
	"testing"

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
	o, flags := new(Options), pflag.NewFlagSet("up", pflag.ContinueOnError)
	o.Register(flags, func(string) string { return "" })
	if err := o.ReadConfig("t.yaml", []byte(file), flags, map[string]int{}); err != nil {
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
		got := o.Locate(fmt.Errorf("%w", &ConfigError{Path: strings.Fields(path), Err: cause}))
		if got.Error() != want || !errors.Is(got, cause) {
			t.Errorf("%s: %v, want %s", path, got, want)
		}
	}
	if got := o.Locate(cause); got != cause {
		t.Errorf("a mistake without a place became %v", got)
	}
}

// TestDeepConfigurationsEnd: neither the reader nor its memory of places goes on.
func TestDeepConfigurationsEnd(t *testing.T) {
	t.Parallel()
	o, flags := new(Options), pflag.NewFlagSet("up", pflag.ContinueOnError)
	o.Register(flags, func(string) string { return "" })
	deep := "faults: " + strings.Repeat("[", 2000) + strings.Repeat("]", 2000)
	if err := o.ReadConfig("t.yaml", []byte(deep), flags, map[string]int{}); err == nil || !strings.HasPrefix(err.Error(), "t.yaml:1: nested too deep") {
		t.Errorf("got %.200v", err)
	}
	if n := o.places.Known(); n > 100 {
		t.Errorf("%d places are remembered", n)
	}
}
