// Package print writes the result of a command. Everything goes through package
// safe, whether a person or a program reads it.
package print

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"tacklebox/tui/safe"
)

// printer writes a command's result. Everything goes through safe, whether a
// person or a program reads it.
type Printer struct {
	buf      *bufio.Writer
	terminal bool
	colour   bool
	zone     *time.Location
}

// New returns a printer to out. terminal says that out is one: captured text is
// then made safe to draw, and colour is used unless NO_COLOR or TERM forbid it.
func New(out io.Writer, terminal bool, getenv func(string) string) *Printer {
	colour := terminal && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
	return &Printer{buf: bufio.NewWriter(out), terminal: terminal, colour: colour, zone: zone(getenv("TZ"))}
}

// zone is where the person is, by the TZ of the command's own environment.
func zone(name string) *time.Location {
	if name == "" {
		return time.Local
	}
	if location, err := time.LoadLocation(name); err == nil {
		return location
	}
	return time.Local
}

func (p *Printer) Flush() error {
	return OutputError(p.buf.Flush())
}

// line prints one line. Arguments that are strings are made safe for a line.
func (p *Printer) Line(format string, args ...any) {
	for i, arg := range args {
		switch v := arg.(type) {
		case string:
			args[i] = safe.Line(v)
		case error:
			args[i] = safe.Line(v.Error())
		}
	}
	fmt.Fprintf(p.buf, format+"\n", args...)
}

// text prints what may have several lines.
func (p *Printer) Text(s string) {
	s = safe.Text(s)
	if s != "" && !strings.HasSuffix(s, "\n") {
		s += "\n"
	}
	_, _ = p.buf.WriteString(s)
}

// json prints v on one line.
func (p *Printer) JSON(v any) error {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("result: %w", err)
	}
	_, _ = p.buf.Write(safe.JSON(b.Bytes()))
	return nil
}

// rawJSON prints a server's answer on one line.
func (p *Printer) RawJSON(text []byte) error {
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		return fmt.Errorf("answer of the server: %w", err)
	}
	b.WriteByte('\n')
	_, _ = p.buf.Write(safe.JSON(b.Bytes()))
	return nil
}

// table prints rows in columns. The first row is the head.
func (p *Printer) Table(rows [][]string) {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		for i, cell := range row {
			row[i] = safe.Line(cell)
		}
		_, _ = io.WriteString(w, strings.Join(row, "\t")+"\n")
	}
	_ = w.Flush()
	for line := range strings.Lines(b.String()) {
		_, _ = p.buf.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
}

// Colours by meaning, as ECMA-48 numbers.
const (
	Good  = "32"
	Bad   = "31"
	Quiet = "2"
	Bold  = "1"
)

// paint colours a text that is safe already, when colour is wanted.
func (p *Printer) Paint(colour, s string) Painted {
	if !p.colour || s == "" {
		return Painted(safe.Line(s))
	}
	return Painted("\x1b[" + colour + "m" + safe.Line(s) + "\x1b[0m")
}

// Painted is text that line must not make safe again.
type Painted string

// Verbatim writes bytes for a program to read, or makes them safe for a terminal.
func (p *Printer) Verbatim(text []byte) {
	if p.terminal {
		p.Text(string(text))
		return
	}
	_, _ = p.buf.Write(text)
}

// OutputError names the output that could not be written.
func OutputError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("standard output: %w", err)
}
