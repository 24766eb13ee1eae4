package cli

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/serve"
)

const shop = `200 {"name":"shoptet","title":"Shoptet","events":[{"type":"order:create","about":"an order","evidence":"documented","sample":{"id":5,"paid":false,"name":"x","tags":["a"],"none":null,"items":[{"price":1.5}]}},{"type":"order:update"}]}`

func fired(sub string) string {
	return `202 {"events":[{"id":"evt1","type":"order:create","deliveries":[{"id":"dlv1","subscription":"7","url":"http://h/cb"}],"skipped":[` + sub + `]}]}`
}

func TestFire(t *testing.T) {
	detail := map[string]string{"GET /_/providers/shoptet": shop, "POST /_/events": fired("")}
	runCases(t, []commandCase{
		{
			name:    "plain",
			args:    []string{"fire", "shoptet", "order:create"},
			answers: detail,
			sent:    []string{`POST /_/events {"provider":"shoptet","type":"order:create"}`},
			out:     lines("order:create  evt1", "  → http://h/cb"),
		},
		{
			name:    "values take the sample's types",
			args:    []string{"fire", "shoptet", "order:create", "--set", "id=7", "--set", "paid=true", "--set", "name=8", "--set", `tags=["b"]`, "--set", "items.0.price=2.50", "--set", "none=null", "--set", "new.path=1"},
			answers: detail,
			sent:    []string{`POST /_/events {"provider":"shoptet","type":"order:create","set":{"id":7,"items.0.price":2.50,"name":"8","new.path":"1","none":"null","paid":true,"tags":["b"]}}`},
			out:     lines("order:create  evt1", "  → http://h/cb"),
		},
		{
			name:    "JSON as written",
			args:    []string{"fire", "shoptet", "order:create", "--set", `id:="seven"`, "--set", `name:={"a":1}`, "--set", "a.#(b=c).d:=1"},
			answers: detail,
			sent:    []string{`POST /_/events {"provider":"shoptet","type":"order:create","set":{"a.#(b=c).d":1,"id":"seven","name":{"a":1}}}`},
			out:     lines("order:create  evt1", "  → http://h/cb"),
		},
		{
			name:    "everything else",
			args:    []string{"fire", "shoptet", "order:create", "--unset", "a", "--unset", "b", "--merge", `{"c":1}`, "--account", "acme", "--context", "stock=5", "--context", "who=me", "--context", `list=["x"]`, "--count", "3", "--fault", "duplicate", "--fault", `{"kind":"delay"}`},
			answers: detail,
			sent:    []string{`POST /_/events {"provider":"shoptet","type":"order:create","unset":["a","b"],"merge":{"c":1},"account":"acme","context":{"list":["x"],"stock":5,"who":"me"},"count":3,"faults":[{"kind":"duplicate"},{"kind":"delay"}]}`},
			out:     lines("order:create  evt1", "  → http://h/cb"),
		},
		{
			name:    "a body from standard input gives the types",
			args:    []string{"fire", "shoptet", "order:create", "--body", "-", "--set", "n=2"},
			stdin:   `{"n":1}`,
			answers: detail,
			sent:    []string{`POST /_/events {"provider":"shoptet","type":"order:create","set":{"n":2},"body":{"n":1}}`},
			out:     lines("order:create  evt1", "  → http://h/cb"),
		},
		{
			name:    "a body that is not JSON goes as it is",
			args:    []string{"fire", "shoptet", "order:create", "--body", "<xml/>"},
			answers: detail,
			sent:    []string{`POST /_/events {"provider":"shoptet","type":"order:create","body":"\u003cxml/\u003e"}`},
			out:     lines("order:create  evt1", "  → http://h/cb"),
		},
		{
			name: "wait for the attempt",
			args: []string{"fire", "shoptet", "order:create", "--wait", "5s"},
			answers: map[string]string{"POST /_/events": fired(`{"subscription":"9","reason":"disabled"}`),
				"POST /_/expect": `200 {"met":true,"entries":[12],"waited_ms":1}`, "GET /_/entries/12": "200 " + anAttempt},
			out: lines("order:create  evt1", "  → http://h/cb → 500 1.5ms", "  skipped 9: disabled"), code: exit.Timeout, // a retry is ahead
		},
		{
			name:    "an attempt that does not come is said",
			args:    []string{"fire", "shoptet", "order:create", "--wait", "1ms"},
			answers: map[string]string{"POST /_/events": fired(""), "POST /_/expect": `417 {"met":false,"waited_ms":1}`},
			out:     lines("order:create  evt1", "  → http://h/cb not attempted yet"), code: exit.Timeout,
		},
		{
			name:    "nobody is subscribed",
			args:    []string{"fire", "shoptet", "order:create"},
			answers: map[string]string{"POST /_/events": `202 {"events":[{"id":"evt1","type":"order:create","deliveries":[],"skipped":[]}]}`},
			out:     lines("order:create  evt1", "  nobody is subscribed; --to URL sends it to one place"),
		},
		{
			name:    "as JSON",
			args:    []string{"fire", "shoptet", "order:create", "--json"},
			answers: detail,
			out:     lines(`{"events":[{"id":"evt1","type":"order:create","deliveries":[{"id":"dlv1","subscription":"7","url":"http://h/cb"}],"skipped":[]}]}`),
		},
		{name: "not a number", args: []string{"fire", "shoptet", "order:create", "--set", "id=abc"}, answers: detail, sent: []string{},
			err: `--set id=abc: a number stands there: to send "abc" all the same, write :="abc"`, code: exit.Usage},
		{name: "not a truth value", args: []string{"fire", "shoptet", "order:create", "--set", "paid=1"}, answers: detail, sent: []string{},
			err: "true or false stands there", code: exit.Usage},
		{name: "not a list", args: []string{"fire", "shoptet", "order:create", "--set", "tags=a"}, answers: detail, sent: []string{},
			err: "a list stands there", code: exit.Usage},
		{name: "not JSON", args: []string{"fire", "shoptet", "order:create", "--set", "id:=x"}, answers: detail, sent: []string{},
			err: `"x" is not JSON`, code: exit.Usage},
		{name: "no value", args: []string{"fire", "shoptet", "order:create", "--set", "id"}, answers: detail, sent: []string{},
			err: "want PATH=VALUE", code: exit.Usage},
		{name: "no path", args: []string{"fire", "shoptet", "order:create", "--set", "=1"}, answers: detail, sent: []string{},
			err: "the path is missing", code: exit.Usage},
		{name: "no key", args: []string{"fire", "shoptet", "order:create", "--context", "x"}, answers: detail, sent: []string{},
			err: "--context x: want KEY=VALUE", code: exit.Usage},
		{name: "broken body", args: []string{"fire", "shoptet", "order:create", "--body", "{\n\"a\":,}"}, answers: detail, sent: []string{},
			err: "not JSON: line 2", code: exit.Usage},
		{name: "broken merge", args: []string{"fire", "shoptet", "order:create", "--merge", "a"}, answers: detail, sent: []string{},
			err: "--merge a: not JSON", code: exit.Usage},
		{name: "no file", args: []string{"fire", "shoptet", "order:create", "--body", "@/nowhere/x.json"}, answers: detail, sent: []string{},
			err: "--body: open /nowhere/x.json", code: exit.Usage},
		{name: "negative count", args: []string{"fire", "shoptet", "order:create", "--count", "-1"}, answers: detail, sent: []string{},
			err: "--count -1", code: exit.Usage},
		{
			name:    "mistyped path: the server knows the nearest",
			args:    []string{"fire", "shoptet", "order:create", "--set", "nam=x"},
			answers: map[string]string{"GET /_/providers/shoptet": shop, "POST /_/events": `422 {"error":{"code":"unknown_path","message":"the sample has no nam","hint":"did you mean name?"}}`},
			err:     "the sample has no nam (did you mean name?)",
			code:    exit.Usage,
		},
		{
			name:    "mistyped type",
			args:    []string{"fire", "shoptet", "order:creat"},
			answers: map[string]string{"GET /_/providers/shoptet": shop, "POST /_/events": `422 {"error":{"code":"unknown_type","message":"no such type"}}`},
			err:     `no such type (did you mean "order:create"?)`,
			code:    exit.Usage,
		},
		{
			name: "mistyped provider",
			args: []string{"fire", "shoptt", "order:create"},
			answers: map[string]string{"GET /_/providers/shoptt": `404 {"error":{"code":"unknown_provider","message":"no such provider"}}`,
				"POST /_/events": `422 {"error":{"code":"unknown_provider","message":"no such provider"}}`, "GET /_/providers": `200 [{"name":"dsco"},{"name":"shoptet"}]`},
			err:  `no such provider (did you mean "shoptet"?)`,
			code: exit.Usage,
		},
		{name: "type missing", args: []string{"fire", "shoptet"}, err: "TYPE is missing", code: exit.Usage},
	})
}

