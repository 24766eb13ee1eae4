package desk

import (
	"context"
	"time"
)

// Expectation is waited for: the stream of what it matches says how far it is.
type Expectation struct {
	Q      string
	Count  int
	Seen   int
	Last   uint64 // the entry that met it
	Until  time.Time
	State  expectState
	Reason string
	Stop   context.CancelFunc
}

type expectState int

const (
	Open expectState = iota
	Met
	Missed
)
