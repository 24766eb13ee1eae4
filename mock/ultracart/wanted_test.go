package ultracart

import (
	"net/http"
	"testing"
	"time"

	"tacklebox/mock/kit"
	"tacklebox/mock/ultracart/jsontree"
)

func FuzzWanted(f *testing.F) {
	cat, _ := loaded(f)
	f.Add([]byte(`{"webhook_url":"http://x","maximum_events":25,"event_categories":[{"event_category":"order","events":[{"event_name":"order_ship","event_ruler":"{\"a\":[1]}"}]}]}`))
	f.Add([]byte(`{"event_categories":[{"event_category":"user","subscribed":true},null,{"events":null}]}`))
	f.Add([]byte(`{"maximum_size":1e999,"disabled":null,"event_categories":{}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		n, err := jsontree.Parse(body)
		if err != nil || n.Kind != jsontree.Object {
			return
		}
		in, refused := readWanted(n)
		if refused != nil {
			if e := kit.As(refused, broken()); e.Status != 400 || e.Message == "" {
				t.Fatalf("refused with %+v", refused)
			}
			return
		}
		entries := map[string]entry{}
		if in.apply(cat, entries, true) == nil && in.apply(cat, map[string]entry{}, false) != nil {
			t.Fatal("strict takes what is refused when not strict")
		}
		for name := range entries {
			if cat.events[name] == nil {
				t.Fatalf("an entry for %q", name)
			}
		}
	})
}

func FuzzCredential(f *testing.F) {
	f.Add("key", "Bearer token")
	f.Add(" ", "bearer")
	f.Add("", "Basic abc")
	f.Fuzz(func(t *testing.T, key, authorization string) {
		h := http.Header{"X-Ultracart-Simple-Key": {key}, "Authorization": {authorization}}
		if name, ok := credential(h); ok && !wellFormed(name) {
			t.Errorf("%q is an account", name)
		}
	})
}

func TestReceiversHaveThirtySeconds(t *testing.T) {
	t.Parallel()
	if p := policy(nil, ""); p.Timeout != 30*time.Second || !p.Hold || p.Success != nil {
		t.Errorf("%+v", p)
	}
}

func TestSettingsHaveADefaultAndAWord(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, o := range options() {
		if o.About == "" || seen[o.Name] {
			t.Errorf("setting %+v", o)
		}
		seen[o.Name] = true
		if o.Check != nil && o.Check([]byte(o.Default)) != nil {
			t.Errorf("%s: the default %s is refused", o.Name, o.Default)
		}
	}
	if len(seen) != 16 {
		t.Errorf("%d settings, want 16", len(seen))
	}
}
