package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
)

// calls are all methods, each with nothing in particular to ask for.
func calls(c *client.Client) map[string]func(context.Context) error {
	one := func(_ any, err error) error { return err }
	return map[string]func(context.Context) error{
		"Providers":     func(ctx context.Context) error { return one(c.Providers(ctx)) },
		"Provider":      func(ctx context.Context) error { return one(c.Provider(ctx, "p")) },
		"OpenAPI":       func(ctx context.Context) error { return one(c.OpenAPI(ctx, "p")) },
		"Settings":      func(ctx context.Context) error { return one(c.Settings(ctx, "p", "")) },
		"PutSettings":   func(ctx context.Context) error { return one(c.PutSettings(ctx, "p", "", api.Settings{})) },
		"Fire":          func(ctx context.Context) error { return one(c.Fire(ctx, api.Firing{})) },
		"Entries":       func(ctx context.Context) error { return one(c.Entries(ctx, client.Query{})) },
		"Entry":         func(ctx context.Context) error { return one(c.Entry(ctx, 1)) },
		"Body":          func(ctx context.Context) error { return one(c.Body(ctx, 1)) },
		"Export":        func(ctx context.Context) error { return one(c.Export(ctx, 1, "curl")) },
		"Diff":          func(ctx context.Context) error { return one(c.Diff(ctx, 1, 2)) },
		"Replay":        func(ctx context.Context) error { return one(c.Replay(ctx, 1, api.ReplayRequest{})) },
		"Expect":        func(ctx context.Context) error { return one(c.Expect(ctx, api.ExpectRequest{})) },
		"Inboxes":       func(ctx context.Context) error { return one(c.Inboxes(ctx)) },
		"Subscriptions": func(ctx context.Context) error { return one(c.Subscriptions(ctx, "", "")) },
		"Secrets":       func(ctx context.Context) error { return one(c.Secrets(ctx, "", "")) },
		"Faults":        func(ctx context.Context) error { return one(c.Faults(ctx)) },
		"Clock":         func(ctx context.Context) error { return one(c.Clock(ctx)) },
		"Metrics":       func(ctx context.Context) error { return one(c.Metrics(ctx)) },
		"Index":         func(ctx context.Context) error { return one(c.Index(ctx)) },
		"DeleteEntries": c.DeleteEntries,
		"Reset":         c.Reset,
		"Ready":         c.Ready,
	}
}

// cutting is an address whose answers begin and never end: the connection is
// closed behind the given bytes.
func cutting(t *testing.T, answer string) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				buf := make([]byte, 64<<10)
				_, _ = conn.Read(buf)
				_, _ = io.WriteString(conn, answer)
				_ = conn.Close()
			}()
		}
	}()
	return ln.Addr().String()
}

// TestEveryCallFails holds all methods to one behaviour for each way of failing.
func TestEveryCallFails(t *testing.T) {
	t.Parallel()
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	var refused *api.Error
	for name, c := range map[string]struct {
		url string
		ctx context.Context
		bad func(err error) string
	}{
		"nobody there": {closedAddress(t), context.Background(), func(err error) string {
			if !errors.Is(err, client.ErrConnect) || strings.Count(err.Error(), "127.0.0.1") > 2 {
				return "want ErrConnect that names the address"
			}
			return ""
		}},
		"hangs up": {cutting(t, ""), context.Background(), func(err error) string {
			if !errors.Is(err, client.ErrConnect) {
				return "want ErrConnect"
			}
			return ""
		}},
		"hangs up in the answer": {cutting(t, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"x\""), context.Background(), func(err error) string {
			if !errors.Is(err, client.ErrConnect) || !errors.Is(err, io.ErrUnexpectedEOF) {
				return "want ErrConnect with the cause"
			}
			return ""
		}},
		"speaks something else": {cutting(t, "220 smtp ready\r\n"), context.Background(), func(err error) string {
			if !errors.Is(err, client.ErrConnect) {
				return "want ErrConnect"
			}
			return ""
		}},
		"the caller gave up": {closedAddress(t), gone, func(err error) string {
			if !errors.Is(err, context.Canceled) || errors.Is(err, client.ErrConnect) {
				return "want context.Canceled alone"
			}
			return ""
		}},
		"refused": {newFake(t, 401, `{"error":{"code":"unauthorized","message":"a token is wanted","hint":"--token"}}`).URL, context.Background(), func(err error) string {
			if !errors.As(err, &refused) || refused.Status != 401 || refused.Code != "unauthorized" || err.Error() != "a token is wanted (--token)" {
				return "want the refusal"
			}
			return ""
		}},
		"an address that is none": {"http://[::1", context.Background(), func(err error) string {
			if err == nil || !strings.Contains(err.Error(), "http://[::1") {
				return "want an error that names it"
			}
			return ""
		}},
	} {
		for method, call := range calls(client.New(c.url, "")) {
			if err := call(c.ctx); err == nil {
				t.Errorf("%s, %s: no error", name, method)
			} else if wrong := c.bad(err); wrong != "" {
				t.Errorf("%s, %s: %q, %s", name, method, err, wrong)
			}
		}
	}
}

