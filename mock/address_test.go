package mock

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tacklebox/fixtures"
	"tacklebox/mock/clock"
	"tacklebox/mock/provider"
	"tacklebox/mock/state"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal/memory"
	"tacklebox/receiver/outbound"
)

func TestPermitURL(t *testing.T) {
	for _, tc := range []struct{ raw, want string }{
		{`""`, ""},
		{`"http://127.0.0.1:9/x?y"`, ""},
		{`"https://[::1]/x"`, ""},
		{`"http://10.1.2.3/"`, ""},
		{`"http://somewhere.test/x"`, ""},
		{`"http://203.0.113.7/"`, ""},
		{`"http://169.254.169.254/latest"`, "never called"},
		{`"http://[fe80::1%25eth0]/"`, "never called"},
		{`"http://8.8.8.8/"`, "--allow-host 8.8.8.8"},
		{`"ftp://127.0.0.1/"`, "not an absolute"},
		{`"/only/a/path"`, "not an absolute"},
		{`"http://:80/"`, "not an absolute"},
		{`"http://%zz/"`, "not an absolute"},
		{`7`, "number"},
	} {
		err := permitURL(outbound.Rules{Allow: []string{"203.0.113.7"}}, json.RawMessage(tc.raw))
		if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", tc.raw, err, tc.want)
		}
	}
}

// addressWorld is a provider with nothing but a setting that is an address.
func addressWorld(t *testing.T, config map[string]json.RawMessage) (*service, error) {
	t.Helper()
	state, err := state.Open("")
	if err != nil {
		t.Fatal(err)
	}
	clock, err := clock.New(clock.Manual, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	catalog := fixtures.New(fstest.MapFS{"x/catalog.json": {Data: []byte(`{"title":"X"}`)}})
	p := &provider.Provider{Name: "x", Options: []provider.Option{{Name: "url", Kind: provider.URLOption, Default: `""`}}}
	e, err := New(Config{Journal: memory.New(memory.Limit{}), State: state, Clock: clock, Catalog: catalog,
		Providers: []*provider.Provider{p}, Settings: map[string]map[string]json.RawMessage{"x": config}, BaseURL: func() string { return "" }})
	if err != nil {
		return nil, err
	}
	return e.services["x"], nil
}

func doc(text string) (m map[string]json.RawMessage) {
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		panic(err)
	}
	return maps.Clone(m)
}

func TestOwnAndCommonValues(t *testing.T) {
	w, err := addressWorld(t, doc(`{"url":"http://localhost/common","accounts":{"b":{"url":"http://localhost/b"},"c":{"url":""}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.book.Settings().Change("a", doc(`{"url":"http://localhost/a"}`)); err != nil {
		t.Fatal(err)
	}
	if got := w.world.Owners("url"); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("owners: %v", got)
	}
	for account, want := range map[string]string{"a": "http://localhost/a", "b": "http://localhost/b", "c": ""} {
		if v, ok := w.world.Own(account, "url"); !ok || v.Text() != want {
			t.Errorf("%s: %q, %v", account, v.Text(), ok)
		}
	}
	if _, ok := w.world.Own("d", "url"); ok || w.world.Option("d", "url").Text() != "http://localhost/common" {
		t.Error("d must have the common value and none of its own")
	}
	if err := w.book.Settings().Change("a", doc(`{"url":null}`)); err != nil {
		t.Fatal(err)
	}
	if _, ok := w.world.Own("a", "url"); ok {
		t.Error("null did not take the value back")
	}
}

func TestRefusedAddressChangesNothing(t *testing.T) {
	w, err := addressWorld(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	var p *api.Error
	if err := w.book.Settings().Change("a", doc(`{"url":"http://169.254.169.254/"}`)); !errors.As(err, &p) || p.Status != 422 {
		t.Errorf("got %v, want a 422", err)
	}
	if got := w.world.Owners("url"); len(got) > 0 {
		t.Errorf("the refused value was kept for %v", got)
	}
	if _, err := addressWorld(t, doc(`{"url":"http://8.8.8.8/"}`)); strings.Join(api.Path(err), ".") != "providers.x.url" {
		t.Errorf("configuration: %v", err)
	}
}
