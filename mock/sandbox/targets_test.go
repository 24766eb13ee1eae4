package sandbox

import (
	"testing"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
)

// A provider may send an event straight to URLs that no subscription stands for;
// each of these has a body of its own, fitted to its account.
func TestDirectTargetsOfAProviderGetTheirOwnPayload(t *testing.T) {
	sb := Start(t, func(c *Config) {
		cat, p := tiny()
		p.Targets = func(_ *provider.World, ev *provider.Event) ([]provider.Target, []provider.Skip) {
			return []provider.Target{{Account: "anna", URL: "http://" + ev.Account + "/in/a", Direct: true}, {Account: "bela", URL: "http://" + ev.Account + "/in/b", Direct: true}}, nil
		}
		p.Payload = func(_ *provider.World, _ *provider.Event, t provider.Target) ([]byte, error) {
			return []byte(`{"id":1,"name":"` + t.Account + `"}`), nil
		}
		c.catalog, c.providers = cat, []*provider.Provider{p}
	})
	sb.Fire(api.Firing{Provider: "tiny", Type: "thing.made", Account: sb.URL[len("http://"):]})
	sb.Expect(t, "kind:capture inbox:a body.name=anna", 1)
	sb.Expect(t, "kind:capture inbox:b body.name=bela", 1)
}
