package sandbox

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"tacklebox/mock/provider"
	"tacklebox/receiver/api"
)

// A sender that must write all of its body before it reads gets its answer too.
func TestABodyBeyondTheLimitIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	r := Start(t, func(c *Config) {
		withTiny(c)
		c.providers[0].Serve = func(_ *provider.World, c *provider.Call) provider.Reply {
			if !c.TooLarge || len(c.Body) != 0 {
				t.Errorf("too large %v with %d bytes", c.TooLarge, len(c.Body))
			}
			return provider.Reply{Status: http.StatusTeapot}
		}
	})
	rest := strings.NewReader(strings.Repeat(" ", 10<<20))
	resp, err := http.Post(r.Provider("tiny")+"/subs", "application/json", rest)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusTeapot || resp.Close || rest.Len() != 0 {
		t.Errorf("%s, connection closed %v, %d bytes not taken", resp.Status, resp.Close, rest.Len())
	}
}

func TestCallbacksGoToTheURLAsItWasRegistered(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	targets := make(chan string, 1)
	sink := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) { targets <- req.RequestURI }))
	t.Cleanup(sink.Close)
	for registered, want := range map[string]string{"/{id}/a|b//c/?q={x}&&y=%7e": "/{id}/a|b//c/?q={x}&&y=%7e", "?type=x": "/?type=x"} {
		r.Fire(api.Firing{Provider: "tiny", Type: "thing.made", To: sink.URL + registered})
		if got := <-targets; got != want {
			t.Errorf("%s: %s, want %s", registered, got, want)
		}
	}
}

func TestABodyOfNullIsNone(t *testing.T) {
	t.Parallel()
	r := Start(t, withTiny)
	if status, body := r.call("POST", "/_/events", []byte(`{"provider":"tiny","type":"thing.made","body":null,"to":"`+r.Inbox("box")+`"}`)); status != 202 {
		t.Fatal(body)
	}
	got := r.Expect(t, "kind:capture inbox:box", 1)[0]
	if want := `{"id":1,"name":"nut","parts":[{"size":3}]}`; string(got.Request.Body) != want {
		t.Errorf("body %q, want the sample", got.Request.Body)
	}
	status, body := r.call("POST", "/_/entries/"+strconv.FormatUint(got.Seq, 10)+"/replay", []byte(`{"body":null,"to":"`+r.Inbox("again")+`"}`))
	if status != 202 {
		t.Fatal(body)
	}
	if again := r.Expect(t, "kind:capture inbox:again", 1)[0]; string(again.Request.Body) != string(got.Request.Body) {
		t.Errorf("replayed %q", again.Request.Body)
	}
}

func TestRefusedContextNamesWhatTheTypeKnows(t *testing.T) {
	t.Parallel()
	r := Start(t, func(c *Config) {
		withTiny(c)
		c.providers[0].Context = []provider.Context{{Name: "owner"}, {Name: "ownedBefore", Types: []string{"thing.lost"}}}
	})
	for context, want := range map[string]string{
		`{"ownedBefore":1}`: `"hint":"known for thing.made are owner"`,
		`{"ownr":1}`:        `"hint":"did you mean \"owner\"? known for thing.made are owner"`,
	} {
		status, body := r.call("POST", "/_/events", []byte(`{"provider":"tiny","type":"thing.made","context":`+context+`}`))
		if status != 422 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s, want %s", context, status, body, want)
		}
	}
}