// nobody is an address where nothing listens.
func nobody(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return "http://" + ln.Addr().String()
}

// TestWithLocal: a sandbox in memory stands in only when the user named none
// and the command needs nobody else's subscriptions.
func TestWithLocal(t *testing.T) {
	var own []string
	server := newControl(t, map[string]string{"POST /_/events": fired(""), "POST /_/verify": `200 {"valid":true}`,
		"POST /_/expect": `200 {"met":true,"entries":[12],"waited_ms":1}`, "GET /_/entries/12": "200 " + anAttempt})
	local := func(context.Context) (string, func(), error) {
		own = append(own, "start")
		return server.URL, func() { own = append(own, "stop") }, nil
	}
	fire := []string{"fire", "shoptet", "order:create", "--to", "http://h/cb"}
	for _, c := range []struct {
		name string
		env  map[string]string
		args []string
		code int
		out  string
		own  string
	}{
		{"fire --to waits for the attempt", nil, fire, exit.OK, "→ 500", "start stop"},
		{"verify", nil, []string{"verify", "shoptet", "--secret", "s", "-"}, exit.OK, "valid", "start stop"},
		{"fire without --to needs subscriptions", nil, fire[:3], exit.Connect, "", ""},
		{"a named sandbox is not replaced", map[string]string{"TACKLEBOX_URL": nobody(t)}, fire, exit.Connect, "", ""},
		{"nor one named by flag", nil, append([]string{"--url", nobody(t)}, fire...), exit.Connect, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.env == nil {
				c.env = noneRunning(t)
			}
			own = nil
			got := run(context.Background(), &App{Local: local}, c.env, "{}", c.args...)
			if got.code != c.code || !strings.Contains(got.out, c.out) || strings.Join(own, " ") != c.own {
				t.Errorf("code %d, own %q, out %q, err %q; want %d, %q, %q", got.code, own, got.out, got.err, c.code, c.own, c.out)
			}
		})
	}
}

// noneRunning is an environment whose ready file names a sandbox that does not
// answer, so that no test depends on what runs at the default address.
func noneRunning(t *testing.T) map[string]string {
	t.Helper()
	state := t.TempDir()
	if err := os.Mkdir(filepath.Join(state, "tacklebox"), 0o700); err != nil {
		t.Fatal(err)
	}
	ready := serve.Ready{URL: nobody(t), PID: os.Getpid()}
	if err := ready.Write(serve.ReadyPath(filepath.Join(state, "tacklebox"))); err != nil {
		t.Fatal(err)
	}
	return map[string]string{"XDG_STATE_HOME": state}
}
