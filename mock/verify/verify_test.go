package verify

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"tacklebox/mock/provider"
	"tacklebox/mock/signing"
	"tacklebox/receiver/api"
	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/memory"
)

var day = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// house has one provider that signs like GitHub, for the account ann, and one that
// signs nothing.
type house struct {
	signs, quiet *provider.Provider
	world        *provider.World
}

func (h *house) Names() []string { return []string{"hub", "quiet"} }
func (h *house) Provider(name string) *provider.Provider {
	return map[string]*provider.Provider{"hub": h.signs, "quiet": h.quiet}[name]
}
func (h *house) Look(_ string, fn func(*provider.World)) { fn(h.world) }

func newJudge() (*Judge, journal.Store) {
	keys := func(list ...provider.Secret) func(*provider.World, *provider.Account) []provider.Secret {
		return func(*provider.World, *provider.Account) []provider.Secret { return list }
	}
	h := &house{quiet: &provider.Provider{Name: "quiet", Title: "Quiet"}}
	h.signs = &provider.Provider{Name: "hub", Title: "Hub", Signing: &provider.Signing{Scheme: signing.Named("github"),
		Secrets: keys(provider.Secret{Name: "key", Value: "account's"}, provider.Secret{Name: "key", Value: "of s", Subscription: "s"}), Retired: keys(provider.Secret{Name: "key", Value: "old"})}}
	book := provider.NewBook(h.signs, nil, nil, nil)
	h.world = book.World()
	h.world.Account("ann")
	log := memory.New(memory.Limit{})
	return New(h, func() time.Time { return day }, log), log
}

