package mcp

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// tool is one call of the control API as an assistant sees it.
type tool struct {
	name     string
	about    string
	args     map[string]arg
	required []string
	reads    bool // it changes nothing
	captured bool // its answer holds text that came from outside
	// call makes the HTTP call of the arguments.
	call func(args map[string]json.RawMessage) (method, path string, query url.Values, body []byte, err error)
}

// arg is one argument: its JSON type ("" for any) and what it is.
type arg struct{ kind, about string }

// schema is the JSON Schema of the tool's arguments.
func (t tool) schema() map[string]any {
	properties := map[string]any{}
	for name, a := range t.args {
		p := map[string]any{"description": a.about}
		if a.kind != "" {
			p["type"] = a.kind
		}
		properties[name] = p
	}
	return map[string]any{"type": "object", "properties": properties, "required": append([]string{}, t.required...), "additionalProperties": false}
}

func (t tool) annotations() *sdk.ToolAnnotations {
	return &sdk.ToolAnnotations{ReadOnlyHint: t.reads}
}

const filterAbout = `filter, like "kind:capture inbox:orders body.order.id=7"; "" is everything`

// tools are all that an assistant can do, named like the commands.
func tools() []tool {
	return []tool{
		{name: "providers", about: "List the mock providers with their base URLs.", reads: true, call: get("/providers")},
		{name: "events", about: "List a provider's event types, or with type show one with its sample and schema.", reads: true, required: []string{"provider"},
			args: map[string]arg{"provider": {"string", "name of a provider"}}, call: one("/providers/", "provider")},
		{name: "fire", about: "Let an event happen: it is delivered to the subscriptions that want it, or to the URL in to.", required: []string{"provider", "type"},
			args: map[string]arg{"provider": {"string", "name of a provider"}, "type": {"string", "event type, as events lists it"}, "set": {"object", "path → value: changes of the sample"},
				"unset": {"array", "paths to remove"}, "merge": {"object", "JSON merge patch of the sample"}, "body": {"", "in place of the sample"}, "to": {"string", "deliver to this URL alone"},
				"account": {"string", "only to this account's subscriptions"}, "context": {"object", "facts that decide who gets it"}, "count": {"integer", "how often"}, "faults": {"array", "what goes wrong, like [\"duplicate\"]"}},
			call: send(http.MethodPost, "/events")},
		{name: "expect", about: "Wait until count entries match a filter (within a duration); says the nearest miss when they do not come.", captured: true, reads: true,
			args: map[string]arg{"q": {"string", filterAbout}, "count": {"integer", "how many, 1 when left out"}, "at_most": {"boolean", "no more than count"}, "ordered": {"array", "filters that must match one after the other"},
				"within": {"string", "how long to wait, like 5s"}, "after": {"integer", "only entries after this one"}},
			call: send(http.MethodPost, "/expect")},
		{name: "entries", about: "List what happened: calls, events, attempts and captures.", captured: true, reads: true,
			args: map[string]arg{"q": {"string", filterAbout}, "limit": {"integer", "how many, the newest"}, "after": {"integer", "only later ones"}, "before": {"integer", "only earlier ones"}, "order": {"string", "asc or desc"}},
			call: list("/entries")},
		{name: "show", about: "Show one entry with its request and response.", captured: true, reads: true, required: []string{"seq"},
			args: map[string]arg{"seq": {"integer", "number of the entry"}}, call: entry(http.MethodGet, "")},
		{name: "verify", about: "Check a signature, and explain why it fails.", reads: true, captured: true, required: []string{"provider"},
			args: map[string]arg{"provider": {"string", "provider or scheme"}, "secret": {"string", "the signing key"}, "account": {"string", "whose keys in force are tried, in place of secret"}, "headers": {"object", "name → value"},
				"body": {"string", "the body as text"}, "body_base64": {"string", "the body in base64"}, "url": {"string", "for schemes that sign it"}, "method": {"string", "for schemes that sign it"}},
			call: send(http.MethodPost, "/verify")},
		{name: "replay", about: "Send a recorded request again, changed if wanted.", captured: true, required: []string{"seq"},
			args: map[string]arg{"seq": {"integer", "number of the entry"}, "to": {"string", "another URL"}, "set": {"object", "path → value"}, "unset": {"array", "paths to remove"}, "body": {"", "in place of the body"},
				"resign": {"boolean", "sign again with the key in force"}, "new_id": {"boolean", "as a new event"}},
			call: entry(http.MethodPost, "/replay")},
		{name: "clock", about: "Tell the provider side's time, or move a manual or auto clock by advance or to an instant.",
			args: map[string]arg{"advance": {"string", "a duration like 15m"}, "to": {"string", "an instant (RFC 3339) or next"}}, call: getOr(http.MethodPost, "/clock", "")},
		{name: "faults", about: "List the delivery faults in force, or with faults replace them.",
			args: map[string]arg{"faults": {"array", `rules, like [{"kind":"delay","q":"provider:dsco","for":"30s"}]; [] ends them`}}, call: getOr(http.MethodPut, "/faults", "faults")},
		{name: "reset", about: "Forget everything: entries, subscriptions, settings and faults.", call: post("/reset")},
	}
}

