package provider

import (
	"maps"
	"testing"
)

func TestMatchPath(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, path string
		params        map[string]string
		ok            bool
	}{
		{"/a/b", "/a/b", nil, true},
		{"/a/b", "/a/b/", nil, false},
		{"/a/b", "//a/b", nil, false},
		{"/a/{id}", "/a/7", map[string]string{"id": "7"}, true},
		{"/a/{id}", "/a/", nil, false},
		{"/a/{id}", "/a/x%2Fy", map[string]string{"id": "x/y"}, true},
		{"/a/{id}", "/a/%zz", map[string]string{"id": "%zz"}, true},
		{"/a/{id}/b/{k}", "/a/1/b/2", map[string]string{"id": "1", "k": "2"}, true},
		{"/a", "/%61", nil, true},
		{"/a/..", "/a/..", nil, true},
	} {
		params, ok := MatchPath(c.pattern, c.path)
		if ok != c.ok || ok && !maps.Equal(params, c.params) {
			t.Errorf("%s on %s: %v %v, want %v %v", c.pattern, c.path, params, ok, c.params, c.ok)
		}
	}
}

func TestFindTellsAllowedMethods(t *testing.T) {
	t.Parallel()
	ops := []Operation{{Method: "GET", Path: "/a"}, {Method: "POST", Path: "/a"}, {Method: "GET", Path: "/a/{id}"}}
	if op, allowed := Find(ops, &Call{Method: "PUT", Path: "/a"}); op != nil || len(allowed) != 2 {
		t.Errorf("PUT /a: %v %v", op, allowed)
	}
	if op, allowed := Find(ops, &Call{Method: "GET", Path: "/b"}); op != nil || allowed != nil {
		t.Errorf("GET /b: %v %v", op, allowed)
	}
	c := &Call{Method: "GET", Path: "/a/9"}
	if op, _ := Find(ops, c); op != &ops[2] || c.Param("id") != "9" {
		t.Errorf("GET /a/9: %v, id %q", op, c.Param("id"))
	}
}
