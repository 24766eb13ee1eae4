// Package report writes what checks found for the machines of CI: JUnit files,
// annotations and summaries of GitHub.
package report

import (
	"encoding/xml"
	"fmt"
	"os"
	"strings"

	"tacklebox/tui/cli/exit"
)

// Case is one check of a report.
type Case struct {
	Name    string
	Class   string
	Seconds float64
	Failure string // "" passed
	Skipped bool
	Found   any    // the same for programs, as JSON; nil: nothing more
	File    string // where the check is written down, "" nowhere
	Line    int
}

// The shape that CI servers agree on: a list of suites with their cases.
type (
	junitSuites struct {
		XMLName xml.Name `xml:"testsuites"`
		Suites  []junitSuite
	}
	junitSuite struct {
		XMLName  xml.Name    `xml:"testsuite"`
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []junitTest `xml:"testcase"`
	}
	junitTest struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		Time    string        `xml:"time,attr"`
		File    string        `xml:"file,attr,omitempty"` // GitLab links it
		Failure *junitFailure `xml:"failure,omitempty"`
		Skipped *struct{}     `xml:"skipped,omitempty"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes a report of one suite. Text that XML cannot hold, which a
// capture may bring along, is replaced by encoding/xml.
func WriteJUnit(path, name string, cases []Case) error {
	suite := junitSuite{Name: name, Tests: len(cases)}
	total := 0.0
	for _, c := range cases {
		test := junitTest{Name: c.Name, Class: c.Class, Time: fmt.Sprintf("%.3f", c.Seconds), File: c.File}
		switch {
		case c.Failure != "":
			test.Failure = &junitFailure{firstLine(c.Failure), c.Failure}
			suite.Failures++
		case c.Skipped:
			test.Skipped = &struct{}{}
			suite.Skipped++
		}
		total += c.Seconds
		suite.Cases = append(suite.Cases, test)
	}
	suite.Time = fmt.Sprintf("%.3f", total)
	text, err := xml.MarshalIndent(junitSuites{Suites: []junitSuite{suite}}, "", "  ")
	if err == nil {
		err = os.WriteFile(path, append([]byte(xml.Header), append(text, '\n')...), 0o644)
	}
	if err != nil {
		return exit.Usagef("--junit: %w", err)
	}
	return nil
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return fmt.Sprintf("%.500s", line)
}
