package exchange

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/query"

	"github.com/tidwall/gjson"
)

// oddKeys are member names that mean something in a path, or look as if.
var oddKeys = []string{"id", "name", "a.b", "*", "?", "a|b", "#", "@this", "!x", "{", "[0]", "(", `back\slash`, "a b", "é", "日本", "0", "-1", "a=b", "a~b", "<", `"q"`, "tab\t", "x:y", "OR", "..0", "@pretty:1"}

func randomValue(r *rand.Rand, depth int) any {
	switch n := r.IntN(7); {
	case depth > 0 && n < 3:
		m := map[string]any{}
		for range 1 + r.IntN(4) {
			m[oddKeys[r.IntN(len(oddKeys))]] = randomValue(r, depth-1)
		}
		return m
	case depth > 0 && n == 3:
		list := make([]any, r.IntN(4))
		for i := range list {
			list[i] = randomValue(r, depth-1)
		}
		return list
	case n == 4:
		return nil
	case n == 5:
		return r.IntN(3) == 0
	case n == 6:
		return r.IntN(4)
	default:
		return []string{"x", "y", "", "it's", "2026-01-01", "é"}[r.IntN(6)]
	}
}

// TestDiffPathsLeadThere: the path of a change finds its value in both bodies,
// and a filter with it finds the entry.
func TestDiffPathsLeadThere(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	changes := 0
	for range 1500 {
		a, _ := json.Marshal(randomValue(r, 3))
		b, _ := json.Marshal(randomValue(r, 3))
		left, right := sampleEntry(string(a)), sampleEntry(string(b))
		for _, c := range diffBodies(left.Request, right.Request).Changes {
			if c.Path == "" {
				continue // the whole body
			}
			changes++
			checkPath(t, c.Path, c.A, left)
			checkPath(t, c.Path, c.B, right)
		}
	}
	if changes < 1000 {
		t.Errorf("only %d changes were looked up", changes)
	}
}

func checkPath(t *testing.T, path string, want json.RawMessage, e *journal.Entry) {
	t.Helper()
	if want == nil {
		return
	}
	got := gjson.GetBytes(e.Request.Body, path)
	var x, y any
	if json.Unmarshal([]byte(got.Raw), &x) != nil || json.Unmarshal(want, &y) != nil || fmt.Sprint(x) != fmt.Sprint(y) {
		t.Fatalf("path %s of %s: %s, and the change says %s", path, e.Request.Body, got.Raw, want)
	}
	if got.IsArray() && len(got.Array()) == 0 {
		return // a filter asks for the values of a list
	}
	q := `body."` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(path) + `"`
	f, err := query.Parse(q, nil)
	if err != nil || !f.Match(e) {
		t.Fatalf("%s does not find %s: %v", q, e.Request.Body, err)
	}
}

// TestDiffIsFair: a body does not differ from itself, and what is gone from a to
// b is new from b to a.
func TestDiffIsFair(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		a, _ := json.MarshalIndent(randomValue(r, 3), "", " ")
		b, _ := json.Marshal(randomValue(r, 3))
		compact, _ := json.Marshal(json.RawMessage(a))
		left, again, right := sampleEntry(string(a)).Request, sampleEntry(string(compact)).Request, sampleEntry(string(b)).Request
		if d := diffMessages(left, again); !d.Same || len(d.Body.Changes)+len(d.Body.Lines) > 0 {
			t.Fatalf("%s differs from itself: %s", a, shown(d))
		}
		there, back := diffBodies(left, right), diffBodies(right, left)
		if len(there.Changes) != len(back.Changes) {
			t.Fatalf("%s and %s: %d changes there, %d back", a, b, len(there.Changes), len(back.Changes))
		}
		for i, c := range there.Changes {
			if o := back.Changes[i]; o.Path != c.Path || string(o.A) != string(c.B) || string(o.B) != string(c.A) || o.Volatile != c.Volatile {
				t.Fatalf("%s and %s: there %+v, back %+v", a, b, c, o)
			}
		}
	}
}

// TestDiffOfCutBodies: bodies of which the same part was kept are not the same.
func TestDiffOfCutBodies(t *testing.T) {
	t.Parallel()
	cut := func(body, digest string, size int64) *journal.Message {
		return &journal.Message{Method: "POST", URL: "/in/a", Body: []byte(body), Size: size, Truncated: true, SHA256: digest}
	}
	for name, c := range map[string]struct {
		a, b *journal.Message
		same bool
	}{
		"the same":                    {cut("abc", "01", 9), cut("abc", "01", 9), true},
		"another end":                 {cut("abc", "01", 9), cut("abc", "02", 9), false},
		"another size":                {cut("abc", "01", 9), cut("abc", "02", 10), false},
		"JSON with another end":       {cut("123", "01", 9), cut("123", "02", 9), false},
		"digest unknown, same size":   {cut("abc", "", 9), cut("abc", "", 9), true},
		"digest unknown, other bytes": {cut("abc", "", 9), cut("abd", "", 9), false},
	} {
		d := diffMessages(c.a, c.b)
		if d.Same != c.same || c.same != (d.Body.Kind == "same") || !d.Body.Cut {
			t.Errorf("%s: same %v, %+v", name, d.Same, d.Body)
		}
	}
}

// TestDiffOfAnAttemptAndItsCapture: the sender spells names as the provider
// does, the receiver as net/http does. That is no difference.
func TestDiffOfAnAttemptAndItsCapture(t *testing.T) {
	t.Parallel()
	sent, got := sampleEntry("{}").Request, sampleEntry("{}").Request
	sent.Headers = journal.HeaderOf(http.Header{"x-shop-id": {"7"}, "X-Two": {"a"}, "x-two": {"b"}, "x-gone": {"1"}})
	got.Headers = journal.HeaderOf(http.Header{"X-Shop-Id": {"7"}, "X-Two": {"a", "b"}, "X-New": {"1"}})
	d := diffMessages(sent, got)
	var names []string
	for _, h := range d.Headers {
		names = append(names, fmt.Sprint(h.Name, len(h.A), len(h.B)))
	}
	if got := strings.Join(names, " "); got != "X-Gone1 0 X-New0 1" {
		t.Error(got)
	}
}
