package dsco_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/dsco"
	"tacklebox/mock/provider"
)

// Every type of errors.json that a webhook call can answer, as it is provoked.
func TestEveryErrorOfTheTable(t *testing.T) {
	t.Parallel()
	r := start(t)
	provoke := map[string]func() answer{
		"PropertyRequired": func() answer { return r.call("POST", "/webhook", me, `{}`) },
		"PropertyMayNotBeSet": func() answer {
			return r.call("POST", "/webhook", me, strings.Replace(example, `"applyToPartners":false`, `"applyToPartners":true`, 1))
		},
		"UnrecognizedProperty":  func() answer { return r.call("GET", "/webhook/history?Sku=1", me, "") },
		"AttributeValueInvalid": func() answer { return r.call("POST", "/webhook", me, strings.Replace(example, `true`, `1`, 1)) },
		"InvalidPageParams":     func() answer { return r.call("GET", "/webhook/history?pageId=x", me, "") },
		"WebhookNotFound":       func() answer { return r.call("GET", "/webhook/x", me, "") },
		"InvalidJson":           func() answer { return r.call("POST", "/webhook", me, "") },
		"Unauthorized":          func() answer { return r.call("GET", "/webhook", "", "") },
		"NotFound":              func() answer { return r.call("GET", "/order", me, "") },
		"MethodNotAllowed":      func() answer { return r.call("PATCH", "/webhook", me, "") },
		"RequestTooLarge":       func() answer { return r.call("POST", "/webhook", me, strings.Repeat(" ", 1<<20)+"{}") },
	}
	var table struct {
		Errors []struct {
			Status int
			Type   string
		}
	}
	testdata(t, "errors.json", &table)
	for _, e := range table.Errors {
		switch do := provoke[e.Type]; {
		case e.Type == "OrderNotFound": // order calls only
		case e.Type == "InternalError":
			reply := dsco.New().Broken(nil, &provider.Call{}, 500)
			r.refused(answer{Status: reply.Status, Body: string(reply.Body)}, e.Status, e.Type, "later")
		case do == nil:
			t.Errorf("%s is not provoked", e.Type)
		default:
			r.refused(do(), e.Status, e.Type, "")
		}
	}
}

// The envelope has exactly these members, and nothing of V3's.
func TestARefusalByteForByte(t *testing.T) {
	t.Parallel()
	r := start(t)
	got := r.call("POST", "/webhook", me, `{}`)
	same(t, "body", got.Body, `{"type":"PropertyRequired","success":false,"message":"The attribute webhookAccountId is required."}`)
	delete(got.Header, "Date")
	same(t, "headers", got.Header, http.Header{"Content-Type": {"application/json"}, "Content-Length": {itoa(len(got.Body))}})
}

// The token comes before path, method and body.
func TestTheTokenComesFirst(t *testing.T) {
	t.Parallel()
	r := start(t)
	for _, path := range []string{"/hello", "/nothing", "/webhook/x"} {
		for _, method := range []string{"GET", "PATCH", "POST"} {
			got := r.send(request(t, method, r.Provider("dsco")+path+"?access_token=abc", "", strings.Repeat("x", 2<<20)))
			r.refused(got, 401, "Unauthorized", "Authorization")
			same(t, "challenge", got.Header["Www-Authenticate"], []string{"Bearer"})
		}
	}
	r.Settings("dsco", "", map[string]any{"credentials": []string{"good"}})
	r.refused(r.call("GET", "/hello", "bad", ""), 401, "Unauthorized", "not known")
	r.ok("GET", "/hello", "good", "")
}

func TestPathsAndMethods(t *testing.T) {
	t.Parallel()
	r := start(t)
	base := strings.TrimSuffix(r.Provider("dsco"), "/api/v2")
	for _, path := range []string{"/", "", "/api/v3/hello", "/api/v3/webhook", "/api/v2", "/api/v2/", "/api/v2/order/1", "/api/v2/webhook//", "/api/v2/webhook/a/b", "/api/v2/Webhook", "//api/v2/hello", "/api/v2/../v2/hello"} {
		r.refused(r.send(request(t, "GET", base+path, me, "")), 404, "NotFound", "")
	}
	for path, allow := range map[string]string{
		"/hello": "GET, HEAD", "/webhook": "GET, HEAD, POST", "/webhook/all": "GET, HEAD", "/webhook/history": "GET, HEAD", "/webhook/x": "DELETE, GET, HEAD, POST, PUT",
	} {
		for _, method := range []string{"OPTIONS", "PATCH", "TRACE"} {
			got := r.call(method, path, me, "")
			r.refused(got, 405, "MethodNotAllowed", method)
			same(t, path, got.Header.Get("Allow"), allow)
		}
	}
	r.refused(r.call("POST", "/webhook/history", me, example), 405, "MethodNotAllowed", "POST")
	head, get := r.call("HEAD", "/hello", me, ""), r.call("GET", "/hello", me, "")
	if head.Status != 200 || head.Body != "" || head.Header.Get("Content-Length") != get.Header.Get("Content-Length") {
		t.Errorf("HEAD %+v", head)
	}
}

// Real hosts and dsco.localhost reach the same API without the prefix.
func TestHosts(t *testing.T) {
	t.Parallel()
	r := start(t)
	for _, host := range []string{"apis.dsco.io", "APIS.dsco.io:443", "dsco.localhost:80", "api.dsco.io", "staging-api.dsco.io"} {
		req := request(t, "GET", r.URL+"/api/v2/hello", me, "")
		req.Host = host
		same(t, host, r.send(req).Body, `{"hello":"World!"}`)
		req = request(t, "GET", r.URL+"/api/v3/catalog", me, "")
		req.Host = host
		r.refused(r.send(req), 404, "NotFound", "")
	}
}

// Odd clients that must work: chunked bodies, other content types, a body that
// waits for 100-continue.
func TestClientsToPutUpWith(t *testing.T) {
	t.Parallel()
	r := start(t)
	for _, contentType := range []string{"", "application/json; charset=UTF-8", "text/plain", "application/x-www-form-urlencoded"} {
		req := request(t, "POST", r.Provider("dsco")+"/webhook", "", example)
		req.Body, req.ContentLength = io.NopCloser(strings.NewReader(example)), -1
		req.Header.Set("Authorization", me)
		req.Header.Set("Accept-Encoding", "gzip")
		req.Header.Set("Expect", "100-continue")
		if contentType != "" {
			req.Header.Set("Content-Type", contentType)
		}
		if got := r.send(req); got.Status != 200 || got.Header.Get("Content-Encoding") != "" {
			t.Errorf("%q: %+v", contentType, got)
		}
	}
}

func TestTheRateLimitIsSwitchable(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.Settings("dsco", me, map[string]any{"rate_limit": 2})
	for _, want := range []int{200, 200, 429, 429} {
		if got := r.call("GET", "/hello", me, ""); got.Status != want {
			t.Errorf("%d, want %d", got.Status, want)
		}
	}
	r.refused(r.call("GET", "/hello", me, ""), 429, "TooManyRequests", "")
	r.ok("GET", "/hello", other, "")
	r.Advance(time.Minute)
	r.ok("GET", "/hello", me, "")
}
