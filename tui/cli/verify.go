package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"strings"

	"github.com/spf13/cobra"

	"tacklebox/receiver/client"
)

func (a *App) verifyCommand() *cobra.Command {
	var secret string
	var headers []string
	var explain bool
	cmd := &cobra.Command{
		Use:   "verify PROVIDER FILE|-",
		Short: "Check the signature of a request",
		Long: `Check the signature of a request as the provider makes it. FILE holds the request:
an entry as JSON ('tacklebox show SEQ --json'), an HTTP request as text, or a
body alone whose headers are given with --header. No running sandbox is needed.

Exit code 1: the signature is not valid.`,
		Example: `  tacklebox show 12 --json | tacklebox verify shoptet --secret 61d1… -
  tacklebox verify shoptet --secret 61d1… --header 'Shoptet-Webhook-Signature: a0e0…' body.json`,
		Args: args("PROVIDER", "FILE"),
	}
	cmd.Flags().StringVar(&secret, "secret", "", "signing key (`S`)")
	cmd.Flags().StringArrayVar(&headers, "header", nil, "header of the request, `'Name: value'` (repeatable)")
	cmd.Flags().BoolVar(&explain, "explain", false, "say what was tried")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		req, err := a.signed(args[1], headers)
		if err != nil {
			return err
		}
		req.Provider, req.Secret = args[0], secret
		return a.withLocal(cmd.Context(), func(c *client.Client, _ bool) error {
			v, err := c.Verify(cmd.Context(), *req)
			if err != nil {
				return err
			}
			return a.printVerdict(v, explain)
		})
	}
	return cmd
}

func (a *App) printVerdict(v *client.Verdict, explain bool) error {
	if a.json {
		if err := a.out.json(v); err != nil {
			return err
		}
	} else {
		word := "invalid"
		if v.Valid {
			word = "valid"
		}
		a.out.line("%s%s", a.out.paint(verdictColour(v.Valid), word), reason(v.Reason))
		for _, t := range v.Tried {
			if explain {
				a.out.line("  tried: %s", t)
			}
		}
	}
	if !v.Valid {
		return failed(ExitFailed)
	}
	return nil
}

// signed reads the request whose signature is in question.
func (a *App) signed(file string, headers []string) (*client.VerifyRequest, error) {
	if file != "-" {
		file = "@" + file
	}
	text, err := a.read(file)
	if err != nil {
		return nil, usagef("request: %w", err)
	}
	req := parseSigned(text)
	for _, h := range headers {
		name, value, ok := strings.Cut(h, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return nil, usagef("--header %q: want 'Name: value'", h)
		}
		name = textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(name))
		req.Headers[name] = append(req.Headers[name], strings.TrimSpace(value))
	}
	return req, nil
}

// parseSigned finds out which of its three forms a request has.
func parseSigned(text []byte) *client.VerifyRequest {
	if req := fromEntry(text); req != nil {
		return req
	}
	if req := fromHTTP(text); req != nil {
		return req
	}
	return &client.VerifyRequest{Headers: map[string][]string{}, Body: string(text)}
}

func fromEntry(text []byte) *client.VerifyRequest {
	var entry client.Entry
	var form struct{ Request json.RawMessage }
	if json.Unmarshal(text, &form) != nil || len(form.Request) == 0 || json.Unmarshal(text, &entry) != nil || entry.Request == nil {
		return nil
	}
	headers := map[string][]string(entry.Request.Headers)
	if headers == nil {
		headers = map[string][]string{}
	}
	return &client.VerifyRequest{Headers: headers, Body: string(entry.Request.Body)}
}

// fromHTTP reads "POST /path HTTP/1.1", headers, a blank line and the body. The
// body is what follows, whatever Content-Length says: it may have been pasted.
func fromHTTP(text []byte) *client.VerifyRequest {
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	words := strings.Fields(string(first))
	if len(words) != 3 || !strings.HasPrefix(words[2], "HTTP/") {
		return nil
	}
	r := bufio.NewReader(bytes.NewReader(rest))
	headers, err := textproto.NewReader(r).ReadMIMEHeader()
	if err != nil {
		return nil
	}
	body, err := io.ReadAll(r)
	if err != nil {
		return nil
	}
	return &client.VerifyRequest{Headers: http.Header(headers), Body: string(body)}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return fmt.Sprintf("%.500s", line)
}
