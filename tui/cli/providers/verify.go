package providers

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/textproto"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/flags"
	"tacklebox/tui/cli/print"
)

// verifyOptions are the flags of verify.
type verifyOptions struct {
	secret  string
	account string
	headers []string
	explain bool
	entry   string // its number, "" for a file
	to      string // where the request went
	method  string
	at      time.Time // zero: now
	clock   bool      // now is what the provider side's clock shows
}

// verifyRun is what the command does with the app.
type verifyRun struct{ *command.App }

func VerifyCommand(a *command.App) *cobra.Command {
	o := new(verifyOptions)
	cmd := &cobra.Command{
		Use:   "verify PROVIDER FILE|-",
		Short: "Check the signature of a request",
		Long: `Check the signature of a request as the provider makes it. FILE holds the request:
an entry as JSON ('tacklebox show SEQ --json'), an HTTP request as text, or a
body alone whose headers are given with --header. No running sandbox is needed;
with --entry a captured request is taken from the running one.

PROVIDER is a provider's name, or any scheme that 'tacklebox schemes' lists.
--explain says what was tried to find the cause.

How old a timestamp may be is judged by this machine's clock, unless --at or
--clock says otherwise.

Exit code 1: the signature is not valid.`,
		Example: `  tacklebox verify shoptet --secret 61d1… --entry 12 --explain
  tacklebox show 12 --json | tacklebox verify shoptet --secret 61d1… -
  tacklebox verify shoptet --secret 61d1… --header 'Shoptet-Webhook-Signature: a0e0…' body.json`,
		Args: command.Args("PROVIDER", "[FILE]"),
	}
	f := cmd.Flags()
	f.StringVar(&o.secret, "secret", "", "signing key (`S`)")
	f.StringVar(&o.account, "account", "", "whose keys in force are tried without --secret (`A`)")
	f.StringArrayVar(&o.headers, "header", nil, "header of the request, `'Name: value'` (repeatable)")
	f.BoolVar(&o.explain, "explain", false, "say what was tried")
	f.StringVar(&o.entry, "entry", "", "check the request of the entry `SEQ`")
	f.StringVar(&o.to, "to", "", "`URL` that the request went to, for schemes that sign it")
	f.StringVar(&o.method, "method", "", "`METHOD` of the request, for schemes that sign it")
	f.Var(flags.NewTime(&o.at), "at", "judge as of this `TIME` (RFC 3339; default now)")
	f.BoolVar(&o.clock, "clock", false, "judge by the clock of the sandbox's provider side")
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return verifyRun{a}.verify(cmd, args, o) }
	return cmd
}

func (a verifyRun) verify(cmd *cobra.Command, args []string, o *verifyOptions) error {
	if o.clock && !o.at.IsZero() {
		return exit.Usagef("--at and --clock exclude each other\nUsage: %s", cmd.UseLine())
	}
	req, err := a.verifyRequest(cmd, args[1:], o)
	if err != nil {
		return err
	}
	req.Provider, req.Secret = args[0], o.secret
	if o.account != "" {
		req.Account = o.account
	}
	req.URL, req.Method = cmp.Or(o.to, req.URL), cmp.Or(o.method, req.Method)
	return a.WithLocal(cmd.Context(), func(c *client.Client, _ bool) error {
		v, err := a.judge(cmd.Context(), c, *req, o)
		if err != nil {
			return err
		}
		return a.printVerdict(v, o.explain)
	})
}

// judge asks for the verdict as of the wall clock, unless told otherwise. What is
// only right by the provider side's clock is said to be.
func (a verifyRun) judge(ctx context.Context, c *client.Client, req api.VerifyRequest, o *verifyOptions) (*api.Verdict, error) {
	if o.clock {
		return c.Verify(ctx, req)
	}
	byClock, chosen := req, !o.at.IsZero()
	req.At = o.at.Format(time.RFC3339Nano)
	if !chosen {
		req.At = a.Wall().Format(time.RFC3339Nano)
	}
	v, err := c.Verify(ctx, req)
	if err != nil || v.Valid || chosen {
		return v, err
	}
	if again, err := c.Verify(ctx, byClock); err == nil && again.Valid {
		a.Say("by the clock of the sandbox's provider side it is valid: judge by that with --clock")
	}
	return v, nil
}

