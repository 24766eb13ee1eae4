package sandbox

import (
	"slices"
	"strings"
	"testing"

	"tacklebox/fixtures"
	"tacklebox/mock/provider"
)

// TestEveryProviderIsWhole checks what each of them must bring along.
func TestEveryProviderIsWhole(t *testing.T) {
	catalog, err := fixtures.Load("")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range providers() {
		t.Run(p.Name, func(t *testing.T) {
			cat, err := catalog.Provider(p.Name)
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Operations) == 0 || len(p.Hosts) == 0 || p.Title == "" || p.Title != cat.Title || len(cat.Assumptions) == 0 {
				t.Errorf("operations %d, hosts %v, titles %q and %q, assumptions %d", len(p.Operations), p.Hosts, p.Title, cat.Title, len(cat.Assumptions))
			}
			if chosen := slices.ContainsFunc(p.Options, func(o provider.Option) bool { return o.Name == "profile" }); chosen == (p.Profile != "") {
				t.Errorf("profile %q beside an option to choose one: %v; want one of the two", p.Profile, chosen)
			}
			for _, ev := range cat.Events {
				if ev.Schema == "" {
					t.Errorf("%s has no schema", ev.Type)
				}
			}
			var names []string
			for _, o := range p.Options {
				names = append(names, o.Name)
				if o.About == "" {
					t.Errorf("setting %s does not say what it does", o.Name)
				}
			}
			for _, a := range cat.Assumptions {
				if a.Switch != "" && !slices.Contains(names, strings.Fields(a.Switch)[0]) {
					t.Errorf("assumption %q names the setting %q, which there is not", a.Topic, a.Switch)
				}
			}
		})
	}
}
