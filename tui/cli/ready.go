package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/exit"
)

// readyEvery is how often ready asks while it waits.
const readyEvery = 25 * time.Millisecond

func readyCommand(a *App) *cobra.Command {
	var within time.Duration
	cmd := &cobra.Command{
		Use:   "ready",
		Short: "Say whether the sandbox serves requests, or wait until it does",
		Args:  command.Args(),
	}
	cmd.Flags().DurationVar(&within, "wait", 0, "wait up to `D` for it")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := awaitReady(a, cmd.Context(), within)
		if err != nil {
			return err
		}
		if a.JSON {
			return a.Out.JSON(map[string]any{"ready": true, "url": c.URL()})
		}
		a.Out.Line("ready at %s", c.URL())
		return nil
	}
	return cmd
}

// awaitReady resolves the address each time: the file that names it appears
// only when the sandbox is ready.
func awaitReady(a *App, ctx context.Context, within time.Duration) (*client.Client, error) {
	deadline, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	tick := time.NewTicker(readyEvery)
	defer tick.Stop()
	for {
		c := a.Client()
		err := c.Ready(ctx)
		if err == nil || within <= 0 || !worthWaiting(err) {
			return c, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-deadline.Done():
			return nil, exit.With(exit.Timeout, fmt.Errorf("not ready after %s: %w", within, err))
		}
	}
}

// worthWaiting tells a sandbox that is starting from one that will refuse the
// next time as well.
func worthWaiting(err error) bool {
	var refused *api.Error
	return errors.Is(err, client.ErrConnect) || errors.As(err, &refused) && refused.Status >= 500
}