// verifyRequest takes the request from the running sandbox or from a file.
func (a verifyRun) verifyRequest(cmd *cobra.Command, files []string, o *verifyOptions) (*api.VerifyRequest, error) {
	switch {
	case o.entry != "" && len(files) > 0:
		return nil, exit.Usagef("FILE and --entry exclude each other\nUsage: %s", cmd.UseLine())
	case o.entry == "" && len(files) == 0:
		return nil, exit.Usagef("FILE is missing\nUsage: %s", cmd.UseLine())
	case o.entry == "":
		return a.signed(files[0], o.headers)
	}
	seq, err := command.Sequence(o.entry)
	if err != nil {
		return nil, err
	}
	entry, err := a.Client().Entry(cmd.Context(), seq)
	if err != nil {
		return nil, err
	}
	if entry.Request == nil {
		return nil, exit.Usagef("entry %d holds no request", seq)
	}
	if entry.Request.Truncated {
		return nil, exit.Usagef("entry %d kept %d of %d bytes of its body: raise --max-body and send it again", seq, len(entry.Request.Body), entry.Request.Size)
	}
	return withHeaders(ofEntry(entry), o.headers)
}

func (a verifyRun) printVerdict(v *api.Verdict, explain bool) error {
	if a.JSON {
		if err := a.Out.JSON(v); err != nil {
			return err
		}
	} else {
		word := "invalid"
		if v.Valid {
			word = "valid"
		}
		a.Out.Line("%s%s", a.Out.Paint(print.Verdict(v.Valid), word), print.Reason(v.Reason))
		for _, t := range v.Tried {
			if explain {
				a.Out.Line("  tried: %s", t)
			}
		}
	}
	if !v.Valid {
		return exit.Failed(exit.Failure)
	}
	return nil
}

// signed reads the request whose signature is in question.
func (a verifyRun) signed(file string, headers []string) (*api.VerifyRequest, error) {
	if file != "-" {
		file = "@" + file
	}
	text, err := a.Read(file)
	if err != nil {
		return nil, exit.Usagef("request: %w", err)
	}
	return withHeaders(parseSigned(text), headers)
}

// withHeaders adds headers from the command line.
func withHeaders(req *api.VerifyRequest, headers []string) (*api.VerifyRequest, error) {
	for _, h := range headers {
		name, value, ok := strings.Cut(h, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return nil, exit.Usagef("--header %q: want 'Name: value'", h)
		}
		name = textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(name))
		req.Headers[name] = append(req.Headers[name], strings.TrimSpace(value))
	}
	return req, nil
}

// parseSigned finds out which of its three forms a request has.
func parseSigned(text []byte) *api.VerifyRequest {
	if req := fromEntry(text); req != nil {
		return req
	}
	if req := fromHTTP(text); req != nil {
		return req
	}
	return requestOf(nil, text)
}

// requestOf puts a body into the form that keeps all of its bytes.
func requestOf(headers map[string][]string, body []byte) *api.VerifyRequest {
	req := &api.VerifyRequest{Headers: map[string]api.Texts{}}
	for name, values := range headers {
		req.Headers[name] = values
	}
	if utf8.Valid(body) {
		req.Body = string(body)
	} else {
		req.BodyBase64 = base64.StdEncoding.EncodeToString(body)
	}
	return req
}

func ofEntry(entry *api.Entry) *api.VerifyRequest {
	m := entry.Request
	req := requestOf(m.Headers.Map(), m.Body)
	req.Account, req.Method, req.URL = entry.Account, m.Method, addressOf(m.URL, m.Headers.Get("Host"))
	return req
}

// addressOf is where a request went, "" where that cannot be known.
func addressOf(target, host string) string {
	if strings.HasPrefix(target, "/") && host != "" {
		return "http://" + host + target
	}
	if strings.HasPrefix(target, "/") {
		return ""
	}
	return target
}

func fromEntry(text []byte) *api.VerifyRequest {
	var entry api.Entry
	var form struct{ Request json.RawMessage }
	if json.Unmarshal(text, &form) != nil || len(form.Request) == 0 || json.Unmarshal(text, &entry) != nil || entry.Request == nil {
		return nil
	}
	return ofEntry(&entry)
}

// fromHTTP reads "POST /path HTTP/1.1", headers, a blank line and the body. The
// body is what follows, whatever Content-Length says: it may have been pasted.
func fromHTTP(text []byte) *api.VerifyRequest {
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
	req := requestOf(headers, body)
	req.Method, req.URL = words[0], addressOf(words[1], headers.Get("Host"))
	return req
}
