package cli

import (
	"context"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"tacklebox/receiver/client"
)

func (a *App) showCommand() *cobra.Command {
	var raw bool
	cmd := &cobra.Command{
		Use:   "show SEQ",
		Short: "Show one entry in full",
		Long: `Show one entry: the request and the answer with headers and body, the verdict on
signature and payload, and every attempt of the same delivery.`,
		Args: args("SEQ"),
	}
	cmd.Flags().BoolVar(&raw, "body", false, "print the body alone, byte for byte")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		seq, err := sequence(args[0])
		if err != nil {
			return err
		}
		if raw {
			return a.rawBody(cmd.Context(), seq)
		}
		entry, err := a.client().Entry(cmd.Context(), seq)
		if err != nil {
			return err
		}
		if a.json {
			return a.out.json(entry)
		}
		return a.show(cmd.Context(), entry)
	}
	return cmd
}

func sequence(s string) (uint64, error) {
	seq, err := strconv.ParseUint(s, 10, 64)
	if err != nil || seq == 0 {
		return 0, usagef("%q is not the number of an entry: 'tacklebox entries' lists them", s)
	}
	return seq, nil
}

// rawBody keeps every byte, unless a terminal would obey some of them.
func (a *App) rawBody(ctx context.Context, seq uint64) error {
	body, err := a.client().Body(ctx, seq)
	if err != nil {
		return err
	}
	a.verbatim(body)
	return nil
}

// verbatim writes bytes for a program to read, or makes them safe for a
// terminal.
func (a *App) verbatim(text []byte) {
	if a.Terminal {
		a.out.text(string(text))
		return
	}
	_, _ = a.out.buf.Write(text)
}

func (a *App) show(ctx context.Context, e *client.Entry) error {
	a.out.summary(e)
	a.facts(e)
	if e.Request != nil {
		a.message("request", requestLine(e.Request), e.Request)
	}
	if e.Response != nil {
		a.message("response", fmt.Sprintf("%d", e.Response.Status), e.Response)
	}
	if len(e.Detail) > 0 {
		a.out.line("")
		a.out.text(prettyJSON(e.Detail))
	}
	if e.DeliveryID == "" {
		return nil
	}
	return a.timeline(ctx, e.DeliveryID)
}

// facts are the fields of an entry that have one line each.
func (a *App) facts(e *client.Entry) {
	for _, f := range []struct{ name, value string }{
		{"time", e.Time.Format(time.RFC3339Nano)},
		{"account", e.Account},
		{"subscription", e.Subscription},
		{"event", e.EventID},
		{"delivery", e.DeliveryID},
		{"capture", nonZero(e.CaptureSeq)},
		{"next attempt", moment(e.NextAttempt)},
		{"fault", e.Fault},
		{"error", e.Error},
	} {
		if f.value != "" {
			a.out.line("  %-13s %s", f.name, f.value)
		}
	}
	if s := e.Signature; s != nil {
		a.out.line("  %-13s %s%s", "signature", a.out.paint(verdictColour(s.State != "invalid"), s.State), reason(s.Reason))
	}
	if c := e.Contract; c != nil {
		a.out.line("  %-13s %s", "contract", a.out.paint(verdictColour(c.OK), okOrFailed(c.OK)))
		for _, v := range c.Violations {
			a.out.line("    - %s", v)
		}
	}
}

func nonZero(n uint64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(n, 10)
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

func reason(s string) string {
	if s == "" {
		return ""
	}
	return ": " + s
}

func okOrFailed(ok bool) string {
	if ok {
		return "ok"
	}
	return "failed"
}

func requestLine(m *client.Message) string {
	return fmt.Sprintf("%s %s %s", m.Method, m.URL, m.Proto)
}

func (a *App) message(name, first string, m *client.Message) {
	a.out.line("\n%s %s", a.out.paint(quiet, name), a.out.paint(bold, first))
	for _, header := range m.Headers {
		a.out.line("%s: %s", a.out.paint(quiet, header.Name), header.Value)
	}
	if len(m.Body) == 0 {
		return
	}
	a.out.line("")
	if binary(m.Body) {
		a.out.line("(%d bytes that are not text; 'tacklebox show SEQ --body > FILE' keeps them)", len(m.Body))
	} else {
		a.out.text(prettyJSON(m.Body))
	}
	if m.Truncated {
		a.out.line("%s", a.out.paint(bad, fmt.Sprintf("(cut: %d of %d bytes were kept)", len(m.Body), m.Size)))
	}
}

// binary reports whether a body is better not printed: more than an eighth of
// it would be replaced. A stray byte in a text is worth seeing.
func binary(body []byte) bool {
	strange := 0
	for i := 0; i < len(body); {
		r, n := utf8.DecodeRune(body[i:])
		if r == utf8.RuneError && n == 1 || r < ' ' && r != '\n' && r != '\r' && r != '\t' {
			strange++
		}
		i += n
	}
	return strange > len(body)/8
}

// timeline lists every attempt of a delivery: deliveries are not stored, they
// are folded from their attempts.
func (a *App) timeline(ctx context.Context, delivery string) error {
	page, err := a.client().Entries(ctx, client.Query{Q: fmt.Sprintf("kind:attempt delivery:%q", delivery)})
	if err != nil {
		return err
	}
	if len(page.Entries) == 0 {
		return nil
	}
	a.out.line("\n%s", a.out.paint(quiet, "attempts of this delivery"))
	for i := range page.Entries {
		e := &page.Entries[i]
		a.out.line("  %d  %s  entry %d%s", e.Attempt, e.Time.Format(time.RFC3339), e.Seq, a.out.marks(e))
	}
	if next := page.Entries[len(page.Entries)-1].NextAttempt; !next.IsZero() {
		a.out.line("  next at %s", next.Format(time.RFC3339))
	}
	return nil
}
