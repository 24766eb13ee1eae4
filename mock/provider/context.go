package provider

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tacklebox/receiver/api"
)

// CheckContext refuses context that an event type does not know or that has the
// wrong form.
func (p *Provider) CheckContext(typ string, context map[string]json.RawMessage) error {
	for _, k := range sortedKeys(context) {
		c := p.contextKey(k)
		if c == nil {
			return Refuse("unknown_context", p.contextHint(k, typ), "%s has no context key %q", p.Name, clip(k))
		}
		if !c.knows(typ) {
			return Refuse("bad_context", p.contextHint(k, typ), "context %s does not apply to %s, only to %s", k, typ, strings.Join(c.Types, ", "))
		}
		if c.Check != nil {
			if err := c.Check(context[k]); err != nil {
				return Refuse("bad_context", c.About, "context %s: %v", k, err)
			}
		}
	}
	return nil
}

// contextHint names the keys that an event type knows, the nearest to key first.
func (p *Provider) contextHint(key, typ string) string {
	var names []string
	for i := range p.Context {
		if c := &p.Context[i]; c.knows(typ) {
			names = append(names, c.Name)
		}
	}
	hint := "there are none for " + typ
	if len(names) > 0 {
		hint = fmt.Sprintf("known for %s are %s", typ, strings.Join(names, ", "))
	}
	if near := api.Nearest(key, names); near != "" {
		hint = fmt.Sprintf("did you mean %q? %s", near, hint)
	}
	return hint
}

func (p *Provider) contextKey(name string) *Context {
	for i := range p.Context {
		if p.Context[i].Name == name {
			return &p.Context[i]
		}
	}
	return nil
}

func (c *Context) knows(typ string) bool {
	return len(c.Types) == 0 || slices.Contains(c.Types, typ)
}
