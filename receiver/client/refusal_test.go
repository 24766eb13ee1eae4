package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
)

// TestRedirectsAreRefused: whoever sits on the port does not get the token sent
// elsewhere, and the answer is not taken for one of ours.
func TestRedirectsAreRefused(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		elsewhere := newFake(t, 200, `{"entries":[]}`)
		server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, status))
		_, err := client.New(server.URL, "secret").Entries(t.Context(), client.Query{})
		server.Close()
		var refused *api.Error
		if !errors.As(err, &refused) || refused.Status != status {
			t.Errorf("%d: %v", status, err)
		}
		if got := elsewhere.got(); got.Line != "" {
			t.Errorf("%d: %s was asked with %q", status, got.Line, got.Auth)
		}
	}
}

// TestWhatARefusalSays, of ours and of strangers.
func TestWhatARefusalSays(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1000)
	for _, c := range []struct {
		status     int
		body, want string
	}{
		{422, `{"error":{"code":"c","message":"m","hint":"h"}}`, "m (h)"},
		{409, `{"error":{"code":"c","message":"m"}}`, "m"},
		{500, `{"error":{"code":"c"}}`, `the server answered 500 Internal Server Error: {"error":{"code":"c"}}`},
		{404, ``, "the server answered 404 Not Found:"},
		{502, `<html>` + long, "the server answered 502 Bad Gateway: <html>" + long[:194]},
		{403, `[1]`, "the server answered 403 Forbidden: [1]"},
		{499, "null", "the server answered 499 : null"},
	} {
		_, err := client.New(newFake(t, c.status, c.body).URL, "").Providers(t.Context())
		var refused *api.Error
		if !errors.As(err, &refused) || err.Error() != c.want || refused.Status != c.status || errors.Is(err, client.ErrConnect) {
			t.Errorf("%d %.40s: %v, want %s", c.status, c.body, err, c.want)
		}
	}
	if got := (&api.Error{Status: 503}).Error(); got != "the server answered 503 Service Unavailable" {
		t.Errorf("without a message: %s", got)
	}
	if got := (&api.Error{Status: 400, Hint: "try"}).Error(); got != "the server answered 400 Bad Request (try)" {
		t.Errorf("with a hint alone: %s", got)
	}
}

// TestWhatCannotBeSent is an error that names the call, and nothing is sent.
func TestWhatCannotBeSent(t *testing.T) {
	t.Parallel()
	server := newFake(t, 200, "{}")
	_, err := client.New(server.URL, "").PutSettings(t.Context(), "p", "", api.Settings{"a": json.RawMessage("{")})
	if err == nil || !strings.Contains(err.Error(), "request PUT /_/providers/p/settings") || server.got().Line != "" {
		t.Errorf("broken JSON: %v, sent %q", err, server.got().Line)
	}
	if _, err := client.New("http://a b", "").Providers(t.Context()); err == nil || !strings.Contains(err.Error(), `address "http://a b"`) {
		t.Errorf("an address that is none: %v", err)
	}
}

// TestACallerThatGivesUp hears so, and not that nobody is there.
func TestACallerThatGivesUp(t *testing.T) {
	t.Parallel()
	arrived, leave := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(arrived); <-leave }))
	defer server.Close()
	defer close(leave)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	if _, err := client.New(server.URL, "").Providers(ctx); !errors.Is(err, context.Canceled) || errors.Is(err, client.ErrConnect) {
		t.Errorf("got %v", err)
	}
}

// TestAnAnswerThatBreaksOff is one of nobody: the rest may be anything.
func TestAnAnswerThatBreaksOff(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Length", "100")
		_, _ = rw.Write([]byte(`[{"name":"dsco"}]`))
	}))
	defer server.Close()
	if list, err := client.New(server.URL, "").Providers(t.Context()); !errors.Is(err, client.ErrConnect) || list != nil {
		t.Errorf("got %v, %v", list, err)
	}
}

// TestTheKeysAreThoseOfTheLanguage: each can be used as it is shown.
func TestTheKeysAreThoseOfTheLanguage(t *testing.T) {
	t.Parallel()
	keys := api.FilterKeys()
	for _, k := range keys {
		for _, v := range k.Values {
			if err := api.CheckFilter(k.Name + v); err != nil {
				t.Errorf("%s%s: %v", k.Name, v, err)
			}
		}
		if k.About == "" {
			t.Errorf("%s says nothing of itself", k.Name)
		}
	}
	if len(keys) < 15 {
		t.Errorf("%d keys", len(keys))
	}
}
