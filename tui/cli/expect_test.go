package cli

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tacklebox/tui/cli/exit"
	"tacklebox/tui/cli/report"
)

func TestExpect(t *testing.T) {
	met := map[string]string{"POST /_/expect": `200 {"met":true,"entries":[4,5],"waited_ms":12}`}
	missed := map[string]string{"POST /_/expect": `417 {"met":false,"entries":[],"waited_ms":1000,"wanted":"1 of x","seen":{"matching":0,"entries":12,"last_seq":12},"nearest":{"seq":5,"summary":"capture POST /in/a\u001b","filter":"x","reasons":["status is 500, wanted 200","no \"x\" in it"]}}`}
	tooMany := map[string]string{"POST /_/expect": `417 {"met":false,"entries":[4,5],"waited_ms":3,"wanted":"at most 1 of x","seen":{"matching":2,"entries":5,"last_seq":5}}`}
	step := func(entries string) map[string]string {
		return map[string]string{"POST /_/expect": `417 {"met":false,"entries":[7],"waited_ms":1000,"wanted":"step 2 of 2: type:b","seen":{"matching":1,"entries":9,"last_seq":9}}`,
			"GET /_/entries?limit=1&q=type%3Ab": `200 {"entries":[` + entries + `]}`, "GET /_/entries?after=3&limit=1&q=%28inbox%3Ao%29+%28type%3Ab%29": `200 {"entries":[` + entries + `]}`}
	}
	runCases(t, []commandCase{
		{name: "met", args: []string{"expect", "kind:capture", "inbox:o", "--count", "2", "--within", "10s", "--after", "0"}, answers: met,
			sent: []string{`POST /_/expect {"q":"kind:capture inbox:o","count":2,"within":"10s","after":0}`},
			out:  lines("expected 2 × kind:capture inbox:o within 10s", "  met after 12ms by entries 4, 5")},
		{name: "anything", args: []string{"expect"}, answers: met, sent: []string{`POST /_/expect {"count":1,"within":"5s"}`},
			out: lines("expected 1 × anything within 5s", "  met after 12ms by entries 4, 5")},
		{name: "time over: the near miss", args: []string{"expect", "x", "--within", "1s"}, answers: missed, code: exit.Timeout,
			out: lines("expected 1 × x within 1s", "  not met after 1s: saw 0 matching among 12 entries", "  nearest: entry 5 (capture POST /in/a␛)", "    - status is 500, wanted 200", `    - no "x" in it`)},
		{name: "none wanted", args: []string{"expect", "x", "--count", "0"}, answers: met, sent: []string{`POST /_/expect {"q":"x","count":0,"at_most":true,"within":"5s"}`},
			out: lines("expected at most 0 × x within 5s", "  met after 12ms by entries 4, 5")},
		{name: "too many", args: []string{"expect", "x", "--at-most"}, answers: tooMany, code: exit.Failure,
			out: lines("expected at most 1 × x within 5s", "  not met after 3ms: saw 2 matching among 5 entries", "  matched: entries 4, 5")},
		{name: "words behind --ordered belong to it", args: []string{"expect", "inbox:o", "--ordered", "type:a", "type:b", "--after", "3"}, answers: step(""), code: exit.Timeout,
			sent: []string{`POST /_/expect {"q":"inbox:o","ordered":["type:a","type:b"],"within":"5s","after":3}`},
			out:  lines(`expected in this order ["type:a","type:b"] within 5s`, "  not met after 1s: saw 1 matching among 9 entries", "  missing: step 2 of 2: type:b", "  matched: entry 7")},
		{name: "out of order", args: []string{"expect", "--ordered", "type:a", "--ordered", "type:b"}, answers: step(anAttempt), code: exit.Failure,
			sent: []string{`POST /_/expect {"ordered":["type:a","type:b"],"within":"5s"}`},
			out:  lines(`expected in this order ["type:a","type:b"] within 5s`, "  not met after 1s: saw 1 matching among 9 entries", "  out of order: step 2 of 2: type:b", "  matched: entry 7")},
		{name: "as JSON", args: []string{"expect", "x", "--json"}, answers: tooMany, code: exit.Timeout,
			out: lines(`{"met":false,"entries":[4,5],"waited_ms":3,"wanted":"at most 1 of x","seen":{"matching":2,"entries":5,"last_seq":5}}`)},
		{name: "broken filter", args: []string{"expect", "kind:("}, err: "filter: ", code: exit.Usage},
		{name: "broken step", args: []string{"expect", "--ordered", "("}, err: "filter: ", code: exit.Usage},
		{name: "negative", args: []string{"expect", "--count", "-1"}, err: "cannot be negative", code: exit.Usage},
		{name: "no duration", args: []string{"expect", "--within", "soon"}, err: `invalid argument "soon"`, code: exit.Usage},
		{name: "refused", args: []string{"expect", "x"}, answers: map[string]string{"POST /_/expect": `400 {"error":{"message":"within is too long"}}`}, err: "within is too long", code: exit.Usage},
	})
}

