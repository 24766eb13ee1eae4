package journal

import (
	"encoding/json"
	"math/rand"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/quick"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestEntryJSON(t *testing.T) {
	t.Parallel()
	full := fullEntry()
	full.Seq = 12
	for name, c := range map[string]struct {
		entry *Entry
		want  string
	}{
		"empty": {&Entry{}, `{}`},
		"full": {full, `{"seq":12,"time":"2026-03-04T05:06:07.000000089Z","kind":"attempt","provider":"shoptet","account":"acc","type":"order:create","inbox":"in",` +
			`"event_id":"ev","delivery_id":"del","attempt":3,"subscription":"sub","request":{"method":"POST","url":"/a?b","proto":"HTTP/1.1",` +
			`"headers":{"A":["1","2"],"b":[""]},"body":"{}\n\t\u0001","size":3,"sha256":"ab","truncated":true,"remote":"[::1]:9"},` +
			`"response":{"status":503,"headers":{"C":["d"]},"body":"no","size":2},"error":"quote \" and \\","took_ms":1.900001,"fault":"slow",` +
			`"next_attempt":"2026-03-04T06:06:07.000000089Z","signature":{"state":"invalid","reason":"short"},"contract":{"ok":false,"violations":["a","b"]},` +
			`"capture_seq":7,"detail":{"a":[1,"x"]}}`},
		"body with NUL":      {&Entry{Request: &Message{Body: []byte("a\x00b")}}, `{"request":{"body_base64":"YQBi"}}`},
		"body not UTF-8":     {&Entry{Response: &Message{Body: []byte{0xff, 0xfe}}}, `{"response":{"body_base64":"//4="}}`},
		"no escape for HTML": {&Entry{Request: &Message{Body: []byte("<a href='x'>&é\u2028\U0001F600</a>\r\x7f")}}, "{\"request\":{\"body\":\"<a href='x'>&é\u2028\U0001F600</a>\\r\x7f\"}}"},
		"names not UTF-8":    {&Entry{Request: &Message{URL: "/\xc3\x28\xff", Headers: http.Header{"\"\n": {"\x00\x1f"}}}}, `{"request":{"url":"/�(�","headers":{"\"\n":["\u0000\u001f"]}}}`},
		"empty messages":     {&Entry{Request: &Message{}, Response: &Message{}, Signature: &Signature{}, Contract: &Contract{OK: true}}, `{"request":{},"response":{},"signature":{"state":""},"contract":{"ok":true}}`},
		"sorted headers":     {&Entry{Request: &Message{Headers: http.Header{"c": nil, "b": {}, "a": {"1"}}}}, `{"request":{"headers":{"a":["1"],"b":[],"c":[]}}}`},
		"took":               {&Entry{Took: 2 * time.Second}, `{"took_ms":2000}`},
		"took little":        {&Entry{Took: -50 * time.Nanosecond}, `{"took_ms":-0.00005}`},
		"zone":               {&Entry{Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600))}, `{"time":"2026-01-02T03:04:05+01:00"}`},
		"detail of lines":    {&Entry{Detail: []byte("{\n \"a\": 1\n}")}, `{"detail":{"a":1}}`},
		"detail not JSON":    {&Entry{Detail: []byte(`{"a"`)}, `{"detail":"{\"a\""}`},
		"detail with spaces": {&Entry{Detail: []byte(`{ "a" : [1, "<"] }`)}, `{"detail":{ "a" : [1, "<"] }}`},
	} {
		got := c.entry.AppendJSON([]byte("x"))
		equal(t, name, string(got), "x"+c.want)
		// encoding/json escapes for HTML and compacts what MarshalJSON gives, but keeps its meaning.
		again, err := json.Marshal(c.entry)
		var a, b any
		if err != nil || json.Unmarshal(again, &a) != nil || json.Unmarshal(got[1:], &b) != nil {
			t.Errorf("%s: %s, %v", name, again, err)
		}
		equal(t, name+", through encoding/json", a, b)
	}
}

var asSent = cmp.Options{cmpopts.EquateEmpty(), cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })}

func TestEntryRoundTrip(t *testing.T) {
	t.Parallel()
	check := func(g generated) bool {
		data := g.e.AppendJSON(nil)
		var viaJSON, viaHead Entry
		if err := json.Unmarshal(data, &viaJSON); err != nil {
			t.Errorf("%s: %v", data, err)
			return false
		}
		if err := decodeHead(&viaHead, string(g.e.appendHead(nil))); err != nil {
			t.Error(err)
			return false
		}
		stored := g.e.Clone()
		stored.Seq, stored.Time, stored.Kind = 0, time.Time{}, viaHead.Kind
		for _, m := range []*Message{stored.Request, stored.Response} {
			if m != nil {
				m.Body = nil
			}
		}
		diff := cmp.Diff(g.e, &viaJSON, asSent) + cmp.Diff(stored, &viaHead, asSent)
		if diff != "" {
			t.Errorf("%s\n%s", data, diff)
		}
		return diff == ""
	}
	if err := quick.Check(check, &quick.Config{MaxCount: 500, Rand: rand.New(rand.NewSource(1))}); err != nil {
		t.Error(err)
	}
}

