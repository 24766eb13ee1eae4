package serve

import (
	"errors"
	"fmt"
)

// ConfigError is a mistake that the sandbox found in what the configuration file
// says of providers, inboxes and faults. Path leads to it: "inboxes", "orders",
// "reply", "1".
type ConfigError struct {
	Path []string
	Err  error
}

func (e *ConfigError) Error() string { return e.Err.Error() }

func (e *ConfigError) Unwrap() error { return e.Err }

// locate puts the file and the line before a mistake of the configuration; what
// has no line of its own is named by what it belongs to.
func (o *Options) Locate(err error) error {
	var at *ConfigError
	if !errors.As(err, &at) {
		return err
	}
	if line := o.places.Line(at.Path); line > 0 {
		return fmt.Errorf("%s:%d: %w", o.places.File, line, err)
	}
	return err
}
