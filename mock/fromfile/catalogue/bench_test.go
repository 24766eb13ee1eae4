package catalogue

import (
	"fmt"
	"strings"
	"testing"

	"tacklebox/mock/fromfile/document"
)

// large is a description of about five megabytes with 260 events.
func large() []byte {
	var b strings.Builder
	b.WriteString(`{"openapi":"3.1.0","info":{"title":"Large","version":"1"},"webhooks":{`)
	for i := range 260 {
		fmt.Fprintf(&b, `"event-%d":{"post":{"summary":"Event %d","requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/payload-%d"}}}}}},`, i, i, i)
	}
	b.WriteString(`"last":{"post":{}}},"components":{"schemas":{`)
	for i := range 260 {
		fmt.Fprintf(&b, `"payload-%d":{"type":"object","properties":{`, i)
		for j := range 150 {
			fmt.Fprintf(&b, `"member-%d":{"type":["string","null"],"description":%q,"format":"date-time"},`, j, strings.Repeat("words ", 8))
		}
		b.WriteString(`"license":{"oneOf":[{"type":"null"},{"type":"object","required":["key"],"properties":{"key":{"type":"string","example":"mit"}},"additionalProperties":false}]},`)
		b.WriteString(`"action":{"type":"string","enum":["created","deleted"]},"id":{"type":"integer","minimum":1}},"required":["id"],"additionalProperties":false},`)
	}
	b.WriteString(`"end":{}}}}`)
	return []byte(b.String())
}

func BenchmarkLargeDescription(b *testing.B) {
	text := large()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		d, err := document.Parse("large.json", text)
		if err != nil {
			b.Fatal(err)
		}
		if c, err := OpenAPI(d, ""); err != nil || len(c.Events) != 261 {
			b.Fatal(err)
		}
	}
}

// A listing shows every sample and schema and compiles none.
func TestListingCompilesNothing(t *testing.T) {
	t.Parallel()
	d, err := document.Parse("large.json", large())
	if err != nil {
		t.Fatal(err)
	}
	c, err := OpenAPI(d, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range c.Events {
		payload, notes := e.Sample()
		schema, more := e.Schema()
		if e.HasSchema() && (len(payload) < 100 || len(schema) < 100 || len(notes)+len(more) > 0 || !e.Takes("action", "created", payload)) {
			t.Fatalf("%s: %s %s %q", e.Type, payload, schema, notes)
		}
		if e.judge != nil {
			t.Fatalf("%s was compiled", e.Type)
		}
	}
	if e := c.Event("event-7"); !e.Fits(e.made.JSON) || e.judge == nil {
		t.Errorf("%s does not fit, or nothing judged it", e.made.JSON)
	}
}

func BenchmarkListing(b *testing.B) {
	text := large()
	for b.Loop() {
		d, err := document.Parse("large.json", text)
		if err != nil {
			b.Fatal(err)
		}
		c, err := OpenAPI(d, "")
		if err != nil {
			b.Fatal(err)
		}
		for _, e := range c.Events {
			e.Sample()
			e.Schema()
		}
	}
}

func BenchmarkFirstFiring(b *testing.B) {
	text := large()
	for b.Loop() {
		b.StopTimer()
		d, err := document.Parse("large.json", text)
		if err != nil {
			b.Fatal(err)
		}
		c, err := OpenAPI(d, "")
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if payload, _ := c.Event("event-7").Sample(); len(payload) < 100 {
			b.Fatalf("%s", payload)
		}
	}
}
