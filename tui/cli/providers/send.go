package providers

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

// sendWithin is how long `send` waits for the answer of the receiver.
const sendWithin = 35 * time.Second

func SendCommand(a *command.App) *cobra.Command {
	o := new(signOptions)
	var scheme, body string
	cmd := &cobra.Command{
		Use:   "send URL [--sign SCHEME --secret S] --body @FILE|-|TEXT",
		Short: "Sign a body and send it",
		Long: `Sign a body as a vendor does, send it to a URL and print the answer's status. When
a sandbox runs it sends, and the request is in its journal as an attempt.

Exit code 1: the answer is no 2xx, or there was none.`,
		Example: `  tacklebox send http://localhost:3000/hooks --sign github --secret s3 --body @push.json --header 'X-GitHub-Event: push'`,
		Args:    command.Args("URL"),
	}
	o.flags(cmd)
	cmd.Flags().StringVar(&scheme, "sign", "", "sign as `SCHEME` does ('tacklebox schemes')")
	cmd.Flags().StringVar(&body, "body", "", "what is sent: `@FILE`, - for standard input, or the text itself")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		o.to = args[0]
		text, err := a.Read(body)
		if err != nil {
			return exit.Usagef("--body: %w", err)
		}
		if len(o.headers) == 0 {
			o.headers = []string{"Content-Type: application/json"}
		}
		req, err := signRequest(o, scheme, text)
		if err != nil {
			return err
		}
		return a.WithLocal(cmd.Context(), func(c *client.Client, _ bool) error { return signRun{a}.send(cmd, c, req) })
	}
	return cmd
}

// send waits for the attempt that a sent request becomes.
func (a signRun) send(cmd *cobra.Command, c *client.Client, req api.SignRequest) error {
	fired, err := c.Send(cmd.Context(), req)
	if err != nil {
		return err
	}
	entry, err := attemptOf(cmd.Context(), c, fired.Events[0].Deliveries[0].ID)
	if err != nil {
		return err
	}
	if a.JSON {
		if err := a.Out.JSON(entry); err != nil {
			return err
		}
	} else if entry.Response != nil {
		a.Out.Line("%d %s", entry.Response.Status, req.URL)
	}
	if entry.Response == nil {
		return exit.With(exit.Failure, errors.New(entry.Error))
	}
	if entry.Response.Status/100 != 2 {
		return exit.Failed(exit.Failure)
	}
	return nil
}

// attemptOf waits for the first attempt of a delivery.
func attemptOf(ctx context.Context, c *client.Client, delivery string) (*api.Entry, error) {
	result, err := c.Expect(ctx, api.ExpectRequest{Q: "kind:attempt delivery:" + delivery, Within: sendWithin.String()})
	if err != nil {
		return nil, err
	}
	if !result.Met || len(result.Entries) == 0 {
		return nil, exit.With(exit.Timeout, fmt.Errorf("no answer within %s", sendWithin))
	}
	return c.Entry(ctx, result.Entries[0])
}
