package journal_test

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/quick"
	"time"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/journaltest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestEntryJSON(t *testing.T) {
	t.Parallel()
	full := journaltest.Full()
	full.Seq = 12
	for name, c := range map[string]struct {
		entry *journal.Entry
		want  string
	}{
		"empty": {&journal.Entry{}, `{}`},
		"full": {full, `{"seq":12,"time":"2026-03-04T05:06:07.000000089Z","kind":"attempt","provider":"shoptet","account":"acc","type":"order:create","inbox":"in",` +
			`"event_id":"ev","delivery_id":"del","attempt":3,"subscription":"sub","request":{"method":"POST","url":"/a?b","proto":"HTTP/1.1",` +
			`"headers":{"A":["1","2"],"b":[""]},"body":"{}\n\t\u0001","size":3,"sha256":"ab","truncated":true,"remote":"[::1]:9"},` +
			`"response":{"status":503,"headers":{"C":["d"]},"body":"no","size":2},"error":"quote \" and \\","took_ms":1.900001,"fault":"slow",` +
			`"next_attempt":"2026-03-04T06:06:07.000000089Z","signature":{"state":"invalid","reason":"short"},"contract":{"ok":false,"violations":["a","b"]},` +
			`"capture_seq":7,"detail":{"a":[1,"x"]}}`},
		"body with NUL":      {&journal.Entry{Request: &journal.Message{Body: []byte("a\x00b")}}, `{"request":{"body_base64":"YQBi"}}`},
		"body not UTF-8":     {&journal.Entry{Response: &journal.Message{Body: []byte{0xff, 0xfe}}}, `{"response":{"body_base64":"//4="}}`},
		"no escape for HTML": {&journal.Entry{Request: &journal.Message{Body: []byte("<a href='x'>&é\u2028\U0001F600</a>\r\x7f")}}, "{\"request\":{\"body\":\"<a href='x'>&é\u2028\U0001F600</a>\\r\x7f\"}}"},
		"names not UTF-8":    {&journal.Entry{Request: &journal.Message{URL: "/\xc3\x28\xff", Headers: journal.HeaderOf(http.Header{"\"\n": {"\x00\x1f"}})}}, `{"request":{"url":"/�(�","headers":{"\"\n":["\u0000\u001f"]}}}`},
		"empty messages":     {&journal.Entry{Request: &journal.Message{}, Response: &journal.Message{}, Signature: &journal.Signature{}, Contract: &journal.Contract{OK: true}}, `{"request":{},"response":{},"signature":{"state":""},"contract":{"ok":true}}`},
		"header order":       {&journal.Entry{Request: &journal.Message{Headers: journal.Header{{Name: "c", Value: "1"}, {Name: "A", Value: "2"}, {Name: "c", Value: "3"}, {Name: "a", Value: ""}}}}, `{"request":{"headers":{"c":["1","3"],"A":["2"],"a":[""]}}}`},
		"took":               {&journal.Entry{Took: 2 * time.Second}, `{"took_ms":2000}`},
		"took little":        {&journal.Entry{Took: -50 * time.Nanosecond}, `{"took_ms":-0.00005}`},
		"zone":               {&journal.Entry{Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600))}, `{"time":"2026-01-02T03:04:05+01:00"}`},
		"detail of lines":    {&journal.Entry{Detail: []byte("{\n \"a\": 1\n}")}, `{"detail":{"a":1}}`},
		"detail not JSON":    {&journal.Entry{Detail: []byte(`{"a"`)}, `{"detail":"{\"a\""}`},
		"detail with spaces": {&journal.Entry{Detail: []byte(`{ "a" : [1, "<"] }`)}, `{"detail":{ "a" : [1, "<"] }}`},
	} {
		got := c.entry.AppendJSON([]byte("x"))
		journaltest.Equal(t, name, string(got), "x"+c.want)
		// encoding/json escapes for HTML and compacts what MarshalJSON gives, but keeps its meaning.
		again, err := json.Marshal(c.entry)
		var a, b any
		if err != nil || json.Unmarshal(again, &a) != nil || json.Unmarshal(got[1:], &b) != nil {
			t.Errorf("%s: %s, %v", name, again, err)
		}
		journaltest.Equal(t, name+", through encoding/json", a, b)
	}
}

var asSent = cmp.Options{cmpopts.EquateEmpty(), cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })}

func TestEntryRoundTrip(t *testing.T) {
	t.Parallel()
	check := func(g generated) bool {
		data := g.e.AppendJSON(nil)
		var viaJSON journal.Entry
		if err := json.Unmarshal(data, &viaJSON); err != nil {
			t.Errorf("%s: %v", data, err)
			return false
		}
		diff := cmp.Diff(g.e, &viaJSON, asSent)
		if diff != "" {
			t.Errorf("%s\n%s", data, diff)
		}
		return diff == ""
	}
	if err := quick.Check(check, &quick.Config{MaxCount: 500, Rand: rand.New(rand.NewSource(1))}); err != nil {
		t.Error(err)
	}
}

// generated is a random Entry whose texts are UTF-8.
type generated struct{ e *journal.Entry }

