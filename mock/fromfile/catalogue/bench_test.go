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
		b.WriteString(`"id":{"type":"integer"}}},`)
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
