package sandbox

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"testing"

	"tacklebox/fixtures"
	"tacklebox/receiver/api"
)

// beside is a tree of fixtures with another in front of it.
type beside struct{ front, back fs.FS }

func (b beside) Open(name string) (fs.File, error) {
	f, err := b.front.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return b.back.Open(name)
	}
	return f, err
}

// withSixth runs the tiny provider beside the five. What it has is its folder of
// fixtures and its value; nothing else in the project knows its name.
func withSixth(t *testing.T) Option {
	t.Helper()
	embedded, err := fixtures.Load("")
	if err != nil {
		t.Fatal(err)
	}
	own, p := tiny()
	return func(c *Config) {
		c.catalog = fixtures.New(beside{own.Files(), embedded.Files()})
		c.providers = append(providers(), p)
	}
}

// decode reads an answer of the control API.
func decode[T any](t *testing.T, r *Running, path string) (v T) {
	t.Helper()
	status, body := r.call("GET", path, nil)
	_, doc, _ := strings.Cut(body, " ")
	if err := json.Unmarshal([]byte(doc), &v); status != http.StatusOK || err != nil {
		t.Fatalf("%s: %v: %s", path, err, body)
	}
	return v
}

func TestASixthProviderIsInTheIndex(t *testing.T) {
	t.Parallel()
	r := Start(t, withSixth(t))
	type info struct {
		Name, Title string
		Base        string `json:"base_url"`
		Events      int
	}
	all := decode[[]info](t, r, "/_/providers")
	want := info{"tiny", "Tiny", r.URL + "/tiny/v1", 2}
	if len(all) != len(providers())+1 || all[len(all)-1] != want {
		t.Errorf("the index is %+v, want %+v at its end", all, want)
	}
	one := decode[struct {
		Events      []struct{ Type, About, Evidence string }
		Assumptions []fixtures.Assumption
	}](t, r, "/_/providers/tiny")
	if len(one.Events) != 2 || one.Events[1].Type != "thing.lost" || len(one.Assumptions) != 1 {
		t.Errorf("its page is %+v", one)
	}
}

func TestASixthProviderFiresAndIsFound(t *testing.T) {
	t.Parallel()
	r := Start(t, withSixth(t))
	id := subscribe(t, r, "ann", "box", "thing.made", "thing.lost")
	r.Fire(api.Firing{Provider: "tiny", Type: "thing.lost", Set: map[string]json.RawMessage{"name": []byte(`"gear"`)}})
	r.Fire(api.Firing{Provider: "lagerkoll", Type: "store.created", To: r.Inbox("box")})
	got := r.Expect(t, "kind:capture provider:tiny type:thing.* body.name=gear signature:valid contract:ok", 1)
	if len(got) != 1 || got[0].Subscription != id || got[0].Account != "ann" {
		t.Errorf("%d captures, the first %+v", len(got), got[0])
	}
	subs := decode[[]struct {
		Provider, Account, ID, URL string
		Types                      []string
		Enabled                    bool
	}](t, r, "/_/subscriptions?provider=tiny&account=ann")
	if len(subs) != 1 || subs[0].ID != id || subs[0].URL != r.Inbox("box") || !subs[0].Enabled || !slices.Equal(subs[0].Types, []string{"thing.made", "thing.lost"}) {
		t.Errorf("subscriptions %+v", subs)
	}
	secrets := decode[[]struct{ Provider, Name, Value string }](t, r, "/_/secrets?provider=tiny")
	if len(secrets) != 1 || secrets[0].Value != "ann" {
		t.Errorf("secrets %+v", secrets)
	}
}

func TestASixthProviderRetriesOnTheClock(t *testing.T) {
	t.Parallel()
	r := Start(t, withSixth(t))
	r.Settings("tiny", "ann", map[string]any{"retry": []string{"90s"}})
	subscribe(t, r, "ann", "box", "thing.made")
	r.Reply("box", `{"reply":[{"status":503,"times":1},{"status":200}]}`)
	r.Fire(api.Firing{Provider: "tiny", Type: "thing.made"})
	r.Advance(90e9)
	attempts := r.Expect(t, "kind:attempt provider:tiny", 2)
	if d := attempts[1].Time.Sub(attempts[0].Time); len(attempts) != 2 || d != 90e9 {
		t.Errorf("%d attempts, %s apart", len(attempts), d)
	}
}

func TestASixthProviderIsDescribed(t *testing.T) {
	t.Parallel()
	r := Start(t, withSixth(t))
	doc := decode[struct {
		Servers  []struct{ URL string }
		Paths    map[string]any
		Webhooks map[string]any
	}](t, r, "/_/providers/tiny/openapi.json")
	if len(doc.Servers) != 1 || doc.Servers[0].URL != r.Provider("tiny") || doc.Paths["/subs"] == nil || len(doc.Webhooks) != 2 {
		t.Errorf("described as %+v", doc)
	}
}

func TestASixthProviderIsReachedByItsHosts(t *testing.T) {
	t.Parallel()
	r := Start(t, withSixth(t))
	for host, want := range map[string]int{"api.tiny.example": 201, "tiny.localhost": 201, "TINY.localhost:4780": 201, "other.example": 0} {
		req, err := http.NewRequest("POST", r.URL+"/v1/subs", strings.NewReader(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		req.Header.Set("X-Key", "ann")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if want == 0 && resp.StatusCode < 400 || want != 0 && resp.StatusCode != want {
			t.Errorf("%s: %d, want %d", host, resp.StatusCode, want)
		}
	}
}
