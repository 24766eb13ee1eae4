package cli

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
type printer struct {
	buf    *bufio.Writer
	colour bool
	zone   *time.Location
}

func newPrinter(a *App) *printer {
	colour := a.Terminal && a.Getenv("NO_COLOR") == "" && a.Getenv("TERM") != "dumb"
	return &printer{buf: bufio.NewWriter(a.Stdout), colour: colour, zone: zone(a.Getenv("TZ"))}
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

func (p *printer) flush() error {
	return outputError(p.buf.Flush())
}

// line prints one line. Arguments that are strings are made safe for a line.
func (p *printer) line(format string, args ...any) {
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
func (p *printer) text(s string) {
	s = safe.Text(s)
	if s != "" && !strings.HasSuffix(s, "\n") {
		s += "\n"
	}
	_, _ = p.buf.WriteString(s)
}

// json prints v on one line.
func (p *printer) json(v any) error {
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
func (p *printer) rawJSON(text []byte) error {
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		return fmt.Errorf("answer of the server: %w", err)
	}
	b.WriteByte('\n')
	_, _ = p.buf.Write(safe.JSON(b.Bytes()))
	return nil
}

// table prints rows in columns. The first row is the head.
func (p *printer) table(rows [][]string) {
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
	good  = "32"
	bad   = "31"
	quiet = "2"
	bold  = "1"
)

// paint colours a text that is safe already, when colour is wanted.
func (p *printer) paint(colour, s string) painted {
	if !p.colour || s == "" {
		return painted(safe.Line(s))
	}
	return painted("\x1b[" + colour + "m" + safe.Line(s) + "\x1b[0m")
}

// painted is text that line must not make safe again.
type painted string
