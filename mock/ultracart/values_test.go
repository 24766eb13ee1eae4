package ultracart

import (
	"os"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"tacklebox/mock/ultracart/jsontree"
)

func vectorList(t testing.TB, name string) []gjson.Result {
	t.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	list := gjson.GetBytes(b, name).Array()
	if len(list) == 0 {
		t.Fatalf("no vectors %s", name)
	}
	return list
}

func TestDatesAreEasternWithoutFraction(t *testing.T) {
	t.Parallel()
	for _, v := range vectorList(t, "dates_out") {
		at, err := time.Parse(time.RFC3339Nano, v.Get("instant").String())
		if err != nil {
			t.Fatal(err)
		}
		if got := date(at); got != v.Get("text").String() {
			t.Errorf("%s: %s, want %s", at, got, v.Get("text"))
		}
	}
}

func TestSinceIsReadInEveryForm(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2026-11-11T00:00:00 00:00":     "2026-11-11T00:00:00Z", // a plus sign that was not escaped
		"2026-11-11T00:00:00 02:00":     "2026-11-10T22:00:00Z",
		"2026-11-11T00:00:00.5+0000":    "2026-11-11T00:00:00.5Z",
		"2026-11-11T00:00:00-05:00":     "2026-11-11T05:00:00Z",
		"2026-11-11":                    "",
		"2026-11-11T00:00:00":           "",
		"2026-11-11 00:00:00":           "",
		"":                              "",
		" ":                             "",
		"1779120619000":                 "",
		"2026-02-30T00:00:00Z":          "",
		"2026-11-11T00:00:00Z trailing": "",
	} {
		got, ok := parseSince(text)
		if ok != (want != "") || ok && got.UTC().Format(time.RFC3339Nano) != want {
			t.Errorf("%q: %v %v, want %q", text, got, ok, want)
		}
	}
}

func FuzzSince(f *testing.F) {
	f.Add("2026-11-20T22:18:46.292Z")
	f.Add("2026-11-11T00:00:00 00:00")
	f.Fuzz(func(t *testing.T, s string) {
		if at, ok := parseSince(s); ok {
			if again, ok := parseSince(at.Format(time.RFC3339Nano)); !ok || !again.Equal(at) {
				t.Errorf("%q is %s, which is read as %s %v", s, at, again, ok)
			}
		}
	})
}

func TestAnswersEscapeOnlyWhatTheyMust(t *testing.T) {
	t.Parallel()
	in := map[string]string{"a": "</a> & \u2028 \u2029 é \\u2028"}
	want := "{\"a\":\"</a> & \u2028 \u2029 é \\\\u2028\"}"
	if got := string(encode(in)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestIdsCountUp(t *testing.T) {
	t.Parallel()
	for _, v := range []struct {
		first  string
		object int64
		want   string
	}{
		{`"DEMO-0009100001"`, 2, `"DEMO-0009100002"`}, {`"BONE"`, 2, `"BONE-2"`}, {`"BONE"`, 12, `"BONE-12"`}, {`501`, 3, `503`},
		{`"C0000000000000000000000000000001"`, 10, `"C0000000000000000000000000000010"`}, {`"AOEXAMPLE1"`, 10, `"AOEXAMPLE10"`},
		{`"99"`, 2, `"100"`}, {`"0d9f6f0e-0000-4000-8000-000000000002"`, 2, `"0d9f6f0e-0000-4000-8000-000000000003"`}, {`1.5`, 2, `1.5`},
	} {
		n, err := jsontree.Parse([]byte(v.first))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(nth(n, v.object).Bytes()); got != v.want {
			t.Errorf("object %d of %s is %s, want %s", v.object, v.first, got, v.want)
		}
	}
}
