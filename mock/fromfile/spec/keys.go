package spec

import (
	"mime"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// file reads the keys of a provider file.
func (r *reader) file(n *yaml.Node) {
	s := r.spec
	r.bad = map[string]bool{}
	r.fields(n, "", []field{
		{"name", r.into(&s.Name, "name", NameRule)},
		{"title", r.into(&s.Title, "title", nil)},
		{"about", r.into(&s.About, "about", nil)},
		{"hosts", r.hosts},
		{"home", r.into(&s.Home, "home", homeRule)},
		{"openapi", r.source(&s.OpenAPI, "openapi")},
		{"schemas", r.source(&s.Schemas, "schemas")},
		{"samples", r.source(&s.Samples, "samples")},
		{"type_in", r.typeIn},
		{"headers", r.headers},
		{"content_type", r.into(&s.ContentType, "content_type", mediaRule)},
		{"form_field", r.into(&s.FormField, "form_field", nil)},
		{"sign", r.sign},
		{"retry", r.retry},
		{"timeout", r.timeout},
		{"success", r.success},
		{"give_up", r.giveUp},
		{"api", r.api},
	})
}

var (
	nameForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)
	hostForm = regexp.MustCompile(`^(\*\.)?([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9-]+$`)
	token    = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$") // RFC 9110, section 5.6.2
)

// NameRule says what is wrong with a provider's name, a part of URLs and of host
// names; "" where it is fine.
func NameRule(name string) string {
	switch {
	case !nameForm.MatchString(name):
		return "is no name: small letters, digits and -, beginning with a letter, at most 63"
	case name == "in":
		return "is taken: /in/ is the receiver"
	}
	return ""
}

func homeRule(home string) string {
	if !strings.HasPrefix(home, "/") || path.Clean(home) != home || strings.ContainsAny(home, "?#% {}") {
		return "is no path where an API begins, as in /rest/v2"
	}
	if home == "/" {
		return "is the root: leave it out"
	}
	return ""
}

func mediaRule(value string) string {
	if _, _, err := mime.ParseMediaType(value); err != nil || !strings.Contains(value, "/") {
		return "is no media type, as in application/json"
	}
	return ""
}

func headerRule(name string) string {
	switch {
	case !token.MatchString(name):
		return "is no name of a header"
	case slices.ContainsFunc([]string{"Host", "Content-Length", "Transfer-Encoding", "Connection"}, func(h string) bool { return strings.EqualFold(h, name) }):
		return "is set by the connection itself"
	}
	return ""
}

// source reads a path, which is meant from the provider file's own folder.
func (r *reader) source(to *string, what string) func(n *yaml.Node) {
	return r.into(to, what, func(value string) string {
		if strings.Contains(value, "://") {
			return "is an address: nothing is fetched, give the path of a file that you downloaded"
		}
		return ""
	})
}

func (r *reader) hosts(n *yaml.Node) {
	list := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		list = n.Content
	}
	for _, item := range list {
		host, ok := r.text(item, "a host")
		switch {
		case ok && !hostForm.MatchString(host):
			r.at(item.Line, "host %q is no host name, as in api.acme.com or *.acme.com", clip(host))
		case ok:
			r.spec.Hosts = append(r.spec.Hosts, strings.ToLower(host))
		}
	}
}

func (r *reader) typeIn(n *yaml.Node) {
	r.fields(n, "type_in", []field{
		{"header", r.into(&r.spec.TypeHeader, "header", headerRule)},
		{"body", r.into(&r.spec.TypeBody, "body", pathRule)},
		{"from", r.into(&r.spec.TypeFrom, "from", pathRule)},
	})
	if n.Kind == yaml.MappingNode && r.spec.TypeHeader == "" && r.spec.TypeBody == "" && !r.badSince(n) {
		r.at(n.Line, "type_in says neither header nor body, as in {header: X-Event} or {body: type}")
	}
}

// pathRule: members with dots between them.
func pathRule(value string) string {
	for _, part := range strings.Split(value, ".") {
		if part == "" || len(part) > 200 || strings.ContainsAny(part, `*#|@!{}[]\ "'`) {
			return "is no path of members, as in data.type"
		}
	}
	if strings.Count(value, ".") > 20 {
		return "is too long a path"
	}
	return ""
}

func (r *reader) headers(n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		r.at(n.Line, "headers must be a map of names and values")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		wrong := headerRule(key.Value)
		switch {
		case strings.EqualFold(key.Value, "Content-Type"):
			wrong = "is what content_type says"
		case slices.ContainsFunc(r.spec.Headers, func(h Header) bool { return strings.EqualFold(h.Name, key.Value) }):
			wrong = "stands here twice: its letters' case makes no difference"
		}
		if wrong != "" {
			r.at(key.Line, "header %q %s", clip(key.Value), wrong)
			continue
		}
		text, ok := r.text(value, "header "+key.Value)
		if ok && r.placeholders(value, text) {
			r.spec.Headers = append(r.spec.Headers, Header{key.Value, text})
		}
	}
}

var braces = regexp.MustCompile(`\{([^{}]*)\}`)

// placeholders checks what stands in braces.
func (r *reader) placeholders(n *yaml.Node, text string) bool {
	for _, m := range braces.FindAllStringSubmatch(text, -1) {
		if wrong := oneOf(Placeholders()...)(m[1]); wrong != "" {
			r.at(n.Line, "placeholder {%s} %s", clip(m[1]), wrong)
			return false
		}
	}
	return true
}

