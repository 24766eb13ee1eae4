package kit

import (
	"slices"
	"strings"
	"testing"
)

const jsonType, xmlType = "application/json", "application/xml"

func TestAccept(t *testing.T) {
	t.Parallel()
	both, one := []string{jsonType, xmlType}, []string{jsonType}
	for _, c := range []struct {
		accept string
		offers []string
		want   string
		ok     bool
	}{
		{"", both, jsonType, true},
		{", ,", both, jsonType, true},
		{"*/*", both, jsonType, true},
		{"application/json", both, jsonType, true},
		{"application/xml", both, xmlType, true},
		{"APPLICATION/XML", both, xmlType, true},
		{"application/xml;charset=utf-8", both, xmlType, true},
		{"application/*", both, jsonType, true},
		{"application/xml, application/json", both, jsonType, true},
		{"application/xml;q=0.9, application/json;q=0.8", both, xmlType, true},
		{"application/json, */*;q=0.5", both, jsonType, true},
		{"application/xml;q=0.5, */*;q=0.4", both, xmlType, true},
		{"application/json;q=0, */*", both, xmlType, true},
		{"*/*;q=0.1, application/xml;q=0", both, jsonType, true},
		{"text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", both, jsonType, true},
		{"application/xml;q=seven", both, xmlType, true},
		{"application/xml;q=2", both, xmlType, true},
		{"application/xml;Q=0.3;level=1, application/json ; q = 0.2", both, xmlType, true},
		{"text/html", both, jsonType, false},
		{"text/xml", both, jsonType, false},
		{"application/json;q=0", both, jsonType, false},
		{"application/xml", one, jsonType, false},
		{"application/xml, */*;q=0.1", one, jsonType, true},
		{"nonsense", one, jsonType, false},
		{",;,", one, jsonType, false},
		{"  ", one, jsonType, true},
	} {
		if got, ok := Accept([]string{c.accept}, c.offers...); got != c.want || ok != c.ok {
			t.Errorf("%q of %v: %s, %v, want %s, %v", c.accept, c.offers, got, ok, c.want, c.ok)
		}
	}
	if got, ok := Accept([]string{"text/html", xmlType}, both...); got != xmlType || !ok {
		t.Errorf("two lines: %s, %v", got, ok)
	}
}

// FuzzAccept holds that whatever is accepted was offered, and that naming a type
// in a line of its own leaves room for it.
func FuzzAccept(f *testing.F) {
	for _, seed := range []string{"*/*", "application/xml;q=0.5, */*;q=0", ";;,,q=", "a/b;q=NaN", "*;q=1e309", "application/json;q=0, */*"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, accept string) {
		offers := []string{jsonType, xmlType}
		if got, _ := Accept([]string{accept}, offers...); !slices.Contains(offers, got) {
			t.Fatalf("%q: %s", accept, got)
		}
		for _, o := range offers {
			if q := quality(accept, o); !(q >= 0 && q <= 1) {
				t.Fatalf("%q: quality %v", accept, q)
			}
		}
		if _, ok := Accept([]string{accept, jsonType + ";q=1"}, jsonType); !ok && !strings.Contains(strings.ToLower(accept), jsonType) {
			t.Errorf("%q in front of %s leaves no room for it", accept, jsonType)
		}
	})
}
