package journal_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tacklebox/receiver/journal"
	"tacklebox/receiver/journal/memory"
	"tacklebox/receiver/journal/query"
)

// A reader holds a cursor, waits, and scans up to what Wait returned.
func ExampleStore() {
	store := memory.New(memory.Limit{})
	defer store.Close()
	for i := range 3 {
		e := &journal.Entry{Time: time.Now(), Kind: journal.Capture, Inbox: "orders", Attempt: i}
		if err := store.Append(e).Wait(); err != nil {
			fmt.Println(err)
		}
	}
	filter, _ := query.Parse("inbox:orders -attempt:1", nil)
	for cursor := uint64(0); cursor < 3; {
		last, err := store.Wait(context.Background(), cursor)
		if err != nil {
			return
		}
		err = store.Scan(context.Background(), cursor, last+1, false, filter, func(e *journal.Entry) bool {
			fmt.Println("entry", e.Seq)
			return true
		})
		var missed *journal.TrimmedError
		if errors.As(err, &missed) {
			fmt.Println("missed", missed.From, "to", missed.To)
			cursor = missed.To
			continue
		}
		cursor = last
	}
	// Output:
	// entry 1
	// entry 3
}

func Example_explain() {
	filter, _ := query.Parse("kind:attempt status:200 provider:shoptet", nil)
	e := &journal.Entry{Kind: journal.Attempt, Provider: "dsco", Response: &journal.Message{Status: 500}}
	for _, reason := range filter.Explain(e) {
		fmt.Println(reason)
	}
	// Output:
	// status is 500, wanted 200
	// provider is dsco, wanted shoptet
}

func Example_caret() {
	_, err := query.Parse("kind:capture stauts:200", nil)
	var wrong *query.SyntaxError
	if errors.As(err, &wrong) {
		fmt.Println(wrong.Caret())
		fmt.Println(wrong)
	}
	// Output:
	// kind:capture stauts:200
	//              ^
	// filter: unknown key "stauts" at character 14 (did you mean status:?)
}
