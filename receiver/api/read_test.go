package api

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

type sample struct {
	Name   string           `json:"name"`
	Count  int              `json:"count"`
	Small  uint8            `json:"small"`
	Share  *float64         `json:"share"`
	On     bool             `json:"on"`
	List   []sample         `json:"list"`
	Map    map[string]int   `json:"map"`
	Raw    json.RawMessage  `json:"raw"`
	Any    any              `json:"any"`
	Time   time.Time        `json:"time"`
	Faults []Fault          `json:"faults"`
	Heads  map[string]Texts `json:"heads"`
	Hidden string           `json:"-"`
	secret string           // not exported: no member
}

func TestReadJSON(t *testing.T) {
	for _, c := range []struct{ in, code, message, path string }{
		{in: `{}`},
		{in: ` {"name":"a","count":1,"small":255,"share":1.5e-3,"on":true,"list":[{"name":"b"}],"map":{"x":1}} `},
		{in: `{"name":null,"list":null,"map":null,"share":null,"raw":null}`},
		{in: `{"raw":{"a":1,"a":2,"b":[{}]},"any":[1,{"x":[]}],"time":"2026-01-31T12:00:00Z"}`},
		{in: `{"faults":["drop",{"kind":"delay","for":"3s"}],"heads":{"A":"b","C":["d","e"]}}`},
		{"", CodeBadJSON, "the body is empty", ""},
		{" \n", CodeBadJSON, "the body is empty", ""},
		{`{"name":`, CodeBadJSON, "ends too early", ""},
		{`{"name" 1}`, CodeBadJSON, "not JSON", ""},
		{`{} {}`, CodeBadJSON, "text after the JSON document at byte 3", ""},
		{`[]`, CodeBadJSON, "the body: a list where an object is wanted", ""},
		{`"x"`, CodeBadJSON, "the body: a text where an object is wanted", ""},
		{"{\"name\":\"\xff\"}", CodeBadJSON, "not UTF-8 at byte 9", ""},
		{`{"nam":"a"}`, CodeUnknownField, `"nam" is not a known field (did you mean "name"?`, "nam"},
		{`{"Name":"a"}`, CodeUnknownField, `"Name" is not a known field`, "Name"},
		{`{"Hidden":"a"}`, CodeUnknownField, `"Hidden" is not a known field`, "Hidden"},
		{`{"-":"a"}`, CodeUnknownField, `"-" is not a known field`, "-"},
		{`{"secret":"a"}`, CodeUnknownField, `"secret" is not a known field`, "secret"},
		{`{"name":"a","name":"b"}`, CodeBadJSON, `"name" stands twice`, "name"},
		{`{"map":{"x":1,"x":2}}`, CodeBadJSON, `"map.x" stands twice`, "map/x"},
		{`{"name":1}`, CodeBadJSON, "name: a number where a text is wanted", "name"},
		{`{"count":"1"}`, CodeBadJSON, "count: a text where a whole number is wanted", "count"},
		{`{"count":1.5}`, CodeBadJSON, "count: 1.5 where a whole number is wanted", "count"},
		{`{"count":99999999999999999999}`, CodeBadJSON, "where a whole number is wanted", "count"},
		{`{"small":256}`, CodeBadJSON, "small: 256 where a whole number is wanted", "small"},
		{`{"small":-1}`, CodeBadJSON, "small: -1 where", "small"},
		{`{"share":1e999}`, CodeBadJSON, "where a number is wanted", "share"},
		{`{"share":[1]}`, CodeBadJSON, "share: a list where a number is wanted", "share"},
		{`{"on":"true"}`, CodeBadJSON, "on: a text where true or false is wanted", "on"},
		{`{"list":{}}`, CodeBadJSON, "list: an object where a list is wanted", "list"},
		{`{"list":[{},{"list":[{"count":true}]}]}`, CodeBadJSON, "list[1].list[0].count: true or false where a whole number is wanted", "list/1/list/0/count"},
		{`{"map":[1]}`, CodeBadJSON, "map: a list where an object is wanted", "map"},
		{`{"time":"yesterday"}`, CodeBadJSON, "parsing time", ""},
		{`{"time":5}`, CodeBadJSON, "Time", ""},
		{`{"faults":[{"knd":"drop"}]}`, CodeUnknownField, `"knd" is not a known field (did you mean "kind"?`, "knd"},
		{`{"faults":[5]}`, CodeBadJSON, "a number where an object is wanted", ""},
		{`{"heads":{"A":5}}`, CodeBadRequest, "a header is a text or a list of texts, not 5", ""},
		{strings.Repeat("[", 1000) + strings.Repeat("]", 1000), CodeBadJSON, "nests deeper than 512", ""},
	} {
		var v sample
		err := ReadJSON(httptest.NewRequest("POST", "/", strings.NewReader(c.in)), &v)
		if c.code == "" {
			if err != nil {
				t.Errorf("%s: %v", c.in, err)
			}
			continue
		}
		var e *Error
		if !errors.As(err, &e) || e.Status != 400 || e.Code != c.code || !strings.Contains(e.Error(), c.message) || strings.Join(e.Path, "/") != c.path {
			t.Errorf("%.60s: %+v (%v)\nwant %s %s at %s", c.in, e, err, c.code, c.message, c.path)
		}
	}
}

