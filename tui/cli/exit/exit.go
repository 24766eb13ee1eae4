// Package exit is how commands end: the codes of CONTRACT sections 1 and 9, the
// errors that carry them, and the one place where an error becomes a code.
package exit

import (
	"context"
	"errors"
	"fmt"

	"tacklebox/receiver/api"
	"tacklebox/receiver/client"
)

// The exit codes of every command.
const (
	OK          = 0
	Failure     = 1 // an expectation or check failed
	Usage       = 2
	Timeout     = 3 // timed out waiting
	Connect     = 4 // cannot connect or bind
	Interrupted = 130
)

// Error carries a code. Without Err there is nothing more to say: the command
// has printed its result.
type Error struct {
	Code int
	Err  error
}

func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit code %d", e.Code)
	}
	return e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// With gives an error a code.
func With(code int, err error) error { return &Error{code, err} }

// Misused makes an error one of a command line that cannot be carried out as
// written.
func Misused(err error) error { return &Error{Usage, err} }

// Usagef words what is wrong with a command line.
func Usagef(format string, args ...any) error { return Misused(fmt.Errorf(format, args...)) }

// Failed ends a command whose result is printed already.
func Failed(code int) error { return &Error{Code: code} }

// Silent reports an error that has nothing more to say.
func Silent(err error) bool {
	var coded *Error
	return err == nil || errors.As(err, &coded) && coded.Err == nil
}

// Code is the exit code of an error.
func Code(err error) int {
	var coded *Error
	var refused *api.Error
	switch {
	case err == nil:
		return OK
	case errors.As(err, &coded):
		return coded.Code
	case errors.Is(err, client.ErrConnect):
		return Connect
	case errors.Is(err, context.Canceled):
		return Interrupted
	case errors.Is(err, context.DeadlineExceeded):
		return Timeout
	case errors.As(err, &refused) && refused.Status < 500:
		return Usage // the server explains what was wrong with the request
	}
	return Failure
}

// Explain says what to do when nobody answers.
func Explain(err error) error {
	if !errors.Is(err, client.ErrConnect) {
		return err
	}
	return fmt.Errorf("%w\nIs a sandbox running? Start one with 'tacklebox up', or name another with --url", err)
}

// DidYouMean returns ` (did you mean "x"?)` for the nearest candidate, or nothing
// when none is near.
func DidYouMean(word string, candidates []string) string {
	if best := api.Nearest(word, candidates); best != "" {
		return ` (did you mean "` + best + `"?)`
	}
	return ""
}