// sign reads a scheme's name, or its parts; what the parts may be is for those
// who know the schemes.
func (r *reader) sign(n *yaml.Node) {
	r.spec.Sign.Line = n.Line
	if n.Kind == yaml.ScalarNode {
		if name, ok := r.text(n, "sign"); ok && name != "none" {
			r.spec.Sign.Scheme = name
		}
		return
	}
	if n.Kind != yaml.MappingNode && n.Kind != yaml.AliasNode {
		r.at(n.Line, "sign must be a scheme's name, as in sign: github, or a map of its parts")
		return
	}
	parts := map[string]Value{}
	var known []field
	for _, name := range SignParts() {
		known = append(known, field{name, func(v *yaml.Node) {
			if v.Kind != yaml.ScalarNode {
				r.at(v.Line, "%s must be a text", name)
				return
			}
			parts[name] = Value{v.Value, v.Line}
		}})
	}
	r.fields(n, "sign", known)
	r.spec.Sign.Parts = parts
}

// SignParts are the keys of `sign` as a map.
func SignParts() []string {
	return []string{"header", "algorithm", "encoding", "key", "key_prefix", "prefix", "separator", "signed", "id", "timestamp", "timestamp_format", "tolerance", "digest_header", "digest_prefix"}
}

const mostRetries = 1000

// retry reads the waits after each failed attempt: a list, {every, times} or
// {exponential: {first, factor, max, times}}.
func (r *reader) retry(n *yaml.Node) {
	switch {
	case n.Kind == yaml.SequenceNode:
		if len(n.Content) > mostRetries {
			r.at(n.Line, "retry has %d waits: at most %d", len(n.Content), mostRetries)
			return
		}
		for _, item := range n.Content {
			if d, ok := r.duration(item, "wait"); ok {
				r.spec.Retry = append(r.spec.Retry, d)
			}
		}
	case n.Kind == yaml.MappingNode:
		r.retryRule(n)
	case n.Value != "none":
		r.at(n.Line, "retry must be a list of waits, {every, times} or {exponential: {first, factor, max, times}}")
	}
}

func (r *reader) retryRule(n *yaml.Node) {
	var every time.Duration
	times := 0
	exponential := false
	r.fields(n, "retry", []field{
		{"every", func(v *yaml.Node) { every, _ = r.duration(v, "every") }},
		{"times", func(v *yaml.Node) { times, _ = r.count(v, "times", 1, mostRetries) }},
		{"exponential", func(v *yaml.Node) {
			exponential = true
			r.exponential(v)
		}},
	})
	switch {
	case exponential && (every > 0 || times > 0):
		r.at(n.Line, "retry has both every and exponential: give one")
	case !exponential && (every == 0 || times == 0) && !r.badSince(n):
		r.at(n.Line, "retry wants every and times, as in {every: 5m, times: 3}")
	}
	for range times {
		r.spec.Retry = append(r.spec.Retry, every)
	}
}

// badSince reports whether a mistake stands within a node's lines already.
func (r *reader) badSince(n *yaml.Node) bool {
	return slices.ContainsFunc(n.Content, func(c *yaml.Node) bool {
		for _, m := range r.mistakes {
			if m.Line == c.Line {
				return true
			}
		}
		return false
	})
}

func (r *reader) exponential(n *yaml.Node) {
	var first, most time.Duration
	factor, times := 2.0, 0
	r.fields(n, "exponential", []field{
		{"first", func(v *yaml.Node) { first, _ = r.duration(v, "first") }},
		{"factor", func(v *yaml.Node) { factor = r.factor(v) }},
		{"max", func(v *yaml.Node) { most, _ = r.duration(v, "max") }},
		{"times", func(v *yaml.Node) { times, _ = r.count(v, "times", 1, mostRetries) }},
	})
	if (first == 0 || times == 0) && !r.badSince(n) {
		r.at(n.Line, "exponential wants first and times, as in {first: 5s, factor: 2, max: 1h, times: 5}")
	}
	if most == 0 {
		most = 365 * 24 * time.Hour
	}
	wait := float64(first)
	for range times {
		r.spec.Retry = append(r.spec.Retry, time.Duration(min(wait, float64(most))))
		wait = min(wait*factor, float64(most))
	}
}

func (r *reader) factor(n *yaml.Node) float64 {
	var f float64
	if err := n.Decode(&f); err != nil || !(f >= 1 && f <= 1000) {
		r.at(n.Line, "factor %q is no number from 1 to 1000", clip(n.Value))
		return 1
	}
	return f
}

func (r *reader) timeout(n *yaml.Node) {
	d, ok := r.duration(n, "timeout")
	if ok && (d < time.Millisecond || d > 10*time.Minute) {
		r.at(n.Line, "timeout %s is out of range: from 1ms to 10m", n.Value)
	} else if ok {
		r.spec.Timeout = d
	}
}

var statusForm = regexp.MustCompile(`^([1-5])(xx|\d\d)$`)

// success reads 2xx, 200 or a list of these.
func (r *reader) success(n *yaml.Node) {
	list := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		list = n.Content
	}
	if len(list) == 0 {
		r.at(n.Line, "success is empty: no answer would ever do")
	}
	for _, item := range list {
		m := statusForm.FindStringSubmatch(item.Value)
		if item.Kind != yaml.ScalarNode || m == nil {
			r.at(item.Line, "success %q is no status: 2xx, or a list as in [200, 202]", clip(item.Value))
			continue
		}
		low := 100 * int(m[1][0]-'0')
		if m[2] == "xx" {
			r.spec.Success = append(r.spec.Success, Range{low, low + 99})
			continue
		}
		status := low + 10*int(m[2][0]-'0') + int(m[2][1]-'0')
		r.spec.Success = append(r.spec.Success, Range{status, status})
	}
}

func (r *reader) giveUp(n *yaml.Node) {
	r.fields(n, "give_up", []field{
		{"disable_after", func(v *yaml.Node) { r.spec.DisableAfter, _ = r.count(v, "disable_after", 1, 1_000_000) }},
	})
}
