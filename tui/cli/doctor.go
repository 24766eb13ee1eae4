package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
	"tacklebox/tui/cli/command"
	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/print"
	"tacklebox/tui/cli/serve"
)

// doctorRun is what the command does with the app.
type doctorRun struct{ *App }

func doctorCommand(a *App) *cobra.Command {
	var shared serve.Sharing
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Look for what may keep the sandbox from working, and say what to do",
		Args:  command.Args(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if shared.Shared != "" || shared.NATSCreds != "" {
				return doctorRun{a}.shared(cmd.Context(), shared)
			}
			running := a.Client().Ready(cmd.Context()) == nil
			findings := []Finding{doctorRun{a}.checkData(), doctorRun{a}.checkPort(cmd.Context(), running), doctorRun{a}.checkClock(cmd.Context(), running), doctorRun{a}.checkTerminal()}
			return doctorRun{a}.report(findings)
		},
	}
	shared.ServerFlags(cmd.Flags())
	return cmd
}

// shared looks at the servers of a sandbox of many processes, and at nothing else.
func (a doctorRun) shared(ctx context.Context, o serve.Sharing) error {
	if o.Shared == "" {
		return exit.Usagef("--nats-creds belongs to --shared nats://HOST")
	}
	if a.CheckShared == nil {
		return errors.New("this build has no sandbox")
	}
	findings, reached, err := a.CheckShared(ctx, o.Shared, o.NATSCreds)
	if err != nil {
		return exit.Misused(err)
	}
	if err := a.report(findings); err != nil && reached {
		return err
	}
	if !reached {
		return exit.Failed(exit.Connect)
	}
	return nil
}

func (a doctorRun) report(findings []Finding) error {
	bad := false
	for _, f := range findings {
		bad = bad || !f.OK
		if a.JSON {
			if err := a.Out.JSON(f); err != nil {
				return err
			}
			continue
		}
		a.Out.Line("%-6s %-9s %s", a.Out.Paint(print.Verdict(f.OK), print.OKOrFailed(f.OK)), f.Check, f.Found)
		if f.Advice != "" {
			a.Out.Line("       → %s", f.Advice)
		}
	}
	if bad {
		return exit.Failed(exit.Failure)
	}
	return nil
}

// checkData looks for a folder that can be written, or made.
func (a doctorRun) checkData() Finding {
	f := Finding{Check: "data", Found: serve.DefaultData(a.Getenv)}
	if f.Found == "" {
		f.Found, f.Advice = "no folder", "set --data, XDG_STATE_HOME or HOME, or use --memory"
		return f
	}
	dir := f.Found
	info, err := os.Stat(dir)
	for errors.Is(err, os.ErrNotExist) && filepath.Dir(dir) != dir {
		dir = filepath.Dir(dir)
		info, err = os.Stat(dir)
	}
	switch {
	case err != nil:
		f.Found, f.Advice = err.Error(), "choose another folder with --data"
	case !info.IsDir():
		f.Found, f.Advice = dir+" is a file", "move it away, or choose another folder with --data"
	case !writable(dir):
		f.Found, f.Advice = dir+" cannot be written", "make it yours, choose another with --data, or use --memory"
	default:
		f.OK = true
	}
	return f
}

func writable(dir string) bool {
	f, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return false
	}
	return errors.Join(f.Close(), os.Remove(f.Name())) == nil
}

// checkPort tells a sandbox on the port from a stranger.
func (a doctorRun) checkPort(ctx context.Context, running bool) Finding {
	url := a.Address().URL
	f := Finding{Check: "port", OK: true}
	if running {
		f.Found = "a sandbox answers at " + url
		return f
	}
	err := a.Client().Ready(ctx)
	var refused *api.Error
	if errors.As(err, &refused) && refused.Code == "not_ready" {
		f.OK, f.Found, f.Advice = false, "a sandbox answers at "+url+", and is not ready: "+refused.Message, refused.Hint
		return f
	}
	if !errors.Is(err, client.ErrConnect) {
		f.OK, f.Found = false, fmt.Sprintf("something else answers at %s: %v", url, err)
		f.Advice = "choose another port with 'tacklebox up --port N', or set --token if it is a sandbox that asks for one"
		return f
	}
	addr := strings.TrimPrefix(command.DefaultURL, "http://")
	ln, err := net.Listen("tcp", addr)
	switch {
	case err == nil:
		f.Found = addr + " is free"
		_ = ln.Close()
	case errors.Is(err, syscall.EADDRINUSE):
		f.OK, f.Found, f.Advice = false, addr+" is taken", "choose another port with 'tacklebox up --port N'"
	default:
		f.OK, f.Found, f.Advice = false, err.Error(), "choose another address with 'tacklebox up --addr HOST:PORT'"
	}
	return f
}

// oldestSane is before anything this program was built with: a clock that shows
// less makes signatures and tokens look expired.
var oldestSane = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

func (a doctorRun) checkClock(ctx context.Context, running bool) Finding {
	now := time.Now()
	f := Finding{Check: "clock", OK: now.After(oldestSane), Found: now.Format(time.RFC3339)}
	if !f.OK {
		f.Advice = "set this machine's clock: signatures and tokens carry times"
	}
	if !running {
		return f
	}
	if clock, err := a.Client().Clock(ctx); err == nil && clock.Mode != "real" {
		f.Found += fmt.Sprintf("; the sandbox's clock is %s at %s", clock.Mode, clock.Now.Format(time.RFC3339))
		f.Advice = "retries wait for 'tacklebox clock advance' or 'tacklebox clock next'"
	}
	return f
}

func (a doctorRun) checkTerminal() Finding {
	f := Finding{Check: "terminal", OK: true, Found: a.Getenv("TERM")}
	switch {
	case !a.Terminal:
		f.Found, f.Advice = "not a terminal", "'tacklebox up' prints JSON lines here; the full-screen program needs a terminal"
	case f.Found == "" || f.Found == "dumb":
		f.OK, f.Found, f.Advice = false, "TERM="+f.Found, "set TERM (xterm-256color fits most), or use --no-tui"
	case !utf8Locale(a.Getenv):
		f.Advice = "the locale is not UTF-8: set LANG=C.UTF-8 if lines look broken"
	}
	return f
}

func utf8Locale(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := getenv(name); v != "" {
			v = strings.ToUpper(v)
			return strings.Contains(v, "UTF-8") || strings.Contains(v, "UTF8")
		}
	}
	return false
}