func (generated) Generate(r *rand.Rand, _ int) reflect.Value {
	text := func() string {
		const runes = "abc \"\\\x00\x1f\n\t\u007fé\u2028\U0001F600�<&>"
		all := []rune(runes)
		var b strings.Builder
		for range r.Intn(8) {
			b.WriteRune(all[r.Intn(len(all))])
		}
		return b.String()
	}
	moment := func() time.Time {
		if r.Intn(3) == 0 {
			return time.Time{}
		}
		return time.Unix(r.Int63n(1<<33), r.Int63n(1e9)).UTC()
	}
	message := func() *journal.Message {
		if r.Intn(4) == 0 {
			return nil
		}
		m := &journal.Message{Method: text(), URL: text(), Proto: text(), Status: r.Intn(600) - 1, Body: []byte(text()), Size: r.Int63(), SHA256: text(), Truncated: r.Intn(2) == 0, Remote: text()}
		for range r.Intn(4) {
			m.Headers.Add(fmt.Sprint(len(m.Headers), text()), text()) // apart, as JSON groups equal names
		}
		return m
	}
	e := &journal.Entry{
		Seq: r.Uint64(), Time: moment(), Kind: []journal.Kind{"", journal.Call, journal.Event, journal.Attempt, journal.Capture, "odd"}[r.Intn(6)], Provider: text(), Account: text(), Type: text(),
		Inbox: text(), EventID: text(), DeliveryID: text(), Attempt: r.Intn(5), Subscription: text(), Request: message(), Response: message(), Error: text(),
		Took: time.Duration(int64(r.Uint64()) >> uint(11+r.Intn(53))), Fault: text(), NextAttempt: moment(), CaptureSeq: r.Uint64() >> uint(r.Intn(64)),
	}
	if r.Intn(2) == 0 {
		e.Signature = &journal.Signature{State: text(), Reason: text()}
	}
	if r.Intn(2) == 0 {
		e.Contract = &journal.Contract{OK: r.Intn(2) == 0, Violations: []string{text(), text()}[:r.Intn(3)]}
	}
	if r.Intn(2) == 0 {
		e.Detail, _ = json.Marshal(map[string]string{text(): text()})
	}
	return reflect.ValueOf(generated{e})
}

func TestEntryUnmarshal(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]*journal.Entry{
		`{}`:                              {},
		` { "seq" : 3 , "kind":"call" } `: {Seq: 3, Kind: journal.Call},
		`{"later":{"a":[1,{"b":"}"}]},"seq":1,"more":[],"x":null,"y":-1.5e3,"z":true}`:                                   {Seq: 1},
		`{"seq":null,"request":null,"headers":null,"time":null,"took_ms":null,"contract":{"ok":null,"violations":null}}`: {Contract: &journal.Contract{}},
		`{"request":{"body":"a\u0041\ud83d\ude00\ud800x\udc80\b\f\/"}}`:                                                  {Request: &journal.Message{Body: []byte("aA\U0001F600\ufffdx\ufffd\b\f/")}},
		`{"request":{"body_base64":"AAE="},"took_ms":1e3}`:                                                               {Request: &journal.Message{Body: []byte{0, 1}}, Took: time.Second},
		`{"took_ms":0.0000019,"request":{"headers":{"A":null}}}`:                                                         {Took: 2 * time.Nanosecond, Request: &journal.Message{Headers: journal.HeaderOf(http.Header{"A": nil})}},
		`{"detail":"text","signature":{"state":"valid","more":1}}`:                                                       {Detail: []byte(`"text"`), Signature: &journal.Signature{State: "valid"}},
	} {
		got := journal.Entry{Error: "is replaced"}
		if err := json.Unmarshal([]byte(data), &got); err != nil {
			t.Errorf("%s: %v", data, err)
		}
		if diff := cmp.Diff(want, &got, asSent); diff != "" {
			t.Errorf("%s (-want +got):\n%s", data, diff)
		}
	}
	for _, data := range []string{
		``,
		`null`,
		`[]`,
		`1`,
		`{"seq":"x"}`,
		`{"seq":-1}`,
		`{"seq":1.5}`,
		`{"time":"yesterday"}`,
		`{"kind":1}`,
		`{"request":[]}`,
		`{"request":{"headers":{"A":"b"}}}`,
		`{"request":{"body_base64":"!"}}`,
		`{"request":{"truncated":1}}`,
		`{"took_ms":"1"}`,
		`{"took_ms":1e300}`,
		`{"contract":{"violations":[1]}}`,
		`{"seq":1`,
		`{"seq":1}x`,
		`{"a":"\x"}`,
	} {
		e := journal.Entry{Seq: 99}
		if err := e.UnmarshalJSON([]byte(data)); err == nil || e.Seq != 99 {
			t.Errorf("%s: %v, and seq is %d", data, err, e.Seq)
		}
	}
}

func TestClone(t *testing.T) {
	t.Parallel()
	e := journaltest.Full()
	c := e.Clone()
	journaltest.Equal(t, "clone", c, e)
	c.Request.Body[0] = 'X'
	c.Request.Headers[0].Value = "changed"
	c.Response.Status = 1
	c.Signature.State = "changed"
	c.Contract.Violations[0] = "changed"
	c.Detail[0] = 'X'
	journaltest.Equal(t, "the original", e, journaltest.Full())
	if (*journal.Entry)(nil).Clone() != nil {
		t.Error("clone of nothing")
	}
}
