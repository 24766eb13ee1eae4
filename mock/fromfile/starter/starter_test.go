package starter_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/fromfile/starter"
	"tacklebox/mock/kit/kittest"
	"tacklebox/mock/sandbox"
	"tacklebox/receiver/api"
)

const described = `{"openapi":"3.1.0","info":{"title":"Acme","version":"1"},"webhooks":{
 "order.created":{"post":{"requestBody":{"content":{"application/json":{"schema":{"type":"object","properties":{"id":{"type":"integer"}}}}}}}},
 "order.paid":{"post":{"requestBody":{"content":{"application/json":{"example":{"id":7}}}}}}}}`

func macOf(key, text string) []byte {
	m := hmac.New(sha256.New, []byte(key))
	m.Write([]byte(text))
	return m.Sum(nil)
}

// vendorHandlers verify as each vendor's page says, with nothing of package signing.
func vendorHandlers(now time.Time) map[string]func(secret string, h http.Header, body string) bool {
	return map[string]func(string, http.Header, string) bool{
		"github": func(secret string, h http.Header, body string) bool {
			return h.Get("X-Hub-Signature-256") == "sha256="+hex.EncodeToString(macOf(secret, body)) && h.Get("X-GitHub-Event") == "push" && h.Get("X-GitHub-Delivery") != ""
		},
		"stripe": func(secret string, h http.Header, body string) bool {
			var stamp, v1 string
			for _, part := range strings.Split(h.Get("Stripe-Signature"), ",") {
				if t, ok := strings.CutPrefix(part, "t="); ok {
					stamp = t
				}
				if v, ok := strings.CutPrefix(part, "v1="); ok {
					v1 = v
				}
			}
			at, err := strconv.ParseInt(stamp, 10, 64)
			return err == nil && now.Unix()-at < 300 && v1 == hex.EncodeToString(macOf(secret, stamp+"."+body)) && strings.Contains(body, `"type":"invoice.paid"`)
		},
		"standard-webhooks": func(secret string, h http.Header, body string) bool {
			key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
			want := "v1," + base64.StdEncoding.EncodeToString(macOf(string(key), h.Get("webhook-id")+"."+h.Get("webhook-timestamp")+"."+body))
			return err == nil && h.Get("webhook-id") != "" && strings.Contains(" "+h.Get("webhook-signature")+" ", " "+want+" ")
		},
		"gitlab": func(secret string, h http.Header, body string) bool {
			return h.Get("X-Gitlab-Token") == secret && h.Get("X-Gitlab-Event") == "Push Hook"
		},
		"shopify": func(secret string, h http.Header, body string) bool {
			return h.Get("X-Shopify-Hmac-Sha256") == base64.StdEncoding.EncodeToString(macOf(secret, body)) && h.Get("X-Shopify-Topic") == "orders/create"
		},
	}
}

