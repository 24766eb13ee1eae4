//go:build !unix

package desk

import "io"

// suspension does nothing where shells have no job control.
type suspension struct{}

// Run comes back at once.
func (suspension) Run() error { return nil }

// SetStdin is not needed: nothing is read.
func (suspension) SetStdin(io.Reader) {}

// SetStdout is not needed: nothing is written.
func (suspension) SetStdout(io.Writer) {}

// SetStderr is not needed.
func (suspension) SetStderr(io.Writer) {}
