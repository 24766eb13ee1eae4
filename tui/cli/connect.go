package cli

import (
	"context"
	"errors"
	"fmt"

	"tacklebox/receiver/client"
	"tacklebox/tui/cli/serve"
)

const defaultURL = "http://127.0.0.1:4780"

// client returns a client of the sandbox that the command line means.
func (a *App) client() *client.Client {
	url, _ := a.address()
	return client.New(url, a.tokenInForce())
}

func (a *App) tokenInForce() string {
	if a.token != "" {
		return a.token
	}
	return a.Getenv("TACKLEBOX_TOKEN")
}

// address resolves --url: the flag, TACKLEBOX_URL, the running instance's ready
// file, the default address. asked is true when the user named one.
func (a *App) address() (url string, asked bool) {
	if a.url != "" {
		return a.url, true
	}
	if url := a.Getenv("TACKLEBOX_URL"); url != "" {
		return url, true
	}
	for _, path := range []string{a.Getenv(serve.Twin("ready-file")), serve.ReadyPath(serve.DefaultData(a.Getenv))} {
		if ready, err := serve.ReadReady(path); err == nil && serve.Alive(ready.PID) {
			return ready.URL, false
		}
	}
	return defaultURL, false
}

// withLocal runs f against the running sandbox, or against one in memory that
// lives as long as f when none runs and the user named none.
func (a *App) withLocal(ctx context.Context, f func(c *client.Client, local bool) error) error {
	c := a.client()
	_, asked := a.address()
	if asked || a.Local == nil {
		return f(c, false)
	}
	err := c.Ready(ctx)
	if err == nil || !errors.Is(err, client.ErrConnect) {
		return f(c, false)
	}
	url, stop, err := a.Local(ctx)
	if err != nil {
		return fmt.Errorf("sandbox in memory: %w", err)
	}
	defer stop()
	return f(client.New(url, ""), true)
}
