package providers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/exit"
)

// signOptions are the flags of sign, and those of send that are the same.
type signOptions struct {
	secret, method, at, id string
	headers                []string
	to                     string
}

func (o *signOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.secret, "secret", "", "signing key (`S`); of Discord the seed as hex")
	f.StringVar(&o.method, "method", "", "`METHOD` of the request (default POST)")
	f.StringVar(&o.at, "at", "", "`TIME` that is signed (RFC 3339; default now)")
	f.StringVar(&o.id, "id", "", "`ID` that is signed, where one is")
	f.StringArrayVar(&o.headers, "header", nil, "header of the request, `'Name: value'` (repeatable)")
}

// signRun is what the commands that sign do with the app.
type signRun struct{ *command.App }

// signRequest is what is signed: a body, with the headers given.
func signRequest(o *signOptions, scheme string, body []byte) (api.SignRequest, error) {
	plain, err := withHeaders(requestOf(nil, body), o.headers)
	if err != nil {
		return api.SignRequest{}, err
	}
	return api.SignRequest{Scheme: scheme, Secret: o.secret, Body: plain.Body, BodyBase64: plain.BodyBase64, Headers: plain.Headers,
		URL: o.to, Method: o.method, At: o.at, ID: o.id}, nil
}

func SignCommand(a *command.App) *cobra.Command {
	o := new(signOptions)
	cmd := &cobra.Command{
		Use:   "sign SCHEME FILE|-",
		Short: "Print the headers that sign a body",
		Long: `Print the headers that a vendor would send beside a body; for a scheme that signs
inside the body, as Mailgun's, the body. SCHEME is a name of 'tacklebox schemes'.
No running sandbox is needed.`,
		Example: `  tacklebox sign stripe --secret whsec_… payload.json
  tacklebox sign twilio --secret 12345 --to https://example.com/sms --header 'Content-Type: application/x-www-form-urlencoded' form.txt
  echo -n '{"a":1}' | tacklebox sign standard-webhooks --secret whsec_… --at 2026-01-05T09:00:00Z --id msg_1 -`,
		Args: command.Args("SCHEME", "FILE"),
	}
	o.flags(cmd)
	cmd.Flags().StringVar(&o.to, "to", "", "`URL` that the request goes to, for schemes that sign it")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		body, err := signRun{a}.fileText(args[1])
		if err != nil {
			return err
		}
		req, err := signRequest(o, args[0], body)
		if err != nil {
			return err
		}
		return a.WithLocal(cmd.Context(), func(c *client.Client, _ bool) error {
			signed, err := c.Sign(cmd.Context(), req)
			if err != nil {
				return err
			}
			return signRun{a}.printSigned(signed)
		})
	}
	return cmd
}

// fileText reads a body from a file, or from standard input as -.
func (a signRun) fileText(file string) ([]byte, error) {
	if file != "-" && !strings.HasPrefix(file, "@") {
		file = "@" + file
	}
	body, err := a.Read(file)
	if err != nil {
		return nil, exit.Usagef("body: %w", err)
	}
	return body, nil
}

func (a signRun) printSigned(signed *api.SignResult) error {
	if a.JSON {
		return a.Out.JSON(signed)
	}
	if len(signed.Headers) == 0 {
		a.Out.Line("%s", signed.Body)
		return nil
	}
	var names []string
	for name := range signed.Headers {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		a.Out.Line("%s", fmt.Sprintf("%s: %s", name, signed.Headers[name]))
	}
	if signed.URL != "" {
		a.Out.Line("to: %s", signed.URL)
	}
	return nil
}
