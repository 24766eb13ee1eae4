package cli

import (
	"testing"

	"tacklebox/tui/cli/exit"
)

func TestDiff(t *testing.T) {
	answer := func(body string) map[string]string {
		return map[string]string{"GET /_/entries/diff?a=3&b=4": "200 " + body}
	}
	runCases(t, []commandCase{
		{name: "JSON bodies", args: []string{"diff", "3", "4"},
			answers: answer(`{"a":3,"b":4,"same":false,"request":[{"path":"url","a":"/a","b":"/b"}],"headers":[{"name":"X-Sig","a":["1"],"b":["2","3"],"volatile":"header x-sig"},{"name":"Gone","a":["\u001b"]}],"body":{"kind":"json","changes":[{"path":"n","a":1,"b":"1"},{"path":"new","b":{"x":1}}],"size_a":1,"size_b":2}}`),
			out:     lines("request", "  url", `    - "/a"`, `    + "/b"`, "headers", "  X-Sig (header x-sig)", "    - 1", "    + 2, 3", "  Gone", "    - ␛", "body", "  n", "    - 1", `    + "1"`, "  new", `    + {"x":1}`)},
		{name: "texts", args: []string{"diff", "3", "4"}, answers: answer(`{"body":{"kind":"text","lines":[" a","-b","+c"],"cut":true}}`),
			out: lines("body", "     a", "    -b", "    +c", "    (more differs than is listed, or a body was not kept whole)")},
		{name: "bytes", args: []string{"diff", "3", "4"}, answers: answer(`{"body":{"kind":"binary","size_a":3,"size_b":4}}`), out: lines("body 3 and 4 bytes that are not text")},
		{name: "none", args: []string{"diff", "3", "4"}, answers: answer(`{"same":true,"body":{"kind":"same"}}`), out: lines("no difference")},
		{name: "only what always differs", args: []string{"diff", "3", "4"}, answers: answer(`{"same":true,"headers":[{"name":"Date","a":["x"],"b":["y"],"volatile":"header date"}],"body":{"kind":"same"}}`),
			out: lines("headers", "  Date (header date)", "    - x", "    + y", "the same but for what differs between any two requests")},
		{name: "as JSON", args: []string{"diff", "3", "4", "--json"}, answers: answer(`{"a":3,"b":4,"same":true,"body":{"kind":"same","size_a":0,"size_b":0}}`),
			out: lines(`{"a":3,"b":4,"same":true,"body":{"kind":"same","size_a":0,"size_b":0}}`)},
		{name: "one number", args: []string{"diff", "3"}, err: "SEQ is missing", code: exit.Usage},
		{name: "no number", args: []string{"diff", "3", "x"}, err: `"x" is not the number`, code: exit.Usage},
	})
}