func TestReadsWhatItChecked(t *testing.T) {
	var v sample
	in := `{"count":7,"list":[{"name":"b"}],"faults":["lossy",{"kind":"delay","times":2}],"heads":{"A":"b","C":["d","e"]}}`
	if err := Decode([]byte(in), &v); err != nil {
		t.Fatal(err)
	}
	if v.Count != 7 || v.List[0].Name != "b" || v.Faults[0].Kind != "lossy" || v.Faults[1].Times != 2 || v.Heads["C"][1] != "e" {
		t.Errorf("%+v", v)
	}
}

func TestReadOptional(t *testing.T) {
	v := sample{Count: 3}
	if err := ReadOptional(httptest.NewRequest("POST", "/", strings.NewReader(" ")), &v); err != nil || v.Count != 3 {
		t.Errorf("%+v, %v", v, err)
	}
	if err := ReadOptional(httptest.NewRequest("POST", "/", strings.NewReader(`{"x":1}`)), &v); err == nil {
		t.Error("an unknown member is taken")
	}
}

type endless struct{ left int }

func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, errors.New("the line went dead")
	}
	n := min(len(p), e.left)
	for i := range p[:n] {
		p[i] = ' '
	}
	e.left -= n
	return n, nil
}

func TestReadBodyBounds(t *testing.T) {
	for left, want := range map[int]string{MaxBody + 2: "413 too_large", 10: "400 bad_request"} {
		r := httptest.NewRequest("POST", "/", &endless{left})
		_, err := ReadBody(r)
		e := Of(err)
		if got := strings.TrimSpace(strings.Join([]string{httpStatus(e.Status), e.Code}, " ")); got != want {
			t.Errorf("%d bytes: %s, want %s", left, got, want)
		}
	}
}

func httpStatus(n int) string {
	return string([]byte{byte('0' + n/100), byte('0' + n/10%10), byte('0' + n%10)})
}

func TestKnownQuery(t *testing.T) {
	for query, want := range map[string]string{
		"":            "",
		"q=a&after=5": "",
		"token=x&q=":  "",
		"aftr=5":      `"aftr" is not a known parameter (did you mean "after"? known are q, after)`,
		"q=a&q=b":     "q stands 2 times",
		"q=%zz":       "the query cannot be read",
		"a;b":         "the query cannot be read",
		"Q=a":         `"Q" is not a known parameter`,
		"x=1&token=a": `"x" is not a known parameter`,
	} {
		err := KnownQuery(httptest.NewRequest("GET", "/_/entries?"+query, nil), "q", "after")
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || Of(err).Status != 400) {
			t.Errorf("%s: %v, want %s", query, err, want)
		}
	}
	if err := KnownQuery(httptest.NewRequest("GET", "/?x=1", nil)); err == nil || !strings.Contains(err.Error(), "there are none here") {
		t.Errorf("no names: %v", err)
	}
}

func TestQueryNumber(t *testing.T) {
	for text, want := range map[string]struct {
		n   uint64
		ok  bool
		bad bool
	}{
		"": {}, "0": {0, true, false}, "18446744073709551615": {1<<64 - 1, true, false}, "-1": {bad: true}, "1e3": {bad: true}, "18446744073709551616": {bad: true},
	} {
		n, ok, err := QueryNumber(map[string][]string{"after": {text}}, "after")
		if n != want.n || ok != want.ok || (err != nil) != want.bad {
			t.Errorf("%q: %d %v %v", text, n, ok, err)
		}
	}
}

func TestClip(t *testing.T) {
	long := strings.Repeat("ä", 150)
	if got := Clip(long); len(got) > 210 || !strings.HasSuffix(got, "ä…") {
		t.Errorf("%q", got)
	}
	if got := Clip("short"); got != "short" {
		t.Errorf("%q", got)
	}
}

// FuzzDecode: what is taken is what encoding/json takes with no unknown members,
// and nothing ends the process.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"name":"a","count":1,"list":[{"name":"b"}],"map":{"x":1}}`))
	f.Add([]byte(`{"faults":["drop",{"kind":"x"}],"heads":{"A":["b"]}}`))
	f.Add([]byte(`{"name":"a","name":"b"}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		var v, other sample
		err := Decode(in, &v)
		if err != nil {
			if Of(err).Status != 400 {
				t.Errorf("%v: status %d", err, Of(err).Status)
			}
			return
		}
		dec := json.NewDecoder(strings.NewReader(string(in)))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&other); err != nil {
			t.Errorf("%q is taken, but %v", in, err)
		}
	})
}
