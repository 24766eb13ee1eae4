package journaltest

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"tacklebox/receiver/journal"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var Day = time.Date(2026, 3, 4, 5, 6, 7, 89, time.UTC)

// sample is a capture with a body of about size bytes that has a word of its own.
func Sample(i, size int) *journal.Entry {
	body := fmt.Sprintf(`{"token":"tok-%06d","pad":"%s"}`, i, strings.Repeat("x", max(size-40, 0)))
	return &journal.Entry{
		Time: Day.Add(time.Duration(i) * time.Second), Kind: journal.Capture, Inbox: fmt.Sprintf("box%d", i%3),
		Request: &journal.Message{
			Method: "POST", URL: fmt.Sprintf("/in/box%d?i=%d", i%3, i), Proto: "HTTP/1.1",
			Headers: journal.HeaderOf(http.Header{"Content-Type": {"application/json"}, "x-Token": {"a", "b"}}),
			Body:    []byte(body), Size: int64(len(body)), Remote: "127.0.0.1:1234",
		},
		Response:  &journal.Message{Status: 200 + i%2*300},
		Signature: &journal.Signature{State: "valid"},
	}
}

func Put(t testing.TB, s journal.Store, entries ...*journal.Entry) {
	t.Helper()
	for _, e := range entries {
		if err := s.Append(e).Wait(); err != nil {
			t.Fatal(err)
		}
	}
}

func Fill(t testing.TB, s journal.Store, n, size int) {
	t.Helper()
	var last journal.Receipt
	for i := range n {
		last = s.Append(Sample(i+1, size))
	}
	if err := last.Wait(); err != nil {
		t.Fatal(err)
	}
}

func Span(from, to uint64) (list []uint64) {
	for ; from <= to; from++ {
		list = append(list, from)
	}
	return list
}

func Equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if reflect.DeepEqual(got, want) {
		return // cmp takes a second for a body of 20 KB under the race detector
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func Full() *journal.Entry {
	return &journal.Entry{
		Time: Day, Kind: journal.Attempt, Provider: "shoptet", Account: "acc", Type: "order:create", Inbox: "in", EventID: "ev",
		DeliveryID: "del", Attempt: 3, Subscription: "sub", Error: `quote " and \`, Took: 1900001 * time.Nanosecond, Fault: "slow",
		NextAttempt: Day.Add(time.Hour), CaptureSeq: 7, Detail: []byte(`{"a":[1,"x"]}`),
		Request:   &journal.Message{Method: "POST", URL: "/a?b", Proto: "HTTP/1.1", Headers: journal.HeaderOf(http.Header{"A": {"1", "2"}, "b": {""}}), Body: []byte("{}\n\t\x01"), Size: 3, SHA256: "ab", Truncated: true, Remote: "[::1]:9"},
		Response:  &journal.Message{Status: 503, Headers: journal.HeaderOf(http.Header{"C": {"d"}}), Body: []byte("no"), Size: 2},
		Signature: &journal.Signature{State: "invalid", Reason: "short"},
		Contract:  &journal.Contract{Violations: []string{"a", "b"}},
	}
}

func Digest(b []byte) string { return fmt.Sprintf("%x", sha256.Sum256(b)) }
