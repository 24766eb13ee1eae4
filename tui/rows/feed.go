package rows

import (
	"context"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"tacklebox/receiver/client"
)

// Feed reads the live stream into a buffer that the screen empties once a
// frame: however fast entries come, Update runs thirty times a second for them.
// A full buffer stops the reading; the journal keeps what waits.
type Feed struct {
	turn  int // which filter it reads
	Stop  context.CancelFunc
	ready chan struct{} // something is in the buffer
	space chan struct{} // the buffer was emptied

	mu    sync.Mutex
	batch Batch
}

// Batch is what came since the last frame, in order.
type Batch struct {
	Turn    int
	Rows    []*Row
	State   client.State // the last one reported, "" when none was
	Restart bool         // another journal answers: start over
	Missed  uint64       // entries that were dropped before they could be read
	Err     error        // with done: why the stream ended; else why it was lost
	Again   time.Time    // when a lost one is tried again
	Done    bool
}

const (
	frame      = 33 * time.Millisecond
	mostBuffer = 4096
)

// Start reads the stream from an entry on.
func Start(ctx context.Context, c *client.Client, q string, from uint64, turn int) *Feed {
	ctx, stop := context.WithCancel(ctx)
	f := &Feed{turn: turn, Stop: stop, ready: make(chan struct{}, 1), space: make(chan struct{}, 1)}
	go func() {
		err := c.Stream(ctx, q, client.StreamOptions{After: &from, Patient: true}, func(e client.Event) error { return f.put(ctx, e) })
		f.end(err)
	}()
	return f
}

func (f *Feed) put(ctx context.Context, e client.Event) error {
	var r *Row
	if e.Entry != nil {
		r = New(e.Entry)
	}
	for !f.change(func(b *Batch) { b.take(e, r) }) {
		select {
		case <-f.space:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (b *Batch) take(e client.Event, r *Row) {
	switch {
	case r != nil:
		b.Rows = append(b.Rows, r)
	case e.Gap != nil:
		b.Missed += e.Gap.To - e.Gap.From + 1
	case e.State != "":
		b.State, b.Err, b.Again = e.State, e.Err, time.Now().Add(e.Again)
		b.Restart = b.Restart || e.State == client.Restarted
	}
}

// change reports false when the buffer is full.
func (f *Feed) change(do func(*Batch)) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.batch.Rows) >= mostBuffer {
		return false
	}
	do(&f.batch)
	signal(f.ready)
	return true
}

func (f *Feed) end(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.batch.Done, f.batch.Err = true, err
	signal(f.ready)
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Next waits until something came, lets a frame pass so that more can come
// along, and returns it all.
func (f *Feed) Next(ctx context.Context) tea.Cmd {
	return func() tea.Msg {
		select {
		case <-f.ready:
		case <-ctx.Done():
			return nil
		}
		pause := time.NewTimer(frame)
		defer pause.Stop()
		select {
		case <-pause.C:
		case <-ctx.Done():
			return nil
		}
		return f.empty()
	}
}

func (f *Feed) empty() Batch {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := f.batch
	b.Turn = f.turn
	f.batch = Batch{}
	signal(f.space)
	return b
}

// Still is a feed of nothing, for a screen that no sandbox stands behind.
func Still() *Feed {
	return &Feed{Stop: func() {}, ready: make(chan struct{}, 1), space: make(chan struct{}, 1)}
}
