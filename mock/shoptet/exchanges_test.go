package shoptet_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// exchange is one step of a dialogue; {{…}} stands for what differs each time.
type exchange struct {
	Request struct {
		Method, Path string
		Token        *json.RawMessage
		Body         json.RawMessage
		RawBody      *string `json:"raw_body"`
	}
	Status int
	Body   json.RawMessage
}

var hole = regexp.MustCompile(`\\\{\\\{([^}]*)\\\}\\\}`)

// shapes of the holes by name; "reason", "list" and "id" may be anything.
var shapes = map[string]string{
	"int":               `[0-9]+`,
	"dateTime":          `[0-9]{4}-[01][0-9]-[0123][0-9]T[012][0-9]:[0-5][0-9]:[0-5][0-9]\+[0-9]{4}`,
	"32 lower-case hex": `[0-9a-f]{32}`,
}

func TestExchanges(t *testing.T) {
	var doc struct{ Exchanges []exchange }
	testdata(t, "exchanges.json", &doc)
	if len(doc.Exchanges) < 20 {
		t.Fatalf("only %d exchanges", len(doc.Exchanges))
	}
	b := newBench(t)
	id := ""
	for i, x := range doc.Exchanges {
		path := strings.ReplaceAll(x.Request.Path, "{{id of order:create}}", id)
		c := call{method: x.Request.Method, path: path, token: tokenA, body: string(x.Request.Body)}
		if x.Request.RawBody != nil {
			c.body = *x.Request.RawBody
		}
		if bytes.Contains(raw(t, i), []byte(`"token":null`)) {
			c.token = ""
		}
		got := b.do(c)
		if got.status != x.Status {
			t.Fatalf("%d: %s %s: got %d %s, want %d", i, c.method, c.path, got.status, got.body, x.Status)
		}
		if want := pattern(x.Body); !regexp.MustCompile(want).MatchString(got.body) {
			t.Errorf("%d: %s %s\n got %s\nwant %s", i, c.method, c.path, got.body, want)
		}
		if id == "" && got.status == 201 {
			id = regexp.MustCompile(`"id":([0-9]+)`).FindStringSubmatch(got.body)[1]
		}
	}
}

// raw returns one exchange as it stands in the file: null and absent differ.
func raw(t *testing.T, i int) []byte {
	var doc struct{ Exchanges []json.RawMessage }
	testdata(t, "exchanges.json", &doc)
	var b bytes.Buffer
	if err := json.Compact(&b, doc.Exchanges[i]); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pattern is the exact text of an answer as a regular expression, with holes.
func pattern(body json.RawMessage) string {
	var b bytes.Buffer
	_ = json.Compact(&b, body)
	text := regexp.QuoteMeta(strings.ReplaceAll(b.String(), "/", `\/`))
	text = strings.ReplaceAll(text, `"\{\{int\}\}"`, `[0-9]+`)
	return "^" + hole.ReplaceAllStringFunc(text, func(h string) string {
		if s, ok := shapes[hole.FindStringSubmatch(h)[1]]; ok {
			return s
		}
		return `.*`
	}) + "$"
}