func signed(t *testing.T, secret, body string) http.Header {
	t.Helper()
	proof, err := signing.Named("github").Sign(secret, "", "", []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return http.Header{signing.Named("github").Header: {proof}}
}

// TestOwnKeys: a callback of ours is judged by the keys of its account and of its
// subscription, and a retired one is named.
func TestOwnKeys(t *testing.T) {
	t.Parallel()
	j, _ := newJudge()
	for _, c := range []struct{ name, account, subscription, secret, state, reason string }{
		{"hub", "ann", "", "account's", signing.Valid, ""},
		{"hub", "ann", "s", "of s", signing.Valid, ""},
		{"hub", "ann", "other", "of s", signing.Invalid, ""},
		{"hub", "ann", "", "old", signing.Invalid, "an earlier key of account ann"},
		{"hub", "bob", "", "account's", signing.None, "no key"},
		{"quiet", "ann", "", "x", signing.None, "Quiet signs nothing"},
		{"stripe", "ann", "", "x", signing.None, "has none of its own"},
	} {
		v := j.Own(c.name, c.account, c.subscription, signing.Question{Header: signed(t, c.secret, "body"), Body: []byte("body")})
		if v == nil || v.State != c.state || !strings.Contains(v.Reason, c.reason) {
			t.Errorf("%s %s %s by %q: %+v, want %s %q", c.name, c.account, c.subscription, c.secret, v, c.state, c.reason)
		}
	}
	if v := j.Own("nobody", "ann", "", signing.Question{}); v != nil {
		t.Errorf("nobody: %+v", v)
	}
	if _, err := j.With("nobody", signing.Question{}); api.Of(err).Code != api.CodeUnknownProvider {
		t.Errorf("nobody's secret: %v", err)
	}
}

// ask makes one control call.
func ask(t *testing.T, handle func(*Judge, *http.Request) (api.Answer, error), j *Judge, in any) (string, error) {
	t.Helper()
	a, err := handle(j, httptest.NewRequest("POST", "/", bytes.NewReader(provider.Encode(in))))
	return string(provider.Encode(a.Body)), err
}

func sign(j *Judge, r *http.Request) (api.Answer, error)   { return j.Sign(r.Context(), r) }
func verify(j *Judge, r *http.Request) (api.Answer, error) { return j.Verify(r.Context(), r) }

// TestWhatIsSignedIsValid, for every scheme that a secret as text will do for.
func TestWhatIsSignedIsValid(t *testing.T) {
	t.Parallel()
	j, _ := newJudge()
	count := 0
	for _, s := range signing.Schemes() {
		request := api.SignRequest{Scheme: s.Name, Secret: "0123456789abcdef0123456789abcdef", Method: "POST", URL: "https://a.test/x?b=c", Body: `{"a":1}`}
		text, err := ask(t, sign, j, request)
		if err != nil {
			continue // its secrets have a form of their own
		}
		var out api.SignResult
		if err := json.Unmarshal([]byte(text), &out); err != nil {
			t.Fatal(err)
		}
		question := api.VerifyRequest{Provider: s.Name, Secret: request.Secret, Method: "POST", URL: request.URL, Body: out.Body, Headers: map[string]api.Texts{}}
		if out.URL != "" {
			question.URL = out.URL
		}
		for name, v := range out.Headers {
			question.Headers[name] = api.Texts{v}
		}
		if got, err := ask(t, verify, j, question); err != nil || !strings.HasPrefix(got, `{"valid":true`) {
			t.Errorf("%s: %s, %v", s.Name, got, err)
		}
		count++
	}
	if count < 10 {
		t.Errorf("only %d schemes were tried", count)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	j, _ := newJudge()
	for _, c := range []struct {
		handle func(*Judge, *http.Request) (api.Answer, error)
		in     any
		code   string
	}{
		{sign, api.SignRequest{Scheme: "quiet", Secret: "x"}, "signs_nothing"},
		{sign, api.SignRequest{Scheme: "gihub", Secret: "x"}, api.CodeUnknownProvider},
		{sign, api.SignRequest{Scheme: "github"}, "no_secret"},
		{sign, api.SignRequest{Scheme: "github", Secret: "x", At: "noon"}, "bad_time"},
		{sign, api.SignRequest{Scheme: "github", Secret: "x", Body: "a", BodyBase64: "YQ=="}, "bad_body"},
		{verify, api.VerifyRequest{Provider: "github", Secret: "x", BodyBase64: "?"}, "bad_body"},
		{verify, api.VerifyRequest{Provider: "github", Secret: "x", At: "noon"}, "bad_time"},
		{verify, api.VerifyRequest{Provider: "gihub", Secret: "x"}, api.CodeUnknownProvider},
		{verify, api.VerifyRequest{Provider: "github", Secret: "x", Candidates: make([]api.Candidate, mostCandidates+1)}, "too_many"},
	} {
		_, err := ask(t, c.handle, j, c.in)
		var refused *api.Error
		if !errors.As(err, &refused) || refused.Code != c.code {
			t.Errorf("%s: %v, want %s", provider.Encode(c.in), err, c.code)
		}
	}
}

// TestABodyOfACaptureExplains a signature that fits it and not what is asked about.
func TestABodyOfACaptureExplains(t *testing.T) {
	t.Parallel()
	j, log := newJudge()
	for _, account := range []string{"ann", "bob"} {
		entry := &journal.Entry{Kind: journal.Capture, Provider: "hub", Account: account, Time: day, Request: &journal.Message{Body: []byte("of " + account), Size: 6}}
		if err := log.Append(entry).Wait(); err != nil {
			t.Fatal(err)
		}
	}
	if list := j.recentBodies("hub", "bob"); len(list) != 1 || string(list[0].Body) != "of bob" {
		t.Errorf("bob's bodies: %v", list)
	}
	got, err := ask(t, verify, j, api.VerifyRequest{Provider: "hub", Account: "ann", Body: "another", Headers: map[string]api.Texts{"X-Hub-Signature-256": {signed(t, "account's", "of ann").Get("X-Hub-Signature-256")}}})
	if err != nil || !strings.Contains(got, "entry 1") {
		t.Errorf("%s, %v", got, err)
	}
}

// TestSignedBytesStayBytes where they are no text.
func TestSignedBytesStayBytes(t *testing.T) {
	t.Parallel()
	j, _ := newJudge()
	raw := base64.StdEncoding.EncodeToString([]byte{0xff, 0})
	if got, err := ask(t, sign, j, api.SignRequest{Scheme: "github", Secret: "x", BodyBase64: raw}); err != nil || !strings.Contains(got, `"body_base64":"`+raw+`"`) {
		t.Errorf("%s, %v", got, err)
	}
}

// TestSchemesAreListedOnce, the providers first.
func TestSchemesAreListedOnce(t *testing.T) {
	t.Parallel()
	j, _ := newJudge()
	a, err := j.Schemes(t.Context(), nil)
	rows, _ := a.Body.([]api.Scheme)
	if err != nil || len(rows) < 3 || rows[0].Name != "hub" || !rows[0].Provider || rows[1].Rule != "nothing is signed" || rows[2].Provider {
		t.Fatalf("%+v, %v", rows, err)
	}
	names := j.Names()
	for _, row := range rows {
		if !slices.Contains(names, row.Name) {
			t.Errorf("%s can be signed and not verified", row.Name)
		}
	}
}
