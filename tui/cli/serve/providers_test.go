package serve

import (
	"encoding/json"
	"testing"
)

// The path of a provider file in a configuration is meant from its own folder.
func TestProviderFilesBesideTheConfiguration(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ config, from, want string }{
		{"dir/tacklebox.yaml", `"acme.yaml"`, `"dir/acme.yaml"`},
		{"tacklebox.yaml", `"./acme.yaml"`, `"acme.yaml"`},
		{"dir/tacklebox.yaml", `"/abs/acme.yaml"`, `"/abs/acme.yaml"`},
		{"dir/tacklebox.yaml", `7`, `7`},
	} {
		o := Options{Providers: map[string]map[string]json.RawMessage{"acme": {"from": json.RawMessage(c.from)}, "shoptet": {"attempts": json.RawMessage("2")}}}
		o.besideConfig(c.config)
		if got := string(o.Providers["acme"]["from"]); got != c.want || len(o.Providers["shoptet"]) != 1 {
			t.Errorf("%s %s: %s", c.config, c.from, got)
		}
	}
}
