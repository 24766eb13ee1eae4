package exchange

import (
	"net/http"
	"time"

	"tacklebox/receiver/journal"
)

// clockStart is what the sandbox clock shows in these tests.
var clockStart = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func sampleEntry(body string) *journal.Entry {
	return &journal.Entry{
		Time: clockStart, Kind: journal.Capture, Inbox: "orders",
		Request: &journal.Message{
			Method: "POST", URL: "/in/orders?try=1", Proto: "HTTP/1.1",
			Headers: journal.HeaderOf(http.Header{"Host": {"localhost:4780"}, "Content-Type": {"application/json"}, "X-Try": {"a", "b"}}),
			Body:    []byte(body), Size: int64(len(body)), Remote: "127.0.0.1:5000",
		},
		Response: &journal.Message{Status: 200},
		Took:     1500 * time.Microsecond,
	}
}