// Each starter is copied, served, subscribed to by its own calls, and verified by
// a handler that knows only the vendor's page.
func TestStarters(t *testing.T) {
	t.Parallel()
	handlers := vendorHandlers(time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC))
	for name, c := range map[string]struct{ path, body, auth, typ string }{
		"github":            {"/repos/acme/hello/hooks", `{"name":"web","events":["push"],"config":{"url":"URL","secret":"s3","content_type":"json"}}`, "Bearer tok", "push"},
		"stripe":            {"/v1/webhook_endpoints", `{"url":"URL","enabled_events":["invoice.paid"]}`, "Bearer sk_test_1", "invoice.paid"},
		"standard-webhooks": {"/webhooks", `{"url":"URL"}`, "", "contact.created"},
		"gitlab":            {"/api/v4/projects/1/hooks", `{"url":"URL","token":"s3","push_events":true}`, "glpat", "Push Hook"},
		"shopify":           {"/webhooks", `{"url":"URL","types":["orders/create"]}`, "", "orders/create"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			files, err := starter.Write(api.Starter{Name: "mine", From: name, Dir: dir})
			if err != nil || len(files) < 3 {
				t.Fatalf("%v %v", files, err)
			}
			sb := sandbox.Start(t, sandbox.WithConfig(func(c *sandbox.Config) { c.ProviderFiles = files[:1] }))
			type got struct {
				h    http.Header
				body string
			}
			came := make(chan got, 1)
			app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				came <- got{r.Header, string(body)}
			}))
			defer app.Close()
			status, made := kittest.AskJSON(t, "POST", sb.URL+"/mine"+c.path, strings.ReplaceAll(c.body, "URL", app.URL), "Authorization", c.auth, "PRIVATE-TOKEN", c.auth, "Content-Type", "application/json")
			if status != 201 || made.Get("id").Str == "" {
				t.Fatalf("%d %s", status, made)
			}
			sb.Fire("mine", c.typ)
			sb.Expect(t, "kind:attempt status:200")
			_, keys := kittest.AskJSON(t, "GET", sb.URL+"/_/secrets?provider=mine", "")
			secret := keys.Get("0.value").Str
			if strings.Contains(c.body, "s3") {
				secret = "s3"
			}
			request := <-came
			if !handlers[name](secret, request.h, request.body) {
				t.Errorf("refused: %v %s, the key is %s", request.h, request.body, secret)
			}
			if handlers[name](secret+"x", request.h, request.body) {
				t.Error("the handler takes any key")
			}
			if r, err := sandbox.CheckProvider(files[0]); err != nil || r.Events < 2 || len(r.Notes) > 0 || r.Signed == "" {
				t.Errorf("%+v %v", r, err)
			}
			if status, _ := kittest.AskJSON(t, "DELETE", sb.URL+"/mine"+c.path+"/"+made.Get("id").Str, "", "Authorization", c.auth, "PRIVATE-TOKEN", c.auth); status != 204 {
				t.Errorf("deleting answers %d", status)
			}
		})
	}
	if len(handlers) != len(starter.Names()) {
		t.Errorf("starters %v", starter.Names())
	}
}

// What is there is not written over; a description takes the place of samples.
func TestStartersAreWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := starter.Write(api.Starter{Name: "acme", Dir: dir}); err != nil {
		t.Fatal(err)
	}
	if r, err := sandbox.CheckProvider(filepath.Join(dir, "acme.yaml")); err != nil || r.Name != "acme" || r.Examples != 2 {
		t.Errorf("%+v %v", r, err)
	}
	openapi := filepath.Join(dir, "acme-openapi.json")
	if err := os.WriteFile(openapi, []byte(described), 0o600); err != nil {
		t.Fatal(err)
	}
	if files, err := starter.Write(api.Starter{Name: "two", OpenAPI: openapi, Dir: dir}); err != nil || len(files) != 1 {
		t.Errorf("%v %v", files, err)
	}
	if r, err := sandbox.CheckProvider(filepath.Join(dir, "two.yaml")); err != nil || r.Events != 2 || r.Generated != 1 {
		t.Errorf("%+v %v", r, err)
	}
	for want, s := range map[string]api.Starter{
		"is there already: nothing was written":              {Name: "acme", Dir: dir},
		`there is no starter "githib": did you mean github?`: {Name: "x", From: "githib", Dir: dir},
		`"in" is taken`:      {Name: "in", Dir: dir},
		`"A B" is no name`:   {Name: "A B", Dir: dir},
		"nothing is fetched": {Name: "x", OpenAPI: "https://acme.com/a.json", Dir: dir},
		"no such file":       {Name: "x", OpenAPI: filepath.Join(dir, "none.json"), Dir: dir},
	} {
		if files, err := starter.Write(s); err == nil || !strings.Contains(err.Error(), want) || len(files) > 0 {
			t.Errorf("%v %v, want %s", files, err, want)
		}
	}
	if _, err := sandbox.InitProvider(api.Starter{Name: "shoptet", Dir: dir}); err == nil || !strings.Contains(err.Error(), "is a built-in provider's name") {
		t.Errorf("%v", err)
	}
	if _, err := sandbox.CheckProvider(filepath.Join(dir, "none.yaml")); err == nil {
		t.Error("a file that is not there was read")
	}
}