type caller = func(map[string]json.RawMessage) (string, string, url.Values, []byte, error)

// get and post make a call without arguments.
func get(path string) caller  { return bare(http.MethodGet, path) }
func post(path string) caller { return bare(http.MethodPost, path) }

func bare(method, path string) caller {
	return func(args map[string]json.RawMessage) (string, string, url.Values, []byte, error) {
		for name := range args {
			return "", "", nil, nil, fmt.Errorf("%q is no argument: there are none", name)
		}
		return method, path, nil, nil, nil
	}
}

// one names the thing in the path.
func one(path, name string) caller {
	return func(args map[string]json.RawMessage) (string, string, url.Values, []byte, error) {
		var value string
		if err := json.Unmarshal(args[name], &value); err != nil || value == "" {
			return "", "", nil, nil, fmt.Errorf("%s is missing", name)
		}
		if len(args) > 1 {
			return "", "", nil, nil, fmt.Errorf("known arguments are: %s", name)
		}
		return http.MethodGet, path + url.PathEscape(value), nil, nil, nil
	}
}

// send hands the arguments over as the body.
func send(method, path string) caller {
	return func(args map[string]json.RawMessage) (string, string, url.Values, []byte, error) {
		body, err := json.Marshal(args)
		return method, path, nil, body, err
	}
}

// list hands the arguments over as the query.
func list(path string) caller {
	return func(args map[string]json.RawMessage) (string, string, url.Values, []byte, error) {
		query := url.Values{}
		for _, name := range slices.Sorted(maps.Keys(args)) {
			text := string(args[name])
			var plain string
			if json.Unmarshal(args[name], &plain) == nil {
				text = plain
			}
			query.Set(name, strings.TrimSpace(text))
		}
		return http.MethodGet, path, query, nil, nil
	}
}

// entry names an entry in the path and hands the other arguments over as the body.
func entry(method, rest string) caller {
	return func(args map[string]json.RawMessage) (string, string, url.Values, []byte, error) {
		seq, err := number(args["seq"])
		if err != nil {
			return "", "", nil, nil, err
		}
		others := maps.Clone(args)
		delete(others, "seq")
		if method == http.MethodGet {
			if len(others) > 0 {
				return "", "", nil, nil, errors.New("known arguments are: seq")
			}
			return method, "/entries/" + seq + rest, nil, nil, nil
		}
		body, err := json.Marshal(others)
		return method, "/entries/" + seq + rest, nil, body, err
	}
}

// getOr reads when there are no arguments and changes when there are: by all of
// them, or by the one that member names.
func getOr(method, path, member string) caller {
	return func(args map[string]json.RawMessage) (string, string, url.Values, []byte, error) {
		if len(args) == 0 {
			return http.MethodGet, path, nil, nil, nil
		}
		if member == "" {
			return send(method, path)(args)
		}
		if len(args) > 1 || args[member] == nil {
			return "", "", nil, nil, fmt.Errorf("known arguments are: %s", member)
		}
		return method, path, nil, args[member], nil
	}
}
