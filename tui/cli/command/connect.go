package command

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"tacklebox/receiver/client"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/serve"
)

// DefaultURL is where a sandbox answers that nobody told another place.
const DefaultURL = "http://127.0.0.1:4780"

// Place is where the sandbox of a command line answers.
type Place struct {
	URL   string
	Asked bool  // the user named it, so that no other will do
	Err   error // why it cannot be known
}

// Client returns a client of the sandbox that the command line means.
func (a *App) Client() *client.Client {
	at := a.Address()
	if at.Err != nil {
		return client.Nobody(at.Err)
	}
	return client.New(at.URL, a.Token()).Space(a.SpaceName())
}

// Token is the control API's, "" for none.
func (a *App) Token() string {
	if a.TokenFlag != "" {
		return a.TokenFlag
	}
	return strings.TrimSpace(a.Getenv("TACKLEBOX_TOKEN"))
}

// SpaceName is the space to work in, "" for the one without a name.
func (a *App) SpaceName() string {
	if a.SpaceFlag != "" {
		return a.SpaceFlag
	}
	return a.Getenv("TACKLEBOX_SPACE")
}

// Address resolves --url: the flag, TACKLEBOX_URL, the ready file that the
// environment names (and then no other sandbox, CONTRACT section 9), the ready file
// of the running instance, the default address.
func (a *App) Address() Place {
	if a.URL != "" {
		return Place{URL: a.URL, Asked: true}
	}
	if url := a.Getenv("TACKLEBOX_URL"); url != "" {
		return Place{URL: url, Asked: true}
	}
	if path := a.Getenv(serve.Twin("ready-file")); path != "" {
		ready, err := serve.ReadReady(path)
		if err == nil && !serve.Alive(ready.PID) {
			err = fmt.Errorf("its process %d is gone", ready.PID)
		}
		if err != nil {
			err = fmt.Errorf("%w to the sandbox of TACKLEBOX_READY_FILE=%s: %w", client.ErrConnect, path, err)
		}
		return Place{URL: ready.URL, Asked: true, Err: err}
	}
	if ready, err := serve.ReadReady(serve.ReadyPath(serve.DefaultData(a.Getenv))); err == nil && serve.Alive(ready.PID) {
		return Place{URL: ready.URL}
	}
	return Place{URL: DefaultURL}
}

// spaceName is what a space can be called (CONTRACT section 8).
var spaceName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// CheckPlace refuses an address, a token or a space that can be none, before
// anything is asked.
func (a *App) CheckPlace(cmd *cobra.Command) error {
	if cmd.Flags().Changed("token") && a.TokenFlag != "" && strings.TrimSpace(a.TokenFlag) == "" {
		return exit.Usagef("--token %q is blank: leave it out for none", a.TokenFlag)
	}
	if cmd.Name() == "up" {
		return nil
	}
	for name, value := range map[string]string{"--url": a.URL, "TACKLEBOX_URL": a.Getenv("TACKLEBOX_URL")} {
		if err := checkURL(value); err != nil && (name == "--url" || a.URL == "") {
			return exit.Usagef("%s %q: %w", name, value, err)
		}
	}
	if space := a.SpaceName(); space != "" && !spaceName.MatchString(space) {
		return exit.Usagef("--space %q: a name has small letters, digits and hyphens, at most 63, and no hyphen in front", space)
	}
	return nil
}

// checkURL takes what a client takes: http://HOST:PORT, with or without a path, or
// HOST:PORT alone.
func checkURL(text string) error {
	if text == "" {
		return nil
	}
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return errors.New("want a URL like http://127.0.0.1:4780")
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "", strings.ContainsAny(u.Host, " \t"), u.RawQuery != "", u.Fragment != "":
		return errors.New("want a URL like http://127.0.0.1:4780")
	}
	return nil
}

// WithLocal runs f against the running sandbox, or against one in memory that
// lives as long as f when none runs and the user named none.
func (a *App) WithLocal(ctx context.Context, f func(c *client.Client, local bool) error) error {
	c := a.Client()
	if a.Address().Asked || a.Local == nil {
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
