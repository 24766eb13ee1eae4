package sandbox

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tacklebox/fixtures"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
)

// recipe is how the test makes a provider send callbacks with a proof: the call
// that registers, and the secret that the receiver then knows.
type recipe struct {
	provider, typ string
	path, body    string // of the registering call; INBOX stands for the callback URL
	headers       []string
	secret        string // empty: read from keyCall's answer
	keyCall       string
}

var recipes = []recipe{
	{provider: "shoptet", typ: "order:create", path: "/shoptet/api/webhooks", body: `{"data":[{"event":"order:create","url":"INBOX"}]}`,
		headers: []string{"Shoptet-Access-Token", "222651-a-1-recipe"}, keyCall: "/shoptet/api/webhooks/renew-signature-key"},
	{provider: "prioticket", typ: "ORDER_CREATE", path: "/prioticket/v3.8/distributor/webhooks", secret: "dGFja2xlOmJveA==",
		body:    `{"data":{"kind":"webhook","webhook":{"webhook_url":"INBOX","webhook_events":["ORDER_CREATE"],"webhook_auth":"dGFja2xlOmJveA=="}}}`,
		headers: []string{"Authorization", "Bearer recipe", "Content-Type", "application/json"}},
	{provider: "ultracart", typ: "order_create", path: "/ultracart/rest/v2/webhook/webhooks", secret: "tackle:bøx",
		body: `{"webhook_url":"INBOX","authentication_type":"basic","basic_username":"tackle","basic_password":"bøx",
			"event_categories":[{"event_category":"order","events":[{"event_name":"order_create","subscribed":true}]}]}`,
		headers: []string{"x-ultracart-simple-key", "recipe", "X-UltraCart-Api-Version", "2017-03-01", "Content-Type", "application/json"}},
	{provider: "dsco", typ: "ORDER_CREATED", path: "/dsco/api/v2/webhook", secret: "s3cret",
		body:    `{"webhookAccountId":12311,"event":"ORDER_CREATED","callbackUrl":"INBOX","enabled":true,"customHttpHeaders":[{"name":"Authorization","value":"Bearer s3cret"}]}`,
		headers: []string{"Authorization", "bearer retailer-12311-recipe"}},
}

// verifyCase is one question to a recipe.
type verifyCase struct {
	Provider string            `json:"provider"`
	Secret   string            `json:"secret"`
	Headers  map[string]string `json:"headers"`
	Body     string            `json:"body"`
	Want     bool              `json:"want"`
}

// TestRecipes runs the Node, Python and Go lines of the providers' pages on
// captures of the mock: they accept what is genuine and nothing else.
func TestRecipes(t *testing.T) {
	var cases []verifyCase
	for _, r := range recipes {
		cases = append(cases, r.cases(t)...)
	}
	doc, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []struct {
		name string
		run  func(*testing.T, string) *exec.Cmd
	}{{"js", nodeRecipes}, {"python", pythonRecipes}, {"go", goRecipes}} {
		t.Run(lang.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "cases.json"), doc, 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := lang.run(t, dir)
			cmd.Dir = dir
			out, err := cmd.CombinedOutput()
			if want := fmt.Sprintf("%d right", len(cases)); err != nil || !strings.Contains(string(out), want) {
				t.Errorf("%v, want %q:\n%s", err, want, out)
			}
		})
	}
}

// cases sends one genuine callback and derives the false ones.
func (c recipe) cases(t *testing.T) []verifyCase {
	r := Start(t)
	if status, answer := ask(t, "POST", r.URL+c.path, strings.ReplaceAll(c.body, "INBOX", r.Inbox("box")), c.headers...); status >= 300 {
		t.Fatalf("%s: registering: %d %s", c.provider, status, answer)
	}
	secret := c.secret
	if c.keyCall != "" {
		_, answer := ask(t, "POST", r.URL+c.keyCall, "", c.headers...)
		secret = regexp.MustCompile(`"signatureKey":"([^"]+)"`).FindStringSubmatch(answer)[1]
	}
	body, _ := json.Marshal(map[string]string{"provider": c.provider, "type": c.typ})
	answered[any](t, r, "POST", "/_/events", string(body))
	genuine := question(c.provider, secret, r.Expect(t, "kind:capture inbox:box")[0])
	wrong, bare := genuine, genuine
	wrong.Secret, wrong.Want = secret+"x", false
	bare.Headers, bare.Want = map[string]string{}, false
	cases := []verifyCase{genuine, wrong, bare}
	if c.keyCall != "" { // the body is covered
		changed := genuine
		changed.Body, changed.Want = genuine.Body+" ", false
		cases = append(cases, changed)
	}
	return cases
}