// TestStreamPassesServerErrors: a server that is just starting or stopping (5xx)
// is asked again; the cursor stays where it was.
func TestStreamPassesServerErrors(t *testing.T) {
	t.Parallel()
	server := newStreamer(t, 4, []string{entry(3)}, []string{entry(4)})
	var told []string
	err := client.New(server.URL, "").Stream(t.Context(), "", client.StreamOptions{After: ptr(uint64(2))}, func(e client.Event) error {
		switch {
		case e.Entry != nil:
			told = append(told, fmt.Sprint(e.Entry.Seq))
			if e.Entry.Seq == 4 {
				return errDone
			}
		case e.State == client.Lost:
			server.mu.Lock()
			server.status = map[int]int{0: 503}[server.status] // once
			server.mu.Unlock()
			var refused *api.Error
			told = append(told, fmt.Sprint("lost ", errors.As(e.Err, &refused)))
		}
		return nil
	})
	if !errors.Is(err, errDone) {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"3", "lost false", "lost true", "4"}, told); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"2", "3", "3"}, server.asked); diff != "" {
		t.Errorf("asked after (-want +got):\n%s", diff)
	}
}

// TestStreamEndsWithTheCaller: an error of the caller's ends the stream
// wherever it is given, and comes back as it is.
func TestStreamEndsWithTheCaller(t *testing.T) {
	t.Parallel()
	for at, stop := range map[string]func(client.Event) bool{
		"connected": func(e client.Event) bool { return e.State == client.Connected },
		"entry":     func(e client.Event) bool { return e.Entry != nil },
		"gap":       func(e client.Event) bool { return e.Gap != nil },
		"lost":      func(e client.Event) bool { return e.State == client.Lost },
		"restarted": func(e client.Event) bool { return e.State == client.Restarted },
	} {
		server := newStreamer(t, 9, []string{`{"gap":{"from":1,"to":5}}`, entry(6), "last=2"})
		err := client.New(server.URL, "").Stream(t.Context(), "", client.StreamOptions{After: ptr(uint64(0))}, func(e client.Event) error {
			if stop(e) {
				return errDone
			}
			return nil
		})
		if err != errDone {
			t.Errorf("%s: %v", at, err)
		}
	}
}

// TestFilterKeysAreTheLanguage: completion offers what the filter takes.
func TestFilterKeysAreTheLanguage(t *testing.T) {
	t.Parallel()
	keys := api.FilterKeys()
	if len(keys) < 20 {
		t.Errorf("only %d keys", len(keys))
	}
	for _, k := range keys {
		for _, v := range k.Values {
			q := k.Name + v
			if strings.HasSuffix(k.Name, ".") {
				q = v
			}
			if err := api.CheckFilter(q); err != nil {
				t.Errorf("%s: %v", q, err)
			}
		}
	}
}
