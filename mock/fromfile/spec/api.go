package spec

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// api reads the provider's own subscription calls.
func (r *reader) api(n *yaml.Node) {
	a := &r.spec.API
	a.Given, a.Auth.Kind = true, Bearer
	a.Create.ID = "id"
	r.fields(n, "api", []field{
		{"list", func(v *yaml.Node) { a.List = r.call(v, "list") }},
		{"create", r.create},
		{"delete", func(v *yaml.Node) { a.Delete = r.call(v, "delete") }},
		{"auth", r.auth},
	})
	if n.Kind != yaml.MappingNode || r.badSince(n) {
		return
	}
	r.distinct(n.Line, "are one call", map[string]string{"list": a.List.Method + a.List.Path, "create": a.Create.Method + a.Create.Path, "delete": a.Delete.Method + a.Delete.Path})
	if a.Create.Method == "" {
		r.at(n.Line, "api has no create, as in create: {call: POST /hooks, url: url}")
	}
	if a.Delete.Method != "" && !strings.HasSuffix(a.Delete.Path, "}") {
		r.at(n.Line, "delete names one subscription: its path ends with a part in braces, as in DELETE /hooks/{id}")
	}
}

// distinct refuses two keys that say the same thing, or a member within another's.
func (r *reader) distinct(line int, wrong string, said map[string]string) {
	names := slices.Sorted(maps.Keys(said))
	for i, a := range names {
		for _, b := range names[i+1:] {
			if said[a] != "" && said[b] != "" && (said[a] == said[b] || strings.HasPrefix(said[a]+".", said[b]+".") || strings.HasPrefix(said[b]+".", said[a]+".")) {
				r.at(line, "%s and %s %s", a, b, wrong)
			}
		}
	}
}

func (r *reader) create(n *yaml.Node) {
	c := &r.spec.API.Create
	r.fields(n, "create", []field{
		{"call", func(v *yaml.Node) { c.Call = r.call(v, "create") }},
		{"url", r.into(&c.URL, "url", pathRule)},
		{"types", r.into(&c.Types, "types", pathRule)},
		{"secret", r.into(&c.Secret, "secret", pathRule)},
		{"id", r.into(&c.ID, "id", pathRule)},
	})
	if n.Kind != yaml.MappingNode || r.badSince(n) {
		return
	}
	r.distinct(n.Line, "are one member of the request", map[string]string{"url": c.URL, "types": c.Types, "secret": c.Secret})
	if c.Method == "" {
		r.at(n.Line, "create has no call, as in call: POST /hooks")
	} else if c.URL == "" {
		r.at(n.Line, "create has no url: say which member of the request holds it, as in url: config.url")
	}
}

var callForm = regexp.MustCompile(`^(GET|POST|PUT|PATCH|DELETE) (/[^\s?#]*)$`)

// call reads "GET /hooks/{id}".
func (r *reader) call(n *yaml.Node, what string) Call {
	m := callForm.FindStringSubmatch(n.Value)
	if n.Kind != yaml.ScalarNode || m == nil {
		r.at(n.Line, "%s %q is no call: a method and a path, as in GET /hooks", what, clip(n.Value))
		return Call{}
	}
	for _, part := range strings.Split(m[2], "/") {
		inner := strings.TrimSuffix(strings.TrimPrefix(part, "{"), "}")
		if strings.ContainsAny(inner, "{}") || strings.HasPrefix(part, "{") != strings.HasSuffix(part, "}") || part == "{}" {
			r.at(n.Line, "%s: the part %q of the path: braces stand around a whole part, as in /hooks/{id}", what, clip(part))
			return Call{}
		}
	}
	return Call{m[1], m[2]}
}

// auth reads bearer, basic, none or {header: X-Api-Key}.
func (r *reader) auth(n *yaml.Node) {
	a := &r.spec.API.Auth
	if n.Kind == yaml.MappingNode {
		a.Kind = HeaderAuth
		r.fields(n, "auth", []field{{"header", r.into(&a.Header, "header", headerRule)}})
		if a.Header == "" && !r.badSince(n) {
			r.at(n.Line, "auth has no header, as in {header: X-Api-Key}")
		}
		return
	}
	r.into(&a.Kind, "auth", func(value string) string {
		if wrong := oneOf(Bearer, Basic, NoAuth)(value); wrong != "" {
			return wrong + " ({header: X-Api-Key} is the fourth)"
		}
		return ""
	})(n)
}
