package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tacklebox/receiver/client"
)

// The exit codes of every command (contract, section 1).
const (
	ExitOK          = 0
	ExitFailed      = 1 // an expectation or check failed
	ExitUsage       = 2
	ExitTimeout     = 3 // timed out waiting
	ExitConnect     = 4 // cannot connect or bind
	ExitInterrupted = 130
)

type flagType = pflag.Flag

// exitError carries a code. Without err there is nothing more to say: the
// command has printed its result.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usageError is a command line that cannot be carried out as written.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// failed ends a command whose result is printed already.
func failed(code int) error { return &exitError{code: code} }

// exitCode is the one place where errors become codes.
func exitCode(err error) int {
	var coded *exitError
	var usage usageError
	var refused *client.Error
	switch {
	case err == nil:
		return ExitOK
	case errors.As(err, &coded):
		return coded.code
	case errors.As(err, &usage):
		return ExitUsage
	case errors.Is(err, client.ErrConnect):
		return ExitConnect
	case errors.Is(err, context.Canceled):
		return ExitInterrupted
	case errors.Is(err, context.DeadlineExceeded):
		return ExitTimeout
	case errors.As(err, &refused) && refused.Status < 500:
		return ExitUsage // the server explains what was wrong with the request
	}
	return ExitFailed
}

// args requires the named arguments: "NAME" once, "[name]" at most once,
// "NAME…" once or more, "[name…]" any number.
func args(names ...string) cobra.PositionalArgs {
	least, most := 0, 0
	for _, n := range names {
		if !strings.HasPrefix(n, "[") {
			least++
		}
		most++
		if strings.Contains(n, "…") {
			most = 1 << 30
		}
	}
	return func(cmd *cobra.Command, got []string) error {
		if len(got) < least {
			return usagef("%s is missing\nUsage: %s", names[len(got)], cmd.UseLine())
		}
		if len(got) > most {
			return usagef("unexpected argument %q\nUsage: %s", got[most], cmd.UseLine())
		}
		return nil
	}
}