func question(provider, secret string, e *journal.Entry) verifyCase {
	headers := map[string]string{}
	for name, values := range e.Request.Headers.Map() {
		headers[name] = values[0]
	}
	return verifyCase{Provider: provider, Secret: secret, Headers: headers, Body: string(e.Request.Body), Want: true}
}

// recipeOf returns the lines of one language of what a provider says of its
// signing, which are those of its page.
func recipeOf(t *testing.T, name, lang string) string {
	t.Helper()
	catalog, err := fixtures.Load("")
	if err != nil {
		t.Fatal(err)
	}
	cat, err := catalog.Provider(name)
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)\n```" + lang + "\n(.*?)```").FindStringSubmatch(cat.Recipe())
	if block == nil {
		t.Fatalf("the page of %s has no %s", name, lang)
	}
	return block[1]
}

// TestEveryProviderSaysHowItSigns, those of a file too.
func TestEveryProviderSaysHowItSigns(t *testing.T) {
	t.Parallel()
	r := Start(t)
	for name, want := range map[string]string{"shoptet": "HMAC-SHA1", "dsco": "customHttpHeaders", "lagerkoll": "It does not", "prioticket": "webhook_auth", "ultracart": "in Base64"} {
		if said := answered[api.ProviderDetail](t, r, "GET", "/_/providers/"+name, "").Signing; !strings.Contains(said, want) || strings.Contains(said, "generated") {
			t.Errorf("%s says %q, want %q in it", name, said, want)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// tool returns a program of the machine; without it the test is skipped.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("there is no %s here", name)
	}
	return path
}

func nodeRecipes(t *testing.T, dir string) *exec.Cmd {
	node := tool(t, "node")
	for _, r := range recipes {
		write(t, filepath.Join(dir, r.provider+".mjs"), recipeOf(t, r.provider, "js"))
	}
	write(t, filepath.Join(dir, "main.mjs"), `import fs from "node:fs";
let right = 0;
for (const c of JSON.parse(fs.readFileSync("cases.json"))) {
  const { verified } = await import("./" + c.provider + ".mjs");
  const headers = Object.fromEntries(Object.entries(c.headers).map(([k, v]) => [k.toLowerCase(), v]));
  if (verified(c.secret, headers, Buffer.from(c.body)) === c.want) right++;
  else console.log("wrong:", c);
}
console.log(right + " right");
`)
	return exec.Command(node, "main.mjs")
}

func pythonRecipes(t *testing.T, dir string) *exec.Cmd {
	python := tool(t, "python3")
	for _, r := range recipes {
		write(t, filepath.Join(dir, r.provider+".py"), recipeOf(t, r.provider, "python"))
	}
	write(t, filepath.Join(dir, "main.py"), `import importlib, json
right = 0
for c in json.load(open("cases.json", encoding="utf-8")):
    if importlib.import_module(c["provider"]).verified(c["secret"], c["headers"], c["body"].encode()) is c["want"]:
        right += 1
    else:
        print("wrong:", c)
print(right, "right")
`)
	return exec.Command(python, "main.py")
}

func goRecipes(t *testing.T, dir string) *exec.Cmd {
	packages := map[string]string{"hmac.": "crypto/hmac", "sha1.": "crypto/sha1", "hex.": "encoding/hex", "base64.": "encoding/base64", "http.": "net/http"}
	imports, table := "", ""
	for _, r := range recipes {
		code := recipeOf(t, r.provider, "go")
		head := "package " + r.provider + "\n\n"
		for use, path := range packages {
			if strings.Contains(code, use) {
				head += "import \"" + path + "\"\n"
			}
		}
		write(t, filepath.Join(dir, r.provider, "recipe.go"), head+"\nvar Verified = verified\n\n"+code)
		imports += "\t\"recipes/" + r.provider + "\"\n"
		table += "\t\"" + r.provider + "\": " + r.provider + ".Verified,\n"
	}
	write(t, filepath.Join(dir, "go.mod"), "module recipes\n\ngo 1.26\n")
	write(t, filepath.Join(dir, "main.go"), `package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
`+imports+`)

var table = map[string]func(string, http.Header, []byte) bool{
`+table+`}

func main() {
	text, _ := os.ReadFile("cases.json")
	var cases []struct {
		Provider, Secret, Body string
		Headers                map[string]string
		Want                   bool
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		panic(err)
	}
	right := 0
	for _, c := range cases {
		header := http.Header{}
		for name, value := range c.Headers {
			header.Set(name, value)
		}
		if table[c.Provider](c.Secret, header, []byte(c.Body)) == c.Want {
			right++
		} else {
			fmt.Println("wrong:", c)
		}
	}
	fmt.Println(right, "right")
}
`)
	return exec.Command("go", "run", ".")
}
