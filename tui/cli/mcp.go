package cli

import (
	"context"
	"io"
	"net/url"

	"github.com/spf13/cobra"

	"tacklebox/receiver/mcp"
	"tacklebox/tui/cli/command"
)

func mcpCommand(a *App) *cobra.Command {
	return &cobra.Command{
		Use:   "mcp",
		Short: "Serve a running sandbox to an assistant, over standard input and output",
		Long: `Serve the control API of a running sandbox as tools of the Model Context Protocol, over
standard input and output. A sandbox serves the same at /_/mcp by itself.`,
		Args: command.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c := a.Client()
			call := func(ctx context.Context, method, path string, query url.Values, body []byte) (int, []byte, error) {
				return c.Raw(ctx, method, "/_"+path, query, body)
			}
			return mcp.Run(cmd.Context(), a.Version, call, io.NopCloser(a.Stdin), nopWriteCloser{a.Stdout})
		},
	}
}

type nopWriteCloser struct{ io.Writer }

func (nopWriteCloser) Close() error { return nil }
