package tui

import (
	"context"
	"time"
)

// expectation is waited for: the stream of what it matches says how far it is.
type expectation struct {
	q      string
	count  int
	seen   int
	last   uint64 // the entry that met it
	until  time.Time
	state  expectState
	reason string
	stop   context.CancelFunc
}

type expectState int

const (
	open expectState = iota
	met
	missed
)