// TestHeadKeepsBytes: what is not UTF-8 comes back from a stored head as it was.
func TestHeadKeepsBytes(t *testing.T) {
	t.Parallel()
	check := func(url, value []byte) bool {
		var got Entry
		want := &Entry{Request: &Message{URL: string(url), Headers: http.Header{"X": {string(value)}}}}
		head := want.appendHead(nil)
		if err := decodeHead(&got, string(head)); err != nil || !utf8.Valid(head) || !json.Valid(head) {
			t.Errorf("%s: %v", head, err)
			return false
		}
		return got.Request.URL == string(url) && got.Request.Headers["X"][0] == string(value)
	}
	if err := quick.Check(check, &quick.Config{MaxCount: 2000, Rand: rand.New(rand.NewSource(2))}); err != nil {
		t.Error(err)
	}
}

// generated is a random Entry whose texts are UTF-8.
type generated struct{ e *Entry }

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
	message := func() *Message {
		if r.Intn(4) == 0 {
			return nil
		}
		m := &Message{Method: text(), URL: text(), Proto: text(), Status: r.Intn(600) - 1, Body: []byte(text()), Size: r.Int63(), SHA256: text(), Truncated: r.Intn(2) == 0, Remote: text()}
		for range r.Intn(4) {
			if m.Headers == nil {
				m.Headers = http.Header{}
			}
			m.Headers[text()] = []string{text(), text(), text()}[:r.Intn(4)]
		}
		return m
	}
	e := &Entry{
		Seq: r.Uint64(), Time: moment(), Kind: []Kind{"", Call, Event, Attempt, Capture, "odd"}[r.Intn(6)], Provider: text(), Account: text(), Type: text(),
		Inbox: text(), EventID: text(), DeliveryID: text(), Attempt: r.Intn(5), Subscription: text(), Request: message(), Response: message(), Error: text(),
		Took: time.Duration(r.Uint64()) >> uint(r.Intn(64)), Fault: text(), NextAttempt: moment(), CaptureSeq: r.Uint64() >> uint(r.Intn(64)),
	}
	if r.Intn(2) == 0 {
		e.Signature = &Signature{State: text(), Reason: text()}
	}
	if r.Intn(2) == 0 {
		e.Contract = &Contract{OK: r.Intn(2) == 0, Violations: []string{text(), text()}[:r.Intn(3)]}
	}
	if r.Intn(2) == 0 {
		e.Detail, _ = json.Marshal(map[string]string{text(): text()})
	}
	return reflect.ValueOf(generated{e})
}

func TestEntryUnmarshal(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]*Entry{
		`{}`:                              {},
		` { "seq" : 3 , "kind":"call" } `: {Seq: 3, Kind: Call},
		`{"later":{"a":[1,{"b":"}"}]},"seq":1,"more":[],"x":null,"y":-1.5e3,"z":true}`:                                   {Seq: 1},
		`{"seq":null,"request":null,"headers":null,"time":null,"took_ms":null,"contract":{"ok":null,"violations":null}}`: {Contract: &Contract{}},
		`{"request":{"body":"a\u0041\ud83d\ude00\ud800x\udc80\b\f\/"}}`:                                                  {Request: &Message{Body: []byte("aA\U0001F600\ufffdx\ufffd\b\f/")}},
		`{"request":{"body_base64":"AAE="},"took_ms":1e3}`:                                                               {Request: &Message{Body: []byte{0, 1}}, Took: time.Second},
		`{"took_ms":0.0000019,"request":{"headers":{"A":null}}}`:                                                         {Took: time.Nanosecond, Request: &Message{Headers: http.Header{"A": nil}}},
		`{"detail":"text","signature":{"state":"valid","more":1}}`:                                                       {Detail: []byte(`"text"`), Signature: &Signature{State: "valid"}},
	} {
		got := Entry{Error: "is replaced"}
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
		e := Entry{Seq: 99}
		if err := e.UnmarshalJSON([]byte(data)); err == nil || e.Seq != 99 {
			t.Errorf("%s: %v, and seq is %d", data, err, e.Seq)
		}
	}
}

// TestDecodeHeadErrors: heads come from a file, and are not checked before.
func TestDecodeHeadErrors(t *testing.T) {
	t.Parallel()
	for _, head := range []string{
		``,
		`{`,
		`{"a`,
		`{"a"`,
		`{"a":`,
		`{"a":}`,
		`{"a":1`,
		`{"a":1,}`,
		`{,}`,
		`{"a" 1}`,
		`{"error":"\`,
		`{"error":"\u12`,
		`{"error":"\u12zz"}`,
		`{"error":"\q"}`,
		`{"detail":`,
		`{"detail":{`,
		`{"detail":[1}`,
		`{"x":"`,
		`{}{}`,
		`{"request":{"headers":{"a":["b"`,
		`{"took_ms":}`,
		`{"took_ms":-}`,
	} {
		var e Entry
		if err := decodeHead(&e, head); err == nil && head != `{"detail":[1}` && head != `{"a":1,}` {
			t.Errorf("%s was read as %+v", head, e)
		}
	}
}

func TestClone(t *testing.T) {
	t.Parallel()
	e := fullEntry()
	c := e.Clone()
	equal(t, "clone", c, e)
	c.Request.Body[0] = 'X'
	c.Request.Headers["A"][0] = "changed"
	c.Response.Status = 1
	c.Signature.State = "changed"
	c.Contract.Violations[0] = "changed"
	c.Detail[0] = 'X'
	equal(t, "the original", e, fullEntry())
	if (*Entry)(nil).Clone() != nil {
		t.Error("clone of nothing")
	}
}