// junitFile is a JUnit file file as a CI server does.
type junitFile struct {
	Suites []struct {
		Name     string `xml:"name,attr"`
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Skipped  int    `xml:"skipped,attr"`
		Cases    []struct {
			Name    string `xml:"name,attr"`
			Class   string `xml:"classname,attr"`
			Failure *struct {
				Message string `xml:"message,attr"`
				Text    string `xml:",chardata"`
			} `xml:"failure"`
			Skipped *struct{} `xml:"skipped"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

func readReport(t *testing.T, path string) (r junitFile) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(text, &r); err != nil || !strings.HasPrefix(string(text), "<?xml") || len(r.Suites) != 1 {
		t.Fatalf("report %s: %v", text, err)
	}
	return r
}

// TestJUnit: whatever a capture holds, the report is XML.
func TestJUnit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.xml")
	cases := []report.Case{
		{Name: "a", Class: "c"},
		{Name: "b <&\"'>\x00\x1b\xff", Class: "c", Failure: "first\nsecond ]]> \x0b\ufffe", Seconds: 1.5},
		{Name: "d", Class: "c", Skipped: true},
	}
	if err := report.WriteJUnit(path, "suite", cases); err != nil {
		t.Fatal(err)
	}
	s := readReport(t, path).Suites[0]
	if s.Tests != 3 || s.Failures != 1 || s.Skipped != 1 || len(s.Cases) != 3 || s.Name != "suite" {
		t.Errorf("suite %+v", s)
	}
	if f := s.Cases[1].Failure; f == nil || f.Message != "first" || !strings.HasPrefix(f.Text, "first\nsecond ]]>") || s.Cases[0].Failure != nil || s.Cases[2].Skipped == nil {
		t.Errorf("cases %+v", s.Cases)
	}
	if err := report.WriteJUnit(filepath.Join(path, "x"), "suite", nil); exit.Code(err) != exit.Usage {
		t.Errorf("error %v, want one of usage", err)
	}
}

func TestExpectReports(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.xml")
	answers := map[string]string{"POST /_/expect": `417 {"met":false,"waited_ms":10,"wanted":"1 of x","seen":{"entries":3}}`}
	runCases(t, []commandCase{{name: "report", args: []string{"expect", "x", "--junit", path}, answers: answers, code: exit.Timeout,
		out: lines("expected 1 × x within 5s", "  not met after 10ms: saw 0 matching among 3 entries")}})
	t.Cleanup(func() {
		c := readReport(t, path).Suites[0].Cases[0]
		if c.Name != "expected 1 × x within 5s" || c.Failure == nil || !strings.Contains(c.Failure.Text, "not met after 10ms") {
			t.Errorf("case %+v", c)
		}
	})
}
