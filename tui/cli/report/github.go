package report

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"tacklebox/tui/cli/exit"
)

// Actions is a job of GitHub, which shows annotations beside the lines of a change
// and a summary below the job. The zero value is none: nothing is written.
type Actions struct {
	Summary   string    // file that summaries are appended to
	Workspace string    // what paths are relative to
	Log       io.Writer // where annotations go; nil: this is no job of GitHub
}

// InActions is the job that the environment tells of. Annotations go to log, which
// is stderr: a job reads both, and stdout may be JSON.
func InActions(getenv func(string) string, log io.Writer) Actions {
	if getenv("GITHUB_ACTIONS") != "true" {
		return Actions{}
	}
	return Actions{getenv("GITHUB_STEP_SUMMARY"), getenv("GITHUB_WORKSPACE"), log}
}

// Tell annotates each failure and appends to the summary.
func (a Actions) Tell(name string, cases []Case) error {
	if a.Log == nil {
		return nil
	}
	for _, c := range cases {
		if c.Failure != "" {
			fmt.Fprintln(a.Log, a.annotation(name, c))
		}
	}
	if a.Summary == "" {
		return nil
	}
	f, err := os.OpenFile(a.Summary, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = io.WriteString(f, summary(name, cases))
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return exit.Usagef("GITHUB_STEP_SUMMARY: %w", err)
	}
	return nil
}

// Misread is the report of a file that could not be read: it says itself where.
func Misread(err error) Case {
	c := Case{Name: "read", Failure: err.Error()}
	if m := regexp.MustCompile(`^(\S+?):(\d+): `).FindStringSubmatch(c.Failure); m != nil {
		c.File = m[1]
		c.Line, _ = strconv.Atoi(m[2]) // digits; more than fit is no line
	}
	return c
}

func (c Case) title() string {
	if c.Class == "" {
		return c.Name
	}
	return c.Class + ": " + c.Name
}

// annotation is one workflow command. Its values are escaped as GitHub's toolkit
// does (actions/toolkit, packages/core/src/command.ts).
func (a Actions) annotation(name string, c Case) string {
	properties := ""
	if c.File != "" {
		properties = "file=" + property(a.relative(c.File)) + ","
		if c.Line > 0 {
			properties += "line=" + strconv.Itoa(c.Line) + ","
		}
	}
	return "::error " + properties + "title=" + property(name+" "+c.title()) + "::" + data(c.Failure)
}

// relative is a path from the root of the checkout, where a job may have left it.
func (a Actions) relative(path string) string {
	whole, err := filepath.Abs(path)
	if err != nil || a.Workspace == "" {
		return path
	}
	if below, err := filepath.Rel(a.Workspace, whole); err == nil && filepath.IsLocal(below) {
		return filepath.ToSlash(below)
	}
	return path
}

func data(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func property(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(data(s))
}

// summary is what went wrong, as Markdown, below how much did.
func summary(name string, cases []Case) string {
	failed, skipped := 0, 0
	var b strings.Builder
	for _, c := range cases {
		switch {
		case c.Failure != "":
			failed++
			fence := longer(c.Failure)
			fmt.Fprintf(&b, "\n**%s**\n\n%stext\n%s\n%s\n", inline(c.title()), fence, strings.ReplaceAll(c.Failure, "\r", ""), fence)
		case c.Skipped:
			skipped++
		}
	}
	return fmt.Sprintf("### %s: %d passed, %d failed, %d skipped\n%s\n", name, len(cases)-failed-skipped, failed, skipped, b.String())
}

// longer is a fence that the text cannot close.
func longer(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence
}

// inline is a text that Markdown takes as it is.
func inline(s string) string {
	return regexp.MustCompile("[\\\\`*_{}\\[\\]<>#|~&]").ReplaceAllStringFunc(strings.Join(strings.Fields(s), " "), func(c string) string { return `\` + c })
}
