package sandbox_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/sandbox"
	"tacklebox/receiver/api"
)

const shop = "123456-p-600000-abcdefghijklmnopqrstuvwxyz012345"

// register does what a program under test does at the mock API.
func register(t *testing.T, api, url string) {
	t.Helper()
	doc := fmt.Sprintf(`{"data":[{"event":"order:create","url":%q}]}`, url)
	req, err := http.NewRequest("POST", api+"/api/webhooks", strings.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Shoptet-Private-Api-Token", shop)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		t.Fatalf("register: %s", resp.Status)
	}
}

// TestFromOutside uses the package as another module does: by its exported names
// only (contract, section 7).
func TestFromOutside(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	register(t, sb.Provider("shoptet"), sb.Inbox("orders"))
	sb.Reply("orders", `{"reply":[{"status":500},{"status":200}]}`)

	fired := sb.Fire("shoptet", "order:create", sandbox.Set("eventInstance", "2026000123"))
	first := sb.Expect(t, "kind:attempt status:500 body.eventInstance=2026000123")[0]
	if len(fired.Events) != 1 || first.EventID != fired.Events[0].ID || first.NextAttempt.Sub(first.Time) != 15*time.Minute {
		t.Errorf("fired %+v, attempted %+v", fired, first)
	}
	sb.Advance(15 * time.Minute)
	if all := sb.Expect(t, "inbox:orders", 2); all[1].Attempt != 2 {
		t.Errorf("the second capture is attempt %d", all[1].Attempt)
	}
	if n := len(sb.Entries("kind:attempt")); n != 2 {
		t.Errorf("%d attempts, want 2", n)
	}
	if resp, err := http.Get(sb.URL + "/_/readyz"); err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("%v %v", resp, err)
	}
}

// TestFireOptions: each option says what its member of POST /_/events says.
func TestFireOptions(t *testing.T) {
	t.Parallel()
	sb := sandbox.Start(t)
	to := sandbox.To(sb.Inbox("all"))
	sb.Fire("shoptet", "order:create", to, sandbox.Body("as it is"), sandbox.Account(shop))
	sb.Fire("shoptet", "order:create", to, sandbox.Body(map[string]int{"a": 1}))
	sb.Fire("shoptet", "order:create", to, sandbox.Merge(map[string]any{"eventInstance": "7"}), sandbox.Unset("eshopId", "eventCreated"))
	sb.Fire("shoptet", "order:create", to, sandbox.Body("twice"), sandbox.Count(2))
	sb.Fire("shoptet", "order:create", to, sandbox.Body("doubled"), sandbox.Faults("duplicate"))
	sb.Fire(api.Firing{Provider: "shoptet", Type: "order:create", Body: []byte(`"whole"`)}, to)
	var got []string
	for _, e := range sb.Expect(t, "inbox:all", 8) {
		got = append(got, string(e.Request.Body))
	}
	slices.Sort(got)
	want := []string{"as it is", "doubled", "doubled", "twice", "twice", "whole", `{"a":1}`, `{"event":"order:create","eventInstance":"7"}`}
	if !slices.Equal(got, want) {
		t.Errorf("captured %q, want %q", got, want)
	}
	if e := sb.Expect(t, `"as it is" kind:attempt`); len(e) != 1 || e[0].Account != shop {
		t.Errorf("the account is not %s: %+v", shop, e)
	}
}

// fails is a test that records how it failed.
type fails struct {
	*testing.T
	said string
}

func (f *fails) Fatalf(format string, args ...any) {
	f.said = fmt.Sprintf(format, args...)
	panic(f)
}

func TestMisuseFailsTheTest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		use  func(*sandbox.Running)
		want string
	}{
		"no type":          {func(sb *sandbox.Running) { sb.Fire("shoptet") }, `the event type behind "shoptet" is missing`},
		"no event":         {func(sb *sandbox.Running) { sb.Fire(7) }, "want a provider and a type"},
		"no option":        {func(sb *sandbox.Running) { sb.Fire("shoptet", "order:create", "eventInstance=1") }, "is no FireOption"},
		"no JSON":          {func(sb *sandbox.Running) { sb.Fire("shoptet", "order:create", sandbox.Set("eventInstance", t.Log)) }, "eventInstance: json"},
		"a mistyped type":  {func(sb *sandbox.Running) { sb.Fire("shoptet", "order:creat") }, `did you mean "order:create"?`},
		"a mistyped fact":  {func(sb *sandbox.Running) { sb.Fire("dsco", "ORDER_CREATED", sandbox.Context("x", 1)) }, "no context key"},
		"no such provider": {func(sb *sandbox.Running) { sb.Provider("shop") }, "there are prioticket, dsco"},
		"a bad filter":     {func(sb *sandbox.Running) { sb.Entries("kin:x") }, "did you mean kind:?"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &fails{T: t}
			defer func() {
				if p := recover(); p != nil && p != any(f) {
					panic(p)
				}
				if !strings.Contains(f.said, c.want) {
					t.Errorf("the test failed with %q, want %q", f.said, c.want)
				}
			}()
			c.use(sandbox.Start(f))
		})
	}
}
